/** Files that somebody keeps to himself for a while: who, since when, and why. */

import { SealError } from "../seals/errors";
import { openRow } from "../seals/rows";
import { formatWhen, now, pageLanguage } from "../ui/format";
import { texts } from "../ui/texts";
import { fromWire } from "../wire/codec";
import { type LockAnswer, vaultApi } from "../wire/vault_api";
import type { OpenedVault } from "./opened";
import { sealReason } from "./tree_changes";

/** The lock that counts now; null where there is none, or its time is over. */
export function lockOf(vault: OpenedVault, node: string): LockAnswer | null {
  const lock = vault.state.locks.get(node);
  return lock !== undefined && lock.until > now() ? lock : null;
}

export function isOwnLock(vault: OpenedVault, { person }: LockAnswer): boolean {
  return person === vault.open.session.person.id;
}

/** Why, as its holder sealed it; empty where he said nothing or it does not open. */
async function reasonOf(vault: OpenedVault, { node, epoch, row }: LockAnswer): Promise<string> {
  if (row === null) return "";
  try {
    const { rowKey } = await vault.seeds.keysOf(epoch);
    const place = { kind: "lock", firm: vault.chain.firm, vault: vault.id, node, version: 0, epoch } as const;
    return (await openRow(rowKey, place, fromWire(row))).reason;
  } catch (error) {
    if (error instanceof SealError) return "";
    throw error;
  }
}

/** "Gesperrt von … seit … · Grund". */
export async function describeLock(vault: OpenedVault, lock: LockAnswer): Promise<string> {
  const { tree } = texts();
  const who = isOwnLock(vault, lock) ? tree.byYou : lock.name;
  return tree.lockedBy(who, formatWhen(lock.since, now(), pageLanguage()), await reasonOf(vault, lock));
}

/** @throws WireError (`node_locked`): somebody else was quicker. */
export async function lockFile(vault: OpenedVault, node: string, reason: string): Promise<void> {
  if (reason === "") await vaultApi.lock(vault.id, node, vault.chain.epoch.epoch, null);
  else {
    // A reason is sealed as all else: under an epoch that is not due.
    await vault.rotateIfDue();
    const { epoch, row } = await sealReason(vault, node, reason);
    await vaultApi.lock(vault.id, node, epoch, row);
  }
  await vault.refresh();
}

export async function unlockFile(vault: OpenedVault, node: string): Promise<void> {
  await vaultApi.unlockNode(vault.id, node);
  await vault.refresh();
}
