/**
 * One file, sealed once: a payload, its hash, and a header for the vault and one for the scanner (docs/formats.md,
 * section 9). The other way round everything is compared with what the author signed before a byte is released.
 */

import { newFileKey, openHeader, sealHeader } from "../crypto/age";
import { fromBase64url, toBase64url } from "../crypto/base64";
import type { Bytes } from "../crypto/bytes";
import { rootFromLeaves, SegmentTree, verifiedSegments } from "../crypto/merkle";
import { openPayload, sealedSize, sealPayload } from "../crypto/payload";
import type { Source } from "../crypto/source";
import type { Manifest } from "./documents";
import { sameHash } from "./documents";
import { IntegrityError, must, RefusedError } from "./errors";
import { commitmentOf } from "./keys";

/** The scanner can read no larger file; said before anything is sealed. */
export const MAX_PAYLOAD_SIZE = 2 * 1024 ** 3;

/** @throws RefusedError (`too_large`). */
export function requireSize(sizeBytes: number): void {
  if (sealedSize(sizeBytes) > MAX_PAYLOAD_SIZE)
    throw new RefusedError("too_large", "a file may have 2 GiB at most");
}

export interface SealedFile {
  readonly fileKey: Bytes;
  readonly commitment: string;
  readonly payloadHash: string;
  readonly payloadSize: number;
  readonly contentHash: string;
  readonly size: number;
}

/** Seals `source` under a new file key; the sealed pieces go to `take` in order. */
export async function sealContents(
  source: Source,
  take: (piece: Bytes) => Promise<void> | void,
): Promise<SealedFile> {
  const fileKey = newFileKey();
  const plain = new SegmentTree();
  const sealed = new SegmentTree();
  for await (const piece of sealPayload(fileKey, plain.follow(source))) {
    await sealed.update(piece);
    await take(piece);
  }
  return {
    fileKey,
    commitment: commitmentOf(fileKey),
    payloadHash: toBase64url(await sealed.root()),
    payloadSize: sealed.size,
    contentHash: toBase64url(await plain.root()),
    size: plain.size,
  };
}

/** A header of its own for the vault's epoch, or for the scanner. */
export function headerFor(fileKey: Bytes, recipient: string): Bytes {
  return sealHeader(fileKey, [recipient]);
}

/** The file key in a header, which must be the one the author committed to. @throws IntegrityError. */
export function fileKeyFrom(header: Bytes, identity: string, commitment: string): Bytes {
  let fileKey: Bytes;
  try {
    fileKey = openHeader(header, identity);
  } catch {
    throw new IntegrityError("wrong_header", "the file's key does not open");
  }
  must(
    sameHash(commitmentOf(fileKey), commitment),
    "wrong_commitment",
    "the file's key is not the one that was signed",
  );
  return fileKey;
}

/** The leaves of a payload, which must be those of the signed hash. `joined`: 32 bytes each, one after the other. */
export function leavesOf(joined: string, manifest: Pick<Manifest, "payload_hash">): readonly Bytes[] {
  const bytes = fromBase64url(joined);
  must(bytes.length % 32 === 0, "wrong_leaves", "the segment hashes are not whole");
  const leaves = Array.from({ length: bytes.length / 32 }, (_, i) => bytes.slice(32 * i, 32 * i + 32));
  must(
    sameHash(toBase64url(rootFromLeaves(leaves)), manifest.payload_hash),
    "wrong_leaves",
    "the segment hashes are not those of the signed file",
  );
  return leaves;
}

/** The plaintext, each segment verified before anything of it is released. @throws IntegrityError (`wrong_payload`). */
export async function* openContents(
  payload: Source,
  leaves: readonly Bytes[],
  fileKey: Bytes,
): AsyncGenerator<Bytes, void, void> {
  try {
    yield* openPayload(fileKey, verifiedSegments(payload, leaves));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "payload") {
      throw new IntegrityError("wrong_payload", error.message);
    }
    throw error;
  }
}
