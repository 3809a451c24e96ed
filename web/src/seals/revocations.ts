/**
 * Revocations: a key is taken back from a place in the log on (docs/formats.md, section 3, "Revocation").
 *
 * What the key signed and what was sealed to it before stays. What it certified since it may have been another's falls,
 * until somebody certifies that anew.
 */

import {
  type Certificate,
  type CertificateKind,
  MAY_CERTIFY,
  PERSONS,
  type VerifiedCertificate,
} from "./certificate";
import type { Kind } from "./documents";
import { hash, id, integer, oneOf, orNull } from "./fields";

const REASONS = ["compromised", "left", "lost", "replaced", "withdrawn"] as const;
export type Reason = (typeof REASONS)[number];

/** Takes back the key of a certificate, with all certificates of that key. */
export interface Revocation {
  readonly author: string;
  /** Hash of one of the key's certificates. */
  readonly certificate: string;
  /** Log index from which on the key may have been another's; null: it never was. */
  readonly compromised_since: number | null;
  readonly firm: string;
  readonly reason: Reason;
}

export const REVOCATION: Kind<Revocation> = {
  namespace: "siegel-revocation@v1",
  fields: {
    author: hash,
    certificate: hash,
    compromised_since: orNull(integer(0)),
    firm: id,
    reason: oneOf(...REASONS),
  },
};

export interface VerifiedRevocation extends Revocation {
  readonly hash: string;
  /** The key taken back. */
  readonly kid: string;
  readonly acceptedAt: number;
  readonly logIndex: number;
}

const MAY_REVOKE: { readonly [K in CertificateKind]?: readonly CertificateKind[] } = {
  root: ["owner", "recovery"],
  owner: [...MAY_CERTIFY.owner, "owner"],
  office_leader: MAY_CERTIFY.office_leader,
  clerk: MAY_CERTIFY.clerk,
};

/** Whether this kind of key, of its office, takes back that one: a person his own, else by rank. */
export function mayRevoke(
  author: Pick<VerifiedCertificate, "kid" | "kind" | "office">,
  certificate: Pick<Certificate, "kind" | "office" | "role"> & { readonly kid: string },
): boolean {
  const { kid, kind, office, role } = certificate;
  if (author.kid === kid) return PERSONS.includes(kind);
  // Which of them, the line of the roots says.
  if (author.kind === "root" && kind === "root") return true;
  const kinds = MAY_REVOKE[author.kind] ?? [];
  const isInOffice = author.office === null || author.office === office;
  return kinds.includes(kind) && (role === null || kinds.includes(role)) && isInOffice;
}

/** From which log index on what the key certified falls. */
export function fallsFrom({ compromised_since, logIndex }: VerifiedRevocation): number {
  return compromised_since ?? logIndex;
}
