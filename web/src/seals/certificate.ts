/** The certificate, the document that says whose a key is (docs/formats.md, section 3). */

import type { Value } from "../crypto/canonical";
import { demand, type Kind } from "./documents";
import { count, hash, id, nothing, oneOf, recipient, sortedListOf, text, time, where } from "./fields";
import { checkId } from "./ids";

export const INVITATION_LIFE_S = 30 * 24 * 3600;

const CERTIFICATE_KINDS = [
  "client",
  "clerk",
  "invitation",
  "owner",
  "recovery",
  "root",
  "scanner",
  "service",
] as const;
export type CertificateKind = (typeof CERTIFICATE_KINDS)[number];
export interface Certificate {
  readonly alg: "ed25519" | "ed25519+mlkem768x25519";
  readonly certifies: readonly CertificateKind[];
  readonly firm: string;
  readonly generation: number;
  readonly issuer: string | null;
  readonly kind: CertificateKind;
  readonly not_after: number | null;
  readonly not_before: number;
  readonly office: null;
  readonly recipient: string | null;
  readonly role: "clerk" | "client" | null;
  readonly signing_key: string;
  readonly subject: string;
  readonly vaults: readonly string[];
}

export const MAY_CERTIFY: { readonly [K in CertificateKind]: readonly CertificateKind[] } = {
  root: ["owner", "recovery"],
  owner: ["clerk", "client", "invitation", "scanner", "service"],
  clerk: ["client", "invitation"],
  invitation: ["clerk", "client"],
  recovery: [],
  client: [],
  scanner: [],
  service: [],
};

const ONLY_SIGN: readonly CertificateKind[] = ["root", "scanner", "service"];

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
    alg: oneOf("ed25519", "ed25519+mlkem768x25519"),
    certifies: sortedListOf(oneOf(...CERTIFICATE_KINDS)),
    firm: id,
    generation: count,
    issuer: where(ofOtherKind("root"), hash),
    kind: oneOf(...CERTIFICATE_KINDS),
    not_after: where(ofKind("invitation"), time),
    not_before: time,
    office: nothing,
    recipient: where(ofOtherKind(...ONLY_SIGN), recipient),
    role: where(ofKind("invitation"), oneOf("clerk", "client")),
    signing_key: hash,
    subject: id,
    vaults: sortedListOf(text),
  },
  rules: checkCertificate,
};

function checkCertificate(certificate: Certificate): void {
  const { alg, certifies, firm, kind, subject, vaults } = certificate;
  demand((alg === "ed25519") === (certificate.recipient === null), "alg does not fit the recipient");
  if (kind === "invitation") checkInvitation(certificate);
  else demand(vaults.length === 0, "vaults are for invitations");
  demand(
    certifies.every((allowed) => MAY_CERTIFY[kind].includes(allowed)),
    "certifies more than its kind may",
  );
  const isOfFirm = kind === "root" || kind === "recovery";
  demand(!isOfFirm || subject === firm, "the subject of root and recovery is the firm");
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
