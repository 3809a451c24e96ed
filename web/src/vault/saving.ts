/** Saving from a vault to the person's device: one file, or a choice of files and folders as one archive. */

import type { Bytes } from "../crypto/bytes";
import { saveFile } from "../ui/save";
import { canSaveStreams, saveStream } from "../ui/save_stream";
import { gathered, type Readable, readable } from "./contents";
import type { OpenedFile, OpenedNode, OpenedVault } from "./opened";
import { type Placed, withContents } from "./subtree";
import { type ZipEntry, zip, zipSize } from "./zip";
import { NamesInFolders, safeName } from "./zip_names";

/** Files whose headers are opened before it is their turn. */
const AHEAD = 4;

/** Told of the bytes that have been given out. */
type Progress = (doneBytes: number, file: string) => void;

/** @throws IntegrityError, WireError; the file is then not complete, and the browser says so too. */
export async function saveOne(
  vault: OpenedVault,
  file: OpenedFile,
  name: string,
  progress: Progress,
): Promise<void> {
  const stop = new AbortController();
  const pieces = await readable(vault, file, stop.signal);
  await give(counted(pieces(), file.row.name, progress), safeName(name), file.row.size).finally(() =>
    stop.abort(),
  );
}

/** The choice as one archive; folders with all that is in them. @throws as `saveOne`. */
export async function saveMany(
  vault: OpenedVault,
  chosen: readonly OpenedNode[],
  name: string,
  progress: Progress,
): Promise<void> {
  const stop = new AbortController();
  const placed = withContents(vault, chosen);
  const { entries, sizes } = entriesOf(vault, placed, stop.signal);
  const size = zipSize(entries, (entry) => sizes.get(entry) ?? 0);
  let doneBytes = 0;
  const told: Progress = (bytes, file) => {
    doneBytes += bytes;
    progress(doneBytes, file);
  };
  const pieces = zip(entries.map((entry) => telling(entry, told)));
  await give(pieces, safeName(`${name}.zip`), size).finally(() => stop.abort());
}

/** Files below the choice that nobody here can name, and that no archive therefore holds. */
export function missingFrom(vault: OpenedVault, chosen: readonly OpenedNode[]): number {
  if (vault.unreadable.size === 0) return 0;
  const folders = new Set(withContents(vault, chosen).map(({ node }) => node.id));
  return [...vault.unreadable.values()].filter(
    ({ id, parent }) => folders.has(parent) && !vault.nodes.has(id) && vault.chain.isLive(id),
  ).length;
}

/** Bytes of all files in the choice. */
export function sizeOfAll(vault: OpenedVault, chosen: readonly OpenedNode[]): number {
  return withContents(vault, chosen).reduce(
    (sum, { node }) => sum + (node.kind === "file" ? node.row.size : 0),
    0,
  );
}

/** Where streams cannot be saved, the browser keeps the whole in its blob store first. */
export async function give(pieces: AsyncIterable<Bytes>, name: string, size: number): Promise<void> {
  if (canSaveStreams()) await saveStream(pieces, name, size);
  else saveFile(await gathered(pieces, () => undefined), name, "application/octet-stream");
}

function telling(entry: ZipEntry, told: Progress): ZipEntry {
  const { read, path } = entry;
  if (read === undefined) return entry;
  return { ...entry, read: async () => each(await read(), (piece) => told(piece.length, path)) };
}

async function* each(
  pieces: AsyncIterable<Bytes>,
  told: (piece: Bytes) => void,
): AsyncGenerator<Bytes, void, void> {
  for await (const piece of pieces) {
    told(piece);
    yield piece;
  }
}

function counted(pieces: AsyncIterable<Bytes>, name: string, progress: Progress): AsyncIterable<Bytes> {
  let doneBytes = 0;
  return each(pieces, ({ length }) => {
    doneBytes += length;
    progress(doneBytes, name);
  });
}

function entriesOf(vault: OpenedVault, placed: readonly Placed[], signal: AbortSignal) {
  const names = new NamesInFolders();
  const folders = new Map<string, string>();
  const sizes = new Map<ZipEntry, number>();
  const files: OpenedFile[] = [];
  const ahead = new Ahead(vault, files, signal);
  const entries = placed.map(({ node }): ZipEntry => {
    const path = names.place(folders.get(node.parent) ?? "", node.row.name);
    if (node.kind === "folder") {
      folders.set(node.id, `${path}/`);
      return { path: `${path}/`, modified: node.acceptedAt };
    }
    const index = files.push(node) - 1;
    const modified = node.row.modified ?? node.acceptedAt;
    const entry = { path, modified, read: async () => (await ahead.take(index))() };
    sizes.set(entry, node.row.size);
    return entry;
  });
  return { entries, sizes };
}

/** Opens the next few files while one is being read: else each would begin with a silence. */
class Ahead {
  private readonly vault: OpenedVault;
  private readonly files: readonly OpenedFile[];
  private readonly signal: AbortSignal;
  private readonly opening = new Map<number, Promise<Readable>>();

  constructor(vault: OpenedVault, files: readonly OpenedFile[], signal: AbortSignal) {
    this.vault = vault;
    this.files = files;
    this.signal = signal;
  }

  take(index: number): Promise<Readable> {
    for (let next = index; next < Math.min(index + AHEAD, this.files.length); next++) this.begin(next);
    const found = this.opening.get(index);
    this.opening.delete(index);
    if (found === undefined) throw new RangeError("no such file");
    return found;
  }

  private begin(index: number): void {
    const file = this.files[index];
    if (file === undefined || this.opening.has(index)) return;
    const promise = readable(this.vault, file, this.signal);
    // It is thrown when its turn comes.
    promise.catch(() => undefined);
    this.opening.set(index, promise);
  }
}
