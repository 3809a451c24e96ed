/** What must hold of a certificate, between it and its issuer, and among those of one key (docs/formats.md, section 3). */

import { fromBase64url } from "../crypto/base64";
import { isPublicKey } from "../crypto/ed25519";
import { isUsableRecipient } from "../crypto/hybrid";
import { type Certificate, type CertificateKind, PERSONS, type VerifiedCertificate } from "./certificate";
import { sameHash } from "./documents";
import { must } from "./errors";
import { keyId } from "./keys";
import type { VerifiedRevocation } from "./revocations";

/** The key id that a certificate's keys give, b64. */
export function keyIdOf({ signing_key, recipient }: Pick<Certificate, "recipient" | "signing_key">): string {
  return keyId(fromBase64url(signing_key ?? ""), recipient);
}

/** Between a certificate and its issuer; null is that of a root, which must be the pinned one. @throws IntegrityError. */
export function checkIssuer(
  claimed: Certificate,
  issuer: Certificate | null,
  acceptedAt: number,
  pinned: { readonly firm: string; readonly firstRoot: string },
): void {
  if (issuer === null)
    must(sameHash(keyIdOf(claimed), pinned.firstRoot), "certificate_root", "not the root that was pinned");
  else checkMayIssue(issuer, claimed);
  must(claimed.firm === pinned.firm, "certificate_firm", "the certificate is another firm's");
  for (const { not_before, not_after } of issuer === null ? [claimed] : [issuer, claimed]) {
    const isValid = not_before <= acceptedAt && (not_after === null || acceptedAt <= not_after);
    must(isValid, "certificate_time", "accepted outside its validity, or its issuer's");
  }
}

/** Whether `issuer` may certify such a key (a person's, a team's, an invitation's), by rank and office. */
export function mayCertify(
  issuer: Pick<Certificate, "certifies" | "office">,
  { kind, role, office }: Pick<Certificate, "kind" | "office" | "role">,
): boolean {
  const isInOffice = issuer.office === null || issuer.office === office;
  return issuer.certifies.includes(kind) && issuer.certifies.includes(role ?? kind) && isInOffice;
}

function checkMayIssue(issuer: Certificate, certificate: Certificate): void {
  const { generation, kind, office, role, subject } = certificate;
  must(issuer.firm === certificate.firm, "certificate_firm", "issuer and subject are of different firms");
  if (kind === "root") {
    // Whatever its certificate says: this is what these two are for.
    const mayBe = issuer.kind === "root" || issuer.kind === "recovery";
    must(mayBe, "certificate_issuer_rights", "a root follows from a root or recovery");
    return;
  }
  must(
    issuer.certifies.includes(kind) && issuer.certifies.includes(role ?? kind),
    "certificate_issuer_rights",
    `a ${issuer.kind} that may not certify a ${kind}`,
  );
  const isFree = issuer.office === null && issuer.kind !== "invitation";
  must(isFree || office === issuer.office, "certificate_office", "the issuer certifies for another office");
  must(
    issuer.kind !== "invitation" || (subject === issuer.subject && generation === issuer.generation),
    "certificate_invitation",
    "the invitation is for somebody else, or for another generation of his keys",
  );
}

/** @throws IntegrityError (`certificate_signing_key`, `certificate_recipient`) for a key that is none. */
export function checkKeys({ signing_key, recipient }: Certificate): void {
  const isSound = signing_key === null || isPublicKey(fromBase64url(signing_key));
  must(isSound, "certificate_signing_key", "the signing key is no point of large order");
  const isUsable = recipient === null || isUsableRecipient(recipient);
  must(isUsable, "certificate_recipient", "the recipient is not a usable key");
}

/** What the subject of a certificate is or, redeeming an invitation, will be; of the firm's own two keys `root`. */
export function rankOf({ kind, role }: Pick<Certificate, "kind" | "role">): CertificateKind {
  return kind === "recovery" ? "root" : (role ?? kind);
}

/** One subject, one rank: else whoever certifies clients could make himself a newer key of an owner's. */
export function checkSameRank(claimed: Certificate, known: CertificateKind | undefined): void {
  const isSame = known === undefined || known === rankOf(claimed);
  must(isSame, "certificate_conflict", "the subject is certified as something else");
}

/** One key, one holder: else a second certificate could lend a known key another name or another rank. */
export function checkSameKey(claimed: Certificate, known: readonly VerifiedCertificate[]): void {
  const { subject, kind, generation, office } = claimed;
  const isSame = known.every(
    (same) =>
      same.subject === subject &&
      same.kind === kind &&
      same.generation === generation &&
      same.office === office,
  );
  must(isSame, "certificate_conflict", "the key is certified for somebody or something else");
}

/** Whose keys have numbers; a letter has that of the key to which it leads. */
const NUMBERED: readonly CertificateKind[] = [...PERSONS, "invitation", "team"];

/**
 * That a new key is the next one of its person or team; `before` are those that are known, `lastRevocation` is of the last
 * of them. One person, one key: else whoever certifies clients could make himself a second key of a client's. That the one
 * before is out of force is not enough: who fell could be certified again.
 * @throws IntegrityError (`subject_has_key`, `certificate_generation`, `certificate_office`).
 */
export function checkFollows(
  { generation, kind, office }: Certificate,
  before: readonly VerifiedCertificate[],
  lastRevocation: VerifiedRevocation | null,
  logIndex: number,
): void {
  if (!NUMBERED.includes(kind)) return;
  const isFree = before.length === 0 || (lastRevocation !== null && lastRevocation.logIndex < logIndex);
  must(isFree || kind === "team", "subject_has_key", "the person's key before it was not taken back first");
  const follows = generation === before.length + 1;
  must(follows, "certificate_generation", "not the generation that follows the newest");
  const stays = kind !== "team" || before.every((earlier) => earlier.office === office);
  must(stays, "certificate_office", "the team belongs to another office");
}

/**
 * That a certificate comes after its issuer's; what a root brings with it lies in one place.
 * @throws IntegrityError (`certificate_place`).
 */
export function checkPlace(
  logIndex: number,
  issuedAt: number,
  roots: readonly { readonly logIndex: number }[],
): void {
  const isBehind =
    logIndex > issuedAt || (logIndex === issuedAt && roots.some((root) => root.logIndex === logIndex));
  must(isBehind, "certificate_place", "its place in the log is not behind its issuer's");
}
