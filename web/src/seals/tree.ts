/** What may be asked of where the nodes of a vault lie (docs/formats.md, section 3, "Tree"). */

import { must } from "./errors";
import { foldersAbove, isGone, isLive, type Node } from "./nodes";

/** A folder as deep as this takes nothing more; the top level has depth 0. */
export const MAX_DEPTH = 128;

export class Tree {
  private readonly vault: string;
  private readonly find: (id: string) => Node | undefined;

  constructor(vault: string, find: (id: string) => Node | undefined) {
    this.vault = vault;
    this.find = find;
  }

  /** `moved`: the node that shall lie there. @throws IntegrityError (`node_parent`, `node_cycle`, `node_depth`). */
  checkParent(parent: string, moved?: string): void {
    if (parent === this.vault) return;
    const isFolder = this.find(parent)?.kind === "folder" && this.isLive(parent);
    must(isFolder, "node_parent", "the parent is no live folder of this vault");
    const path = [parent, ...foldersAbove(this.find, this.vault, parent)];
    must(moved === undefined || !path.includes(moved), "node_cycle", "a folder cannot lie in itself");
    must(path.length < MAX_DEPTH, "node_depth", "folders lie too deep in each other");
  }

  isLive(id: string): boolean {
    return isLive(this.find, this.vault, id);
  }

  isGone(id: string): boolean {
    return isGone(this.find, this.vault, id);
  }
}
