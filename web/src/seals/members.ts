/**
 * Who belongs to a vault at a moment: a roster, with redeemed invitations replaced by the people who redeemed them, teams by
 * their newest generation, and without those whose key was taken back or whose time has passed (docs/formats.md, section 3).
 */

import type { CertificateKind, VerifiedCertificate } from "./certificate";
import type { Certificates } from "./certificates";
import type { Rights, Roster, RosterHolder, VaultKind } from "./documents";
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
 * Every line of a roster with whom it means, also of those who do not belong at the moment.
 * @throws IntegrityError (`roster_holder`) if one is not certified for its subject; (`team_unknown`, `team_differs`) for a
 * team whose chain is not known or has no such key.
 */
export function linesOf(
  { holders }: Holders,
  certificates: Certificates,
  { logIndex }: Moment,
): readonly EffectiveHolder[] {
  return holders.map((holder) => {
    const certificate = certificates.member(holder.key, logIndex);
    must(
      certificate !== null && certificate.subject === holder.subject,
      "roster_holder",
      "a holder's key is not certified for him",
    );
    if (certificate.kind === "team") checkTeamKey(certificate, certificates);
    return { ...holder, key: certificate.kid, line: holder.key, certificate };
  });
}

/** The certificate alone proves nothing: one of those who may certify could have made a key for himself. */
function checkTeamKey(
  { generation, recipient, subject }: VerifiedCertificate,
  { teams }: Certificates,
): void {
  const team = teams.get(subject);
  must(team !== undefined, "team_unknown", "a roster names a team whose chain is not known");
  const isItsKey = team.epochs.get(generation)?.recipient === recipient;
  must(isItsKey, "team_differs", "the team's key is no epoch's of its chain");
}

/** The effective holders at the moment, by key. @throws as `linesOf`. */
export function membersOf(
  roster: Holders,
  certificates: Certificates,
  moment: Moment,
): ReadonlyMap<string, EffectiveHolder> {
  const found = new Map<string, EffectiveHolder>();
  for (const holder of linesOf(roster, certificates, moment)) {
    const { key, rights, until } = holder;
    const isOver = until !== null && until < moment.time;
    if (isOver || !certificates.inForce(key, moment.logIndex)) continue;
    if (isMore(rights, found.get(key)?.rights ?? null)) found.set(key, holder);
  }
  return found;
}

/** Each more than the one before. */
const RANKS: readonly Rights[] = ["hold", "trusted", "read", "write", "manage"];

function isMore(rights: Rights, than: Rights | null): boolean {
  return than === null || RANKS.indexOf(rights) > RANKS.indexOf(than);
}

/** The best that a person's own line and the lines of his teams give him; null where none does. */
export function rightsOf(
  kid: string,
  roster: Holders,
  certificates: Certificates,
  moment: Moment,
): Rights | null {
  let best: Rights | null = null;
  for (const { key, rights, certificate } of membersOf(roster, certificates, moment).values()) {
    const isThroughTeam =
      certificate.kind === "team" && teamMembers(certificate.subject, certificates, moment).has(kid);
    if ((key === kid || isThroughTeam) && isMore(rights, best)) best = rights;
  }
  return best;
}

/** Whether whoever is certified as `kind` manages every chain of this kind, without a line of his own (ADR 0016). */
export function managesAll(kind: CertificateKind, of: VaultKind | null): boolean {
  return kind === "owner" && of !== null && of !== "personal";
}

/** The holders without letters that have ended by `time`. */
export function unexpired(holders: readonly EffectiveHolder[], time: number): readonly EffectiveHolder[] {
  return holders.filter(({ certificate: { not_after } }) => not_after === null || time <= not_after);
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
