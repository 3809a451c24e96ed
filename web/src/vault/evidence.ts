/** What the server says of keys and teams beside a vault's records: by this the records are judged (ADR 0026). */

import { utf8 } from "../crypto/bytes";
import { fromDoc, hashOf, read } from "../seals/documents";
import { must } from "../seals/errors";
import { REVOCATION } from "../seals/revocations";
import type { Directory } from "../wire/evidence";

/** What the server says of keys and teams, as far as it lies at or below that place of the log. */
export function evidenceUpTo({ certificates, revocations, teams }: Directory, logIndex: number): string {
  const lines = [
    ...[...certificates, ...revocations].map((one) => [one.log_index, one.accepted_at, one.doc.bytes, ""]),
    ...teams.flatMap(({ id, entries }) =>
      entries.map((one) => [one.log_index, one.accepted_at, one.record.bytes, id]),
    ),
  ];
  const below = lines.filter(([place]) => Number(place) <= logIndex).map((line) => line.join(" "));
  return hashOf(utf8(below.sort().join("\n")));
}

/** What was said with each part of the news, as the records come. */
export class Evidence {
  /** What was said last. */
  last: Directory = { certificates: [], revocations: [], teams: [] };
  /** Whether all records were judged by what was said last: of their time, nothing came or went afterwards. */
  isSteady = true;

  /**
   * `judged`: the place in the log up to which records were judged by what was said before.
   * @throws IntegrityError (`revocation_hidden`) for a revocation at or below it of a key that was shown without it.
   */
  take({ certificates, revocations, teams }: Directory, judged: number): void {
    const said = { certificates, revocations, teams };
    this.requireNoneHeldBack(said, judged);
    if (evidenceUpTo(said, judged) !== evidenceUpTo(this.last, judged)) this.isSteady = false;
    this.last = said;
  }

  private requireNoneHeldBack({ revocations }: Directory, judged: number): void {
    const said = new Set(this.last.revocations.map(({ doc }) => doc.bytes));
    const late = revocations.filter((one) => one.log_index <= judged && !said.has(one.doc.bytes));
    if (late.length === 0) return;
    const shown = new Set(this.last.certificates.map(({ doc }) => hashOf(fromDoc(doc).bytes)));
    for (const { doc } of late) {
      const isHeldBack = shown.has(read(REVOCATION, fromDoc(doc).bytes).certificate);
      must(!isHeldBack, "revocation_hidden", "a revocation comes after what it should have judged");
    }
  }
}
