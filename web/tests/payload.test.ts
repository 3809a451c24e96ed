import { createHash } from "node:crypto";
import { Decrypter, Encrypter } from "age-encryption";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type AeadEngine, hasNative, libsodiumAead, nativeAead } from "../src/crypto/aead";
import { newFileKey, openHeader, sealHeader } from "../src/crypto/age";
import { type Bytes, concat, equal, fromHex, randomBytes } from "../src/crypto/bytes";
import { PayloadError } from "../src/crypto/errors";
import { splitFile } from "../src/crypto/header";
import { identityText, recipientFromSeed, recipientText } from "../src/crypto/hybrid";
import { leafHash, rootFromLeaves, SEGMENT_SIZE, SegmentTree, verifiedSegments } from "../src/crypto/merkle";
import { CHUNK_SIZE, commitment, openPayload, sealedSize, sealPayload } from "../src/crypto/payload";
import { blocks, readAll, takeFirst } from "../src/crypto/source";
import { toHex } from "./hex";

const seed = randomBytes(32);
const identity = identityText(seed);
const recipient = recipientText(recipientFromSeed(seed));
const MIB = 1 << 20;

/** Sizes around every border: of a chunk, of a batch of 16 chunks, and of the batches under way. */
const SIZES = [0, 1, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, MIB - 1, MIB, MIB + 1, 5 * MIB + 77];

/** Bytes that repeat nowhere near, fast to make. */
function sample(size: number): Bytes {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe("payloads", () => {
  test.each(SIZES)("%i bytes are sealed for stock age-encryption, and its files open here", async (size) => {
    const plaintext = sample(size);
    const fileKey = newFileKey();
    const payload = await readAll(sealPayload(fileKey, plaintext));
    expect(payload.length).toBe(sealedSize(size));
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    const opened = await decrypter.decrypt(concat(sealHeader(fileKey, [recipient]), payload));
    expect(equal(opened, plaintext)).toBe(true);

    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    const foreign = splitFile(await encrypter.encrypt(plaintext));
    const ours = await readAll(openPayload(openHeader(foreign.header, identity), foreign.payload));
    expect(equal(ours, plaintext)).toBe(true);
  });

  test("files, streams and pieces of any length are sources alike", async () => {
    const plaintext = sample(2 * MIB + 5);
    const fileKey = newFileKey();
    const sources = [
      new Blob([plaintext]),
      new Blob([plaintext]).stream(),
      inPieces(plaintext, 1000),
      inPieces(plaintext, 3 * MIB),
    ];
    for (const source of sources) {
      const payload = await readAll(sealPayload(fileKey, source));
      expect(equal(await readAll(openPayload(fileKey, inPieces(payload, 70_001))), plaintext)).toBe(true);
    }
  });

  test("a flipped bit releases exactly the chunks before it", async () => {
    const plaintext = sample(20 * CHUNK_SIZE + 9);
    const fileKey = newFileKey();
    const payload = await readAll(sealPayload(fileKey, plaintext));
    for (const chunk of [0, 1, 15, 16, 17, 20]) {
      const altered = payload.slice();
      const at = 16 + chunk * (CHUNK_SIZE + 16);
      altered[at] = (altered[at] ?? 0) ^ 1;
      const { released, error } = await openPartly(fileKey, altered);
      expect(error).toBeInstanceOf(PayloadError);
      expect(equal(released, plaintext.subarray(0, chunk * CHUNK_SIZE))).toBe(true);
    }
  });

  test("truncation anywhere, swapped chunks and trailing bytes are refused", async () => {
    const fileKey = newFileKey();
    const payload = await readAll(sealPayload(fileKey, sample(3 * CHUNK_SIZE)));
    const chunkAt = (n: number): Uint8Array =>
      payload.subarray(16 + n * (CHUNK_SIZE + 16), 16 + (n + 1) * (CHUNK_SIZE + 16));
    const hostile = [
      ...[0, 15, 16, 31, 32, 16 + CHUNK_SIZE + 16, payload.length - CHUNK_SIZE - 16, payload.length - 1].map(
        (n) => payload.subarray(0, n),
      ),
      concat(payload.subarray(0, 16), chunkAt(1), chunkAt(0), chunkAt(2)),
      concat(payload, Uint8Array.of(0)),
      concat(payload, chunkAt(2)),
    ];
    for (const altered of hostile) {
      expect((await openPartly(fileKey, altered)).error).toBeInstanceOf(PayloadError);
    }
  });

  test("a source that fails ends the sealing with its own error, and is closed", async () => {
    const cancelled = vi.fn();
    const stream = new ReadableStream<Uint8Array>({
      pull: (c) => c.enqueue(new Uint8Array(MIB)),
      cancel: cancelled,
    });
    const sealed = sealPayload(newFileKey(), stream);
    for (let i = 0; i < 3; i++) await sealed.next();
    await sealed.return();
    expect(cancelled).toHaveBeenCalledOnce();
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10);
      throw new RangeError("the file is gone");
    }
    await expect(readAll(sealPayload(newFileKey(), broken()))).rejects.toThrow("the file is gone");
  });

  test("sealing reads only a few MiB ahead of what is taken", async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (; read < 500; read++) yield new Uint8Array(MIB);
    }
    const sealed = sealPayload(newFileKey(), endless());
    for (let i = 0; i < 10; i++) await sealed.next();
    expect(read).toBeLessThan(20);
    await sealed.return();
  });

  test("sizes are those of the format", () => {
    expect(sealedSize(0)).toBe(32);
    expect(sealedSize(CHUNK_SIZE)).toBe(16 + CHUNK_SIZE + 16);
    expect(sealedSize(CHUNK_SIZE + 1)).toBe(16 + CHUNK_SIZE + 16 + 1 + 16);
  });

  test("the commitment depends on the file key alone", () => {
    expect(toHex(commitment(fromHex("00".repeat(16))))).toBe(
      "23e22687ddbe2311580ed6636bbee27e4349a38053d42734cd627c54385bd047",
    );
    expect(equal(commitment(newFileKey()), commitment(newFileKey()))).toBe(false);
  });
});

async function openPartly(
  fileKey: Bytes,
  payload: Uint8Array,
): Promise<{ released: Bytes; error?: unknown }> {
  const parts: Uint8Array[] = [];
  try {
    for await (const part of openPayload(fileKey, payload)) parts.push(part);
    return { released: concat(...parts) };
  } catch (error) {
    return { released: concat(...parts), error };
  }
}

describe("the cipher's engines", async () => {
  const engines: [string, AeadEngine][] = [["libsodium", libsodiumAead]];
  if (await hasNative()) engines.push(["WebCrypto", nativeAead]);

  // Without associated data; from an independent implementation (OpenSSL).
  const key = fromHex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
  const nonce = fromHex("070000004041424344454647");
  const plaintext = new TextEncoder().encode("Ladies and Gentlemen");
  const sealed = "d31a8d34648e60db7b86afbc53ef7ec2a4aded51dbf3a3a6d05a122619b0d634be6b3475";

  test.each(engines)("%s gives the known ciphertext and refuses another", async (_name, engine) => {
    const aead = await engine(key);
    expect(toHex(await aead.seal(nonce, plaintext))).toBe(sealed);
    expect(await aead.open(nonce, fromHex(sealed))).toEqual(plaintext);
    for (const at of [0, 25, 35]) {
      const altered = fromHex(sealed);
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(await aead.open(nonce, altered)).toBeNull();
    }
    expect(await aead.open(fromHex("080000004041424344454647"), fromHex(sealed))).toBeNull();
  });

  afterEach(() => {
    vi.resetModules();
    vi.restoreAllMocks();
  });

  test("where WebCrypto has no such cipher, libsodium seals the same", async () => {
    vi.resetModules();
    vi.spyOn(crypto.subtle, "importKey").mockRejectedValue(new DOMException("unknown", "NotSupportedError"));
    const { sealPayload: seal } = await import("../src/crypto/payload");
    const fileKey = newFileKey();
    const payload = await readAll(seal(fileKey, plaintext));
    vi.restoreAllMocks();
    expect(await readAll(openPayload(fileKey, payload))).toEqual(plaintext);
  });
});

describe("the tree of segments", () => {
  // The leaves and roots that Certificate Transparency's implementations share as test data for RFC 6962.
  const inputs = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
  ];
  const roots = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ];

  test("the roots over 0 to 8 known leaves hold", async () => {
    const leaves = await Promise.all(inputs.map((hex) => leafHash(fromHex(hex))));
    for (const [count, root] of roots.entries()) {
      expect(toHex(rootFromLeaves(leaves.slice(0, count)))).toBe(root);
    }
  });

  test("pieces of any length give the leaves of whole segments", async () => {
    const bytes = sample(3 * SEGMENT_SIZE + 100);
    const expected = [0, 1, 2, 3].map((n) => {
      const segment = bytes.subarray(n * SEGMENT_SIZE, (n + 1) * SEGMENT_SIZE);
      return createHash("sha256").update(Uint8Array.of(0)).update(segment).digest("hex");
    });
    for (const size of [4 * SEGMENT_SIZE, SEGMENT_SIZE, 65_551]) {
      const tree = new SegmentTree();
      for await (const piece of tree.follow(inPieces(bytes, size))) expect(piece.length).toBeGreaterThan(0);
      expect((await tree.leaves()).map(toHex)).toEqual(expected);
      expect(tree.size).toBe(bytes.length);
    }
  });

  test("the tree of nothing, and of exactly one segment", async () => {
    expect(toHex(await new SegmentTree().root())).toBe(roots[0]);
    const tree = new SegmentTree();
    await tree.update(sample(SEGMENT_SIZE));
    expect(await tree.leaves()).toHaveLength(1);
  });

  test("only segments under their leaves are released", async () => {
    const bytes = sample(2 * SEGMENT_SIZE + 100);
    const tree = new SegmentTree();
    await tree.update(bytes);
    const leaves = await tree.leaves();
    expect(equal(await readAll(verifiedSegments(inPieces(bytes, 99_999), leaves)), bytes)).toBe(true);
    expect(await readAll(verifiedSegments(new Uint8Array(0), []))).toHaveLength(0);
    const altered = bytes.slice();
    altered[SEGMENT_SIZE] = (altered[SEGMENT_SIZE] ?? 0) ^ 1;
    const hostile: [Uint8Array, Bytes[]][] = [
      [altered, leaves],
      [bytes.subarray(0, 2 * SEGMENT_SIZE), leaves],
      [bytes.subarray(0, -1), leaves],
      [bytes, leaves.slice(0, 2)],
      [bytes, leaves.toReversed()],
      [new Uint8Array(0), leaves],
      [bytes.subarray(0, 1), []],
    ];
    for (const [source, under] of hostile) {
      await expect(readAll(verifiedSegments(source, under))).rejects.toThrow(PayloadError);
    }
    const segments = verifiedSegments(altered, leaves);
    expect(equal((await segments.next()).value ?? new Uint8Array(0), bytes.subarray(0, SEGMENT_SIZE))).toBe(
      true,
    );
    await expect(segments.next()).rejects.toThrow(PayloadError);
  });
});

describe("sources", () => {
  test("blocks are whole, and exactly the last one says so", async () => {
    for (const length of [0, 1, 9, 10, 11, 20, 35]) {
      for (const piece of [1, 3, 10, 100]) {
        const bytes = sample(length);
        const found: { length: number; last: boolean }[] = [];
        for await (const block of blocks(inPieces(bytes, piece), 10)) {
          found.push({ length: block.bytes.length, last: block.last });
        }
        const count = Math.max(1, Math.ceil(length / 10));
        const expected = Array.from({ length: count }, (_, n) => ({
          length: Math.min(10, length - 10 * n),
          last: n === count - 1,
        }));
        expect(found).toEqual(expected);
      }
    }
  });

  test("the first bytes are taken off, however they come", async () => {
    const bytes = sample(40);
    for (const piece of [1, 7, 16, 40]) {
      const { first, rest } = await takeFirst(inPieces(bytes, piece), 16);
      expect(equal(first, bytes.subarray(0, 16))).toBe(true);
      expect(equal(await readAll(rest), bytes.subarray(16))).toBe(true);
    }
    expect((await takeFirst(bytes, 50)).first).toHaveLength(40);
  });
});
