/** The browser's verifier of transparency logs, held to the vectors that Python makes. */

import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { afterEach, describe, expect, test, vi } from "vitest";
import { fromBase64url } from "../src/crypto/base64";
import { type Bytes, concat, randomBytes, utf8 } from "../src/crypto/bytes";
import { publicKeyFromSeed, signingKeyFromSeed } from "../src/crypto/ed25519";
import { leafHash, rootFromLeaves } from "../src/crypto/merkle";
import {
  entryHash,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseProofFile,
  parseVerifierKey,
  type TlogError,
  verifyConsistency,
  verifyGrowth,
  verifyInclusion,
  verifyNote,
  verifyProofFile,
} from "../src/tlog";
import { toPadded } from "../src/tlog/text";
import { expectCode, vectors } from "./vectors";

interface Case {
  readonly name: string;
  readonly code: string | null;
}

interface LogVectors {
  readonly log: string;
  readonly witness: string;
  readonly bad_keys: readonly string[];
  readonly checkpoints: readonly (Case & { signed: string; size?: number; cosigned?: number | null })[];
  readonly growth: readonly (Case & { older: string; newer: string; proof: string[] })[];
  readonly proofs: readonly (Case & { file: string; entry: string })[];
}

const known = vectors<LogVectors>("log");
const log = await parseVerifierKey(known.log);
const witness = await parseVerifierKey(known.witness);

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(["native", "in JavaScript"])("the vectors of a log, Ed25519 %s", (engine) => {
  const withoutNative = (): void => {
    if (engine === "native") return;
    vi.spyOn(crypto.subtle, "importKey").mockRejectedValue(new DOMException("unknown", "NotSupportedError"));
  };

  test.each(known.checkpoints)("checkpoint: $name", async ({ signed, code, size, cosigned }) => {
    withoutNative();
    const opened = (): Promise<unknown> =>
      openCheckpoint(parseNote(fromBase64url(signed)), log, [witness]).then((verified) => {
        expect(verified.checkpoint.size).toBe(size);
        expect(verified.cosigned.get(witness) ?? null).toBe(cosigned);
        expect(verified.cosigned.has(log)).toBe(false);
      });
    await expectCode(opened, code);
  });

  test.each(known.proofs)("proof file: $name", async ({ file, entry, code }) => {
    withoutNative();
    const verified = async (): Promise<void> => {
      const proof = parseProofFile(fromBase64url(file));
      const { cosigned } = await verifyProofFile(proof, await entryHash(fromBase64url(entry)), log, [
        witness,
      ]);
      expect(cosigned.has(witness)).toBe(true);
    };
    await expectCode(verified, code);
  });
});

test.each(known.growth)("growth: $name", async ({ older, newer, proof, code }) => {
  const hashes = proof.map(fromBase64url);
  await expectCode(() => verifyGrowth(parseCheckpoint(older), parseCheckpoint(newer), hashes), code);
});

test.each(known.bad_keys)("the key %j is refused", async (text) => {
  await expectCode(() => parseVerifierKey(text), "tlog.key");
});

test("extra data comes out as it went in, and is none when it is not there", () => {
  const withExtra = known.proofs.find(({ name }) => name === "with extra data");
  expect(parseProofFile(fromBase64url(withExtra?.file ?? "")).extra).toEqual(utf8("mehr dazu"));
  expect(parseProofFile(fromBase64url(known.proofs[0]?.file ?? "")).extra).toEqual(new Uint8Array(0));
});

test("a change from an empty log needs no proof and takes none", async () => {
  const at = (size: number): ReturnType<typeof parseCheckpoint> => {
    const root = size === 0 ? rootFromLeaves([]) : new Uint8Array(32);
    return { origin: "log.example", size, root };
  };
  verifyGrowth(at(0), at(0), []);
  verifyGrowth(at(0), at(5), []);
  await expectCode(() => verifyGrowth(at(0), at(5), [new Uint8Array(32)]), "tlog.proof");
  await expectCode(() => verifyGrowth(at(5), at(5), [new Uint8Array(32)]), "tlog.proof");
});

describe("proofs in trees of every small size", async () => {
  const leaves = await Promise.all(Array.from({ length: 34 }, (_, i) => leafHash(utf8(`${i}`))));
  const root = (size: number): Bytes => rootFromLeaves(leaves.slice(0, size));

  /** RFC 6962 §§ 2.1.1 and 2.1.2, as they are written down there. */
  const split = (count: number): number => 2 ** Math.floor(Math.log2(count - 1));
  const path = (m: number, of: Bytes[]): Bytes[] => {
    if (of.length === 1) return [];
    const k = split(of.length);
    const [left, right] = [of.slice(0, k), of.slice(k)];
    return m < k ? [...path(m, left), rootFromLeaves(right)] : [...path(m - k, right), rootFromLeaves(left)];
  };
  const subproof = (m: number, of: Bytes[], isOld: boolean): Bytes[] => {
    if (m === of.length) return isOld ? [] : [rootFromLeaves(of)];
    const k = split(of.length);
    const [left, right] = [of.slice(0, k), of.slice(k)];
    if (m <= k) return [...subproof(m, left, isOld), rootFromLeaves(right)];
    return [...subproof(m - k, right, false), rootFromLeaves(left)];
  };
  const flipped = (proof: Bytes[], at: number): Bytes[] =>
    proof.map((hash, i) =>
      i === at ? Uint8Array.from(hash, (byte, j) => (j === 9 ? byte ^ 4 : byte)) : hash,
    );
  const refused = (work: () => void): void => {
    let code = "no error";
    try {
      work();
    } catch (error) {
      code = (error as TlogError).code;
    }
    if (code !== "tlog.proof") throw new Error(`not refused: ${work}: ${code}`);
  };

  test("inclusion: each leaf verifies where it is and nowhere else, and no hash may change", () => {
    for (let size = 1; size <= leaves.length; size++) {
      for (let index = 0; index < size; index++) {
        const leaf = leaves[index] ?? randomBytes(32);
        const proof = path(index, leaves.slice(0, size));
        verifyInclusion(leaf, index, size, proof, root(size));
        for (const other of [index - 1, index + 1, index + size, size, index ^ 1]) {
          refused(() => verifyInclusion(leaf, other, size, proof, root(size)));
        }
        for (let at = 0; at < proof.length; at++) {
          refused(() => verifyInclusion(leaf, index, size, flipped(proof, at), root(size)));
        }
        refused(() => verifyInclusion(leaf, index, size, [...proof, leaf], root(size)));
        refused(() => verifyInclusion(leaf.slice(1), index, size, proof, root(size)));
        refused(() => verifyInclusion(leaf, index, 2 ** 53, proof, root(size)));
      }
    }
  });

  test("consistency: every smaller tree verifies as the beginning, and no hash may change", () => {
    for (let size = 1; size <= leaves.length; size++) {
      for (let old = 1; old <= size; old++) {
        const proof = subproof(old, leaves.slice(0, size), true);
        verifyConsistency(old, size, proof, root(old), root(size));
        for (let at = 0; at < proof.length; at++) {
          refused(() => verifyConsistency(old, size, flipped(proof, at), root(old), root(size)));
        }
        refused(() => verifyConsistency(old, size, [...proof, root(old)], root(old), root(size)));
        refused(() => verifyConsistency(old, size, proof, root(old), randomBytes(32)));
        refused(() => verifyConsistency(old, size, proof, randomBytes(32), root(size)));
        refused(() => verifyConsistency(size + 1, size, proof, root(old), root(size)));
        if (old < size) refused(() => verifyConsistency(old, size, [], root(old), root(size)));
      }
      refused(() => verifyConsistency(0, size, [], root(0), root(size)));
    }
  });
});

test("sizes beyond what JavaScript counts exactly are refused, and just below are not", async () => {
  const text = (size: string): string => `log.example\n${size}\n${toPadded(new Uint8Array(32))}\n`;
  expect(parseCheckpoint(text("9007199254740991")).size).toBe(2 ** 53 - 1);
  for (const size of ["9007199254740992", "18446744073709551615", "9".repeat(400), "1e3", " 1", "0x1"]) {
    await expectCode(() => parseCheckpoint(text(size)), "tlog.checkpoint");
  }
});

test("a cosignature whose time does not fit is refused although it is signed", async () => {
  const seed = randomBytes(32);
  const material = concat(Uint8Array.of(4), publicKeyFromSeed(seed));
  const id = new Uint8Array(await crypto.subtle.digest("SHA-256", concat(utf8("w\n"), material))).slice(0, 4);
  const key = await parseVerifierKey(`w+${Buffer.from(id).toString("hex")}+${toPadded(material)}`);
  const signer = await signingKeyFromSeed(seed);
  const noteAt = async (time: bigint): Promise<ReturnType<typeof parseNote>> => {
    const stamp = new Uint8Array(8);
    new DataView(stamp.buffer).setBigUint64(0, time);
    const signature = await signer.sign(utf8(`cosignature/v1\ntime ${time}\nhallo\n`));
    return parseNote(utf8(`hallo\n\n— w ${toPadded(concat(id, stamp, signature))}\n`));
  };
  expect(await verifyNote(await noteAt(1_790_000_000n), [key])).toEqual(new Map([[key, 1_790_000_000]]));
  await expectCode(async () => verifyNote(await noteAt(2n ** 63n), [key]), "tlog.signature");
  const short = parseNote(utf8(`hallo\n\n— w ${toPadded(concat(id, Uint8Array.of(1)))}\n`));
  await expectCode(() => verifyNote(short, [key]), "tlog.signature");
  await expect(verifyNote(short, [key, { ...key }])).rejects.toThrow(RangeError);
});

test("an entry of 70 KB is refused, one just below 64 KiB is hashed", async () => {
  expect(await entryHash(new Uint8Array(65_535))).toHaveLength(32);
  for (const size of [65_536, 70_000]) {
    await expectCode(() => entryHash(new Uint8Array(size)), "tlog.entry");
  }
});

test("notes and proof files of any size that is too large are refused before they are read", async () => {
  await expectCode(() => parseNote(new Uint8Array(1_000_001)), "tlog.note");
  await expectCode(() => parseProofFile(new Uint8Array(2_000_001)), "tlog.proof_file");
});

test("what a browser loads to verify has at most 10 kB, gzipped", async () => {
  const output = (await build({
    configFile: false,
    logLevel: "error",
    publicDir: false,
    build: {
      write: false,
      target: "es2023",
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: new URL("../src/tlog/index.ts", import.meta.url).pathname,
        preserveEntrySignatures: "strict",
      },
    },
  })) as Rolldown.RolldownOutput;
  const chunks = new Map(output.output.map((chunk) => [chunk.fileName, chunk]));
  const entry = output.output.find((chunk) => chunk.type === "chunk" && chunk.isEntry);
  if (entry?.type !== "chunk") throw new Error("nothing was built");
  const loaded = [entry, ...entry.imports.map((name) => chunks.get(name))];
  const sizes = loaded.map((chunk) => (chunk?.type === "chunk" ? gzipSync(chunk.code).length : Number.NaN));
  const size = sizes.reduce((sum, each) => sum + each, 0);
  expect(entry.exports).toContain("verifyProofFile");
  expect(size).toBeGreaterThan(2000);
  expect(size).toBeLessThanOrEqual(10_000);
});
