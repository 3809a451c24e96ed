/**
 * The firm gets another root, which the present one certifies, or recovery where that is lost; it takes the old one back and
 * certifies owners and recovery anew (docs/formats.md, section 3, "Change of root"; ADR 0019). All in one place of the log.
 */

import type { Open } from "../keyring/keyring";
import type { VerifiedCertificate } from "../seals/certificate";
import type { Certificates } from "../seals/certificates";
import { type Doc, signDocument, toDoc } from "../seals/documents";
import { RefusedError } from "../seals/errors";
import { certificateHash, certify, recertify } from "../seals/issue";
import type { SigningKeys } from "../seals/keys";
import { REVOCATION, type Reason } from "../seals/revocations";
import { keysApi } from "../wire/keys_api";

export interface RootChange {
  readonly root: Doc;
  readonly revocation: Doc;
  readonly certificates: readonly Doc[];
}

export interface ChangePlan {
  /** Root or recovery, from the sheet. */
  readonly by: SigningKeys;
  readonly reason: Reason;
  /** Log index from which on the old root may have been another's: what it certified since falls, or is certified anew. */
  readonly compromisedSince: number | null;
}

/** Whether these keys may change the root now. */
export function mayChangeRoot(certificates: Certificates, kid: string): boolean {
  const kind = certificates.of(kid)?.kind;
  return certificates.inForce(kid) && (kid === certificates.root || kind === "recovery");
}

/**
 * Gives the root's place to `next`. Repeatable: the server takes the same change once.
 * @throws RefusedError (`needs_root`), WireError; then nothing was done.
 */
export async function changeRoot(
  { session }: Open,
  certificates: Certificates,
  plan: ChangePlan,
  next: SigningKeys,
  now: number,
): Promise<void> {
  await keysApi.changeRoot(await signedChange(session.firm.id, certificates, plan, next, now));
}

/** All that changes the root, signed; `gone`: people whose keys the new root does not confirm. @throws as `changeRoot`. */
export async function signedChange(
  firm: string,
  certificates: Certificates,
  { by, reason, compromisedSince }: ChangePlan,
  next: SigningKeys,
  now: number,
  gone: readonly string[] = [],
): Promise<RootChange> {
  const old = certificates.of(certificates.root);
  const issuer = certificates.of(by.kid);
  if (old === null || issuer === null || !mayChangeRoot(certificates, by.kid))
    throw new RefusedError("needs_root", "neither the firm's root nor its recovery");
  const subject = { kind: "root", subject: firm, signingKey: next.signingKey, recipient: null } as const;
  const generation = old.generation + 1;
  const root = await certify(firm, subject, by, issuer.hash, now, { generation });
  const revocation = await signDocument(
    REVOCATION,
    { author: next.kid, certificate: old.hash, compromised_since: compromisedSince, firm, reason },
    next.signing,
  );
  const hash = certificateHash(root);
  const confirmed = kept(certificates).filter(({ subject }) => !gone.includes(subject));
  const anew = await Promise.all(confirmed.map((one) => recertify(one, next, hash, now)));
  return { root: toDoc(root), revocation: toDoc(revocation), certificates: anew.map(toDoc) };
}

/** One certificate for each key of an owner or of recovery that is in force. */
function kept(certificates: Certificates): readonly VerifiedCertificate[] {
  const theirs = certificates
    .all()
    .filter(({ kid, kind }) => (kind === "owner" || kind === "recovery") && certificates.inForce(kid));
  return [...new Map(theirs.map((one) => [one.kid, one])).values()];
}
