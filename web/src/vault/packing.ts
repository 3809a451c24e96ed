/**
 * The nodes of a replayed vault with their rows, as JSON that is small and quickly read: lists in place of objects, and what
 * occurs often (folders, authors, types) written once. Only what this browser sealed for itself is ever unpacked.
 */

import { fromBase64url, toBase64url } from "../crypto/base64";
import type { Deed, FileVersion, FolderNode, Node, Placing } from "../seals/nodes";
import type { FileRow } from "../seals/rows";
import { type NodeRow, type RowReader, type RowSpot, spotsOf } from "./row_reader";

/** Place in the list of texts. */
type Text = number;
/** Sealed bytes in b64; the fields of a row; 0 where there is none. */
type PackedRow = 0 | string | readonly unknown[];
type PackedDeed = 0 | readonly [author: Text, acceptedAt: number];
type PackedPlacing =
  | 0
  | readonly [hash: string, epoch: number, author: Text, acceptedAt: number, row: PackedRow];
type PackedVersion = readonly [
  hash: string,
  acceptedAt: number,
  logIndex: number,
  author: Text,
  generation: number,
  epoch: number,
  parent: Text,
  commitment: string,
  payloadHash: string,
  payloadSize: number,
  copiedFrom: string | 0,
  rowHash: string,
  row: PackedRow,
  /** 0: the manifest of the version before that is in force. */
  previous: string | 0,
  /** Who sealed it anew and when, and what it was before, the original first. */
  anew: 0 | readonly [author: Text, acceptedAt: number, earlier: readonly PackedVersion[]],
  thumbnail?: string,
];
type PackedFolder = readonly [hash: string, epoch: number, author: Text, acceptedAt: number, row: PackedRow];
type PackedNode = readonly [
  id: string,
  parent: Text,
  placed: PackedPlacing,
  removed: PackedDeed,
  purged: 0 | 1,
  own: PackedFolder | null,
  versions: readonly PackedVersion[],
];

export interface PackedNodes {
  readonly texts: readonly string[];
  readonly nodes: readonly PackedNode[];
}

export interface Unpacked {
  readonly nodes: readonly Node[];
  readonly rows: readonly (readonly [RowSpot, Uint8Array<ArrayBuffer> | NodeRow])[];
}

/** Those nodes, with all of their rows that `reader` has. */
export function packNodes(nodes: readonly Node[], reader: Pick<RowReader, "heldAt">): PackedNodes {
  const packer = new Packer(reader);
  return { nodes: nodes.map((node) => packer.node(node)), texts: packer.texts };
}

class Packer {
  readonly texts: string[] = [];
  private readonly places = new Map<string, Text>();
  private readonly reader: Pick<RowReader, "heldAt">;

  constructor(reader: Pick<RowReader, "heldAt">) {
    this.reader = reader;
  }

  node(node: Node): PackedNode {
    const { id, parent, placed, removed, purged } = node;
    const [versions, own] =
      node.kind === "file"
        ? [node.versions.map((version, i) => this.version(id, version, node.versions[i - 1])), null]
        : [[], this.folder(node)];
    const deed = removed && ([this.text(removed.author), removed.acceptedAt] as const);
    return [id, this.text(parent), this.placing(id, placed), deed ?? 0, purged ? 1 : 0, own, versions];
  }

  private folder(node: FolderNode): PackedFolder {
    const { row, epoch, author, acceptedAt } = node;
    const [spot] = spotsOf({ ...node, placed: null });
    return [row, epoch, this.text(author), acceptedAt, this.row(spot)];
  }

  private version(
    node: string,
    { manifest, manifestHash, acceptedAt, logIndex, earlier, resealed }: FileVersion,
    before: FileVersion | undefined,
  ): PackedVersion {
    const { author, generation, epoch, parent, row: hash, version, previous } = manifest;
    const replaced = earlier.map((one) =>
      this.version(node, { ...one, earlier: [], resealed: null }, before),
    );
    const picture: readonly [thumbnail?: string] =
      manifest.thumbnail === undefined ? [] : [manifest.thumbnail];
    return [
      manifestHash,
      acceptedAt,
      logIndex,
      this.text(author),
      generation,
      epoch,
      this.text(parent),
      manifest.commitment,
      manifest.payload_hash,
      manifest.payload_size,
      manifest.copied_from ?? 0,
      hash,
      this.row({ kind: "file", node, version, epoch, hash }),
      previous === null || previous === before?.manifestHash ? 0 : previous,
      resealed === null ? 0 : [this.text(resealed.author), resealed.acceptedAt, replaced],
      ...picture,
    ];
  }

  private placing(node: string, placed: Placing | null): PackedPlacing {
    if (placed === null) return 0;
    const { row: hash, epoch, author, acceptedAt } = placed;
    const row = this.row({ kind: "place", node, version: 0, epoch, hash });
    return [hash, epoch, this.text(author), acceptedAt, row];
  }

  private row(spot: RowSpot): PackedRow {
    const held = this.reader.heldAt(spot);
    if (held === undefined) return 0;
    if (held instanceof Uint8Array) return toBase64url(held);
    if (!("content_hash" in held)) return "created" in held ? [held.name, held.created] : [held.name];
    const { name, size, type, modified, created, content_hash, note } = held;
    const fields = [name, size, this.text(type), modified, created, content_hash];
    return note === undefined ? fields : [...fields, note];
  }

  private text(text: string): Text {
    const known = this.places.get(text);
    if (known !== undefined) return known;
    this.places.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }
}

/** What was packed, of this firm's vault. */
export function unpackNodes({ texts, nodes }: PackedNodes, firm: string, vault: string): Unpacked {
  const unpacker = new Unpacker(texts, firm, vault);
  return { nodes: nodes.map((node) => unpacker.node(node)), rows: unpacker.rows };
}

class Unpacker {
  readonly rows: [RowSpot, Uint8Array<ArrayBuffer> | NodeRow][] = [];
  private readonly texts: readonly string[];
  private readonly firm: string;
  private readonly vault: string;

  constructor(texts: readonly string[], firm: string, vault: string) {
    this.texts = texts;
    this.firm = firm;
    this.vault = vault;
  }

  node([id, folder, packedPlace, deed, isPurged, own, packedVersions]: PackedNode): Node {
    const parent = this.text(folder);
    const removed: Deed | null = deed === 0 ? null : { author: this.text(deed[0]), acceptedAt: deed[1] };
    const placed = this.placing(id, packedPlace);
    const purged = isPurged === 1;
    if (own !== null) {
      const [row, epoch, by, acceptedAt, held] = own;
      this.row({ kind: "folder", node: id, version: 0, epoch, hash: row }, held);
      return {
        kind: "folder",
        id,
        parent,
        row,
        epoch,
        author: this.text(by),
        acceptedAt,
        placed,
        removed,
        purged,
      };
    }
    const versions: FileVersion[] = [];
    for (const version of packedVersions) versions.push(this.version(id, version, versions));
    return { kind: "file", id, parent, versions, placed, removed, purged };
  }

  private version(node: string, packed: PackedVersion, before: readonly FileVersion[]): FileVersion {
    const [manifestHash, acceptedAt, logIndex, by, generation, epoch, folder, commitment, ...more] = packed;
    const [payload_hash, payload_size, copied, row, held, follows, anew, thumbnail] = more;
    const version = before.length + 1;
    this.row({ kind: "file", node, version, epoch, hash: row }, held);
    const { firm, vault } = this;
    const [author, parent] = [this.text(by), this.text(folder)];
    const previous = follows === 0 ? (before.at(-1)?.manifestHash ?? null) : follows;
    const copied_from = copied === 0 ? null : copied;
    const place = { author, epoch, firm, generation, node, parent, previous, vault, version };
    const picture = thumbnail === undefined ? {} : { thumbnail };
    const sealed = { commitment, copied_from, payload_hash, payload_size, row, ...picture };
    const manifest = { ...place, checkpoint: null, ...sealed };
    const earlier: FileVersion[] = [];
    for (const one of anew === 0 ? [] : anew[2])
      earlier.push({ ...this.version(node, one, before), earlier: [...earlier] });
    const resealed = anew === 0 ? null : { author: this.text(anew[0]), acceptedAt: anew[1] };
    const original = earlier[0]?.author ?? author;
    return { manifest, manifestHash, acceptedAt, logIndex, author: original, earlier, resealed };
  }

  private placing(node: string, packed: PackedPlacing): Placing | null {
    if (packed === 0) return null;
    const [row, epoch, author, acceptedAt, held] = packed;
    this.row({ kind: "place", node, version: 0, epoch, hash: row }, held);
    return { row, epoch, author: this.text(author), acceptedAt };
  }

  private row(spot: RowSpot, packed: PackedRow): void {
    if (packed === 0) return;
    if (typeof packed === "string") this.rows.push([spot, fromBase64url(packed)]);
    else if (spot.kind === "file") this.rows.push([spot, this.fileRow(packed)]);
    else {
      const [name, created] = packed as [string, number?];
      this.rows.push([spot, created === undefined ? { name } : { name, created }]);
    }
  }

  private fileRow(packed: readonly unknown[]): FileRow {
    const [name, size, type, modified, created, content_hash, note] = packed as [
      string,
      number,
      Text,
      number | null,
      number | null,
      string,
      string?,
    ];
    const row = { name, size, type: this.text(type), modified, created, content_hash };
    return note === undefined ? row : { ...row, note };
  }

  private text(place: Text): string {
    const text = this.texts[place];
    if (text === undefined) throw new RangeError("no such text");
    return text;
  }
}
