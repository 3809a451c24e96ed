/**
 * Who belongs to a vault at a moment: a roster, with redeemed invitations replaced by the people who redeemed them, teams by
 * their newest generation, and without those whose key was taken back or whose time has passed (docs/formats.md, section 3).
 */

import type { VerifiedCertificate } from "./certificate";
import type { Certificates } from "./certificates";
import type { Rights, Roster, RosterHolder } from "./documents";
import { must } from "./errors";

/** A place in the log and its time: of a record its acceptance. */
export interface Moment {
  readonly logIndex: number;
  readonly time: number;
}

/** The moment of a plan: after all that the log has. */
export function presently(time: number): Moment {
  return { logIndex: Number.POSITIVE_INFINITY, time };
}

/** A holder with the key that counts at the moment; `line` is the key in the roster. */
export interface EffectiveHolder extends RosterHolder {
  readonly line: string;
  readonly certificate: VerifiedCertificate;
}

type Holders = Pick<Roster, "holders">;

/**
 * Every line of a roster, also of those who do not belong at the moment.
 * @throws IntegrityError (`roster_holder`) if one is not certified as such, or two mean the same holder.
 */
export function linesOf(
  roster: Holders,
  certificates: Certificates,
  { logIndex }: Moment,
): readonly EffectiveHolder[] {
  const found = new Set<string>();
  return roster.holders.map((holder) => {
    const certificate = certificates.member(holder.key, logIndex);
    must(
      certificate !== null && certificate.subject === holder.subject,
      "roster_holder",
      "a holder's key is not certified for this person",
    );
    const key = certificate.kid;
    must(!found.has(key), "roster_holder", "two lines mean the same holder");
    found.add(key);
    return { ...holder, key, line: holder.key, certificate };
  });
}

/** The effective holders at the moment, by key. @throws as `linesOf`. */
export function membersOf(
  roster: Holders,
  certificates: Certificates,
  moment: Moment,
): ReadonlyMap<string, EffectiveHolder> {
  const effective = linesOf(roster, certificates, moment).filter(
    ({ key, until }) =>
      (until === null || moment.time <= until) && certificates.inForce(key, moment.logIndex),
  );
  return new Map(effective.map((holder) => [holder.key, holder] as const));
}

const RANKS: readonly Rights[] = ["hold", "read", "write", "manage"];

/** The best that a person's own line and the lines of his teams give him; null where none does. */
export function rightsOf(
  kid: string,
  roster: Holders,
  certificates: Certificates,
  moment: Moment,
): Rights | null {
  let best: Rights | null = null;
  for (const { key, rights, certificate } of membersOf(roster, certificates, moment).values()) {
    const isHis =
      key === kid || (certificate.kind === "team" && isInTeam(kid, certificate.subject, certificates, moment));
    if (isHis && RANKS.indexOf(rights) > (best === null ? -1 : RANKS.indexOf(best))) best = rights;
  }
  return best;
}

/** The members of a team at the moment, by the last of its rosters before it. */
export function teamMembers(
  team: string,
  certificates: Certificates,
  moment: Moment,
): ReadonlyMap<string, EffectiveHolder> {
  const roster = certificates.teams.get(team)?.rosterBefore(moment.logIndex) ?? null;
  return roster === null ? new Map() : membersOf(roster, certificates, moment);
}

function isInTeam(kid: string, team: string, certificates: Certificates, moment: Moment): boolean {
  return teamMembers(team, certificates, moment).has(kid);
}
