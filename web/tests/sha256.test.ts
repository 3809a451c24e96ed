/** SHA-256 before and after it was made faster. */

import { createHash } from "node:crypto";
import { expect, test, vi } from "vitest";
import { randomBytes } from "../src/crypto/bytes";

const lengths = [...Array(200).keys(), 16_384, 60_000];
const byNode = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());

test("a hash is the same in JavaScript and in WebAssembly", async () => {
  const { hastenSha256, sha256 } = await import("../src/crypto/sha256");
  const all = lengths.map((length) => randomBytes(length));
  const expected = all.map(byNode);
  expect(all.map((bytes) => new Uint8Array(sha256(bytes)))).toEqual(expected);
  await hastenSha256();
  const fast = all.map((bytes) => sha256(bytes));
  expect(fast).toEqual(expected);
});

test("where no WebAssembly compiles, hashes are made in JavaScript", async () => {
  vi.resetModules();
  vi.stubGlobal("WebAssembly", undefined);
  const { hastenSha256, sha256 } = await import("../src/crypto/sha256");
  await hastenSha256();
  const bytes = randomBytes(100);
  expect(new Uint8Array(sha256(bytes))).toEqual(byNode(bytes));
  vi.unstubAllGlobals();
});
