/**
 * Teams: who was a member of them, and when (docs/formats.md, section 3, "Teams").
 *
 * A team is a chain as a vault is, without contents, and a certificate for each of its epochs. Who verifies a vault that
 * names a team replays the team's chain, too: the server's word on a member counts nothing.
 */

import type { Certificates } from "./certificates";
import { VaultChain } from "./chain";
import { hashOf, RECORD, read } from "./documents";
import type { Entry, TeamChain } from "./entries";
import { must } from "./errors";

/** Entries of a team's chain, as the server sent them: from its first, or those that follow what is known. */
export interface TeamEntries {
  readonly id: string;
  readonly entries: readonly Entry[];
}

/**
 * Replays the teams' entries into `certificates.teams`; of what is known they must say the same again.
 * @throws IntegrityError (`vault_forked`, `record_shape`, as `VaultChain.apply`).
 */
export async function addTeams(certificates: Certificates, teams: readonly TeamEntries[]): Promise<void> {
  for (const { id, entries } of teams) {
    if (entries.length === 0) continue;
    const chain: TeamChain = certificates.teams.get(id) ?? VaultChain.begin(certificates, id);
    for (const entry of entries) await take(chain, entry);
    must(chain.kind === "team", "record_shape", "what is shown as a team's chain is none");
    certificates.teams.set(id, chain);
  }
}

async function take(chain: TeamChain, entry: Entry): Promise<void> {
  const { seq } = read(RECORD, entry.record.bytes);
  if (seq > chain.seq) {
    await chain.apply(entry);
    return;
  }
  const isSame = chain.headAt(seq) === hashOf(entry.record.bytes);
  must(isSame, "vault_forked", "the team's history is not the one seen before");
}
