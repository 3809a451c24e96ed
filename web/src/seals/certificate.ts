/** The certificate, the document that says whose a key is (docs/formats.md, section 3). */

import type { Value } from "../crypto/canonical";
import { demand, type Kind } from "./documents";
import { count, hash, id, oneOf, orNull, recipient, sortedListOf, text, time, where } from "./fields";
import { checkId } from "./ids";

export const INVITATION_LIFE_S = 30 * 24 * 3600;

const CERTIFICATE_KINDS = [
  "client",
  "clerk",
  "invitation",
  "office_leader",
  "owner",
  "recovery",
  "root",
  "scanner",
  "service",
  "team",
] as const;
export type CertificateKind = (typeof CERTIFICATE_KINDS)[number];

const ROLES = ["clerk", "client", "office_leader", "owner"] as const;
/** What a person may be; an invitation names one. */
export type Role = (typeof ROLES)[number];
export const PERSONS: readonly CertificateKind[] = ROLES;
/** Everybody but the clients. */
export const STAFF: readonly CertificateKind[] = ["clerk", "office_leader", "owner"];

export interface Certificate {
  readonly alg: "ed25519" | "ed25519+mlkem768x25519" | "mlkem768x25519";
  readonly certifies: readonly CertificateKind[];
  readonly firm: string;
  readonly generation: number;
  readonly issuer: string | null;
  readonly kind: CertificateKind;
  readonly not_after: number | null;
  readonly not_before: number;
  readonly office: string | null;
  readonly recipient: string | null;
  readonly role: Role | null;
  /** Null for a team, which signs nothing. */
  readonly signing_key: string | null;
  readonly subject: string;
  readonly vaults: readonly string[];
}

/** A certificate whose way to the root was verified, with the time and place of its acceptance. */
export interface VerifiedCertificate extends Certificate {
  readonly hash: string;
  readonly kid: string;
  readonly acceptedAt: number;
  readonly logIndex: number;
}

export const MAY_CERTIFY: { readonly [K in CertificateKind]: readonly CertificateKind[] } = {
  root: ["invitation", "owner", "recovery"],
  owner: ["clerk", "client", "invitation", "office_leader", "scanner", "service", "team"],
  office_leader: ["clerk", "client", "invitation", "team"],
  clerk: ["client", "invitation"],
  invitation: ROLES,
  recovery: [],
  client: [],
  scanner: [],
  service: [],
  team: [],
};

const ONLY_SIGN: readonly CertificateKind[] = ["root", "scanner", "service"];
/** Kinds that may belong to an office; an office leader does. */
const OF_OFFICES: readonly CertificateKind[] = ["clerk", "client", "invitation", "office_leader", "team"];

const ofKind =
  (...kinds: readonly CertificateKind[]) =>
  (whole: { readonly [key: string]: Value }): boolean =>
    kinds.some((kind) => kind === whole["kind"]);
const ofOtherKind =
  (...kinds: readonly CertificateKind[]) =>
  (whole: { readonly [key: string]: Value }): boolean =>
    !ofKind(...kinds)(whole);

export const CERTIFICATE: Kind<Certificate> = {
  namespace: "siegel-certificate@v1",
  fields: {
    alg: oneOf("ed25519", "ed25519+mlkem768x25519", "mlkem768x25519"),
    certifies: sortedListOf(oneOf(...CERTIFICATE_KINDS)),
    firm: id,
    generation: count,
    issuer: orNull(hash),
    kind: oneOf(...CERTIFICATE_KINDS),
    not_after: where(ofKind("invitation"), time),
    not_before: time,
    office: orNull(id),
    recipient: where(ofOtherKind(...ONLY_SIGN), recipient),
    role: where(ofKind("invitation"), oneOf(...ROLES)),
    signing_key: where(ofOtherKind("team"), hash),
    subject: id,
    vaults: sortedListOf(text),
  },
  rules: checkCertificate,
};

function checkCertificate(certificate: Certificate): void {
  const { alg, certifies, firm, kind, subject, vaults } = certificate;
  demand(alg === algorithmOf(certificate), "alg does not fit the keys");
  demand(certificate.issuer !== null || kind === "root", "only a root may sign itself");
  checkOffice(certificate);
  if (kind === "invitation") checkInvitation(certificate);
  else demand(vaults.length === 0, "vaults are for invitations");
  demand(
    certifies.every((allowed) => MAY_CERTIFY[kind].includes(allowed)),
    "certifies more than its kind may",
  );
  const isOfFirm = kind === "root" || kind === "recovery";
  demand(!isOfFirm || subject === firm, "the subject of root and recovery is the firm");
}

/** An invitation has the office of the certificate that will redeem it. */
function checkOffice({ kind, office, role }: Certificate): void {
  const redeemed = role ?? kind;
  demand(office === null || OF_OFFICES.includes(redeemed), "a kind that belongs to no office");
  demand(office !== null || redeemed !== "office_leader", "an office leader without an office");
}

/** What the keys are for: signing, receiving, or both. */
export function algorithmOf({
  recipient,
  signing_key,
}: Pick<Certificate, "recipient" | "signing_key">): Certificate["alg"] {
  if (signing_key === null) return "mlkem768x25519";
  return recipient === null ? "ed25519" : "ed25519+mlkem768x25519";
}

function checkInvitation({ certifies, not_after, not_before, role, vaults }: Certificate): void {
  demand(
    role !== null && certifies.length === 1 && certifies[0] === role,
    "an invitation certifies its role, nothing else",
  );
  const lifeS = not_after === null ? 0 : not_after - not_before;
  demand(0 < lifeS && lifeS <= INVITATION_LIFE_S, "an invitation lives at most 30 days");
  for (const vault of vaults) checkId(vault);
}
