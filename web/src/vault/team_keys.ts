/** The keys of the teams a person is in, opened once for the life of the page: what is sealed to a team opens with them. */

import type { Open } from "../keyring/keyring";
import type { VaultChain } from "../seals/chain";
import type { EpochSeeds } from "../seals/epochs";
import { UnlockError } from "../seals/errors";
import { WireError } from "../wire/http";

/** A team's chain with the seeds that open for the person. */
interface OpenedTeam {
  readonly chain: VaultChain;
  readonly seeds: EpochSeeds;
  refresh(): Promise<boolean>;
}

const opened = new WeakMap<Open, Map<string, Promise<OpenedTeam>>>();

/**
 * The age identity of a team's generation, which is its epoch of that number. `load` replays a team's chain.
 * @throws UnlockError (`team_closed`) where the server shows it to others only; as `EpochSeeds.seedOf`; WireError.
 */
export async function teamIdentity(
  open: Open,
  team: string,
  generation: number,
  load: (team: string) => Promise<OpenedTeam>,
): Promise<string> {
  try {
    const vault = await loaded(open, team, load);
    if (vault.chain.epochs.size < generation) await vault.refresh();
    return (await vault.seeds.keysOf(generation)).identity;
  } catch (error) {
    const isOthers = error instanceof WireError && error.status === 404;
    throw isOthers ? new UnlockError("team_closed", "the person is not in this team") : error;
  }
}

function loaded(open: Open, team: string, load: (team: string) => Promise<OpenedTeam>): Promise<OpenedTeam> {
  const teams = opened.get(open) ?? new Map<string, Promise<OpenedTeam>>();
  opened.set(open, teams);
  const known = teams.get(team);
  if (known !== undefined) return known;
  const loading = load(team);
  teams.set(team, loading);
  // Another time it may go better.
  loading.catch(() => teams.delete(team));
  return loading;
}
