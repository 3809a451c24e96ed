/**
 * The line of a firm's roots: each certified by the one before or by recovery, and naming the one it replaces
 * (docs/formats.md, section 3, "Change of root"; ADR 0019).
 */

import { keyIdOf } from "./admission";
import { CERTIFICATE, type Certificate, type VerifiedCertificate } from "./certificate";
import { type Accepted, hashOf, read } from "./documents";
import { IntegrityError, must } from "./errors";
import { REVOCATION } from "./revocations";

/**
 * The fingerprint of the root at which the line begins that leads to the pinned one. From the pinned root back each that
 * did not sign itself has signed a revocation that names the root before it, else the old root could be anybody's.
 * Its signature is verified with all others.
 * @throws IntegrityError (`root_link`).
 */
export function firstRoot(
  pinned: string,
  certificates: readonly Accepted[],
  revocations: readonly Accepted[],
): string {
  const roots = new Map<string, { readonly hash: string; readonly claimed: Certificate }>();
  for (const { signed } of certificates) {
    const claimed = read(CERTIFICATE, signed.bytes);
    if (claimed.kind === "root") roots.set(keyIdOf(claimed), { hash: hashOf(signed.bytes), claimed });
  }
  let fingerprint = pinned;
  const passed = new Set([pinned]);
  for (let root = roots.get(pinned); root !== undefined && root.claimed.issuer !== null; ) {
    const before: string[] = [];
    for (const { signed } of revocations) {
      const { author, certificate } = read(REVOCATION, signed.bytes);
      const [named] = [...roots].find(([, { hash }]) => hash === certificate) ?? [];
      if (author !== fingerprint || named === undefined) continue;
      before.push(named);
    }
    const [next, ...more] = before;
    if (next === undefined || more.length > 0 || passed.has(next))
      throw new IntegrityError("root_link", "a root that does not name the one it replaced");
    passed.add(next);
    fingerprint = next;
    root = roots.get(next);
  }
  return fingerprint;
}

/**
 * That `claimed` is the root after the present one; that its issuer is in force is checked as of all others.
 * @throws IntegrityError (`certificate_root`, `certificate_generation`).
 */
export function checkNext(
  roots: readonly VerifiedCertificate[],
  { issuer, generation }: Certificate,
  logIndex: number,
): void {
  const present = roots.at(-1);
  if (issuer === null) {
    must(present === undefined, "certificate_root", "a root that nobody certified beside another");
    return;
  }
  const isLater = present !== undefined && logIndex > present.logIndex;
  must(isLater, "certificate_root", "a root that follows none, or in the same place");
  const follows = generation === present.generation + 1;
  must(follows, "certificate_generation", "not the root that follows the present one");
}

/** That `author` took the place of the root `replaced` at this place. @throws IntegrityError (`revocation_rights`). */
export function checkReplaced(
  roots: readonly VerifiedCertificate[],
  author: string,
  replaced: string,
  at: number,
): void {
  const after = roots[roots.findIndex(({ kid }) => kid === replaced) + 1];
  const isNext = after !== undefined && after.kid === author && after.logIndex === at;
  must(isNext, "revocation_rights", "a root is taken back by the one that replaces it, and then");
}
