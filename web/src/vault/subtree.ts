/** What is below entries of a vault. */

import type { OpenedNode, OpenedVault } from "./opened";

/** An entry and the names of the folders that lead to it from where the choice was made. */
export interface Placed {
  readonly node: OpenedNode;
  readonly path: readonly string[];
}

/** The chosen entries and all that is in those that are folders, each folder before what is in it; nothing of the trash. */
export function withContents(
  vault: Pick<OpenedVault, "childrenOf">,
  chosen: readonly OpenedNode[],
): readonly Placed[] {
  const found: Placed[] = chosen.map((node) => ({ node, path: [] }));
  // By a list that grows, not by recursion: folders may be nested as deeply as anybody likes.
  for (const { node, path } of found) {
    if (node.kind !== "folder") continue;
    const below = [...path, node.row.name];
    for (const child of vault.childrenOf(node.id)) found.push({ node: child, path: below });
  }
  return found;
}
