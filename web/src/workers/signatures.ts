/** Verifies the signatures of manifests, for `vault/signatures.ts`. */

import { MANIFEST, type Signed, verifySigned } from "../seals/documents";
import { IntegrityError } from "../seals/errors";

/** Manifests that the holder of one key (b64) signed, as they say. */
export interface SignatureTask {
  readonly manifests: readonly Signed[];
  readonly signingKey: string | null;
}

/** Whether all of them verify. */
export type SignatureAnswer = boolean;

async function allVerify({ manifests, signingKey }: SignatureTask): Promise<SignatureAnswer> {
  try {
    for (const signed of manifests) await verifySigned(MANIFEST, signed, signingKey);
    return true;
  } catch (error) {
    if (error instanceof IntegrityError) return false;
    throw error;
  }
}

self.addEventListener("message", (event: MessageEvent<SignatureTask>) => {
  allVerify(event.data).then(
    (answer) => self.postMessage(answer satisfies SignatureAnswer),
    // The page hears of it as an error of the worker, and verifies them itself.
    (error: unknown) => reportError(error),
  );
});
