/** What the server says of keys and teams beside a vault's records: by this the records are judged (ADR 0026). */

import { utf8 } from "../crypto/bytes";
import { hashOf } from "../seals/documents";
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

  /** `judged`: the place in the log up to which records were judged by what was said before. */
  take({ certificates, revocations, teams }: Directory, judged: number): void {
    const said = { certificates, revocations, teams };
    if (evidenceUpTo(said, judged) !== evidenceUpTo(this.last, judged)) this.isSteady = false;
    this.last = said;
  }
}
