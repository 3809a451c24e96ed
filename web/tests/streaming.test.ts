/** A file on its way from one vault into another, however large, lies nowhere as a whole. */

import { afterEach, expect, test, vi } from "vitest";
import { toBase64url } from "../src/crypto/base64";
import type { Bytes } from "../src/crypto/bytes";
import { SegmentTree } from "../src/crypto/merkle";
import { openPayload, sealedSize } from "../src/crypto/payload";
import { IntegrityError, RefusedError } from "../src/seals/errors";
import type { OpenedVault } from "../src/vault/opened";
import { sealInto } from "../src/vault/sealing";
import { codeOfError } from "./vectors";

vi.mock("../src/keyring/store", () => import("./kept_store"));

const MIB = 1 << 20;
/** What may be under way between what is opened and what is written: the cipher's chunks, one block of the disk, a slice. */
const MOST_BYTES = 6 * MIB;

afterEach(() => vi.unstubAllGlobals());

/** A file system that counts what is written to it; `keep`: that keeps it, too. */
class Disk {
  writtenBytes = 0;
  readonly kept: Uint8Array<ArrayBuffer>[] = [];
  readonly removed: string[] = [];
  aborted = 0;

  private readonly isKeeping: boolean;

  constructor(isKeeping: boolean) {
    this.isKeeping = isKeeping;
    const root = { getDirectoryHandle: async () => this.folder() };
    const estimate = async () => ({ quota: 10_000 * MIB, usage: 0 });
    vi.stubGlobal("navigator", { storage: { estimate, getDirectory: async () => root } });
  }

  private folder() {
    return {
      getFileHandle: async (name: string) => ({
        name,
        createWritable: async () => ({
          write: async (piece: Bytes) => {
            this.writtenBytes += piece.length;
            if (this.isKeeping) this.kept.push(piece);
          },
          close: async () => undefined,
          abort: async () => {
            this.aborted += 1;
          },
        }),
        getFile: async () => new Blob(this.kept),
      }),
      removeEntry: async (name: string) => {
        this.removed.push(name);
      },
    };
  }
}

test("200 MiB are sealed with a few MiB under way, and their hash is theirs", async () => {
  const disk = new Disk(false);
  const size = 200 * MIB;
  const plain = new SegmentTree();
  let openedBytes = 0;
  let most = 0;
  async function* contents() {
    for (let at = 0; at < size; at += 64 * 1024) {
      const piece = new Uint8Array(64 * 1024).fill(at / 65_536);
      await plain.update(piece);
      openedBytes += piece.length;
      most = Math.max(most, openedBytes - disk.writtenBytes);
      yield piece;
    }
  }
  const shares: number[] = [];
  const staged = await sealInto({} as OpenedVault, contents(), size, null, (share) => shares.push(share));
  expect(most).toBeLessThan(MOST_BYTES);
  expect(disk.writtenBytes).toBe(sealedSize(size));
  expect(staged.sealed.contentHash).toBe(toBase64url(await plain.root()));
  expect(staged.sealed.size).toBe(size);
  expect(shares.at(-1)).toBeGreaterThanOrEqual(1);
  await staged.remove();
  expect(disk.removed).toHaveLength(1);
}, 60_000);

test("what was sealed on the way opens again", async () => {
  const disk = new Disk(true);
  const source = crypto.getRandomValues(new Uint8Array(64 * 1024));
  const file = new Blob(Array<Bytes>(80).fill(source));
  const { payload, sealed } = await sealInto({} as OpenedVault, file, file.size, null, () => undefined);
  expect(disk.writtenBytes).toBe(sealed.payloadSize);
  let at = 0;
  for await (const piece of openPayload(sealed.fileKey, payload)) {
    const other = new Uint8Array(await file.slice(at, at + piece.length).arrayBuffer());
    expect(Buffer.compare(piece, other)).toBe(0);
    at += piece.length;
  }
  expect(at).toBe(file.size);
});

test("what nobody wants any more ends the reading of its source, and leaves nothing on the disk", async () => {
  const disk = new Disk(false);
  let isEnded = false;
  async function* contents() {
    try {
      for (;;) yield new Uint8Array(64 * 1024);
    } finally {
      isEnded = true;
    }
  }
  const stopped = sealInto({} as OpenedVault, contents(), 200 * MIB, null, (share) => {
    if (share > 0.05) throw new RefusedError("cancelled", "cancelled by the person");
  });
  expect(await codeOfError(() => stopped)).toBe("cancelled");
  expect(isEnded).toBe(true);
  expect([disk.aborted, disk.removed.length]).toEqual([1, 1]);
});

test("what turns out altered on the way is thrown away with what was sealed of it", async () => {
  const disk = new Disk(false);
  async function* contents() {
    for (let at = 0; at < 100; at++) yield new Uint8Array(64 * 1024);
    throw new IntegrityError("payload_altered", "a segment is another one");
  }
  const sealed = sealInto({} as OpenedVault, contents(), 200 * MIB, null, () => undefined);
  expect(await codeOfError(() => sealed)).toBe("payload_altered");
  expect([disk.aborted, disk.removed.length]).toEqual([1, 1]);
});
