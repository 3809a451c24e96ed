/** What lies in a vault, with its rows opened. */

import type { FileNode, FileVersion } from "../seals/chain";
import type { Deed } from "../seals/nodes";
import type { FileRow } from "../seals/rows";

interface Common {
  readonly id: string;
  readonly parent: string;
  readonly author: string;
  readonly acceptedAt: number;
  /** Who put it itself into the trash, and when; null where nobody did. */
  readonly removed: Deed | null;
}

export interface OpenedFolder extends Common {
  readonly kind: "folder";
  readonly row: { readonly name: string };
}

/**
 * A file as one of its versions: `row` is what that version's author sealed, under the name that the file has now, and
 * `signed` what he signed.
 */
export interface OpenedFile extends Common {
  readonly kind: "file";
  readonly row: FileRow;
  readonly node: FileNode;
  readonly signed: FileVersion;
}

export type OpenedNode = OpenedFile | OpenedFolder;
