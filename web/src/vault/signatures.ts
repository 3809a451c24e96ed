/**
 * Signatures of manifests that are verified once the vault is shown (ADR 0026). Whose a manifest is stands before: its author's
 * record names it by its hash, and that signature was verified. Opening a file verifies the manifest's own at once.
 */

import type { VerifyManifests } from "../seals/chain";
import { MANIFEST, type Signed, verifySigned } from "../seals/documents";
import { IntegrityError } from "../seals/errors";
import type { SignatureAnswer, SignatureTask } from "../workers/signatures";
import signaturesUrl from "../workers/signatures?worker&url";
import { startWorker } from "../workers/start";

/** In the page one after the other, so that it stays alive. */
const AT_ONCE = 64;

export class OwedSignatures {
  private owed: SignatureTask[] = [];

  /** Puts them off until `settle`. */
  readonly later: VerifyManifests = async (manifests, signingKey) => {
    if (manifests.length > 0) this.owed.push({ manifests, signingKey });
  };

  /** Verifies what was put off, in a worker where there is one. @throws IntegrityError (`signature_invalid`). */
  async settle(): Promise<void> {
    const owed = this.owed;
    this.owed = [];
    if (owed.length === 0) return;
    if (typeof Worker === "undefined") await inPage(owed);
    else await inWorker(owed);
  }
}

async function inPage(owed: readonly SignatureTask[]): Promise<void> {
  for (const { manifests, signingKey } of owed)
    for (let at = 0; at < manifests.length; at += AT_ONCE)
      await Promise.all(manifests.slice(at, at + AT_ONCE).map((one) => verifyOne(one, signingKey)));
}

function verifyOne(signed: Signed, signingKey: string | null): Promise<void> {
  return verifySigned(MANIFEST, signed, signingKey);
}

async function inWorker(owed: readonly SignatureTask[]): Promise<void> {
  const worker = startWorker(signaturesUrl);
  try {
    for (const task of owed)
      if (!(await answerOf(worker, task)))
        throw new IntegrityError("signature_invalid", `${MANIFEST.namespace}: a signature does not verify`);
  } finally {
    worker.terminate();
  }
}

function answerOf(worker: Worker, task: SignatureTask): Promise<SignatureAnswer> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<SignatureAnswer>) => resolve(data);
    worker.onerror = () => reject(new Error("the worker that verifies signatures has failed"));
    worker.postMessage(task);
  });
}
