/**
 * Seals the same bytes by our code and by plain age-encryption, in this tab, and gives the seconds of each run.
 *
 * The bytes lie in memory and what comes out is taken piece by piece, as an upload takes it. The peer may do that
 * or seal the whole at once (`encrypt` of an array); whoever compares takes the better of the two.
 */

import { Encrypter } from "age-encryption";
import { hasNative } from "../src/crypto/aead";
import { newFileKey, sealHeader } from "../src/crypto/age";
import { type Bytes, randomBytes } from "../src/crypto/bytes";
import { recipientFromSeed, recipientText } from "../src/crypto/hybrid";
import { SegmentTree } from "../src/crypto/merkle";
import { openPayload, sealedSize, sealPayload } from "../src/crypto/payload";
import { pieces, readAll, type Source } from "../src/crypto/source";
import { sealContents } from "../src/seals/files";
import { openDraft } from "../src/vault/staging";

const PIECE_BYTES = 64 * 1024;

const recipient = recipientText(recipientFromSeed(randomBytes(32)));
const fileKey = newFileKey();

function sample(size: number): Bytes {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += PIECE_BYTES) crypto.getRandomValues(bytes.subarray(at, at + PIECE_BYTES));
  return bytes;
}

async function seal(plaintext: Bytes): Promise<void> {
  sealHeader(fileKey, [recipient]);
  await drain(sealPayload(fileKey, plaintext));
}

/** The same, gathered into one array as the peer's `encrypt` of an array gives it. */
async function sealWhole(plaintext: Bytes): Promise<Bytes> {
  const header = sealHeader(fileKey, [recipient]);
  const file = new Uint8Array(header.length + sealedSize(plaintext.length));
  file.set(header);
  let at = header.length;
  for await (const piece of sealPayload(fileKey, plaintext)) {
    file.set(piece, at);
    at += piece.length;
  }
  return file;
}

/** As an upload does it: with both trees of hashes. */
async function sealAndHash(plaintext: Bytes): Promise<void> {
  const contents = new SegmentTree();
  const payload = new SegmentTree();
  await drain(payload.follow(sealPayload(fileKey, contents.follow(plaintext))));
  await Promise.all([contents.root(), payload.root()]);
}

async function peerSealWhole(plaintext: Bytes): Promise<void> {
  await peer().encrypt(plaintext);
}

async function peerSealStream(plaintext: Bytes): Promise<void> {
  let at = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      controller.enqueue(plaintext.subarray(at, at + PIECE_BYTES));
      at += PIECE_BYTES;
      if (at >= plaintext.length) controller.close();
    },
  });
  await drain(await peer().encrypt(stream));
}

function peer(): Encrypter {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return encrypter;
}

/** As an upload does it: with the trees of hashes, into the browser's own file system. */
async function sealToDisk(plaintext: Bytes): Promise<void> {
  const draft = await openDraft("bench", sealedSize(plaintext.length));
  if (draft === null) throw new Error("no file system");
  sealHeader(fileKey, [recipient]);
  await sealContents(plaintext, (piece) => draft.write(piece));
  await draft.finish();
}

/** The plain way: the library's stream into the same file. */
async function peerSealToDisk(plaintext: Bytes): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle("peer", { create: true });
  const stream = new Blob([plaintext]).stream();
  await (await peer().encrypt(stream)).pipeTo(await handle.createWritable());
}

async function drain(source: Source): Promise<void> {
  for await (const _ of pieces(source));
}

async function secondsOf(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
}

/** Seconds of each run, all of them by turns so that none has the quieter machine. */
async function measure(sizeBytes: number, rounds: number): Promise<Record<string, number[]>> {
  const plaintext = sample(sizeBytes);
  const sealed = await readAll(sealPayload(fileKey, plaintext));
  const runs: Record<string, () => Promise<unknown>> = {
    seal: () => seal(plaintext),
    seal_whole: () => sealWhole(plaintext),
    seal_and_hash: () => sealAndHash(plaintext),
    open: () => drain(openPayload(fileKey, sealed)),
    peer_whole: () => peerSealWhole(plaintext),
    peer_stream: () => peerSealStream(plaintext),
    disk: () => sealToDisk(plaintext),
    peer_disk: () => peerSealToDisk(plaintext),
  };
  const seconds: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(runs)) {
      seconds[name] = [...(seconds[name] ?? []), await secondsOf(run)];
    }
  }
  return seconds;
}

Object.assign(globalThis, { measure, hasNative });
