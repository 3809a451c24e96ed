/** Where bytes come from: memory, a file, a response; read piece by piece, never as a whole. */

import { type Bytes, concat } from "./bytes";

export type Source = Uint8Array | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** A file is read in slices of this many bytes: few round trips to the disk, little memory. */
const SLICE_BYTES = 1 << 20;

/** The bytes of the source in pieces of any length, never longer than the pieces of a stream are. */
export function pieces(source: Source): AsyncIterable<Uint8Array> {
  if (source instanceof Uint8Array) return one(source);
  if (source instanceof Blob) return slicesOf(source);
  if (source instanceof ReadableStream) return chunksOf(source);
  return source;
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes;
}

async function* slicesOf(blob: Blob): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < blob.size; at += SLICE_BYTES) {
    yield new Uint8Array(await blob.slice(at, at + SLICE_BYTES).arrayBuffer());
  }
}

/** A stream's chunks; not by `for await` on the stream itself, which not every browser has. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // A reader that stops early stops the stream; for one that ended this does nothing.
    await reader.cancel().catch(() => undefined);
    reader.releaseLock();
  }
}

/** All the bytes at once: for what is known to be small. */
export async function readAll(source: Source): Promise<Bytes> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces(source)) parts.push(piece);
  return concat(...parts);
}

/** The first `size` bytes (fewer if there are no more) and a source of what follows them. */
export async function takeFirst(source: Source, size: number): Promise<{ first: Bytes; rest: Source }> {
  const iterator = pieces(source)[Symbol.asyncIterator]();
  let head = new Uint8Array(0);
  while (head.length < size) {
    const { done, value } = await iterator.next();
    if (done) break;
    head = concat(head, value);
  }
  async function* rest(): AsyncGenerator<Uint8Array, void, void> {
    yield head.subarray(size);
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { first: head.slice(0, size), rest: rest() };
}

interface Block {
  readonly bytes: Bytes;
  /** Nothing follows this block. */
  readonly last: boolean;
}

/**
 * The same bytes in blocks of exactly `size`; the last one has 1 to `size` bytes, or 0 if there are none at all.
 *
 * A block that lies whole in a piece is a view on it: whoever makes the pieces does not use their memory again.
 */
export async function* blocks(source: Source, size: number): AsyncGenerator<Block, void, void> {
  let whole: Bytes | undefined; // perhaps the last: nobody knows before there are more bytes
  let partial = new Uint8Array(0);
  let filled = 0;
  for await (const piece of pieces(source)) {
    for (let at = 0; at < piece.length; ) {
      if (whole) yield { bytes: whole, last: false };
      whole = undefined;
      if (filled === 0 && piece.length - at >= size) {
        whole = plain(piece.subarray(at, at + size));
        at += size;
        continue;
      }
      if (filled === 0) partial = new Uint8Array(size);
      const part = piece.subarray(at, at + size - filled);
      partial.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled === size) {
        whole = partial;
        filled = 0;
      }
    }
  }
  yield { bytes: whole ?? partial.subarray(0, filled), last: true };
}

/** WebCrypto takes no view on shared memory; such a view is copied, any other is passed on. */
function plain(bytes: Uint8Array): Bytes {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Bytes) : new Uint8Array(bytes);
}
