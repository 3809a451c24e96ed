/** Proofs in RFC 6962 trees, verified as RFC 9162 §§ 2.1.3.2 and 2.1.4.2 say. */

import { type Bytes, equal } from "../crypto/bytes";
import { HASH_SIZE, leafHash, nodeHash } from "../crypto/merkle";
import { must } from "./errors";

/** An entry is shorter than 64 KiB: a log writes its length in two bytes. */
const MAX_ENTRY_SIZE = 0xffff;

/** The leaf hash of an entry. @throws TlogError `tlog.entry` from 64 KiB on. */
export async function entryHash(entry: Uint8Array): Promise<Bytes> {
  must(entry.length <= MAX_ENTRY_SIZE, "tlog.entry", "an entry has less than 64 KiB");
  return leafHash(entry);
}

/** A place on its way from the leaves to the root: which node of its level, and which is the level's last. */
class Climb {
  position: number;
  last: number;

  constructor(position: number, last: number) {
    this.position = position;
    this.last = last;
  }

  get isRight(): boolean {
    return this.position % 2 === 1;
  }

  up(): void {
    this.position = Math.floor(this.position / 2);
    this.last = Math.floor(this.last / 2);
  }

  /**
   * Whether the next hash of the proof is the left sibling. If so, climbs past the levels where the node, the last of
   * its level, had no sibling, and either way to its parent.
   */
  siblingIsLeft(): boolean {
    must(this.last > 0, "tlog.proof", "the proof is too long for a tree of this size");
    const left = this.isRight || this.position === this.last;
    while (left && this.position > 0 && !this.isRight) this.up();
    this.up();
    return left;
  }
}

/** @throws TlogError `tlog.proof` unless the leaf hash stands at `index` in the tree of `size` with this root. */
export function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): void {
  must(
    isIndex(index) && isIndex(size) && index < size,
    "tlog.proof",
    `no entry ${index} in a tree of ${size}`,
  );
  mustBeHashes([leaf, ...proof]);
  const climb = new Climb(index, size - 1);
  let hash = leaf;
  for (const sibling of proof)
    hash = climb.siblingIsLeft() ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
  must(climb.last === 0 && equal(hash, root), "tlog.proof", "the proof does not show this leaf in this tree");
}

/**
 * @throws TlogError `tlog.proof` unless the tree of `size` begins with that of `oldSize`; also for an old size of 0,
 * of which there is nothing to prove.
 */
export function verifyConsistency(
  oldSize: number,
  size: number,
  proof: readonly Uint8Array[],
  oldRoot: Uint8Array,
  root: Uint8Array,
): void {
  const sizes = isIndex(oldSize) && isIndex(size) && 0 < oldSize && oldSize <= size;
  must(sizes, "tlog.proof", `no proof from a tree of ${oldSize} to one of ${size}`);
  mustBeHashes(proof);
  if (oldSize === size) {
    must(
      proof.length === 0 && equal(oldRoot, root),
      "tlog.proof",
      "one size is consistent by one root and no proof",
    );
    return;
  }
  const climb = new Climb(oldSize - 1, size - 1);
  while (climb.isRight) climb.up();
  // A perfect old tree is a node of the new one, and the proof leaves out what the verifier knows.
  const [start, rest] = climb.position > 0 ? [proof[0] ?? oldRoot, proof.slice(1)] : [oldRoot, proof];
  let [oldHash, hash] = [start, start];
  for (const sibling of rest) {
    if (climb.siblingIsLeft()) [oldHash, hash] = [nodeHash(sibling, oldHash), nodeHash(sibling, hash)];
    else hash = nodeHash(hash, sibling);
  }
  const holds = climb.last === 0 && equal(oldHash, oldRoot) && equal(hash, root);
  must(holds, "tlog.proof", "the proof does not show one tree to begin with the other");
}

function isIndex(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function mustBeHashes(hashes: readonly Uint8Array[]): void {
  must(
    hashes.every((hash) => hash.length === HASH_SIZE),
    "tlog.proof",
    "a hash has 32 bytes",
  );
}
