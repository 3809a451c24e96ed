/** The sealed rows of a vault, opened: each must be the one whose hash its author signed. */

import type { Bytes } from "../crypto/bytes";
import type { FileNode, FileVersion, FolderNode, VaultChain } from "../seals/chain";
import { hashOf } from "../seals/documents";
import type { EpochSeeds } from "../seals/epochs";
import { IntegrityError, must, SealError } from "../seals/errors";
import { type FileRow, openRow, requireSame, type VaultRow } from "../seals/rows";
import type { OpenedFile, OpenedFolder, OpenedNode } from "./nodes";
import { newest } from "./unreadable";

export class RowReader {
  private readonly chain: VaultChain;
  private readonly seeds: EpochSeeds;
  /** By hash: whatever the server says about where a row belongs, it opens in its own place only. */
  private readonly rows = new Map<string, Bytes>();

  constructor(chain: VaultChain, seeds: EpochSeeds) {
    this.chain = chain;
    this.seeds = seeds;
  }

  add(row: Bytes): void {
    this.rows.set(hashOf(row), row);
  }

  /** Whether the server sent the row of a version: what was emptied out of the trash has none any more. */
  hasRow({ manifest }: FileVersion): boolean {
    return this.rows.has(manifest.row);
  }

  /** Whether the server sent all rows that the node's name and facts stand in. */
  hasRowsOf(node: FileNode | FolderNode): boolean {
    const own = node.kind === "file" ? newest(node).manifest.row : (node.placed?.row ?? node.row);
    return this.rows.has(own) && (node.placed === null || this.rows.has(node.placed.row));
  }

  /** What the vault was begun for. Without it nobody could tell which vault this is: no reading on. */
  async vault(): Promise<VaultRow> {
    const { firm, rootRow, vault } = this.chain;
    const sealed = this.sealedRow(rootRow);
    const { rowKey } = await this.seeds.keysOf(1);
    return openRow(rowKey, { kind: "vault", firm, vault, node: vault, version: 0, epoch: 1 }, sealed);
  }

  /** Null for a node whose author sealed no row that opens. @throws IntegrityError (`row_differs`). */
  async open(node: FileNode | FolderNode): Promise<OpenedNode | null> {
    if (node.kind === "folder") return this.folder(node);
    try {
      return await this.version(node, newest(node));
    } catch (error) {
      if (error instanceof IntegrityError && error.code === "reseal_differs") return null;
      throw error;
    }
  }

  private async folder(node: FolderNode): Promise<OpenedFolder | null> {
    const { id, parent, author, acceptedAt, removed } = node;
    const row = await (node.placed === null
      ? this.named("folder", id, 0, node.epoch, node.row)
      : this.named("place", id, 0, node.placed.epoch, node.placed.row));
    return row && { kind: "folder", id, parent, row: { name: row.name }, author, acceptedAt, removed };
  }

  /**
   * The file as it is in one of its versions. The newest bears the name that the file was given since.
   * @throws IntegrityError (`row_differs`; `reseal_differs` for what is not what its author sealed).
   */
  async version(node: FileNode, signed: FileVersion): Promise<OpenedFile | null> {
    const { author } = signed;
    const own = await this.fileRow(node.id, signed);
    const { id, parent, placed, removed } = node;
    const name = placed && (await this.named("place", id, 0, placed.epoch, placed.row));
    if (own === null || (placed !== null && name === null)) return null;
    const row = name === null ? own : { ...own, name: name.name };
    return { kind: "file", id, parent, row, node, signed, author, acceptedAt: signed.acceptedAt, removed };
  }

  /** Null where it does not open. What was sealed anew says what was said before, as far as that opens here. */
  async fileRow(node: string, { manifest, earlier }: FileVersion): Promise<FileRow | null> {
    const own = await this.named("file", node, manifest.version, manifest.epoch, manifest.row);
    for (const { manifest: old } of own === null ? [] : earlier) {
      const before = await this.named("file", node, old.version, old.epoch, old.row);
      if (own !== null && before !== null) requireSame(own, before);
    }
    return own;
  }

  /** The row as its author sealed it; null when that is none. What the server withheld or altered is an error. */
  private async named<K extends "file" | "folder" | "place">(
    kind: K,
    node: string,
    version: number,
    epoch: number,
    hash: string,
  ) {
    const sealed = this.sealedRow(hash);
    const { firm, vault } = this.chain;
    try {
      const { rowKey } = await this.seeds.keysOf(epoch);
      return await openRow(rowKey, { kind, firm, vault, node, version, epoch }, sealed);
    } catch (error) {
      if (error instanceof SealError) return null;
      throw error;
    }
  }

  private sealedRow(hash: string): Bytes {
    const row = this.rows.get(hash);
    must(row !== undefined, "row_differs", "a row is missing, or is not the one that was signed");
    return row;
  }
}
