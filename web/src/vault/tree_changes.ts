/** Changes of what lies where: folders made, nodes renamed, moved, restored, removed, purged, released. */

import { toBase64url } from "../crypto/base64";
import { type Change, hashOf, RECORD, signDocument, toDoc } from "../seals/documents";
import { RefusedError } from "../seals/errors";
import { type LockRow, sealRow } from "../seals/rows";
import { type RowAnswer, vaultApi } from "../wire/vault_api";
import { foldName, freeName } from "./names";
import type { OpenedFile, OpenedNode } from "./nodes";
import type { OpenedVault } from "./opened";

/** Where a node shall lie, and what it shall be called there. */
export interface Place {
  readonly node: string;
  readonly parent: string;
  readonly name: string;
}

interface Prepared {
  readonly change: Change;
  readonly row?: RowAnswer;
}

/** Signs the changes for the present head, and sends them. */
async function append(vault: OpenedVault, prepared: readonly Prepared[]): Promise<void> {
  const changes = prepared.map(({ change }) => change);
  const record = await signDocument(RECORD, vault.recordFields(changes), vault.open.keys.signing);
  const rows = prepared.flatMap(({ row }) => row ?? []);
  await vaultApi.append(vault.id, { record: toDoc(record), ...(rows.length > 0 ? { rows } : {}) });
}

/** The row of a folder or a place under the current epoch. */
async function sealed<K extends "folder" | "place">(
  vault: OpenedVault,
  kind: K,
  { node, parent }: Place,
  row: Parameters<typeof sealRow<K>>[2],
): Promise<Prepared> {
  const { chain, id } = vault;
  const { epoch } = chain.epoch;
  const { rowKey } = await vault.seeds.keysOf(epoch);
  const place = { kind, firm: chain.firm, vault: id, node, version: 0, epoch };
  const bytes = await sealRow(rowKey, place, row);
  const change: Change = { kind, epoch, node, parent, row: hashOf(bytes) };
  return { change, row: { node, version: 0, row: toBase64url(bytes) } };
}

/** A folder that is about to be made, under an id that is already its own. */
export function newFolder(vault: OpenedVault, place: Place, now: number): Promise<Prepared> {
  return sealed(vault, "folder", place, { created: now, name: place.name });
}

/** @throws RefusedError (`name_taken`) if something else has the name there, or will have after these. */
export function requireFree(vault: OpenedVault, places: readonly Place[]): void {
  const going = new Set(places.map(({ node }) => node));
  const taken = new Set<string>();
  for (const { parent, name } of places) {
    const there = vault.childrenOf(parent).filter(({ id }) => !going.has(id));
    const key = `${parent}/${foldName(name)}`;
    const isTaken = taken.has(key) || there.some(({ row }) => foldName(row.name) === foldName(name));
    if (isTaken) throw new RefusedError("name_taken", "the folder has such a name already");
    taken.add(key);
  }
}

/** @throws RefusedError (`gone`) if one of these is not there any more: somebody else was quicker. */
export function requireLive(vault: OpenedVault, nodes: Iterable<string>): void {
  for (const node of nodes)
    if (node !== vault.id && !(vault.chain.nodes.has(node) && vault.chain.isLive(node)))
      throw new RefusedError("gone", "somebody removed it meanwhile");
}

/** @throws RefusedError (`into_itself`) for a folder that would lie in itself. */
function requireOutside(vault: OpenedVault, { node, parent }: Place): void {
  for (let at = parent; at !== vault.id; at = vault.chain.nodes.get(at)?.parent ?? vault.id)
    if (at === node) throw new RefusedError("into_itself", "a folder cannot lie in itself");
}

/**
 * Renames, moves and restores: afterwards each node lies where it shall, under its name. Whoever was slower looks at
 * the names again before he signs anew.
 * @throws RefusedError (`name_…`, `name_taken`, `gone`, `into_itself`, `busy`), WireError.
 */
export async function placeNodes(vault: OpenedVault, places: readonly Place[]): Promise<void> {
  await vault.write(async () => {
    requireLive(vault, new Set(places.map(({ parent }) => parent)));
    for (const place of places) {
      requireOutside(vault, place);
      if (vault.chain.isGone(place.node)) throw new RefusedError("gone", "it was deleted for ever");
    }
    requireFree(vault, places);
    const prepared = places.map((place) => sealed(vault, "place", place, { name: place.name }));
    await append(vault, await Promise.all(prepared));
  });
}

export async function rename(vault: OpenedVault, { id, parent }: OpenedNode, name: string): Promise<void> {
  await placeNodes(vault, [{ node: id, parent, name }]);
}

/** Into the trash, each with all below it. What somebody else removed meanwhile is no matter. */
export async function removeNodes(vault: OpenedVault, nodes: readonly string[]): Promise<void> {
  await vault.write(async () => {
    const left = nodes.filter((node) => vault.chain.isLive(node));
    if (left.length > 0)
      await append(
        vault,
        left.map((node) => ({ change: { kind: "remove", node } })),
      );
  });
}

/** For ever. Only for who manages the vault. */
export async function purgeNodes(vault: OpenedVault, nodes: readonly string[]): Promise<void> {
  await vault.write(async () => {
    const left = nodes.filter((node) => vault.chain.nodes.get(node)?.removed && !vault.chain.isGone(node));
    if (left.length > 0)
      await append(
        vault,
        left.map((node) => ({ change: { kind: "purge", node } })),
      );
  });
}

/** Out of the trash, under a name that is free there. @throws RefusedError (`gone` if the folder is), WireError. */
export async function restoreNode(vault: OpenedVault, node: OpenedNode, parent: string): Promise<void> {
  await vault.write(async () => {
    requireLive(vault, [parent]);
    const name = freeName(node.row.name, (name) => vault.fileNamed(parent, name) !== undefined);
    const place = { node: node.id, parent, name };
    await append(vault, [await sealed(vault, "place", place, { name })]);
  });
}

/** The staff says that the file's newest version, which could not be scanned, may be opened all the same. */
export async function releaseVersion(vault: OpenedVault, file: OpenedFile): Promise<void> {
  const { manifest, manifestHash } = file.signed;
  await vault.write(async () => {
    if (vault.chain.releaseOf(manifestHash) !== null) return;
    const change = {
      kind: "release",
      manifest: manifestHash,
      node: file.id,
      version: manifest.version,
    } as const;
    await append(vault, [{ change }]);
  });
}

/** The reason of a lock, sealed for those who can read the vault. */
export async function sealReason(vault: OpenedVault, node: string, reason: string) {
  const { chain, id } = vault;
  const { epoch } = chain.epoch;
  const { rowKey } = await vault.seeds.keysOf(epoch);
  const row: LockRow = { reason };
  const place = { kind: "lock", firm: chain.firm, vault: id, node, version: 0, epoch } as const;
  return { epoch, row: toBase64url(await sealRow(rowKey, place, row)) };
}
