/**
 * The age payload: a nonce of 16 bytes, then chunks of 64 KiB under ChaCha20-Poly1305 (C2SP age, "Payload").
 *
 * The key is HKDF(file key, salt = nonce, "payload"); a chunk's nonce is its number (11 bytes, big-endian)
 * and a flag that is 1 for the last chunk alone. So chunks can be neither reordered nor left off. A payload
 * stands apart from its headers: several headers may hold the file key of one payload.
 *
 * Bounded memory: `DEPTH` batches of 16 chunks are under way at a time, whatever the size of the file.
 */

import { type Aead, chacha20poly1305, TAG_SIZE } from "./aead";
import { type Bytes, concat, randomBytes } from "./bytes";
import { PayloadError } from "./errors";
import { hkdf } from "./hkdf";
import { type Block, blocks, type Source, takeFirst } from "./source";

export const FILE_KEY_SIZE = 16;
export const NONCE_SIZE = 16;
export const CHUNK_SIZE = 64 * 1024;

const SEALED_CHUNK_SIZE = CHUNK_SIZE + TAG_SIZE;
const BATCH_CHUNKS = 16;
const DEPTH = 4;

/** Bytes of the payload of a file of `plaintextBytes`; an empty file has one empty chunk. */
export function sealedSize(plaintextBytes: number): number {
  const chunks = Math.max(1, Math.ceil(plaintextBytes / CHUNK_SIZE));
  return NONCE_SIZE + plaintextBytes + chunks * TAG_SIZE;
}

/** Bytes of the file in a payload of `payloadBytes`. @throws PayloadError for a size no payload has. */
export function plaintextSize(payloadBytes: number): number {
  const chunkBytes = payloadBytes - NONCE_SIZE;
  const chunks = Math.max(1, Math.ceil(chunkBytes / SEALED_CHUNK_SIZE));
  const size = chunkBytes - chunks * TAG_SIZE;
  if (sealedSize(size) !== payloadBytes || size < 0) throw new PayloadError("no payload has this size");
  return size;
}

/** The sealed bytes of the source, in order: the nonce, then up to 1 MiB (and tags) at a time. */
export async function* sealPayload(fileKey: Uint8Array, source: Source): AsyncGenerator<Bytes, void, void> {
  const nonce = randomBytes(NONCE_SIZE);
  const aead = await payloadCipher(fileKey, nonce);
  yield nonce;
  yield* inOrder(source, CHUNK_SIZE, (chunk, number, last) => aead.seal(chunkNonce(number, last), chunk));
}

/**
 * The plaintext, nothing of it before its chunk has verified.
 *
 * @throws PayloadError when anything is altered, missing or too much; what was released before is authentic, but
 * the file is complete only when the iteration ends without an error.
 */
export async function* openPayload(fileKey: Uint8Array, source: Source): AsyncGenerator<Bytes, void, void> {
  const { first: nonce, rest } = await takeFirst(source, NONCE_SIZE);
  if (nonce.length < NONCE_SIZE) throw new PayloadError("truncated");
  const aead = await payloadCipher(fileKey, nonce);
  yield* inOrder(rest, SEALED_CHUNK_SIZE, async (chunk, number, last) => {
    if (chunk.length < TAG_SIZE) throw new PayloadError("truncated");
    if (chunk.length === TAG_SIZE && number > 0) throw new PayloadError("the last chunk is empty");
    const plaintext = await aead.open(chunkNonce(number, last), chunk);
    if (plaintext === null) throw new PayloadError(`chunk ${number} is not authentic`);
    return plaintext;
  });
}

/**
 * What a manifest says of the file key: whoever opens the file refuses a key that does not give this.
 *
 * The cipher does not commit to its key: without this one payload could open differently for two readers.
 */
export function commitment(fileKey: Uint8Array): Bytes {
  return hkdf(fileKey, "siegel-file-key@v1");
}

function payloadCipher(fileKey: Uint8Array, nonce: Uint8Array): Promise<Aead> {
  if (fileKey.length !== FILE_KEY_SIZE) throw new PayloadError("a file key has 16 bytes");
  return chacha20poly1305(hkdf(fileKey, "payload", 32, nonce));
}

function chunkNonce(number: number, last: boolean): Bytes {
  const nonce = new Uint8Array(12);
  const view = new DataView(nonce.buffer);
  view.setUint32(3, Math.floor(number / 2 ** 32));
  view.setUint32(7, number % 2 ** 32);
  view.setUint8(11, last ? 1 : 0);
  return nonce;
}

type ChunkStep = (chunk: Bytes, number: number, last: boolean) => Promise<Uint8Array>;

/** What the chunks of a batch became, up to the first that failed. */
interface Outcome {
  readonly bytes: Bytes;
  readonly failure?: unknown;
}

/** The step's results in the order of the chunks, though many are under way at once. */
async function* inOrder(source: Source, size: number, step: ChunkStep): AsyncGenerator<Bytes, void, void> {
  const underWay: Promise<Outcome>[] = [];
  let number = 0;
  for await (const batch of blocks(source, BATCH_CHUNKS * size)) {
    underWay.push(settled(batch, number, size, step));
    number += BATCH_CHUNKS;
    const oldest = underWay.length === DEPTH ? underWay.shift() : undefined;
    if (oldest) yield* released(await oldest);
  }
  for (const outcome of underWay) yield* released(await outcome);
}

/** Never rejects: a failure must wait until the batches before it have been released. */
async function settled(
  { bytes, last }: Block,
  first: number,
  size: number,
  step: ChunkStep,
): Promise<Outcome> {
  const chunks: Promise<Uint8Array>[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += size) {
    const isLast = last && at + size >= bytes.length;
    chunks.push(step(bytes.subarray(at, at + size), first + chunks.length, isLast));
  }
  const done: Uint8Array[] = [];
  for (const result of await Promise.allSettled(chunks)) {
    if (result.status === "rejected") return { bytes: concat(...done), failure: result.reason };
    done.push(result.value);
  }
  return { bytes: concat(...done) };
}

function* released(outcome: Outcome): Generator<Bytes, void, void> {
  if (outcome.bytes.length > 0) yield outcome.bytes;
  if (outcome.failure !== undefined) throw outcome.failure;
}
