/**
 * A ZIP archive as a stream (PKWARE APPNOTE 6.3.10): stored, not compressed, as sealed files are mostly packed already.
 *
 * CRC and size of an entry, which has less than 2 GiB, follow its bytes in a data descriptor; ZIP64 fields appear where an
 * offset has more than 32 bits or a count more than 16. Names are UTF-8. An entry whose bytes fail ends the stream with that error, before the directory that makes it
 * an archive: no half file is named as whole.
 */

import { createCRC32 } from "hash-wasm";
import { type Bytes, concat, utf8 } from "../crypto/bytes";

export interface ZipEntry {
  /** With "/" between folders; a folder's ends with it. */
  readonly path: string;
  /** Seconds since 1970. */
  readonly modified: number;
  /** Absent for a folder. */
  readonly read?: () => Promise<AsyncIterable<Bytes>>;
}

interface Written {
  readonly entry: ZipEntry;
  readonly name: Bytes;
  readonly offset: number;
  readonly size: number;
  readonly crc: number;
}

const VERSION = 20;
const VERSION_ZIP64 = 45;
/** Bit 3: a data descriptor follows. Bit 11: the name is UTF-8. */
const FLAGS = 0x0808;
/** Made on a system with Unix file modes. */
const UNIX = 3 << 8;
const FILE_MODE = 0o100644;
const FOLDER_MODE = 0o040755;
const MAX_16 = 0xffff;
const MAX_32 = 0xffff_ffff;

/** Bytes of the archive if each entry has the size that `sizeOf` gives. */
export function zipSize<E extends ZipEntry>(entries: readonly E[], sizeOf: (entry: E) => number): number {
  let [offset, directory] = [0, 0];
  for (const entry of entries) {
    const size = sizeOf(entry);
    const name = utf8(entry.path);
    const written = { entry, name, offset, size, crc: 0 };
    directory += directoryEntry(written).length;
    offset += localHeader(entry, name).length + size + descriptor(written).length;
  }
  return offset + directory + theEnd(entries.length, offset, directory).length;
}

export async function* zip(entries: Iterable<ZipEntry>): AsyncGenerator<Bytes, void, void> {
  const crc = await createCRC32();
  const written: Written[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = utf8(entry.path);
    const head = localHeader(entry, name);
    yield head;
    let size = 0;
    crc.init();
    for await (const piece of entry.read === undefined ? [] : await entry.read()) {
      crc.update(piece);
      size += piece.length;
      yield piece;
    }
    const one = { entry, name, offset, size, crc: Number.parseInt(crc.digest("hex"), 16) };
    const tail = descriptor(one);
    yield tail;
    written.push(one);
    offset += head.length + size + tail.length;
  }
  let directory = 0;
  for (const one of written) {
    const line = directoryEntry(one);
    directory += line.length;
    yield line;
  }
  yield theEnd(written.length, offset, directory);
}

/** Little-endian fields: [bytes, value] each. */
function fields(...parts: readonly (readonly [1 | 2 | 4 | 8, number])[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of parts) {
    if (size === 1) view.setUint8(at, value);
    else if (size === 2) view.setUint16(at, value, true);
    else if (size === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += size;
  }
  return bytes;
}

function localHeader(entry: ZipEntry, name: Bytes): Bytes {
  const extra = timeExtra(entry.modified);
  const [date, time] = dosTime(entry.modified);
  return concat(
    fields([4, 0x04034b50], [2, VERSION], [2, FLAGS], [2, 0], [2, time], [2, date], [4, 0], [4, 0], [4, 0]),
    fields([2, name.length], [2, extra.length]),
    name,
    extra,
  );
}

function descriptor({ crc, size }: Written): Bytes {
  return fields([4, 0x08074b50], [4, crc], [4, size], [4, size]);
}

function directoryEntry({ entry, name, offset, size, crc }: Written): Bytes {
  const [date, time] = dosTime(entry.modified);
  const isFar = offset >= MAX_32;
  const zip64 = isFar ? fields([2, 1], [2, 8], [8, offset]) : new Uint8Array(0);
  const extra = concat(zip64, timeExtra(entry.modified));
  const version = isFar ? VERSION_ZIP64 : VERSION;
  const isFolder = entry.read === undefined;
  const mode = ((isFolder ? FOLDER_MODE : FILE_MODE) << 16) >>> 0;
  return concat(
    fields([4, 0x02014b50], [2, UNIX | version], [2, version], [2, FLAGS], [2, 0], [2, time], [2, date]),
    fields([4, crc], [4, size], [4, size], [2, name.length], [2, extra.length], [2, 0], [2, 0], [2, 0]),
    fields([4, (mode | (isFolder ? 0x10 : 0)) >>> 0], [4, Math.min(offset, MAX_32)]),
    name,
    extra,
  );
}

function theEnd(count: number, offset: number, size: number): Bytes {
  const shortCount = Math.min(count, MAX_16);
  const end = fields(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, shortCount],
    [2, shortCount],
    [4, Math.min(size, MAX_32)],
    [4, Math.min(offset, MAX_32)],
    [2, 0],
  );
  if (count < MAX_16 && size < MAX_32 && offset < MAX_32) return end;
  const zip64 = fields(
    [4, 0x06064b50],
    [8, 44],
    [2, UNIX | VERSION_ZIP64],
    [2, VERSION_ZIP64],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, size],
    [8, offset],
  );
  return concat(zip64, fields([4, 0x07064b50], [4, 0], [8, offset + size], [4, 1]), end);
}

/** The time in UTC, which MS-DOS fields do not know: "extended timestamp", modification only. */
function timeExtra(modified: number): Bytes {
  return fields([2, 0x5455], [2, 5], [1, 1], [4, Math.min(Math.max(0, modified), MAX_32)]);
}

/** Date and time as MS-DOS had them: local, even seconds, 1980 to 2107. */
function dosTime(modified: number): readonly [number, number] {
  const at = new Date(modified * 1000);
  const year = at.getFullYear() - 1980;
  if (year < 0) return [(1 << 5) | 1, 0];
  const date = (Math.min(year, 127) << 9) | ((at.getMonth() + 1) << 5) | at.getDate();
  return [date, (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1)];
}
