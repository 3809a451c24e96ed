/**
 * One file, sealed once: a payload, its hash, and a header for the vault and one for the scanner (docs/formats.md,
 * section 9). The other way round everything is compared with what the author signed before a byte is released.
 */

import { newFileKey, openHeaderNatively, sealHeader, sealHeaderNatively } from "../crypto/age";
import { toBase64url } from "../crypto/base64";
import type { Bytes } from "../crypto/bytes";
import { NoMatchError, PayloadError } from "../crypto/errors";
import { parseHeader } from "../crypto/header";
import { HASH_SIZE, rootFromLeaves, SEGMENT_SIZE, SegmentTree, verifiedSegments } from "../crypto/merkle";
import { openPayload, sealPayload } from "../crypto/payload";
import type { Source } from "../crypto/source";
import { MAX_CONTENT_SIZE, type Manifest, sameHash } from "./documents";
import { IntegrityError, must, RefusedError } from "./errors";
import { unb64 } from "./fields";
import { commitmentOf } from "./keys";
import type { FileRow } from "./rows";

/** Said before anything is sealed. @throws RefusedError (`too_large`). */
export function requireSize(sizeBytes: number): void {
  if (sizeBytes > MAX_CONTENT_SIZE) throw new RefusedError("too_large", "a file has less than 2 GiB");
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

/** The same, as fast as the browser can: for many files at once. */
export function headerNativelyFor(fileKey: Bytes, recipient: string): Promise<Bytes> {
  return sealHeaderNatively(fileKey, [recipient]);
}

/**
 * The file key in a header, which must be the one the author committed to.
 * @throws IntegrityError (`header_invalid`, `header_foreign`, `commitment_mismatch`).
 */
export async function fileKeyFrom(header: Bytes, identity: string, commitment: string): Promise<Bytes> {
  let fileKey: Bytes;
  try {
    const kinds = parseHeader(header).stanzas.map(({ args }) => args[0]);
    must(
      kinds.length === 1 && kinds[0] === "mlkem768x25519",
      "header_invalid",
      "a header has one hybrid stanza",
    );
    fileKey = await openHeaderNatively(header, identity);
  } catch (error) {
    if (error instanceof NoMatchError)
      throw new IntegrityError("header_foreign", "the header is sealed for another key");
    if (error instanceof IntegrityError) throw error;
    throw new IntegrityError("header_invalid", "the header does not open");
  }
  must(
    sameHash(commitmentOf(fileKey), commitment),
    "commitment_mismatch",
    "the header holds another file key than the committed one",
  );
  return fileKey;
}

/**
 * The leaves of a payload, which must be those of the signed hash. `joined`: 32 bytes each, one after the other.
 * @throws IntegrityError (`payload_hash`).
 */
export function leavesOf(
  joined: string,
  { payload_hash, payload_size }: Pick<Manifest, "payload_hash" | "payload_size">,
): readonly Bytes[] {
  const bytes = unb64(joined);
  const leaves = Array.from({ length: Math.floor(bytes.length / HASH_SIZE) }, (_, i) =>
    bytes.slice(HASH_SIZE * i, HASH_SIZE * (i + 1)),
  );
  must(
    bytes.length === HASH_SIZE * Math.ceil(payload_size / SEGMENT_SIZE) &&
      sameHash(toBase64url(rootFromLeaves(leaves)), payload_hash),
    "payload_hash",
    "the segments' hashes do not give the signed payload hash",
  );
  return leaves;
}

/**
 * The plaintext, each segment verified before anything of it is released; at its end it must be the file its author
 * described in the row. @throws IntegrityError (`payload_altered`, `content_mismatch`).
 */
export async function* openContents(
  payload: Source,
  leaves: readonly Bytes[],
  fileKey: Bytes,
  { content_hash, size }: Pick<FileRow, "content_hash" | "size">,
): AsyncGenerator<Bytes, void, void> {
  const plain = new SegmentTree();
  try {
    for await (const piece of openPayload(fileKey, verifiedSegments(payload, leaves))) {
      await plain.update(piece);
      yield piece;
    }
  } catch (error) {
    if (error instanceof PayloadError) throw new IntegrityError("payload_altered", error.message);
    throw error;
  }
  must(
    plain.size === size && sameHash(toBase64url(await plain.root()), content_hash),
    "content_mismatch",
    "size or hash of the contents are not those its author signed",
  );
}
