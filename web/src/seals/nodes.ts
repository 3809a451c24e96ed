/** What lies in a vault, as its chain says: folders and files, where they are, and what became of them. */

import type { Manifest } from "./documents";

/** A version under the manifest that is in force for it. */
export interface FileVersion {
  readonly manifest: Manifest;
  readonly manifestHash: string;
  /** When the contents came, and by whom: whoever seals them anew later does not become their author. */
  readonly acceptedAt: number;
  readonly author: string;
  /** The place of this manifest in the log. */
  readonly logIndex: number;
  /** What it was before it was sealed anew, the original first. */
  readonly earlier: readonly FileVersion[];
  readonly resealed: Deed | null;
}

/** The last time that a node was renamed, moved or restored, if that came after what else names it. */
export interface Placing {
  readonly row: string;
  readonly epoch: number;
  readonly author: string;
  readonly acceptedAt: number;
}

/** Who put something into the trash, or released it, and when. */
export interface Deed {
  readonly author: string;
  readonly acceptedAt: number;
}

interface Common {
  readonly id: string;
  /** Where it lies now, or lay when it was removed. */
  readonly parent: string;
  readonly placed: Placing | null;
  /** Set while the node itself, not only a folder above it, lies in the trash. */
  readonly removed: Deed | null;
  readonly purged: boolean;
}

export interface FolderNode extends Common {
  readonly kind: "folder";
  readonly row: string;
  readonly epoch: number;
  readonly author: string;
  readonly acceptedAt: number;
}

export interface FileNode extends Common {
  readonly kind: "file";
  readonly versions: readonly FileVersion[];
}

export type Node = FileNode | FolderNode;

type Find = (id: string) => Pick<Node, "parent" | "purged" | "removed"> | undefined;

/** The node's folders from the nearest upwards, without the vault itself. No recursion: trees may be deep. */
export function* foldersAbove(find: Find, vault: string, id: string): Generator<string, void, void> {
  for (let at = find(id)?.parent; at !== undefined && at !== vault; at = find(at)?.parent) yield at;
}

/** Whether `holds` of the node or of a folder above it. */
function anyUpwards(
  find: Find,
  vault: string,
  id: string,
  holds: (at: ReturnType<Find>) => boolean,
): boolean {
  if (id === vault) return false;
  if (holds(find(id))) return true;
  for (const folder of foldersAbove(find, vault, id)) if (holds(find(folder))) return true;
  return false;
}

/** Neither removed nor purged, itself or with a folder above it. The vault itself is live. */
export function isLive(find: Find, vault: string, id: string): boolean {
  return !anyUpwards(find, vault, id, (at) => at === undefined || at.removed !== null || at.purged);
}

/** Gone for ever, itself or with a folder above it. */
export function isGone(find: Find, vault: string, id: string): boolean {
  return anyUpwards(find, vault, id, (at) => at?.purged ?? false);
}
