/**
 * Copies within one vault: new manifests and headers over the same payloads, in records of many changes. No bytes move,
 * and nothing is scanned again: the verdict is the source's.
 */

import type { FileVersion } from "../seals/chain";
import { RECORD, signDocument, toDoc } from "../seals/documents";
import { RefusedError } from "../seals/errors";
import { newId } from "../seals/ids";
import type { FileRow } from "../seals/rows";
import { now } from "../ui/format";
import { vaultApi } from "../wire/vault_api";
import { fetchVersion } from "./contents";
import { foldName, freeName } from "./names";
import type { OpenedFile, OpenedNode } from "./nodes";
import type { OpenedVault } from "./opened";
import { newFolder, placeNodes, requireFree, requireLive } from "./tree_changes";
import { signVersion } from "./version_change";

/** What to do where the folder has something of that name: the file's next version (folders: into it), both, neither. */
export type OnTaken = "both" | "skip" | "version";

/** One node to come, below folders that come before it. */
export type Step =
  | { readonly kind: "folder"; readonly node: string; readonly parent: string; readonly name: string }
  | {
      readonly kind: "file";
      readonly parent: string;
      readonly name: string;
      readonly source: OpenedFile;
      /** The file whose next version it is. */
      readonly over: string | null;
    };

/** Changes in one record: the server takes many, but signs and checks them one by one. */
const BATCH = 100;
const AT_ONCE = 4;

/**
 * What copying these nodes into a folder of `target` makes, folders before what lies in them. Goes through as many
 * levels as there are, without recursion.
 */
export function planCopies(
  source: OpenedVault,
  nodes: readonly OpenedNode[],
  target: OpenedVault,
  folder: string,
  onTaken: OnTaken,
): readonly Step[] {
  const steps: Step[] = [];
  // Names in folders of the target that this copy itself has taken.
  const own = new Map<string, Set<string>>();
  const waiting = nodes.map((node) => ({ node, parent: folder, isNew: false }));
  for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
    const { node, parent, isNew } = item;
    const found = isNew ? undefined : target.fileNamed(parent, node.row.name);
    if (found !== undefined && onTaken === "skip") continue;
    const fits = found !== undefined && found.kind === node.kind && onTaken === "version";
    const isTaken = (name: string) =>
      (own.get(parent)?.has(foldName(name)) ?? false) ||
      (!isNew && target.fileNamed(parent, name) !== undefined);
    const name = fits ? node.row.name : freeName(node.row.name, isTaken);
    own.set(parent, (own.get(parent) ?? new Set()).add(foldName(name)));
    if (node.kind === "file") {
      if (found?.id !== node.id || !fits)
        steps.push({ kind: "file", parent, name, source: node, over: fits ? found.id : null });
      continue;
    }
    const id = fits ? found.id : newId();
    if (!fits) steps.push({ kind: "folder", node: id, parent, name });
    const inside = source.childrenOf(node.id).map((child) => ({ node: child, parent: id, isNew: !fits }));
    waiting.push(...inside);
  }
  return steps;
}

/** Carries the steps out in the vault that their sources lie in; `removed` go into the trash with the last of them. */
export async function copyWithin(
  vault: OpenedVault,
  steps: readonly Step[],
  removed: readonly string[],
  onProgress: (done: number, all: number) => void,
): Promise<void> {
  const all = Math.max(1, Math.ceil(steps.length / BATCH));
  for (let batch = 0; batch < all; batch++) {
    const own = steps.slice(batch * BATCH, (batch + 1) * BATCH);
    await commitCopies(vault, own, batch === all - 1 ? removed : []);
    onProgress(Math.min(steps.length, (batch + 1) * BATCH), steps.length);
  }
}

async function commitCopies(
  vault: OpenedVault,
  steps: readonly Step[],
  removed: readonly string[],
): Promise<void> {
  const files = steps.filter((step) => step.kind === "file");
  const keys = await fileKeys(
    vault,
    files.map(({ source }) => source),
  );
  await vault.write(async () => {
    const fresh = new Set(steps.flatMap((step) => (step.kind === "folder" ? step.node : [])));
    const intoOld = steps.filter(({ parent }) => !fresh.has(parent));
    requireLive(vault, new Set(intoOld.map(({ parent }) => parent)));
    const named = intoOld.filter((step) => step.kind === "folder" || step.over === null);
    requireFree(
      vault,
      named.map(({ parent, name }, at) => ({ node: String(at), parent, name })),
    );
    const prepared = [];
    for (const step of steps) if (step.kind === "folder") prepared.push(await newFolder(vault, step, now()));
    const versions = [];
    for (const [at, step] of files.entries()) {
      const { id, row, signed } = step.source;
      const over = step.over === null ? null : vault.chain.nodes.get(step.over);
      if (over !== null && (over?.kind !== "file" || !vault.chain.isLive(over.id)))
        throw new RefusedError("gone", "the file was removed meanwhile");
      const fileKey = keys[at];
      if (fileKey === undefined || vault.chain.isGone(id))
        throw new RefusedError("gone", "the file was removed meanwhile");
      versions.push(await copyOf(vault, signed, fileKey, { ...row, name: step.name }, step.parent, over));
    }
    const left = removed.filter((node) => vault.chain.isLive(node));
    const changes = [
      ...prepared.map(({ change }) => change),
      ...versions.map(({ change }) => change),
      ...left.map((node) => ({ kind: "remove", node }) as const),
    ];
    if (changes.length === 0) return;
    const record = toDoc(await signDocument(RECORD, vault.recordFields(changes), vault.open.keys.signing));
    const rows = prepared.flatMap(({ row }) => row ?? []);
    if (versions.length === 0) await vaultApi.append(vault.id, { record, rows });
    else await vaultApi.commit(vault.id, { record, files: versions.map(({ wire }) => wire), rows });
  });
}

/** The keys of these files, fetched and verified a few at a time. */
async function fileKeys(vault: OpenedVault, files: readonly OpenedFile[]) {
  const keys: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const some = files.slice(at, at + AT_ONCE);
    const fetched = await Promise.all(some.map(({ id, signed }) => fetchVersion(vault, id, signed)));
    keys.push(...fetched.map(({ fileKey }) => fileKey));
  }
  return keys;
}

function copyOf(
  vault: OpenedVault,
  { manifest, manifestHash }: FileVersion,
  fileKey: Uint8Array<ArrayBuffer>,
  row: FileRow,
  parent: string,
  before: Parameters<typeof signVersion>[1]["before"],
) {
  return signVersion(vault, {
    upload: null,
    fileKey,
    commitment: manifest.commitment,
    payloadHash: manifest.payload_hash,
    payloadSize: manifest.payload_size,
    copiedFrom: manifestHash,
    copiedThumbnail: manifest.thumbnail,
    parent,
    row,
    before,
  });
}

/** Makes an earlier version the newest again: a new version over the same payload, under the present name. */
export async function restoreVersion(vault: OpenedVault, file: OpenedFile, note: string): Promise<void> {
  const { fileKey } = await fetchVersion(vault, file.id, file.signed);
  const { note: _old, ...row } = file.row;
  await vault.write(async () => {
    const before = vault.chain.nodes.get(file.id);
    if (before?.kind !== "file" || !vault.chain.isLive(file.id))
      throw new RefusedError("gone", "the file was removed meanwhile");
    const name = vault.nodes.get(file.id)?.row.name ?? row.name;
    const fields = { ...row, name, ...(note === "" ? {} : { note }) };
    const { change, wire } = await copyOf(vault, file.signed, fileKey, fields, before.parent, before);
    const record = await signDocument(RECORD, vault.recordFields([change]), vault.open.keys.signing);
    await vaultApi.commit(vault.id, { record: toDoc(record), files: [wire] });
  });
}

/**
 * What is moved as a copy goes into the trash afterwards, and with it what could not be copied.
 * @throws RefusedError (`unreadable_below`) where nobody here can read some of it, or its newest version.
 */
export function requireReadable(vault: OpenedVault, nodes: readonly OpenedNode[]): void {
  const moved = new Set(nodes.map(({ id }) => id));
  for (const id of vault.unreadable.keys()) {
    if (!vault.chain.isLive(id)) continue;
    for (let at = id; at !== vault.id; at = vault.chain.nodes.get(at)?.parent ?? vault.id)
      if (moved.has(at)) throw new RefusedError("unreadable_below", "some of it would be lost");
  }
}

/**
 * Moves nodes into a folder of the same vault. Where a name is taken there, a file becomes that file's next version and
 * a folder's contents go into that folder, or as `onTaken` says.
 */
export async function moveWithin(
  vault: OpenedVault,
  nodes: readonly OpenedNode[],
  folder: string,
  onTaken: OnTaken,
  onProgress: (done: number, all: number) => void,
): Promise<void> {
  const isTaken = (name: string) => vault.fileNamed(folder, name) !== undefined;
  const clashing = nodes.filter(({ id, row }) => {
    const found = vault.fileNamed(folder, row.name);
    return found !== undefined && found.id !== id;
  });
  const others = nodes.filter((node) => !clashing.includes(node));
  const places = others.map(({ id, row }) => ({ node: id, parent: folder, name: row.name }));
  if (onTaken === "both")
    for (const { id, row } of clashing)
      places.push({ node: id, parent: folder, name: freeName(row.name, isTaken) });
  if (places.length > 0) await placeNodes(vault, places);
  if (onTaken !== "version" || clashing.length === 0) return;
  requireReadable(vault, clashing);
  const steps = planCopies(vault, clashing, vault, folder, onTaken);
  await copyWithin(
    vault,
    steps,
    clashing.map(({ id }) => id),
    onProgress,
  );
}
