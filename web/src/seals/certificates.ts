/**
 * Certificates and the way from a key to the pinned root (docs/formats.md, section 3).
 *
 * A set of certificates is verified as a whole: one that does not stand makes the whole answer of the server
 * suspect, and it is refused.
 */

import { fromBase64url } from "../crypto/base64";
import {
  CERTIFICATE,
  type Certificate,
  type CertificateKind,
  hashOf,
  read,
  readSigned,
  type Signed,
  sameHash,
} from "./documents";
import { IntegrityError, must } from "./errors";
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
  /** Steps to the root; an invitation link is not counted. */
  readonly depth: number;
}

const MAX_DEPTH = 4;
const MAX_INVITATION_S = 30 * 24 * 3600;

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
const PEOPLE: readonly CertificateKind[] = ["owner", "clerk", "client"];

export class Certificates {
  private readonly byHash = new Map<string, VerifiedCertificate>();
  private readonly byKid = new Map<string, VerifiedCertificate[]>();
  private readonly redemptions = new Map<string, VerifiedCertificate>();
  readonly firm: string;
  readonly root: string;

  private constructor(firm: string, root: string) {
    this.firm = firm;
    this.root = root;
  }

  /**
   * Verifies every certificate up to the root with fingerprint `root`.
   * @throws IntegrityError when one of them does not stand.
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

  /** Adds what the server sent later; certificates already known are passed over. */
  async add(accepted: readonly AcceptedCertificate[]): Promise<void> {
    const waiting = new Map<string, AcceptedCertificate>();
    for (const certificate of accepted) {
      const hash = hashOf(certificate.signed.bytes);
      if (!this.byHash.has(hash)) waiting.set(hash, certificate);
    }
    const inOrder = [...waiting].sort(([, a], [, b]) => a.logIndex - b.logIndex);
    for (const [hash] of inOrder) await this.admit(hash, waiting, MAX_DEPTH + 2);
  }

  /** All certificates of a key, ordinary ones first. */
  of(kid: string): readonly VerifiedCertificate[] {
    return this.byKid.get(kid) ?? [];
  }

  all(): readonly VerifiedCertificate[] {
    return [...this.byHash.values()];
  }

  byCertificateHash(hash: string): VerifiedCertificate | null {
    return this.byHash.get(hash) ?? null;
  }

  /** The certificate under which `kid` acts as a person. @throws IntegrityError (`unknown_author`). */
  person(kid: string): VerifiedCertificate {
    const found = this.of(kid).find((certificate) => PEOPLE.includes(certificate.kind));
    if (found === undefined)
      throw new IntegrityError("unknown_author", "no certificate makes this key a person's");
    return found;
  }

  scanner(kid: string): VerifiedCertificate {
    const found = this.of(kid).find((certificate) => certificate.kind === "scanner");
    if (found === undefined)
      throw new IntegrityError("unknown_scanner", "no owner has certified this scanner");
    return found;
  }

  /** Any certificate of the key of a holder. @throws IntegrityError (`unknown_holder`). */
  holder(kid: string): VerifiedCertificate {
    const [found] = this.of(kid);
    if (found === undefined)
      throw new IntegrityError("unknown_holder", "no certificate leads from this holder to the root");
    return found;
  }

  /** The first certificate redeemed under the invitation whose key is `kid`, if that is an invitation's. */
  redemptionOf(kid: string): VerifiedCertificate | null {
    const invitation = this.of(kid).find((certificate) => certificate.kind === "invitation");
    return invitation === undefined ? null : (this.redemptions.get(invitation.hash) ?? null);
  }

  /** Whether nobody but an invitation vouches for this person's key so far. */
  isProvisional(kid: string): boolean {
    return this.of(kid).every(
      ({ issuer }) => issuer !== null && this.byHash.get(issuer)?.kind === "invitation",
    );
  }

  private async admit(
    hash: string,
    waiting: Map<string, AcceptedCertificate>,
    stepsLeft: number,
  ): Promise<VerifiedCertificate> {
    const known = this.byHash.get(hash);
    if (known !== undefined) return known;
    must(stepsLeft > 0, "chain_too_long", "the chain to the root is too long or circular");
    const accepted = waiting.get(hash);
    must(accepted !== undefined, "unknown_issuer", "a certificate's issuer is not known");
    const claimed = read(CERTIFICATE, accepted.signed.bytes);
    const issuer = claimed.issuer === null ? null : await this.admit(claimed.issuer, waiting, stepsLeft - 1);
    const verified = await this.check(hash, accepted, claimed, issuer);
    this.byHash.set(hash, verified);
    const sameKey = [...this.of(verified.kid), verified];
    this.byKid.set(verified.kid, sameKey);
    if (issuer?.kind === "invitation") this.redemptions.set(issuer.hash, verified);
    return verified;
  }

  private async check(
    hash: string,
    { signed, acceptedAt, logIndex }: AcceptedCertificate,
    claimed: Certificate,
    issuer: VerifiedCertificate | null,
  ): Promise<VerifiedCertificate> {
    must(claimed.firm === this.firm, "foreign_firm", "the certificate is another firm's");
    checkShape(claimed);
    checkTime(claimed, acceptedAt);
    await readSigned(CERTIFICATE, signed, (issuer ?? claimed).signing_key);
    const kid = keyId(fromBase64url(claimed.signing_key), claimed.recipient);
    const common = { ...claimed, hash, kid, acceptedAt, logIndex };
    if (issuer === null) {
      must(claimed.kind === "root" && sameHash(kid, this.root), "wrong_root", "not the root that was pinned");
      return { ...common, depth: 0 };
    }
    checkIssue(claimed, issuer, acceptedAt);
    const first = this.redemptions.get(issuer.hash);
    must(first === undefined, "redeemed_twice", "the invitation had been redeemed before");
    const depth = issuer.depth + (claimed.kind === "invitation" ? 0 : 1);
    must(depth <= MAX_DEPTH, "chain_too_long", "the chain to the root is too long");
    return { ...common, depth };
  }
}

/** What holds for a certificate by itself. */
function checkShape(certificate: Certificate): void {
  const { kind, recipient, alg, role, vaults, certifies, not_after, not_before } = certificate;
  must(ONLY_SIGN.includes(kind) === (recipient === null), "malformed", "recipient does not fit the kind");
  must((alg === "ed25519") === (recipient === null), "malformed", "alg does not fit the recipient");
  must((kind === "root") === (certificate.issuer === null), "malformed", "only the root has no issuer");
  must(
    certifies.every((allowed) => MAY_CERTIFY[kind].includes(allowed)),
    "scope_exceeded",
    "certifies more than its kind may",
  );
  if (kind !== "invitation") {
    must(role === null && vaults.length === 0, "malformed", "only invitations have a role and vaults");
    must(not_after === null, "malformed", "only invitations expire");
    return;
  }
  must(
    role !== null && certifies.length === 1 && certifies[0] === role,
    "malformed",
    "an invitation certifies its role",
  );
  must(
    not_after !== null && not_after > not_before && not_after - not_before <= MAX_INVITATION_S,
    "malformed",
    "an invitation lives at most 30 days",
  );
}

function checkTime({ not_before, not_after }: Certificate, acceptedAt: number): void {
  must(not_before <= acceptedAt, "not_yet_valid", "accepted before it was valid");
  must(not_after === null || acceptedAt <= not_after, "expired", "accepted after it had expired");
}

function checkIssue(certificate: Certificate, issuer: VerifiedCertificate, acceptedAt: number): void {
  must(issuer.certifies.includes(certificate.kind), "scope_exceeded", "the issuer may not certify this kind");
  checkTime(issuer, acceptedAt);
  if (certificate.kind === "invitation") {
    must(
      certificate.role !== null && issuer.certifies.includes(certificate.role),
      "scope_exceeded",
      "the issuer may not invite for this role",
    );
  }
  if (issuer.kind === "invitation") {
    must(certificate.subject === issuer.subject, "scope_exceeded", "the invitation names another person");
  }
}
