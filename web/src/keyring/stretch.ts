/** Passwords and passphrases, stretched in a worker that ends with its task. */

import type { Bytes } from "../crypto/bytes";
import { RefusedError } from "../seals/errors";
import { startWorker } from "../workers/start";
import type { StretchAnswer, StretchTask } from "../workers/stretch";
import stretchUrl from "../workers/stretch?worker&url";

function run(task: StretchTask): Promise<Bytes> {
  const worker = startWorker(stretchUrl);
  return new Promise<Bytes>((resolve, reject) => {
    worker.addEventListener("message", ({ data }: MessageEvent<StretchAnswer>) => {
      if ("bytes" in data) resolve(new Uint8Array(data.bytes));
      else reject(new RefusedError(data.code, data.message));
    });
    worker.addEventListener("error", () => reject(new RefusedError("no_worker", "the worker did not start")));
    worker.postMessage(task);
  }).finally(() => worker.terminate());
}

export function stretch(password: string, salt: Bytes): Promise<Bytes> {
  return run({ kind: "password", password, salt });
}

export function sealKeyFile(plaintext: Bytes, passphrase: string): Promise<Bytes> {
  return run({ kind: "seal", plaintext, passphrase });
}

/** @throws RefusedError with the codes of `openWithPassphrase` (`passphrase`, `header`, `payload`). */
export function openKeyFile(file: Bytes, passphrase: string): Promise<Bytes> {
  return run({ kind: "open", file, passphrase });
}
