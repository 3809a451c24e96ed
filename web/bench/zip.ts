/** One archive of many files, opened and verified as a selection is saved, but for the browser's own writing. */

import { type Bytes, concat, randomBytes } from "../src/crypto/bytes";
import { SegmentTree } from "../src/crypto/merkle";
import { pieces, type Source } from "../src/crypto/source";
import { openContents, sealContents } from "../src/seals/files";
import { zip } from "../src/vault/zip";

const PIECE_BYTES = 64 * 1024;

/** One sealed file, which stands for each of the archive's: what lies in memory is then the archive's doing. */
async function member(sizeBytes: number): Promise<() => AsyncGenerator<Bytes>> {
  const plaintext = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes; at += PIECE_BYTES)
    plaintext.set(randomBytes(Math.min(PIECE_BYTES, sizeBytes - at)), at);
  const tree = new SegmentTree();
  const parts: Bytes[] = [];
  const sealed = await sealContents(plaintext, async (piece) => {
    await tree.update(piece);
    parts.push(piece);
  });
  const [payload, leaves] = [concat(...parts), await tree.leaves()];
  const row = { content_hash: sealed.contentHash, size: sealed.size };
  return () => openContents(payload, leaves, sealed.fileKey, row);
}

async function drain(source: Source): Promise<void> {
  for await (const _ of pieces(source));
}

async function secondsOf(run: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
}

/** Seconds of each run: the files opened one after the other, and the same as one archive, by turns. */
async function measureZip(
  files: number,
  sizeBytes: number,
  rounds: number,
): Promise<{ open: number[]; zip: number[] }> {
  const opened = await member(Math.floor(sizeBytes / files));
  const entries = Array.from({ length: files }, (_, i) => ({
    path: `Belege/${i}.bin`,
    modified: 0,
    read: async () => opened(),
  }));
  const seconds: { open: number[]; zip: number[] } = { open: [], zip: [] };
  for (let round = 0; round < rounds; round++) {
    const openAll = async (): Promise<void> => {
      for (let done = 0; done < files; done++) await drain(opened());
    };
    seconds.open.push(await secondsOf(openAll));
    seconds.zip.push(await secondsOf(() => drain(zip(entries))));
  }
  return seconds;
}

Object.assign(globalThis, { measureZip });
