/** The firm gets another recovery key, which the root certifies as it takes the old one back (ADR 0031). */

import type { Open } from "../keyring/keyring";
import type { VerifiedCertificate } from "../seals/certificate";
import type { Certificates } from "../seals/certificates";
import { signDocument, toDoc } from "../seals/documents";
import { RefusedError } from "../seals/errors";
import { certify } from "../seals/issue";
import type { HolderKeys, SigningKeys } from "../seals/keys";
import { REVOCATION, type Reason } from "../seals/revocations";
import { keysApi } from "../wire/keys_api";

interface RecoveryPlan {
  /** From the sheet. */
  readonly root: SigningKeys;
  readonly reason: Reason;
}

/** The recovery key that counts now; null when there is none. */
export function presentRecovery(certificates: Certificates): VerifiedCertificate | null {
  return certificates.recovery();
}

/**
 * The old key opens nothing more on the server; dossiers and teams get the new one by `rotateAll`.
 * @throws RefusedError (`needs_root`), WireError; then nothing was done.
 */
export async function replaceRecovery(
  { session }: Open,
  certificates: Certificates,
  { root, reason }: RecoveryPlan,
  next: HolderKeys,
  now: number,
): Promise<void> {
  const issuer = certificates.of(root.kid);
  const old = presentRecovery(certificates);
  if (issuer === null || old === null || root.kid !== certificates.root)
    throw new RefusedError("needs_root", "not the firm's present root");
  const { id: firm } = session.firm;
  const subject = { kind: "recovery", subject: firm, ...next } as const;
  const more = { generation: old.generation + 1 };
  const certificate = await certify(firm, subject, root, issuer.hash, now, more);
  const fields = { author: root.kid, certificate: old.hash, compromised_since: null, firm, reason } as const;
  const revocation = await signDocument(REVOCATION, fields, root.signing);
  await keysApi.replaceRecovery({ certificate: toDoc(certificate), revocation: toDoc(revocation) });
}
