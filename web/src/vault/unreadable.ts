/** What a chain says of a node whose row does not open. */

import type { FileNode, FileVersion, FolderNode } from "../seals/chain";
import { must } from "../seals/errors";

/** A node without a name: all that its chain says. */
export interface UnreadableNode {
  readonly kind: "file" | "folder";
  readonly id: string;
  readonly parent: string;
  readonly author: string;
  readonly acceptedAt: number;
}

export function unreadable(node: FileNode | FolderNode): UnreadableNode {
  const { id, parent } = node;
  if (node.kind === "folder")
    return { kind: "folder", id, parent, acceptedAt: node.acceptedAt, author: node.author };
  const { acceptedAt, author } = newest(node);
  return { kind: "file", id, parent, acceptedAt, author };
}

export function newest(node: FileNode): FileVersion {
  const last = node.versions.at(-1);
  must(last !== undefined, "node_version", "a file without a version");
  return last;
}
