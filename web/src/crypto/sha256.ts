/**
 * SHA-256 of many small things, one after the other, at once: in JavaScript, and four times as fast in WebAssembly as soon as
 * somebody who has thousands of them to compare has asked for that. Both give the same bytes.
 */

import { sha256 as inScript } from "@noble/hashes/sha2.js";

interface Hasher {
  init(): Hasher;
  update(bytes: Uint8Array): Hasher;
  digest(form: "binary"): Uint8Array;
}

let fast: Hasher | null = null;
let coming: Promise<void> | undefined;

/** 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return fast === null ? inScript(bytes) : fast.init().update(bytes).digest("binary");
}

/** From when this resolves on. A browser that compiles no WebAssembly goes on as before. */
export function hastenSha256(): Promise<void> {
  coming ??= compiled().then(
    (hasher) => {
      fast = hasher;
    },
    () => undefined,
  );
  return coming;
}

async function compiled(): Promise<Hasher> {
  const { createSHA256 } = await import("hash-wasm");
  return createSHA256();
}
