/**
 * The certificates and revocations that are known, and what follows from them: whose a key is, and whether it counts.
 *
 * Nothing is verified here: `Certificates` does, and adds what stands.
 */

import { type Certificate, type CertificateKind, PERSONS, type VerifiedCertificate } from "./certificate";
import type { TeamChain } from "./entries";
import { must } from "./errors";
import { fallsFrom, type VerifiedRevocation } from "./revocations";

const NOW = Number.POSITIVE_INFINITY;

export class Registry {
  protected readonly byHash = new Map<string, VerifiedCertificate>();
  protected readonly byKid = new Map<string, readonly VerifiedCertificate[]>();
  protected readonly redemptions = new Map<string, VerifiedCertificate>();
  protected readonly revocations = new Map<string, VerifiedRevocation>();
  /** Of each subject, by the first of its certificates. */
  protected readonly ranks = new Map<string, CertificateKind>();
  /** The keys of each person and each team, those of generation g at g − 1. */
  protected readonly generations = new Map<string, readonly VerifiedCertificate[]>();
  /** The chains of teams, replayed: who was a member of them, and when. */
  readonly teams = new Map<string, TeamChain>();
  /** The firm's roots, each in the place of the one before. */
  protected readonly line: VerifiedCertificate[] = [];
  readonly firm: string;

  protected constructor(firm: string) {
    this.firm = firm;
  }

  /** The firm's roots from the first one that is known, each in the place of the one before. */
  get roots(): readonly VerifiedCertificate[] {
    return this.line;
  }

  /** The certificate of a key; of several one that stands, and that a person issued. */
  of(kid: string): VerifiedCertificate | null {
    const known = this.byKid.get(kid) ?? [];
    const standing = known.filter((certificate) => this.stands(certificate, NOW));
    const best = standing.length > 0 ? standing : known;
    return best.find((certificate) => !this.isFromInvitation(certificate)) ?? best[0] ?? null;
  }

  all(): readonly VerifiedCertificate[] {
    return [...this.byHash.values()];
  }

  byCertificateHash(hash: string): VerifiedCertificate | null {
    return this.byHash.get(hash) ?? null;
  }

  /** The certificate under which `kid` acts as a person. @throws IntegrityError (`record_author`). */
  person(kid: string): VerifiedCertificate {
    const found = this.of(kid);
    must(
      found !== null && PERSONS.includes(found.kind),
      "record_author",
      "no certificate makes this key a person's",
    );
    return found;
  }

  scanner(kid: string): VerifiedCertificate {
    const found = this.of(kid);
    must(found?.kind === "scanner", "scanner_unknown", "no owner has certified this scanner");
    return found;
  }

  /**
   * Whom a roster's key stands for at a log index: its holder; for an invitation its first redemption, once there is one;
   * for a team its newest generation; for a recovery key that was taken back the one in its place (ADR 0040).
   */
  member(kid: string, at: number): VerifiedCertificate | null {
    const known = this.of(kid);
    if (known?.kind === "team") return this.newestOf(known.subject, at) ?? known;
    if (known?.kind === "recovery") return this.presentRecovery(known, at);
    const redemption = this.redemptionOf(kid);
    return redemption !== null && redemption.logIndex <= at ? this.of(redemption.kid) : known;
  }

  /** The recovery key to which the firm's first one leads, if that is in force; else the newest that is. */
  recovery(): VerifiedCertificate | null {
    const kids = this.recoveries(NOW);
    const known = this.all().filter(({ kind }) => kind === "recovery");
    const [first] = known.sort((a, b) => this.since(a.kid) - this.since(b.kid));
    const led = first === undefined ? null : this.presentRecovery(first, NOW);
    const newest = kids.findLast((kid) => this.inForce(kid));
    return led !== null && this.inForce(led.kid) ? led : newest === undefined ? null : this.of(newest);
  }

  /**
   * The key itself until it is taken back; then the one in its place, until that is taken back, and so on. Not simply the
   * newest: else another key beside the one in force would be enough to read on. Where a server shows an end that does not
   * lie behind the one before, the line ends there.
   */
  private presentRecovery(named: VerifiedCertificate, at: number): VerifiedCertificate {
    let { kid } = named;
    let gone = this.revocationOf(kid);
    let place = -1;
    while (gone !== null && gone.logIndex > place && gone.logIndex <= at) {
      place = gone.logIndex;
      const follower = this.recoveryAfter(place, at);
      if (follower === null) return named;
      kid = follower;
      gone = this.revocationOf(kid);
    }
    return this.of(kid) ?? named;
  }

  /**
   * Which recovery key came for one that was taken back at `place`: the newest that counted there, as it is certified just
   * before; else the first since then. Without those that have fallen at a log index.
   */
  private recoveryAfter(place: number, at: number): string | null {
    const kids = this.recoveries(at);
    const there = kids.findLast((kid) => this.since(kid) <= place && this.inForce(kid, place));
    return there ?? kids.find((kid) => this.since(kid) > place) ?? null;
  }

  /** The recovery keys that stand at a log index, taken back or not, in the order in which they were first certified. */
  private recoveries(at: number): readonly string[] {
    const standing = this.all().filter((one) => one.kind === "recovery" && this.stands(one, at));
    const kids = [...new Set(standing.map(({ kid }) => kid))];
    return kids.sort((a, b) => this.since(a) - this.since(b) || (a < b ? -1 : 1));
  }

  /** The key of a team's generation (1, 2, …), which is its epoch of that number. */
  teamKey(team: string, generation: number): VerifiedCertificate | null {
    return this.generations.get(team)?.[generation - 1] ?? null;
  }

  /** The newest generation of a team that is known at a log index. */
  newestOf(team: string, at = NOW): VerifiedCertificate | null {
    return (this.generations.get(team) ?? []).findLast(({ logIndex }) => logIndex <= at) ?? null;
  }

  revocationOf(kid: string): VerifiedRevocation | null {
    return this.revocations.get(kid) ?? null;
  }

  /** The keys that were taken back, with the place of that in the log. */
  revoked(): ReadonlyMap<string, number> {
    return new Map([...this.revocations].map(([kid, { logIndex }]) => [kid, logIndex]));
  }

  /** Whether the key counts at a log index: certified, not taken back, and not every certificate of it fallen. */
  inForce(kid: string, at = NOW): boolean {
    const revocation = this.revocations.get(kid);
    if (revocation !== undefined && revocation.logIndex <= at) return false;
    return this.allOf(kid).some((certificate) => this.stands(certificate, at));
  }

  /**
   * The keys that would be out of force besides, each by a certificate of it, if `kid` were taken back as compromised since
   * that log index: somebody has to certify them anew, or to let them go.
   */
  fallenBy(kid: string, since: number | null): readonly VerifiedCertificate[] {
    const falls = (certificate: VerifiedCertificate): boolean => {
      const issuer = this.issuerOf(certificate);
      if (issuer === null) return false;
      return (issuer.kid === kid && since !== null && certificate.logIndex >= since) || falls(issuer);
    };
    const keys = [...this.byKid].filter(([key]) => key !== kid && this.inForce(key));
    return keys.flatMap(([, certificates]) => {
      const standing = certificates.filter((certificate) => this.stands(certificate, NOW));
      return standing.every(falls) ? standing.slice(0, 1) : [];
    });
  }

  /** The certificate by which the invitation whose key is `kid` was redeemed, if that is an invitation's. */
  redemptionOf(kid: string): VerifiedCertificate | null {
    return this.redemptions.get(kid) ?? null;
  }

  /** Log index at which the key was first certified; no record before it can be its holder's. */
  since(kid: string): number {
    return Math.min(...this.allOf(kid).map(({ logIndex }) => logIndex));
  }

  /** Whether nobody but an invitation vouches for this key, by what stands. */
  isProvisional(kid: string): boolean {
    const known = this.allOf(kid).filter((certificate) => this.stands(certificate, NOW));
    return known.length > 0 && known.every((certificate) => this.isFromInvitation(certificate));
  }

  protected allOf(kid: string): readonly VerifiedCertificate[] {
    return this.byKid.get(kid) ?? [];
  }

  /** Whether a certificate was accepted and has not fallen at a log index. */
  protected stands(certificate: VerifiedCertificate, at: number): boolean {
    const fell = this.fellAt(certificate);
    return certificate.logIndex <= at && (fell === null || fell > at);
  }

  protected issuerOf({ issuer }: Certificate): VerifiedCertificate | null {
    return issuer === null ? null : (this.byHash.get(issuer) ?? null);
  }

  /**
   * The log index at which a certificate fell, with the key that issued it or with that key's own certificate. A root never
   * falls: it would fall with the one it replaced.
   */
  private fellAt(certificate: VerifiedCertificate): number | null {
    const issuer = this.issuerOf(certificate);
    if (issuer === null || certificate.kind === "root") return null;
    const revocation = this.revocationOf(issuer.kid);
    const isTakenBack = revocation !== null && certificate.logIndex >= fallsFrom(revocation);
    const before = this.fellAt(issuer);
    if (!isTakenBack) return before;
    return Math.min(revocation.logIndex, before ?? revocation.logIndex);
  }

  private isFromInvitation({ issuer }: VerifiedCertificate): boolean {
    return issuer !== null && this.byHash.get(issuer)?.kind === "invitation";
  }
}
