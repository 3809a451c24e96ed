/**
 * Certificates and the way from a key to the pinned root (docs/formats.md, section 3).
 *
 * A set of certificates is verified as a whole: one that does not stand makes the whole answer of the server
 * suspect, and it is refused.
 */

import {
  checkFollows,
  checkIssuer,
  checkKeys,
  checkPlace,
  checkSameKey,
  checkSameRank,
  keyIdOf,
  rankOf,
} from "./admission";
import { CERTIFICATE, type Certificate, PERSONS, type VerifiedCertificate } from "./certificate";
import { type Accepted, hashOf, read, verifySigned } from "./documents";
import { must } from "./errors";
import { Registry } from "./registry";
import { mayRevoke, REVOCATION } from "./revocations";
import { checkNext, checkReplaced, firstRoot } from "./roots";

export type { VerifiedCertificate } from "./certificate";

type Event =
  | { readonly kind: "certificate"; readonly item: Accepted }
  | { readonly kind: "revocation"; readonly item: Accepted };

export class Certificates extends Registry {
  private readonly pinned: string;
  /** Where the line of roots begins: the pinned one, unless that replaced another. */
  firstRoot: string;

  private constructor(firm: string, pinned: string) {
    super(firm);
    this.pinned = pinned;
    this.firstRoot = pinned;
  }

  /** Fingerprint of the firm's root: the last of its line; while none is known, of the pinned one. */
  get root(): string {
    return this.line.at(-1)?.kid ?? this.pinned;
  }

  /**
   * Verifies every certificate up to the root with fingerprint `root`, and every revocation.
   * @throws IntegrityError (`certificate_…`, `revocation_…`, `signature_invalid`, …) when one of them does not stand.
   */
  static async verify(
    firm: string,
    root: string,
    accepted: readonly Accepted[],
    revocations: readonly Accepted[] = [],
  ): Promise<Certificates> {
    const certificates = new Certificates(firm, root);
    await certificates.add(accepted, revocations);
    return certificates;
  }

  /**
   * Adds what the server sent later, in whatever order; of what is already known it must say the same again. At one place
   * of the log a new root comes first, then revocations.
   */
  async add(accepted: readonly Accepted[], revocations: readonly Accepted[] = []): Promise<void> {
    const events: readonly Event[] = [
      ...revocations.map((item) => ({ kind: "revocation" as const, item })),
      ...accepted.map((item) => ({ kind: "certificate" as const, item })),
    ].sort((a, b) => a.item.logIndex - b.item.logIndex);
    if (this.line.length === 0) this.firstRoot = firstRoot(this.pinned, accepted, revocations);
    for (let from = 0; from < events.length; ) {
      const place = events[from]?.item.logIndex;
      const next = events.findIndex(({ item }, i) => i > from && item.logIndex !== place);
      const together = events.slice(from, next < 0 ? events.length : next);
      await this.addPlace(together);
      from += together.length;
    }
    this.checkLine();
  }

  /** What one place of the log holds. */
  private async addPlace(events: readonly Event[]): Promise<void> {
    const certificates = events.flatMap((one) => (one.kind === "certificate" ? [one.item] : []));
    const isNewRoot = ({ signed }: Accepted): boolean => {
      const { issuer, kind } = read(CERTIFICATE, signed.bytes);
      return kind === "root" && issuer !== null;
    };
    await this.admitAll(certificates.filter(isNewRoot));
    for (const one of events) if (one.kind === "revocation") await this.admitRevocation(one.item);
    await this.admitAll(certificates);
  }

  /** Every root but the last was taken back by the one that followed, and the pinned one is among them. */
  private checkLine(): void {
    const areTakenBack = this.line.slice(0, -1).every(({ kid }) => this.revocations.has(kid));
    must(areTakenBack, "root_link", "a root that was followed by another and not taken back by it");
    const isOurs = this.line.length === 0 || this.line.some(({ kid }) => kid === this.pinned);
    must(isOurs, "certificate_root", "another root than the pinned one");
  }

  /** Certificates of one place in the log, each after its issuer. */
  private async admitAll(accepted: readonly Accepted[]): Promise<void> {
    let waiting = accepted
      .filter((item) => !this.isKnown(hashOf(item.signed.bytes), item))
      .map((item) => ({ item, claimed: read(CERTIFICATE, item.signed.bytes) }));
    while (waiting.length > 0) {
      const rest: typeof waiting = [];
      for (const one of waiting) {
        const { issuer } = one.claimed;
        if (issuer === null || this.byHash.has(issuer)) await this.admit(one.item, one.claimed);
        else rest.push(one);
      }
      must(rest.length < waiting.length, "certificate_issuer", "a certificate's issuer is not among them");
      waiting = rest;
    }
  }

  private async admitRevocation(accepted: Accepted): Promise<void> {
    const { acceptedAt, logIndex, signed } = accepted;
    const hash = hashOf(signed.bytes);
    if (this.isKnownRevocation(hash, accepted)) return;
    const claimed = read(REVOCATION, signed.bytes);
    const certificate = this.byHash.get(claimed.certificate) ?? null;
    must(certificate !== null, "revocation_certificate", "the certificate to be revoked is not there");
    must(claimed.firm === this.firm, "revocation_firm", "the revocation is another firm's");
    const author = this.of(claimed.author);
    const counts = author !== null && this.inForce(author.kid, logIndex);
    must(counts, "revocation_rights", "the author's key does not count");
    await verifySigned(REVOCATION, signed, author.signing_key);
    if (this.isKnownRevocation(hash, accepted)) return;
    must(mayRevoke(author, certificate), "revocation_rights", "the author may not take this key back");
    const { kid } = certificate;
    if (certificate.kind === "root") checkReplaced(this.line, author.kid, kid, logIndex);
    must(!this.revocations.has(kid), "revocation_repeated", "the key was taken back before");
    const isPast = (claimed.compromised_since ?? 0) <= logIndex;
    must(isPast, "revocation_time", "the key is said to be compromised from a later time on");
    if (author.kind !== "root") this.checkOtherOwner(certificate, logIndex);
    this.revocations.set(kid, { ...claimed, hash, kid, acceptedAt, logIndex });
    for (const later of this.byHash.values()) if (later.logIndex > logIndex) this.checkAgainst(later);
  }

  /** Whether this revocation was added before; its place in the log must not have moved since. */
  private isKnownRevocation(hash: string, { acceptedAt, logIndex }: Accepted): boolean {
    const known = [...this.revocations.values()].find((revocation) => revocation.hash === hash);
    must(
      known === undefined || (known.acceptedAt === acceptedAt && known.logIndex === logIndex),
      "revocation_moved",
      "the server says something else of a revocation's acceptance than before",
    );
    return known !== undefined;
  }

  /** Without an owner nobody but the root could certify an owner or a scanner. */
  private checkOtherOwner({ kid, kind }: VerifiedCertificate, at: number): void {
    const isOther = (other: VerifiedCertificate): boolean =>
      other.kind === "owner" && other.kid !== kid && this.inForce(other.kid, at);
    must(
      kind !== "owner" || this.all().some(isOther),
      "revocation_last_owner",
      "the firm would have no owner",
    );
  }

  /** What the revocations say of a certificate: that its issuer counted, and its key, when it was accepted. */
  private checkAgainst({
    issuer,
    kid,
    logIndex,
  }: Pick<VerifiedCertificate, "issuer" | "kid" | "logIndex">): void {
    const issued = issuer === null ? null : (this.byHash.get(issuer) ?? null);
    must(
      issued === null || (this.inForce(issued.kid, logIndex) && this.stands(issued, logIndex)),
      "certificate_issuer_revoked",
      "the issuer's key, or its certificate, did not count",
    );
    const revocation = this.revocationOf(kid);
    const wasBefore = revocation === null || logIndex < revocation.logIndex;
    must(wasBefore, "certificate_revoked", "the key was taken back for ever");
  }

  private async admit(accepted: Accepted, claimed: Certificate): Promise<void> {
    const hash = hashOf(accepted.signed.bytes);
    if (this.isKnown(hash, accepted)) return;
    const kid = keyIdOf(claimed);
    const issuer = this.issuerOf(claimed);
    checkIssuer(claimed, issuer, accepted.acceptedAt, this);
    if (issuer !== null) checkPlace(accepted.logIndex, issuer.logIndex, this.line);
    await verifySigned(CERTIFICATE, accepted.signed, (issuer ?? claimed).signing_key);
    // Another caller may have added it meanwhile; from here on nothing waits.
    if (this.isKnown(hash, accepted)) return;
    checkKeys(claimed);
    checkSameKey(claimed, this.allOf(kid));
    checkSameRank(claimed, this.ranks.get(claimed.subject));
    if (claimed.kind === "root") checkNext(this.line, claimed, accepted.logIndex);
    const isRedemption = issuer?.kind === "invitation";
    must(
      !(isRedemption && this.redemptions.has(issuer.kid)),
      "certificate_redeemed",
      "the invitation was redeemed before, with another certificate",
    );
    const { acceptedAt, logIndex } = accepted;
    const verified = { ...claimed, hash, kid, acceptedAt, logIndex };
    this.checkAgainst(verified);
    this.takeNumber(verified);
    if (verified.kind === "root") this.line.push(verified);
    this.byHash.set(hash, verified);
    if (!this.ranks.has(claimed.subject)) this.ranks.set(claimed.subject, rankOf(claimed));
    this.byKid.set(kid, [...this.allOf(kid), verified]);
    if (isRedemption) this.redemptions.set(issuer.kid, verified);
  }

  /** Whether this certificate was added before; its place in the log must not have moved since. */
  private isKnown(hash: string, { acceptedAt, logIndex }: Accepted): boolean {
    const known = this.byHash.get(hash);
    must(
      known === undefined || (known.acceptedAt === acceptedAt && known.logIndex === logIndex),
      "certificate_moved",
      "the server says something else of a certificate's acceptance than before",
    );
    return known !== undefined;
  }

  /** The keys of a person, or of a team, follow one another: 1, 2, … */
  private takeNumber(certificate: VerifiedCertificate): void {
    const { kid, kind, subject, logIndex } = certificate;
    if (this.byKid.has(kid)) return;
    const before = this.generations.get(subject) ?? [];
    checkFollows(certificate, before, this.revocationOf(before.at(-1)?.kid ?? ""), logIndex);
    if (kind === "team" || PERSONS.includes(kind)) this.generations.set(subject, [...before, certificate]);
  }
}
