/**
 * Certificates and the way from a key to the pinned root (docs/formats.md, section 3).
 *
 * A set of certificates is verified as a whole: one that does not stand makes the whole answer of the server
 * suspect, and it is refused.
 */

import { checkIssuer, checkKeys, checkSameKey, keyIdOf } from "./admission";
import { CERTIFICATE, type Certificate, PERSONS, type VerifiedCertificate } from "./certificate";
import type { VaultChain } from "./chain";
import { hashOf, read, type Signed, verifySigned } from "./documents";
import { must } from "./errors";
import {
  type AcceptedRevocation,
  checkRevocation,
  fallsFrom,
  mayRevoke,
  REVOCATION,
  type Revocation,
  type VerifiedRevocation,
} from "./revocations";

export type { VerifiedCertificate } from "./certificate";

/** A certificate with the time and place of its acceptance, as the log has it. */
export interface AcceptedCertificate {
  readonly signed: Signed;
  readonly acceptedAt: number;
  readonly logIndex: number;
}

type Waiting =
  | { readonly kind: "certificate"; readonly item: AcceptedCertificate; readonly claimed: Certificate }
  | { readonly kind: "revocation"; readonly item: AcceptedRevocation; readonly claimed: Revocation };

export class Certificates {
  private readonly byHash = new Map<string, VerifiedCertificate>();
  private readonly byKid = new Map<string, readonly VerifiedCertificate[]>();
  private readonly redemptions = new Map<string, VerifiedCertificate>();
  private readonly revocations = new Map<string, VerifiedRevocation>();
  /** The keys of each team, those of its generation g at g − 1. */
  private readonly generations = new Map<string, readonly VerifiedCertificate[]>();
  /** The chains of teams, replayed: who was a member of them, and when. */
  readonly teams = new Map<string, VaultChain>();
  readonly firm: string;
  readonly root: string;

  private constructor(firm: string, root: string) {
    this.firm = firm;
    this.root = root;
  }

  /**
   * Verifies every certificate up to the root with fingerprint `root`, and every revocation.
   * @throws IntegrityError (`certificate_…`, `revocation_…`, `signature_invalid`, …) when one of them does not stand.
   */
  static async verify(
    firm: string,
    root: string,
    accepted: readonly AcceptedCertificate[],
    revocations: readonly AcceptedRevocation[] = [],
  ): Promise<Certificates> {
    const certificates = new Certificates(firm, root);
    await certificates.add(accepted, revocations);
    return certificates;
  }

  /** Adds what the server sent later, in whatever order; of what is already known it must say the same again. */
  async add(
    accepted: readonly AcceptedCertificate[],
    revocations: readonly AcceptedRevocation[] = [],
  ): Promise<void> {
    let waiting: readonly Waiting[] = [
      ...accepted.map((item) => ({
        kind: "certificate" as const,
        item,
        claimed: read(CERTIFICATE, item.signed.bytes),
      })),
      ...revocations.map((item) => ({
        kind: "revocation" as const,
        item,
        claimed: read(REVOCATION, item.signed.bytes),
      })),
    ].sort((a, b) => a.item.logIndex - b.item.logIndex);
    while (waiting.length > 0) {
      const rest: Waiting[] = [];
      for (const one of waiting) {
        // A revocation is judged by what came before it: all of that.
        if (one.kind === "revocation" && rest.length === 0) await this.admitRevocation(one.item, one.claimed);
        else if (one.kind === "certificate" && this.hasIssuer(one.claimed))
          await this.admit(one.item, one.claimed);
        else rest.push(one);
      }
      must(rest.length < waiting.length, "certificate_issuer", "a certificate's issuer is not among them");
      waiting = rest;
    }
  }

  /** All certificates of a key, those that a person issued first. */
  of(kid: string): readonly VerifiedCertificate[] {
    return this.byKid.get(kid) ?? [];
  }

  all(): readonly VerifiedCertificate[] {
    return [...this.byHash.values()];
  }

  byCertificateHash(hash: string): VerifiedCertificate | null {
    return this.byHash.get(hash) ?? null;
  }

  /** The certificate under which `kid` acts as a person. @throws IntegrityError (`record_author`). */
  person(kid: string): VerifiedCertificate {
    const [found] = this.of(kid);
    must(
      found !== undefined && PERSONS.includes(found.kind),
      "record_author",
      "no certificate makes this key a person's",
    );
    return found;
  }

  scanner(kid: string): VerifiedCertificate {
    const [found] = this.of(kid);
    must(found?.kind === "scanner", "scanner_unknown", "no owner has certified this scanner");
    return found;
  }

  /**
   * Whom a roster's key stands for at a log index: its holder; for an invitation its first redemption, once there is one;
   * for a team its newest generation.
   */
  member(kid: string, at: number): VerifiedCertificate | null {
    const [known] = this.of(kid);
    if (known?.kind === "team") return this.newestOf(known.subject, at) ?? known;
    const redemption = this.redemptionOf(kid);
    return redemption !== null && redemption.logIndex <= at
      ? (this.of(redemption.kid)[0] ?? null)
      : (known ?? null);
  }

  /** The key of a team's generation (1, 2, …), which is its epoch of that number. */
  teamKey(team: string, generation: number): VerifiedCertificate | null {
    return this.generations.get(team)?.[generation - 1] ?? null;
  }

  /** The newest generation of a team that is known at a log index. */
  newestOf(team: string, at = Number.POSITIVE_INFINITY): VerifiedCertificate | null {
    return (this.generations.get(team) ?? []).findLast(({ logIndex }) => logIndex <= at) ?? null;
  }

  revocationOf(kid: string): VerifiedRevocation | null {
    return this.revocations.get(kid) ?? null;
  }

  /** Whether the key counts at a log index: certified, not taken back, and not every certificate of it fallen. */
  inForce(kid: string, at = Number.POSITIVE_INFINITY): boolean {
    const revocation = this.revocations.get(kid);
    if (revocation !== undefined && revocation.logIndex <= at) return false;
    return this.of(kid).some(
      (certificate) =>
        certificate.logIndex <= at && (this.fellAt(certificate) ?? Number.POSITIVE_INFINITY) > at,
    );
  }

  /** The certificates in force that would fall if `kid` were taken back as compromised since that log index. */
  fallenBy(kid: string, since: number | null): readonly VerifiedCertificate[] {
    const falls = (certificate: VerifiedCertificate): boolean => {
      const issuer = this.issuerOf(certificate);
      if (issuer === null) return false;
      return (issuer.kid === kid && since !== null && certificate.logIndex >= since) || falls(issuer);
    };
    return this.all().filter(
      (certificate) =>
        certificate.kid !== kid &&
        this.fellAt(certificate) === null &&
        this.revocationOf(certificate.kid) === null &&
        falls(certificate),
    );
  }

  /** The certificate by which the invitation whose key is `kid` was redeemed, if that is an invitation's. */
  redemptionOf(kid: string): VerifiedCertificate | null {
    return this.redemptions.get(kid) ?? null;
  }

  /** Log index at which the key was first certified; no record before it can be its holder's. */
  since(kid: string): number {
    return Math.min(...this.of(kid).map(({ logIndex }) => logIndex));
  }

  /** Whether nobody but an invitation vouches for this key so far. */
  isProvisional(kid: string): boolean {
    const known = this.of(kid);
    return known.length > 0 && known.every((certificate) => this.isFromInvitation(certificate));
  }

  private hasIssuer({ issuer }: Certificate): boolean {
    return issuer === null || this.byHash.has(issuer);
  }

  private issuerOf({ issuer }: Certificate): VerifiedCertificate | null {
    return issuer === null ? null : (this.byHash.get(issuer) ?? null);
  }

  /** The log index at which a certificate fell, with the key that issued it or with that key's own certificate. */
  private fellAt(certificate: VerifiedCertificate): number | null {
    const issuer = this.issuerOf(certificate);
    if (issuer === null) return null;
    const revocation = this.revocationOf(issuer.kid);
    const isTakenBack = revocation !== null && certificate.logIndex >= fallsFrom(revocation);
    const before = this.fellAt(issuer);
    if (!isTakenBack) return before;
    return Math.min(revocation.logIndex, before ?? revocation.logIndex);
  }

  private async admitRevocation(accepted: AcceptedRevocation, claimed: Revocation): Promise<void> {
    const { acceptedAt, logIndex, signed } = accepted;
    const hash = hashOf(signed.bytes);
    const certificate = this.byHash.get(claimed.certificate) ?? null;
    if (certificate !== null && this.isKnownRevocation(certificate.kid, hash, accepted)) return;
    checkRevocation(claimed, this.firm, logIndex);
    const isThere = certificate !== null && certificate.logIndex <= logIndex;
    must(isThere, "revocation_certificate", "the certificate to be revoked is not there");
    const author = this.checkRevoker(claimed.author, certificate, logIndex);
    await verifySigned(REVOCATION, signed, author.signing_key);
    const { kid } = certificate;
    if (this.isKnownRevocation(kid, hash, accepted)) return;
    this.revocations.set(kid, { ...claimed, hash, kid, acceptedAt, logIndex });
    this.checkIssuedAfter(logIndex);
  }

  /** Whether this revocation was added before; a key is taken back once, at one place in the log. */
  private isKnownRevocation(
    kid: string,
    hash: string,
    { acceptedAt, logIndex }: AcceptedRevocation,
  ): boolean {
    const known = this.revocations.get(kid);
    if (known === undefined) return false;
    must(known.hash === hash, "revocation_repeated", "the key was taken back before");
    const isThere = known.acceptedAt === acceptedAt && known.logIndex === logIndex;
    must(isThere, "revocation_moved", "the server says something else of a revocation's acceptance");
    return true;
  }

  /** The author of a revocation, who may take this key back at this log index. */
  private checkRevoker(kid: string, certificate: VerifiedCertificate, at: number): VerifiedCertificate {
    const [author] = this.of(kid);
    must(
      author !== undefined && this.inForce(kid, at) && mayRevoke(author, certificate),
      "revocation_rights",
      "the author may not take this key back",
    );
    const isLast = !this.all().some(
      (other) => other.kind === "owner" && other.kid !== certificate.kid && this.inForce(other.kid, at),
    );
    must(
      author.kind === "root" || certificate.kind !== "owner" || !isLast,
      "revocation_last_owner",
      "the firm would have no owner",
    );
    return author;
  }

  /** Nothing known of the time after the revocation was issued by the key: else it was withheld until now. */
  private checkIssuedAfter(logIndex: number): void {
    for (const later of this.byHash.values())
      if (later.logIndex > logIndex) this.checkIssuerInForce(this.issuerOf(later), later.logIndex);
  }

  private checkIssuerInForce(issuer: VerifiedCertificate | null, at: number): void {
    must(
      issuer === null || this.inForce(issuer.kid, at),
      "certificate_issuer_revoked",
      "the issuer's key did not count when the certificate was accepted",
    );
  }

  private async admit(accepted: AcceptedCertificate, claimed: Certificate): Promise<void> {
    const hash = hashOf(accepted.signed.bytes);
    if (this.isKnown(hash, accepted)) return;
    const kid = keyIdOf(claimed);
    const issuer = this.issuerOf(claimed);
    checkIssuer(claimed, issuer, accepted.acceptedAt, this);
    this.checkIssuerInForce(issuer, accepted.logIndex);
    await verifySigned(CERTIFICATE, accepted.signed, (issuer ?? claimed).signing_key);
    // Another caller may have added it meanwhile; from here on nothing waits.
    if (this.isKnown(hash, accepted)) return;
    checkKeys(claimed);
    checkSameKey(claimed, this.of(kid));
    const isRedemption = issuer?.kind === "invitation";
    must(
      !(isRedemption && this.redemptions.has(issuer.kid)),
      "certificate_redeemed",
      "the invitation was redeemed before, with another certificate",
    );
    const { acceptedAt, logIndex } = accepted;
    const verified = { ...claimed, hash, kid, acceptedAt, logIndex };
    this.checkGeneration(verified);
    this.byHash.set(hash, verified);
    const sameKey = [...this.of(kid), verified];
    const provisional = sameKey.filter((certificate) => this.isFromInvitation(certificate));
    const ordinary = sameKey.filter((certificate) => !provisional.includes(certificate));
    this.byKid.set(kid, [...ordinary, ...provisional]);
    if (isRedemption) this.redemptions.set(issuer.kid, verified);
  }

  /** Whether this certificate was added before; its place in the log must not have moved since. */
  private isKnown(hash: string, { acceptedAt, logIndex }: AcceptedCertificate): boolean {
    const known = this.byHash.get(hash);
    must(
      known === undefined || (known.acceptedAt === acceptedAt && known.logIndex === logIndex),
      "certificate_moved",
      "the server says something else of a certificate's acceptance than before",
    );
    return known !== undefined;
  }

  /** The keys of a team follow one another: 1, 2, … */
  private checkGeneration(certificate: VerifiedCertificate): void {
    const { kid, kind, subject, generation } = certificate;
    if (kind !== "team" || this.byKid.has(kid)) return;
    const before = this.generations.get(subject) ?? [];
    must(generation === before.length + 1, "certificate_generation", "a team's key does not follow the last one");
    this.generations.set(subject, [...before, certificate]);
  }

  private isFromInvitation({ issuer }: VerifiedCertificate): boolean {
    return issuer !== null && this.byHash.get(issuer)?.kind === "invitation";
  }
}
