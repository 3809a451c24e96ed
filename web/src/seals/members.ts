/** Who belongs to a vault today: a roster, with redeemed invitations replaced by the people who redeemed them. */

import type { Certificates, VerifiedCertificate } from "./certificates";
import type { Roster, RosterHolder } from "./documents";
import { must } from "./errors";

/** A holder with the key that counts now: an invitation's holder is its first redemption. */
export interface EffectiveHolder extends RosterHolder {
  readonly certificate: VerifiedCertificate;
}

/** The effective holders of a roster by key. @throws IntegrityError (`roster_holder`) if one is not certified as such. */
export function membersOf(
  roster: Pick<Roster, "holders">,
  certificates: Certificates,
): ReadonlyMap<string, EffectiveHolder> {
  const found = new Map<string, EffectiveHolder>();
  for (const holder of roster.holders) {
    const certificate = certificates.member(holder.key);
    must(
      certificate !== null && certificate.subject === holder.subject,
      "roster_holder",
      "a holder's key is not certified for this person",
    );
    const key = certificate.kid;
    must(!found.has(key), "roster_holder", "a person and his redeemed invitation are both holders");
    found.set(key, { ...holder, key, certificate });
  }
  return found;
}
