/**
 * The files of a ZIP archive (PKWARE APPNOTE 6.3.10) that lies on a disk: nothing is read but what is asked for.
 *
 * Stored and deflated entries, ZIP64 too; no encryption, no archive in several parts. Names and sizes are those of the
 * directory at the end.
 */

import { pieces, type Source } from "../crypto/source";
import { RefusedError } from "../seals/errors";

export interface ZipMember {
  readonly size: number;
  readonly open: () => Promise<Source>;
}

/** The end record, with the longest comment there can be, and the locator of the ZIP64 one before it. */
const TAIL_BYTES = 22 + 65535 + 20;
const MAX_DIRECTORY_BYTES = 64 << 20;
const MAX_16 = 0xffff;
const MAX_32 = 0xffff_ffff;

/** By name. @throws RefusedError (`not_a_zip`) for what is no whole archive. */
export async function zipMembers(archive: Blob): Promise<ReadonlyMap<string, ZipMember>> {
  const { offset, size } = await directoryOf(archive);
  refuse(size <= MAX_DIRECTORY_BYTES && offset + size <= archive.size);
  const view = await viewOf(archive, offset, size);
  const members = new Map<string, ZipMember>();
  for (let at = 0; at < size; ) {
    refuse(at + 46 <= size && view.getUint32(at, true) === 0x02014b50);
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const next = at + 46 + (nameSize ?? 0) + (extraSize ?? 0) + (commentSize ?? 0);
    refuse(next <= size);
    const bytes = new Uint8Array(view.buffer, at + 46, nameSize);
    const name = new TextDecoder().decode(bytes);
    refuse(!members.has(name));
    members.set(name, memberAt(archive, view, at, 46 + (nameSize ?? 0), extraSize ?? 0));
    at = next;
  }
  return members;
}

async function directoryOf(archive: Blob) {
  const start = Math.max(0, archive.size - TAIL_BYTES);
  const tail = await viewOf(archive, start, archive.size - start);
  let at = tail.byteLength - 22;
  while (at >= 0 && tail.getUint32(at, true) !== 0x06054b50) at--;
  refuse(at >= 0);
  const short = { size: tail.getUint32(at + 12, true), offset: tail.getUint32(at + 16, true) };
  const isLong = tail.getUint16(at + 10, true) === MAX_16 || short.size === MAX_32 || short.offset === MAX_32;
  if (!isLong) return short;
  refuse(at >= 20 && tail.getUint32(at - 20, true) === 0x07064b50);
  const place = number(tail, at - 20 + 8);
  refuse(place + 56 <= archive.size);
  const end = await viewOf(archive, place, 56);
  refuse(end.getUint32(0, true) === 0x06064b50);
  return { size: number(end, 40), offset: number(end, 48) };
}

function memberAt(archive: Blob, view: DataView, at: number, extra: number, extraSize: number): ZipMember {
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const fields = { size: view.getUint32(at + 24, true), packed: view.getUint32(at + 20, true) };
  const place = { ...fields, offset: view.getUint32(at + 42, true) };
  if (place.size === MAX_32 || place.packed === MAX_32 || place.offset === MAX_32)
    readLong(view, at + extra, extraSize, place);
  const isOurs = (flags & 1) === 0 && (method === 0 || method === 8);
  const open = async (): Promise<Source> => {
    refuse(isOurs && place.offset + 30 <= archive.size);
    const head = await viewOf(archive, place.offset, 30);
    refuse(head.getUint32(0, true) === 0x04034b50);
    const start = place.offset + 30 + head.getUint16(26, true) + head.getUint16(28, true);
    refuse(start + place.packed <= archive.size);
    const bytes = archive.slice(start, start + place.packed);
    refuse(method !== 0 || place.packed === place.size);
    return method === 0 ? bytes : inflated(bytes, place.size);
  };
  return { size: place.size, open };
}

/** No more than the directory says: readers decide by that what fits into their memory. */
async function* inflated(packed: Blob, size: number): AsyncGenerator<Uint8Array, void, void> {
  let left = size;
  for await (const piece of pieces(packed.stream().pipeThrough(new DecompressionStream("deflate-raw")))) {
    left -= piece.length;
    refuse(left >= 0);
    yield piece;
  }
}

/** The ZIP64 field has, in this order, what does not fit into 32 bits. */
function readLong(
  view: DataView,
  start: number,
  size: number,
  place: { size: number; packed: number; offset: number },
): void {
  for (let at = start; at + 4 <= start + size; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    const wanted = (["size", "packed", "offset"] as const).filter((field) => place[field] === MAX_32);
    refuse(8 * wanted.length <= view.getUint16(at + 2, true) && at + 4 + 8 * wanted.length <= start + size);
    for (const [index, field] of wanted.entries()) place[field] = number(view, at + 4 + 8 * index);
    return;
  }
}

function number(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

async function viewOf(archive: Blob, at: number, size: number): Promise<DataView> {
  return new DataView(await archive.slice(at, at + size).arrayBuffer());
}

function refuse(isSound: boolean): asserts isSound {
  if (!isSound) throw new RefusedError("not_a_zip", "no whole ZIP archive");
}
