/** What an honest server answers about keys: a page of all, or of what is about some. */

import { CERTIFICATE, type CertificateKind } from "../src/seals/certificate";
import { fromDoc, hashOf, ROSTER, read } from "../src/seals/documents";
import { REVOCATION } from "../src/seals/revocations";
import type { Directory, EntryAnswer } from "../src/wire/evidence";
import type { DirectoryPage } from "../src/wire/keys_api";

/** Few at a time, so that clients have to ask again. */
export const PAGE = 2;

const OF_THE_FIRM: readonly CertificateKind[] = [
  "root",
  "recovery",
  "owner",
  "office_leader",
  "clerk",
  "scanner",
  "service",
];

/** Of these people and teams, and of the firm's own. */
export function directoryAbout(all: Directory, about: readonly string[]): Directory {
  const claims = all.certificates.map((one) => ({ one, claimed: read(CERTIFICATE, fromDoc(one.doc).bytes) }));
  const firm = claims.filter(({ claimed: { kind } }) => OF_THE_FIRM.includes(kind));
  const seen = new Set([...about, ...firm.map(({ claimed }) => claimed.subject)]);
  const certificates = claims.filter(({ claimed }) => seen.has(claimed.subject)).map(({ one }) => one);
  const hashes = new Set(certificates.map(({ doc }) => hashOf(fromDoc(doc).bytes)));
  const isOfThem = ({ doc }: Directory["revocations"][number]): boolean =>
    hashes.has(read(REVOCATION, fromDoc(doc).bytes).certificate);
  return {
    certificates,
    revocations: all.revocations.filter(isOfThem),
    teams: all.teams.filter(({ id }) => about.includes(id)),
  };
}

/** Ids of all whom the rosters of a chain have named, and of whom those of the teams among them have. */
export function namedIn(
  chains: ReadonlyMap<string, { readonly entries: readonly EntryAnswer[] }>,
  id: string,
): readonly string[] {
  const rosters = (chains.get(id)?.entries ?? []).flatMap(({ roster }) => (roster ? [roster] : []));
  const named = rosters.flatMap((doc) =>
    read(ROSTER, fromDoc(doc).bytes).holders.map(({ subject }) => subject),
  );
  return named.flatMap((one) => [one, ...(chains.has(one) ? namedIn(chains, one) : [])]);
}

/** What the log has behind the index `log`; `last`: its own last one. */
export function pageOf(all: Directory, log: number, last: number): DirectoryPage {
  const later = all.certificates.filter(({ log_index }) => log_index > log);
  const more = later.length > PAGE;
  const end = more ? (later[PAGE - 1]?.log_index ?? log) : last;
  const isIn = ({ log_index }: { log_index: number }) => log < log_index && log_index <= end;
  return {
    certificates: later.filter(isIn),
    revocations: all.revocations.filter(isIn),
    teams: all.teams.map(({ id, entries }) => ({ id, entries: entries.filter(isIn) })),
    more,
  };
}
