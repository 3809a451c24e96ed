/** Certificates as their issuers write them. */

import {
  CERTIFICATE,
  type Certificate,
  type CertificateKind,
  INVITATION_LIFE_S,
  MAY_CERTIFY,
} from "./certificate";
import { hashOf, type Signed, signDocument } from "./documents";
import type { SigningKeys } from "./keys";
import { CLOCK_LEEWAY_S } from "./scanning";

interface Subject {
  readonly kind: CertificateKind;
  readonly subject: string;
  /** b64 of the Ed25519 public key. */
  readonly signingKey: string;
  readonly recipient: string | null;
}

/**
 * A certificate for `subject`, signed by `issuer`. `issuedBy` is the issuer's own certificate, null for the root.
 * `more`: an invitation's role and vaults, another generation than the first.
 */
export function certify(
  firm: string,
  { kind, subject, signingKey, recipient }: Subject,
  issuer: Pick<SigningKeys, "signing">,
  issuedBy: string | null,
  now: number,
  more: Partial<Pick<Certificate, "generation" | "role" | "vaults">> = {},
): Promise<Signed> {
  const notBefore = now - CLOCK_LEEWAY_S;
  const { generation = 1, role = null, vaults = [] } = more;
  const fields: Certificate = {
    alg: recipient === null ? "ed25519" : "ed25519+mlkem768x25519",
    certifies: role === null ? MAY_CERTIFY[kind] : [role],
    firm,
    generation,
    issuer: issuedBy,
    kind,
    not_after: kind === "invitation" ? notBefore + INVITATION_LIFE_S : null,
    not_before: notBefore,
    office: null,
    recipient,
    role,
    signing_key: signingKey,
    subject,
    vaults: [...vaults].sort(),
  };
  return signDocument(CERTIFICATE, fields, issuer.signing);
}

export function certificateHash(signed: Signed): string {
  return hashOf(signed.bytes);
}
