/**
 * The hash of a file: the RFC 6962 tree over segments of 1 MiB.
 *
 * A leaf is SHA-256(0x00 ‖ segment), a node SHA-256(0x01 ‖ left ‖ right); a list is split at the largest
 * power of two below its length; the tree of nothing is SHA-256 of nothing. So a range can be verified by
 * its segments and the leaves, and nobody needs an incremental SHA-256, which WebCrypto does not have.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, equal } from "./bytes";
import { PayloadError } from "./errors";
import { blocks, pieces, type Source } from "./source";

export const SEGMENT_SIZE = 1 << 20;
export const HASH_SIZE = 32;

/** A tree of a small file needs no room for a whole segment. */
const FIRST_ROOM = 1 << 16;

/** Segments hashed at the same time, at most: this bounds the memory of a fast source. */
const IN_FLIGHT = 4;

/** Hash of a segment, or of any other leaf. */
export async function leafHash(segment: Uint8Array): Promise<Bytes> {
  return digest(concat(Uint8Array.of(0), segment));
}

/** Root over leaf hashes. */
export function rootFromLeaves(leaves: readonly Uint8Array[]): Bytes {
  if (leaves.length === 0) return new Uint8Array(sha256(new Uint8Array(0)));
  const [only] = leaves;
  if (leaves.length === 1 && only !== undefined) return new Uint8Array(only);
  let split = 1;
  while (2 * split < leaves.length) split *= 2;
  const left = rootFromLeaves(leaves.slice(0, split));
  const right = rootFromLeaves(leaves.slice(split));
  return nodeHash(left, right);
}

/** Hash of a node with these children. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
  return new Uint8Array(sha256(concat(Uint8Array.of(1), left, right)));
}

/** Grows with the bytes it is shown, in pieces of any length. */
export class SegmentTree {
  /** The leaf prefix 0x00, which is never overwritten, and behind it the segment being filled. */
  #leaf = new Uint8Array(1 + FIRST_ROOM);
  readonly #hashes: Promise<Bytes>[] = [];
  #filled = 0;
  #size = 0;

  /** Bytes seen so far. */
  get size(): number {
    return this.#size;
  }

  /** Takes the bytes; resolves as soon as the tree is ready for more. They may be overwritten afterwards. */
  async update(bytes: Uint8Array): Promise<void> {
    this.#size += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + SEGMENT_SIZE - this.#filled);
      this.#makeRoom(1 + this.#filled + part.length);
      this.#leaf.set(part, 1 + this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === SEGMENT_SIZE) {
        // `digest` copies its input before it returns, so the buffer is free at once.
        this.#hashes.push(digest(this.#leaf));
        this.#filled = 0;
        await this.#hashes.at(-IN_FLIGHT);
      }
    }
  }

  #makeRoom(size: number): void {
    if (size <= this.#leaf.length) return;
    const roomier = new Uint8Array(1 + SEGMENT_SIZE);
    roomier.set(this.#leaf.subarray(0, 1 + this.#filled));
    this.#leaf = roomier;
  }

  /** The same bytes, passed on as they come, each piece after the tree has seen it. */
  async *follow(source: Source): AsyncGenerator<Uint8Array, void, void> {
    for await (const piece of pieces(source)) {
      await this.update(piece);
      yield piece;
    }
  }

  /** Leaf hashes of what has been seen; the tree may grow on. */
  async leaves(): Promise<Bytes[]> {
    const rest = this.#filled > 0 ? [digest(this.#leaf.subarray(0, 1 + this.#filled))] : [];
    return Promise.all([...this.#hashes, ...rest]);
  }

  async root(): Promise<Bytes> {
    return rootFromLeaves(await this.leaves());
  }
}

/**
 * The segments of the source, each released only after it has proved to be the one under its leaf.
 *
 * The caller has compared `rootFromLeaves(leaves)` with a signed root. @throws PayloadError for a segment that
 * is altered, missing or too much.
 */
export async function* verifiedSegments(
  source: Source,
  leaves: readonly Uint8Array[],
): AsyncGenerator<Bytes, void, void> {
  let index = 0;
  for await (const { bytes } of blocks(source, SEGMENT_SIZE)) {
    if (bytes.length === 0) break;
    const leaf = leaves[index];
    if (leaf === undefined) throw new PayloadError("more segments than leaves");
    if (!equal(await leafHash(bytes), leaf)) throw new PayloadError(`segment ${index} is not the signed one`);
    index += 1;
    yield bytes;
  }
  if (index !== leaves.length) throw new PayloadError("segments are missing");
}

async function digest(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
