/** HKDF with SHA-256 (RFC 5869), for keys of at most a few dozen bytes: synchronous, no round trip. */

import { hkdf as derive } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, utf8 } from "./bytes";

/** `length` bytes from the secret `ikm`; no salt is a salt of zeros, as the RFC says. */
export function hkdf(ikm: Uint8Array, info: string | Uint8Array, length = 32, salt?: Uint8Array): Bytes {
  const label = typeof info === "string" ? utf8(info) : info;
  return new Uint8Array(derive(sha256, ikm, salt, label, length));
}
