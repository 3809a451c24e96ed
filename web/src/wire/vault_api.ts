/** Calls about a vault besides its chain: the list of vaults, locks, what happened. */

import type { Head } from "../seals/chain";
import type { Rights } from "../seals/documents";
import { vaultPath } from "./api";
import { call } from "./http";

/** Somebody keeps a file to himself for a while. `row`: his sealed reason. */
export interface LockAnswer {
  readonly node: string;
  /** Id of the person. */
  readonly person: string;
  readonly name: string;
  readonly since: number;
  readonly until: number;
  readonly epoch: number;
  readonly row: string | null;
}

/** What happened in a vault, as the log has it. */
export interface ActivityAnswer {
  readonly index: number;
  readonly at: number;
  /** Id of the person, and the name; null where nobody was signed in. */
  readonly by: string | null;
  readonly name: string | null;
  readonly kind: string;
  readonly attested_by: "person" | "scanner" | "server";
  readonly seq: number | null;
  readonly node?: string | null;
  readonly version?: number | null;
}

export interface VaultListed extends Head {
  readonly id: string;
  readonly vault_kind: "dossier" | "personal";
  readonly dossier: {
    readonly id: string;
    readonly title: string;
    readonly client_number: string;
    readonly client_name: string;
  } | null;
  readonly due: boolean;
  readonly rights: Rights;
}

export const vaultApi = {
  vaults: () => call<{ vaults: readonly VaultListed[] }>("GET", "/api/vaults"),
  lock: (vault: string, node: string, epoch: number, row: string | null) =>
    call<{ until: number }>("POST", `${vaultPath(vault)}/locks`, {
      node,
      epoch,
      ...(row === null ? {} : { row }),
    }),
  unlockNode: (vault: string, node: string) => call<unknown>("DELETE", `${vaultPath(vault)}/locks/${node}`),
  handedOver: (vault: string, said: { package: string; recipient: string; files: number }) =>
    call<unknown>("POST", `${vaultPath(vault)}/hand-overs`, said),
  takenIn: (vault: string, said: { package: string; sender: string; files: number }) =>
    call<unknown>("POST", `${vaultPath(vault)}/take-ins`, said),
  /** ≤ 100 entries, the latest first, before a place in the log. */
  activity: (vault: string, before: number | null, node: string | null) => {
    const asked = new URLSearchParams({
      ...(before === null ? {} : { before: String(before) }),
      ...(node === null ? {} : { node }),
    });
    return call<{ entries: readonly ActivityAnswer[] }>("GET", `${vaultPath(vault)}/activity?${asked}`);
  },
};
