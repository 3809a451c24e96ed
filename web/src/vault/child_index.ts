/** Which nodes lie in which folder, so that a large vault is not gone through for each of them. */

import type { Node } from "../seals/chain";

export class ChildIndex {
  private readonly folders = new Map<string, Set<string>>();
  private readonly parents = new Map<string, string>();

  /** The node is where its chain says now; what was removed or purged itself is in no folder. */
  put({ id, parent, removed, purged }: Pick<Node, "id" | "parent" | "purged" | "removed">): void {
    const before = this.parents.get(id);
    if (before !== undefined) this.folders.get(before)?.delete(id);
    this.parents.delete(id);
    if (removed !== null || purged) return;
    this.parents.set(id, parent);
    const folder = this.folders.get(parent) ?? new Set();
    this.folders.set(parent, folder.add(id));
  }

  of(folder: string): readonly string[] {
    return [...(this.folders.get(folder) ?? [])];
  }
}
