/** Certificates as their issuers write them. */

import {
  algorithmOf,
  CERTIFICATE,
  type Certificate,
  type CertificateKind,
  INVITATION_LIFE_S,
  MAY_CERTIFY,
  type VerifiedCertificate,
} from "./certificate";
import { hashOf, type Signed, signDocument } from "./documents";
import type { SigningKeys } from "./keys";
import { CLOCK_LEEWAY_S } from "./scanning";

export interface Subject {
  readonly kind: CertificateKind;
  readonly subject: string;
  /** b64 of the Ed25519 public key; null for a team. */
  readonly signingKey: string | null;
  readonly recipient: string | null;
}

/**
 * A certificate for `subject`, signed by `issuer`. `issuedBy` is the issuer's own certificate, null for the root.
 * `more`: an office, an invitation's role and vaults, another generation than the first.
 */
export function certify(
  firm: string,
  { kind, subject, signingKey, recipient }: Subject,
  issuer: Pick<SigningKeys, "signing">,
  issuedBy: string | null,
  now: number,
  more: Partial<Pick<Certificate, "generation" | "office" | "role" | "vaults">> = {},
): Promise<Signed> {
  const notBefore = now - CLOCK_LEEWAY_S;
  const { generation = 1, office = null, role = null, vaults = [] } = more;
  const fields: Certificate = {
    alg: algorithmOf({ recipient, signing_key: signingKey }),
    certifies: role === null ? MAY_CERTIFY[kind] : [role],
    firm,
    generation,
    issuer: issuedBy,
    kind,
    not_after: kind === "invitation" ? notBefore + INVITATION_LIFE_S : null,
    not_before: notBefore,
    office,
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

/** Another certificate for the keys of one that fell, or is about to; all but issuer and beginning stays. */
export function recertify(
  fallen: VerifiedCertificate,
  issuer: Pick<SigningKeys, "signing">,
  issuedBy: string,
  now: number,
): Promise<Signed> {
  const { hash: _hash, kid: _kid, acceptedAt: _at, logIndex: _index, ...fields } = fallen;
  const anew: Certificate = { ...fields, issuer: issuedBy, not_before: now - CLOCK_LEEWAY_S };
  return signDocument(CERTIFICATE, anew, issuer.signing);
}
