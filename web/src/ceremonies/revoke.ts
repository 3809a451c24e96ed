/** Taking back a key: the revocation, what falls with it certified anew, and new keys for the teams its holder was in. */

import type { Open } from "../keyring/keyring";
import { mayCertify } from "../seals/admission";
import type { VerifiedCertificate } from "../seals/certificate";
import type { Certificates } from "../seals/certificates";
import { type Doc, signDocument, toDoc } from "../seals/documents";
import { RefusedError } from "../seals/errors";
import { recertify } from "../seals/issue";
import type { SigningKeys } from "../seals/keys";
import { mayRevoke, REVOCATION, type Reason } from "../seals/revocations";
import { keysApi } from "../wire/keys_api";
import { type Done, rotateEach } from "./rotate_all";

/** Certificates that the server takes with a revocation; what is more follows one by one. */
const MOST_AT_ONCE = 1000;

export interface Plan {
  /** One of the key to be taken back. */
  readonly certificate: VerifiedCertificate;
  readonly reason: Reason;
  /** Log index from which on the key may have been another's; null: it never was. */
  readonly compromisedSince: number | null;
  /** Of what falls, what is certified anew. */
  readonly recertify: readonly VerifiedCertificate[];
}

/** What the dialog lists. */
export interface Falling {
  /** Keys that fall, and that this person may certify anew. */
  readonly mine: readonly VerifiedCertificate[];
  /** Keys that fall, and that somebody else has to certify anew. */
  readonly others: readonly VerifiedCertificate[];
}

/** What would fall with a key that was compromised since that log index. */
export function falling(
  { keys }: Open,
  certificates: Certificates,
  kid: string,
  since: number | null,
  now: number,
): Falling {
  const own = certificates.person(keys.kid);
  const falls = certificates
    .fallenBy(kid, since)
    // An invitation that was redeemed or has expired has done its work; its redemption stands here itself.
    .filter(({ kid: fallen, not_after }) => {
      const isOpen = not_after === null || now < not_after;
      return isOpen && certificates.redemptionOf(fallen) === null;
    });
  const isMine = (certificate: VerifiedCertificate): boolean =>
    own.kid !== kid && certificate.kid !== own.kid && mayCertify(own, certificate);
  return { mine: falls.filter(isMine), others: falls.filter((certificate) => !isMine(certificate)) };
}

/** The place in the log where that time begins, by what is known of it. */
export function placeAt(certificates: Certificates, time: number): number {
  const before = certificates.all().filter(({ acceptedAt }) => acceptedAt < time);
  return before.reduce((last, { logIndex }) => Math.max(last, logIndex + 1), 0);
}

/**
 * The revocation as it is signed. `by`: the root's keys, where an owner's or the recovery's is taken back by it.
 * @throws RefusedError (`not_allowed`).
 */
export async function revocationOf(
  { keys, session }: Open,
  certificates: Certificates,
  { certificate, reason, compromisedSince }: Omit<Plan, "recertify">,
  by: SigningKeys = keys,
): Promise<Doc> {
  const author = certificates.of(by.kid);
  if (author === null || !mayRevoke(author, certificate))
    throw new RefusedError("not_allowed", "the person may not take this key back");
  const fields = {
    author: by.kid,
    certificate: certificate.hash,
    compromised_since: compromisedSince,
    firm: session.firm.id,
    reason,
  };
  return toDoc(await signDocument(REVOCATION, fields, by.signing));
}

/**
 * Takes the key back. When this returns, the server has ended its holder's access, and the teams that this person manages
 * have new keys; `vaults`: how many vaults are due, for `rotateAll`. `teams.failed` stay due.
 * @throws RefusedError (`not_allowed`), WireError; then nothing was done.
 */
export async function revoke(
  open: Open,
  certificates: Certificates,
  plan: Plan,
  now: number,
  by: SigningKeys = open.keys,
): Promise<{ readonly vaults: number; readonly teams: Done }> {
  const revocation = await revocationOf(open, certificates, plan, by);
  const own = certificates.person(open.keys.kid);
  const anew = await Promise.all(plan.recertify.map((fallen) => recertify(fallen, open.keys, own.hash, now)));
  const { vaults, teams } = await keysApi.revoke(revocation, anew.slice(0, MOST_AT_ONCE).map(toDoc));
  for (const certificate of anew.slice(MOST_AT_ONCE)) await keysApi.addCertificate(toDoc(certificate));
  // Whoever takes his own key back has no access any more.
  const isOwn = plan.certificate.kid === open.keys.kid;
  return { vaults, teams: await rotateEach(open, certificates, isOwn ? [] : teams) };
}
