/** A founder whose key was lost comes back into a vault of his own, where recovery holds it (docs/formats.md 3; ADR 0035). */

import { PERSONS, type VerifiedCertificate } from "./certificate";
import type { Certificates } from "./certificates";
import type { Roster, RosterHolder, VaultKind } from "./documents";
import { linesOf, type Moment, membersOf } from "./members";

type Lines = Pick<Roster, "holders">;

/** The line that manages; a personal vault has exactly one. */
export function founderLine({ holders }: Lines): RosterHolder | null {
  return holders.find(({ rights }) => rights === "manage") ?? null;
}

/**
 * Whether an owner may put the founder's new key in the place of one that counts no more: only where the founder let the
 * firm's recovery hold the vault. @throws IntegrityError as of `linesOf`.
 */
export function mayReadmit(
  author: VerifiedCertificate,
  roster: Lines,
  kind: VaultKind | null,
  certificates: Certificates,
  moment: Moment,
): boolean {
  if (author.kind !== "owner" || kind !== "personal") return false;
  const members = [...membersOf(roster, certificates, moment).values()];
  const isHeld = members.some(({ rights }) => rights === "hold");
  const founder = linesOf(roster, certificates, moment).find(({ rights }) => rights === "manage");
  return isHeld && founder !== undefined && !certificates.inForce(founder.key, moment.logIndex);
}

/** Whether `after` differs in this alone: another key of the founder's own in the line that manages. */
export function isReadmission(before: Lines, after: Lines, certificates: Certificates): boolean {
  const [old, next] = [founderLine(before), founderLine(after)];
  if (old === null || next === null || next.key === old.key) return false;
  const expected = before.holders.map((line) => (line === old ? { ...old, key: next.key } : line));
  const isSame = expected.length === after.holders.length && expected.every((line) => stands(line, after));
  const kind = certificates.of(next.key)?.kind;
  return isSame && kind !== undefined && PERSONS.includes(kind);
}

function stands(line: RosterHolder, { holders }: Lines): boolean {
  return holders.some(
    ({ key, rights, subject, until, wait_days }) =>
      key === line.key &&
      rights === line.rights &&
      subject === line.subject &&
      until === line.until &&
      wait_days === line.wait_days,
  );
}
