/** Who belongs to a vault or a team: added, changed, limited, removed; and the epoch that follows from it. */

import { sealSmall } from "../crypto/age";
import { type Open, requireRevoked } from "../keyring/keyring";
import type { VerifiedCertificate } from "../seals/certificate";
import { hashOf, RECORD, type Rights, ROSTER, type RosterHolder, signDocument } from "../seals/documents";
import { recipientOf } from "../seals/epochs";
import { must, RefusedError } from "../seals/errors";
import { managesAll, membersOf } from "../seals/members";
import { OpenedVault } from "../vault/opened";
import { appendOf } from "../wire/codec";
import { directory } from "../wire/directory";
import { type Append, vaultApi } from "../wire/vault_api";

type Lines = readonly RosterHolder[];

/** A team as the page shows it. */
export interface ShownTeam {
  readonly id: string;
  readonly name: string;
}

/** Adds a person; `until`: the last second of his access, or null. @throws RefusedError (`holder_there`), WireError. */
export async function addPerson(
  vault: OpenedVault,
  certificate: VerifiedCertificate,
  rights: Rights,
  until: number | null = null,
): Promise<void> {
  await add(vault, { key: certificate.kid, rights, subject: certificate.subject, until });
}

/** Names a person who may read once he has asked and waited, and nobody objected. @throws as `addPerson`. */
export async function addTrusted(
  vault: OpenedVault,
  { kid, subject }: VerifiedCertificate,
  waitDays: number,
): Promise<void> {
  await add(vault, { key: kid, rights: "trusted", subject, until: null, wait_days: waitDays });
}

/**
 * Adds a team, with all who are and will be in it. The person opens the team's chain himself: only then does he know that
 * it is the one whose name he is shown. @throws IntegrityError (`title_differs`), RefusedError (`holder_there`), WireError.
 */
export async function addTeam(
  vault: OpenedVault,
  shown: ShownTeam,
  rights: Rights,
  until: number | null = null,
): Promise<void> {
  const { certificates } = await openTeam(vault.open, shown);
  const newest = certificates.newestOf(shown.id);
  must(newest !== null, "team_unknown", "the team has no certified key");
  await add(vault, { key: newest.kid, rights, subject: shown.id, until });
}

/** A team's chain, opened. @throws IntegrityError (`title_differs`) unless it is called what the page says. */
export async function openTeam(open: Open, { id, name }: ShownTeam): Promise<OpenedVault> {
  const team = await OpenedVault.load(open, id);
  const isIt = team.chain.kind === "team" && team.title === name;
  must(isIt, "title_differs", "the server shows the team as another one than the sealed one");
  return team;
}

/** Changes the rights of a line, or when its access ends. `key`: as it stands in the roster. */
export async function changeHolder(
  vault: OpenedVault,
  key: string,
  change: Partial<Pick<RosterHolder, "rights" | "until">>,
): Promise<void> {
  await changeRoster(vault, (lines) => {
    requireThere(lines, key);
    return lines.map((line) => (line.key === key ? { ...line, ...change } : line));
  });
}

/** Removes a line; what is written from now on its holder cannot read. */
export async function removeHolder(vault: OpenedVault, key: string): Promise<void> {
  await changeRoster(vault, (lines) => {
    requireThere(lines, key);
    return lines.filter((line) => line.key !== key);
  });
}

async function add(vault: OpenedVault, line: RosterHolder): Promise<void> {
  // The vault's news tell of its holders, not of those who are none yet.
  for await (const page of directory([line.subject])) await vault.learn(page);
  // Before anything is sealed: he may be somebody whose key was seen taken back here, of which nothing is shown now.
  await requireRevoked(vault.certificates);
  await changeRoster(vault, (lines) => {
    const isThere = lines.some(({ key, subject }) => key === line.key || subject === line.subject);
    if (isThere) throw new RefusedError("holder_there", "the person or team belongs to it already");
    return [...lines, line];
  });
}

function requireThere(lines: Lines, key: string): void {
  const isThere = lines.some((line) => line.key === key);
  if (!isThere) throw new RefusedError("holder_gone", "the holder does not belong to it any more");
}

/** Writes the next roster, and begins a new epoch when somebody lost his access by it. */
async function changeRoster(vault: OpenedVault, edit: (lines: Lines) => Lines): Promise<void> {
  const { chain, certificates, open } = vault;
  const isOwner = managesAll(certificates.person(open.keys.kid).kind, chain.kind);
  await vault.write(async () => {
    const moment = vault.present();
    const before = new Set(chain.holders(moment).map(({ key }) => key));
    const holders = edit(chain.roster?.holders ?? []);
    const newcomers = [...membersOf({ holders }, certificates, moment).values()];
    const append = await rosterAppend(
      vault,
      holders,
      newcomers.filter(({ key }) => !before.has(key)).map(recipientOf),
    );
    await vaultApi.append(vault.id, append);
  });
  const rights = chain.rightsOf(open.keys.kid, vault.present());
  if (isOwner || rights === "manage" || (rights === "write" && chain.kind !== "team"))
    await vault.rotateIfDue();
}

/** The record of the next roster, with the current epoch's seed sealed to the newcomers. */
export async function rosterAppend(
  vault: OpenedVault,
  lines: Lines,
  newcomers: readonly { readonly key: string; readonly recipient: string }[],
): Promise<Append> {
  const { chain, seeds, open } = vault;
  const { roster: last, rosterHash, firm } = chain;
  must(last !== null, "record_shape", "the chain has not begun");
  const holders = [...lines].sort((a, b) => (a.key < b.key ? -1 : 1));
  const author = open.keys.kid;
  const fields = { author, firm, holders, previous: rosterHash, seq: last.seq + 1, vault: vault.id };
  const roster = await signDocument(ROSTER, fields, open.keys.signing);
  const change = { kind: "roster", hash: hashOf(roster.bytes), seq: last.seq + 1 } as const;
  const record = await signDocument(RECORD, vault.recordFields([change]), open.keys.signing);
  const seed = newcomers.length === 0 ? null : await seeds.seedOf(chain.epoch.epoch);
  const wraps = await Promise.all(
    newcomers.map(async ({ key, recipient }) => ({
      key,
      age: await sealSmall(seed ?? new Uint8Array(0), [recipient]),
    })),
  );
  return appendOf({ record, roster, wraps });
}
