/**
 * Certificates and the way from a key to the pinned root (docs/formats.md, section 3).
 *
 * A set of certificates is verified as a whole: one that does not stand makes the whole answer of the server
 * suspect, and it is refused.
 */

import { fromBase64url } from "../crypto/base64";
import { isPublicKey } from "../crypto/ed25519";
import { isUsableRecipient } from "../crypto/hybrid";
import { CERTIFICATE, type Certificate, type CertificateKind } from "./certificate";
import { hashOf, read, type Signed, sameHash, verifySigned } from "./documents";
import { must } from "./errors";
import { keyId } from "./keys";

/** A certificate with the time and place of its acceptance, as the log has it. */
export interface AcceptedCertificate {
  readonly signed: Signed;
  readonly acceptedAt: number;
  readonly logIndex: number;
}

export interface VerifiedCertificate extends Certificate {
  readonly hash: string;
  readonly kid: string;
  readonly acceptedAt: number;
  readonly logIndex: number;
}

export const PEOPLE: readonly CertificateKind[] = ["owner", "clerk", "client"];

export class Certificates {
  private readonly byHash = new Map<string, VerifiedCertificate>();
  private readonly byKid = new Map<string, readonly VerifiedCertificate[]>();
  private readonly redemptions = new Map<string, VerifiedCertificate>();
  readonly firm: string;
  readonly root: string;

  private constructor(firm: string, root: string) {
    this.firm = firm;
    this.root = root;
  }

  /**
   * Verifies every certificate up to the root with fingerprint `root`.
   * @throws IntegrityError (`certificate_…`, `signature_invalid`, …) when one of them does not stand.
   */
  static async verify(
    firm: string,
    root: string,
    accepted: readonly AcceptedCertificate[],
  ): Promise<Certificates> {
    const certificates = new Certificates(firm, root);
    await certificates.add(accepted);
    return certificates;
  }

  /** Adds what the server sent later, in whatever order; of certificates already known it must say the same again. */
  async add(accepted: readonly AcceptedCertificate[]): Promise<void> {
    let waiting = accepted
      .map((item) => ({ item, claimed: read(CERTIFICATE, item.signed.bytes) }))
      .sort((a, b) => a.item.logIndex - b.item.logIndex);
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
      found !== undefined && PEOPLE.includes(found.kind),
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

  /** Whom a roster's key stands for: its holder, or for an invitation its first redemption, once there is one. */
  member(kid: string): VerifiedCertificate | null {
    return this.of(this.redemptionOf(kid)?.kid ?? kid)[0] ?? null;
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

  private async admit(accepted: AcceptedCertificate, claimed: Certificate): Promise<void> {
    const hash = hashOf(accepted.signed.bytes);
    if (this.isKnown(hash, accepted)) return;
    const kid = keyId(fromBase64url(claimed.signing_key), claimed.recipient);
    const issuer = this.checkIssuer(claimed, kid, accepted.acceptedAt);
    await verifySigned(CERTIFICATE, accepted.signed, (issuer ?? claimed).signing_key);
    // Another caller may have added it meanwhile; from here on nothing waits.
    if (this.isKnown(hash, accepted)) return;
    checkKeys(claimed);
    this.checkSameKey(claimed, kid);
    const isRedemption = issuer?.kind === "invitation";
    must(
      !(isRedemption && this.redemptions.has(issuer.kid)),
      "certificate_redeemed",
      "the invitation was redeemed before, with another certificate",
    );
    const { acceptedAt, logIndex } = accepted;
    const verified = { ...claimed, hash, kid, acceptedAt, logIndex };
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

  /** The issuer, after the rules between it and the certificate were checked; null for the pinned root. */
  private checkIssuer(claimed: Certificate, kid: string, acceptedAt: number): VerifiedCertificate | null {
    const issuer = claimed.issuer === null ? null : (this.byHash.get(claimed.issuer) ?? null);
    if (issuer === null) must(sameHash(kid, this.root), "certificate_root", "not the root that was pinned");
    else checkMayIssue(issuer, claimed);
    must(claimed.firm === this.firm, "certificate_firm", "the certificate is another firm's");
    for (const { not_before, not_after } of issuer === null ? [claimed] : [issuer, claimed]) {
      const isValid = not_before <= acceptedAt && (not_after === null || acceptedAt <= not_after);
      must(isValid, "certificate_time", "accepted outside its validity, or its issuer's");
    }
    return issuer;
  }

  /** One key, one holder: else a second certificate could lend a known key another name or another rank. */
  private checkSameKey({ subject, kind, generation }: Certificate, kid: string): void {
    for (const same of this.of(kid)) {
      must(
        same.subject === subject && same.kind === kind && same.generation === generation,
        "certificate_conflict",
        "the key is certified for somebody or something else",
      );
    }
  }

  private isFromInvitation({ issuer }: VerifiedCertificate): boolean {
    return issuer !== null && this.byHash.get(issuer)?.kind === "invitation";
  }
}

/** @throws IntegrityError (`certificate_firm`, `certificate_issuer_rights`, `certificate_invitation`) if it may not. */
function checkMayIssue(issuer: Certificate, certificate: Certificate): void {
  const { generation, kind, role, subject } = certificate;
  must(issuer.firm === certificate.firm, "certificate_firm", "issuer and subject are of different firms");
  must(
    issuer.certifies.includes(kind) && issuer.certifies.includes(role ?? kind),
    "certificate_issuer_rights",
    `a ${issuer.kind} that may not certify a ${kind}`,
  );
  must(
    issuer.kind !== "invitation" || (subject === issuer.subject && generation === issuer.generation),
    "certificate_invitation",
    "the invitation is for somebody else, or for another generation of his keys",
  );
}

/** @throws IntegrityError (`certificate_signing_key`, `certificate_recipient`) for a key that is none. */
function checkKeys({ signing_key, recipient }: Certificate): void {
  const isSound = isPublicKey(fromBase64url(signing_key));
  must(isSound, "certificate_signing_key", "the signing key is no point of large order");
  const isUsable = recipient === null || isUsableRecipient(recipient);
  must(isUsable, "certificate_recipient", "the recipient is not a usable key");
}
