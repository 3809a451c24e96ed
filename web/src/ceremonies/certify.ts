/** Certificates as their issuers write them. */

import { MAY_CERTIFY } from "../seals/certificates";
import {
  CERTIFICATE,
  type Certificate,
  type CertificateKind,
  hashOf,
  type Signed,
  signDocument,
} from "../seals/documents";
import type { HolderKeys, SigningKeys } from "../seals/keys";

const PLAIN: Pick<Certificate, "generation" | "not_after" | "office" | "role" | "vaults"> = {
  generation: 1,
  not_after: null,
  office: null,
  role: null,
  vaults: [],
};

interface Subject {
  readonly kind: CertificateKind;
  readonly subject: string;
  /** b64 of the Ed25519 public key. */
  readonly signingKey: string;
  readonly recipient: string | null;
}

/** A certificate for `subject`, signed by `issuer`. `issuedBy` is the issuer's own certificate, null for the root. */
export function certify(
  firm: string,
  { kind, subject, signingKey, recipient }: Subject,
  issuer: Pick<HolderKeys, "signing"> | SigningKeys,
  issuedBy: string | null,
  now: number,
  more: Partial<Certificate> = {},
): Promise<Signed> {
  const fields: Certificate = {
    ...PLAIN,
    alg: recipient === null ? "ed25519" : "ed25519+mlkem768x25519",
    certifies: kind === "invitation" ? [] : MAY_CERTIFY[kind],
    firm,
    issuer: issuedBy,
    kind,
    not_before: now,
    recipient,
    signing_key: signingKey,
    subject,
    ...more,
  };
  return signDocument(CERTIFICATE, fields, issuer.signing);
}

export function certificateHash(signed: Signed): string {
  return hashOf(signed.bytes);
}
