/**
 * Hybrid post-quantum recipients of age (C2SP age, "The mlkem768x25519 recipient type").
 *
 * A 32-byte seed is the identity; the recipient is its 1216-byte MLKEM768-X25519 public key. A file key is
 * sealed by one HPKE message (RFC 9180, base mode, HKDF-SHA256, ChaCha20-Poly1305), of which only the key
 * schedule is written here: the KEM and the cipher are those the age-encryption package builds on.
 */

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { MLKEM768X25519 } from "@noble/post-quantum/hybrid.js";
import { bech32 } from "@scure/base";
import { type Bytes, concat, fromHex, utf8 } from "./bytes";
import { decapsulate, type Encapsulated, encapsulate } from "./encapsulation";
import { HeaderError } from "./errors";

export const SEED_SIZE = 32;
const RECIPIENT_SIZE = 1216;
/** Bytes of the encapsulated key that a stanza carries. */
export const SHARE_SIZE = 1120;

const MLKEM_KEY_SIZE = 1184;
/** The rest of the key is a seed, of which every value is good. */
const MLKEM_COEFFICIENTS_SIZE = 1152;
const MLKEM_PRIME = 3329;
const X25519_PRIME = 2n ** 255n - 19n;
/** 0 of order 2, 1 and -1 (the twist's) of order 4, and the two of order 8 (cr.yp.to/ecdh.html, "validate"). */
const LOW_ORDER: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  X25519_PRIME - 1n,
  0x00b8495f16056286fdb1329ceb8d09da6ac49ff1fae35616aeb8413b7c7aebe0n,
  0x57119fd0dd4e22d8868e1c58c45c44045bef839c55b1d0b1248c50a3bc959c5fn,
]);

const IDENTITY_PREFIX = "age-secret-key-pq-";
const RECIPIENT_PREFIX = "age1pq";
const INFO = utf8("age-encryption.org/mlkem768x25519");

/** "HPKE" ‖ KEM 0x647a ‖ KDF 0x0001 ‖ AEAD 0x0003. */
const SUITE_ID = concat(utf8("HPKE"), fromHex("647a00010003"));

/** `AGE-SECRET-KEY-PQ-1…` */
export function identityText(seed: Uint8Array): string {
  if (seed.length !== SEED_SIZE) throw new HeaderError("a seed has 32 bytes");
  return bech32.encodeFromBytes(IDENTITY_PREFIX, seed).toUpperCase();
}

/** The seed of `AGE-SECRET-KEY-PQ-1…`. @throws HeaderError for anything else. */
export function seedOfIdentity(text: string): Bytes {
  if (text !== text.toUpperCase()) throw new HeaderError("an identity is written in capitals");
  return decoded(text.toLowerCase(), IDENTITY_PREFIX, SEED_SIZE);
}

/** The 1216 bytes of the recipient that belongs to a seed. */
export function recipientFromSeed(seed: Uint8Array): Bytes {
  if (seed.length !== SEED_SIZE) throw new HeaderError("a seed has 32 bytes");
  return new Uint8Array(MLKEM768X25519.getPublicKey(seed));
}

/** `age1pq1…` */
export function recipientText(recipient: Uint8Array): string {
  if (recipient.length !== RECIPIENT_SIZE) throw new HeaderError("a recipient has 1216 bytes");
  return bech32.encode(RECIPIENT_PREFIX, bech32.toWords(recipient), false);
}

/** The bytes of `age1pq1…`. @throws HeaderError for anything else, classic recipients included. */
export function recipientOfText(text: string): Bytes {
  return decoded(text, RECIPIENT_PREFIX, RECIPIENT_SIZE);
}

function decoded(text: string, prefix: string, size: number): Bytes {
  let bytes: Uint8Array;
  try {
    const { prefix: found, words } = bech32.decode(text as `${string}1${string}`, false);
    if (found !== prefix) throw new HeaderError(`not ${prefix}1…`);
    bytes = bech32.fromWords(words);
  } catch {
    // The library's own message may quote its input, which may be a secret.
    throw new HeaderError(`not a valid ${prefix}1…`);
  }
  if (bytes.length !== size || text !== text.toLowerCase()) throw new HeaderError(`not a valid ${prefix}1…`);
  return new Uint8Array(bytes);
}

/**
 * Whether one can seal to a recipient, `age1pq1…`: the coefficients of its ML-KEM key lie below the prime (FIPS 203,
 * 7.2), and its X25519 point is not of low order, which would make the shared secret zero (RFC 7748, 6.1).
 */
export function isUsableRecipient(text: string): boolean {
  let bytes: Bytes;
  try {
    bytes = recipientOfText(text);
  } catch {
    return false;
  }
  for (let at = 0; at < MLKEM_COEFFICIENTS_SIZE; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const coefficients = [a | ((b & 0x0f) << 8), (b >> 4) | (c << 4)];
    if (coefficients.some((coefficient) => coefficient >= MLKEM_PRIME)) return false;
  }
  return !isLowOrder(bytes.subarray(MLKEM_KEY_SIZE));
}

/** The order divides 8, on the curve or its twist. Readers ignore the highest bit and reduce: so every encoding counts. */
function isLowOrder(point: Uint8Array): boolean {
  const digits = [...point].reverse().map((byte) => byte.toString(16).padStart(2, "0"));
  const u = (BigInt(`0x${digits.join("")}`) & (2n ** 255n - 1n)) % X25519_PRIME;
  return LOW_ORDER.has(u);
}

/** A file key sealed to a recipient: the encapsulated key and the ciphertext. */
export interface WrappedFileKey {
  readonly share: Bytes;
  readonly body: Bytes;
}

/** @throws HeaderError for an invalid public key. */
export function wrapFileKey(fileKey: Uint8Array, recipient: Uint8Array): WrappedFileKey {
  let sealed: { cipherText: Uint8Array; sharedSecret: Uint8Array };
  try {
    sealed = MLKEM768X25519.encapsulate(recipient);
  } catch {
    throw new HeaderError("the recipient is not a valid public key");
  }
  return sealedFileKey(fileKey, sealed);
}

/** The same, as fast as the browser can. @throws HeaderError for an invalid public key. */
export async function wrapFileKeyNatively(fileKey: Uint8Array, recipient: Bytes): Promise<WrappedFileKey> {
  let sealed: Encapsulated;
  try {
    sealed = await encapsulate(recipient);
  } catch {
    throw new HeaderError("the recipient is not a valid public key");
  }
  return sealedFileKey(fileKey, sealed);
}

function sealedFileKey(
  fileKey: Uint8Array,
  { cipherText, sharedSecret }: { readonly cipherText: Uint8Array; readonly sharedSecret: Uint8Array },
): WrappedFileKey {
  const { key, nonce } = keySchedule(sharedSecret);
  const body = chacha20poly1305(key, nonce).encrypt(fileKey);
  return { share: new Uint8Array(cipherText), body: new Uint8Array(body) };
}

/** The file key, or null when it was sealed to somebody else. @throws HeaderError for an invalid share. */
export function unwrapFileKey(share: Uint8Array, body: Uint8Array, seed: Uint8Array): Bytes | null {
  let secret: Uint8Array;
  try {
    secret = MLKEM768X25519.decapsulate(share, seed);
  } catch {
    throw new HeaderError("the share is not a valid encapsulated key");
  }
  return unsealedFileKey(secret, body);
}

/** The same, as fast as the browser can. */
export async function unwrapFileKeyNatively(
  share: Bytes,
  body: Uint8Array,
  seed: Uint8Array,
): Promise<Bytes | null> {
  let secret: Uint8Array;
  try {
    secret = await decapsulate(share, seed);
  } catch {
    throw new HeaderError("the share is not a valid encapsulated key");
  }
  return unsealedFileKey(secret, body);
}

function unsealedFileKey(secret: Uint8Array, body: Uint8Array): Bytes | null {
  const { key, nonce } = keySchedule(secret);
  try {
    return new Uint8Array(chacha20poly1305(key, nonce).decrypt(body));
  } catch {
    return null;
  }
}

/** RFC 9180 § 5.1, base mode, for the first and only message. */
function keySchedule(sharedSecret: Uint8Array): { key: Uint8Array; nonce: Uint8Array } {
  const secret = labeledExtract(sharedSecret, "secret", NONE);
  return {
    key: labeledExpand(secret, "key", CONTEXT, 32),
    nonce: labeledExpand(secret, "base_nonce", CONTEXT, 12),
  };
}

function labeledExtract(salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
  return extract(sha256, concat(utf8("HPKE-v1"), SUITE_ID, utf8(label), ikm), salt);
}

function labeledExpand(key: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array {
  const size = Uint8Array.of(0, length);
  return expand(sha256, key, concat(size, utf8("HPKE-v1"), SUITE_ID, utf8(label), info), length);
}

const NONE = new Uint8Array(0);
/** The same for every message. */
const CONTEXT = concat(
  Uint8Array.of(0),
  labeledExtract(NONE, "psk_id_hash", NONE),
  labeledExtract(NONE, "info_hash", INFO),
);
