/**
 * The age payload: a nonce of 16 bytes, then chunks of 64 KiB under ChaCha20-Poly1305 (C2SP age, "Payload").
 *
 * The key is HKDF(file key, salt = nonce, "payload"); a chunk's nonce is its number (11 bytes, big-endian)
 * and a flag that is 1 for the last chunk alone. So chunks can be neither reordered nor left off. A payload
 * stands apart from its headers: several headers may hold the file key of one payload.
 *
 * Chunks are passed on as the cipher gives them, never copied together: fresh memory costs more than the cipher.
 * Bounded memory: about 1 MiB is under way at a time, whatever the size of the file.
 */

import { type Aead, chacha20poly1305, TAG_SIZE } from "./aead";
import { type Bytes, randomBytes } from "./bytes";
import { PayloadError } from "./errors";
import { hkdf } from "./hkdf";
import { blocks, type Source, takeFirst } from "./source";

export const FILE_KEY_SIZE = 16;
export const NONCE_SIZE = 16;
export const CHUNK_SIZE = 64 * 1024;

const SEALED_CHUNK_SIZE = CHUNK_SIZE + TAG_SIZE;
/** Chunks under way at a time: 1 MiB keeps the browser's threads busy and still fits a cache. */
const DEPTH = 16;

/** Bytes of the payload of a file of `plaintextBytes`; an empty file has one empty chunk. */
export function sealedSize(plaintextBytes: number): number {
  const chunks = Math.max(1, Math.ceil(plaintextBytes / CHUNK_SIZE));
  return NONCE_SIZE + plaintextBytes + chunks * TAG_SIZE;
}

/** The sealed bytes of the source, in order: the nonce, then chunk after chunk. */
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

type ChunkStep = (chunk: Bytes, number: number, last: boolean) => Promise<Bytes>;

/** The step's results in the order of the chunks, though many are under way at once. */
async function* inOrder(source: Source, size: number, step: ChunkStep): AsyncGenerator<Bytes, void, void> {
  const underWay: Promise<Bytes>[] = [];
  let number = 0;
  for await (const { bytes, last } of blocks(source, size)) {
    const result = step(bytes, number, last);
    // A failure is not lost: it is thrown when those before it have been released.
    result.catch(() => undefined);
    underWay.push(result);
    number += 1;
    const oldest = underWay.length === DEPTH ? underWay.shift() : undefined;
    if (oldest) yield await oldest;
  }
  for (const result of underWay) yield await result;
}
