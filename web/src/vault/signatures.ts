/**
 * Signatures of manifests that are verified once the vault is shown (ADR 0026). Whose a manifest is stands before: its author's
 * record names it by its hash, and that signature was verified. Opening a file verifies the manifest's own at once.
 */

import type { VerifyManifests } from "../seals/chain";
import { MANIFEST, type Signed, verifySigned } from "../seals/documents";
import { must } from "../seals/errors";
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
    if (!(await isDoneInWorker(owed))) await inPage(owed);
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

/** False where no worker starts, or it ends. @throws IntegrityError (`signature_invalid`). */
async function isDoneInWorker(owed: readonly SignatureTask[]): Promise<boolean> {
  if (typeof Worker === "undefined") return false;
  const worker = startWorker(signaturesUrl);
  try {
    for (const task of owed) {
      const areRight = await answerOf(worker, task);
      if (areRight === null) return false;
      must(areRight, "signature_invalid", `${MANIFEST.namespace}: a signature does not verify`);
    }
    return true;
  } finally {
    worker.terminate();
  }
}

/** Null when the worker fails. */
function answerOf(worker: Worker, task: SignatureTask): Promise<SignatureAnswer | null> {
  return new Promise((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<SignatureAnswer>) => resolve(data);
    worker.onerror = () => resolve(null);
    worker.postMessage(task);
  });
}
