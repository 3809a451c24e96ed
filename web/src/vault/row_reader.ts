/** The sealed rows of a vault, opened: each must be the one whose hash its author signed. */

import type { Bytes } from "../crypto/bytes";
import type { FileNode, FileVersion, FolderNode, VaultChain } from "../seals/chain";
import { hashOf } from "../seals/documents";
import type { EpochSeeds } from "../seals/epochs";
import { IntegrityError, must, SealError } from "../seals/errors";
import {
  type FileRow,
  type FolderRow,
  openRow,
  type PlaceRow,
  requireSame,
  type VaultRow,
} from "../seals/rows";
import { fromWire } from "../wire/codec";
import type { OpenedFile, OpenedFolder, OpenedNode } from "./nodes";
import type { VaultState } from "./state";
import { newest } from "./unreadable";

/** Where a row of a node belongs, and the hash that its author signed. */
export interface RowSpot {
  readonly kind: "file" | "folder" | "place";
  readonly node: string;
  readonly version: number;
  readonly epoch: number;
  readonly hash: string;
}

export type NodeRow = FileRow | FolderRow | PlaceRow;

/** A row that opened in its own place. */
interface OpenedRow extends Omit<RowSpot, "hash"> {
  readonly row: NodeRow;
}

type Held = Bytes | OpenedRow;

export class RowReader {
  private readonly chain: VaultChain;
  private readonly seeds: EpochSeeds;
  /** By hash: whatever the server says about where a row belongs, it opens in its own place only. */
  private readonly rows = new Map<string, Held>();

  constructor(chain: VaultChain, seeds: EpochSeeds) {
    this.chain = chain;
    this.seeds = seeds;
  }

  add(row: Bytes): void {
    const hash = hashOf(row);
    if (!this.rows.has(hash)) this.rows.set(hash, row);
  }

  /** A row that was opened in this place, or found not to open there, by whoever verified the chain before. */
  addHeld({ hash, ...place }: RowSpot, held: Bytes | NodeRow): void {
    this.rows.set(hash, held instanceof Uint8Array ? held : { ...place, row: held });
  }

  /** The row in this place if it opened, else its sealed bytes; undefined where the server sent none. */
  heldAt(spot: RowSpot): Bytes | NodeRow | undefined {
    const held = this.rows.get(spot.hash);
    return held === undefined || held instanceof Uint8Array ? held : (this.openedAt(spot) ?? undefined);
  }

  /** Whether the server sent the row of a version: what was emptied out of the trash has none any more. */
  hasRow({ manifest }: FileVersion): boolean {
    return this.rows.has(manifest.row);
  }

  /** Whether the server sent all rows that the node's name and facts stand in. */
  hasRowsOf(node: FileNode | FolderNode): boolean {
    return spotsOf(node).every(({ hash }) => this.rows.has(hash));
  }

  /** What the vault was begun for. Without it nobody could tell which vault this is: no reading on. */
  async vault(): Promise<VaultRow> {
    const { firm, rootRow, vault } = this.chain;
    const sealed = this.rows.get(rootRow);
    requireRow(sealed instanceof Uint8Array);
    const { rowKey } = await this.seeds.keysOf(1);
    return openRow(rowKey, { kind: "vault", firm, vault, node: vault, version: 0, epoch: 1 }, sealed);
  }

  /**
   * The name that a personal vault was given later. Nobody signs it: the server can show an older one, and whoever reads
   * the vault could have sealed it. Null for one that does not open, and where none was given.
   */
  async title(given: VaultState["title"]): Promise<string | null> {
    const { firm, kind, vault } = this.chain;
    if (given === null || kind !== "personal") return null;
    const { epoch, row } = given;
    try {
      const { rowKey } = await this.seeds.keysOf(epoch);
      const place = { kind: "vault", firm, vault, node: vault, version: 0, epoch } as const;
      return (await openRow(rowKey, place, fromWire(row))).title;
    } catch (error) {
      if (error instanceof SealError) return null;
      throw error;
    }
  }

  /** Null for a node whose author sealed no row that opens. @throws IntegrityError (`row_differs`). */
  async open(node: FileNode | FolderNode): Promise<OpenedNode | null> {
    if (node.kind === "file") await this.unsealAll(node.id, newest(node));
    for (const spot of spotsOf(node)) await this.unseal(spot);
    return this.opened(node);
  }

  /** The same for rows that have been opened before, at once; null also for one that was not. */
  opened(node: FileNode | FolderNode): OpenedNode | null {
    if (node.kind === "folder") return this.folder(node);
    try {
      this.compare(node.id, newest(node));
    } catch (error) {
      if (error instanceof IntegrityError) return null;
      throw error;
    }
    return this.file(node, newest(node));
  }

  /**
   * The file as it is in one of its versions. The newest bears the name that the file was given since.
   * @throws IntegrityError (`row_differs`; `reseal_differs` for what is not what its author sealed).
   */
  async version(node: FileNode, signed: FileVersion): Promise<OpenedFile | null> {
    for (const spot of spotsOf(node, signed)) await this.unseal(spot);
    await this.fileRow(node.id, signed);
    return this.file(node, signed);
  }

  /** The row of a version; null where it does not open. @throws IntegrityError as of `version`. */
  async fileRow(node: string, signed: FileVersion): Promise<FileRow | null> {
    await this.unsealAll(node, signed);
    this.compare(node, signed);
    return this.openedAt(versionSpot(node, signed)) as FileRow | null;
  }

  /** The row of a version, and those that it came in the place of. */
  private async unsealAll(node: string, signed: FileVersion): Promise<void> {
    for (const one of [signed, ...signed.earlier]) await this.unseal(versionSpot(node, one));
  }

  /** What was sealed anew says what was said before, as far as that opens here. @throws IntegrityError (`reseal_differs`). */
  private compare(node: string, signed: FileVersion): void {
    const row = this.openedAt(versionSpot(node, signed));
    for (const one of row === null ? [] : signed.earlier) {
      const before = this.openedAt(versionSpot(node, one));
      if (before !== null) requireSame(row as FileRow, before as FileRow);
    }
  }

  private folder(node: FolderNode): OpenedFolder | null {
    const { id, parent, author, acceptedAt, removed } = node;
    const [spot] = spotsOf(node);
    const row = this.openedAt(spot);
    return row && { kind: "folder", id, parent, row: { name: row.name }, author, acceptedAt, removed };
  }

  private file(node: FileNode, signed: FileVersion): OpenedFile | null {
    const { id, parent, removed } = node;
    const [own, place] = spotsOf(node, signed).map((spot) => this.openedAt(spot));
    if (own == null || place === null) return null;
    const row = { ...(own as FileRow), name: (place ?? own).name };
    const { author } = signed;
    return { kind: "file", id, parent, row, node, signed, author, acceptedAt: signed.acceptedAt, removed };
  }

  /** A row opens where it belongs and nowhere else. */
  private openedAt({ hash, kind, node, version, epoch }: RowSpot): NodeRow | null {
    const held = this.rows.get(hash);
    if (held === undefined || held instanceof Uint8Array) return null;
    const isHere =
      held.kind === kind && held.node === node && held.version === version && held.epoch === epoch;
    return isHere ? held.row : null;
  }

  /** Opens the row as its author sealed it, if that is one. What the server withheld or altered is an error. */
  private async unseal({ hash, ...place }: RowSpot): Promise<void> {
    const sealed = this.rows.get(hash);
    requireRow(sealed !== undefined);
    if (!(sealed instanceof Uint8Array)) return;
    const { firm, vault } = this.chain;
    try {
      const { rowKey } = await this.seeds.keysOf(place.epoch);
      const row = await openRow(rowKey, { ...place, firm, vault }, sealed);
      this.rows.set(hash, { ...place, row });
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
    }
  }
}

function requireRow(isThere: boolean): asserts isThere {
  must(isThere, "row_differs", "a row is missing, or is not the one that was signed");
}

/** Where the facts of a node stand, of a file as it is in a version; and its name, if it was given another since. */
export function spotsOf(node: FileNode | FolderNode, signed?: FileVersion): readonly [RowSpot, ...RowSpot[]] {
  const { id, placed } = node;
  const name =
    placed && ({ kind: "place", node: id, version: 0, epoch: placed.epoch, hash: placed.row } as const);
  if (node.kind === "folder")
    return [name ?? { kind: "folder", node: id, version: 0, epoch: node.epoch, hash: node.row }];
  const own = versionSpot(id, signed ?? newest(node));
  return name === null ? [own] : [own, name];
}

function versionSpot(node: string, { manifest }: FileVersion): RowSpot {
  const { version, epoch, row: hash } = manifest;
  return { kind: "file", node, version, epoch, hash };
}
