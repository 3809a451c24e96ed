/**
 * Ed25519 (RFC 8032): native WebCrypto with a key that cannot be exported, where the browser has it;
 * the same in JavaScript elsewhere.
 */

import { ed25519 } from "@noble/curves/ed25519.js";
import { type Bytes, concat, fromHex } from "./bytes";

export const PUBLIC_KEY_SIZE = 32;
export const SIGNATURE_SIZE = 64;

/** Holds the secret; `sign` is the only thing that can be done with it. */
export interface SigningKey {
  readonly publicKey: Bytes;
  sign(message: Bytes): Promise<Bytes>;
}

/** PKCS #8 before the seed: version 0, algorithm 1.3.101.112, an OCTET STRING in an OCTET STRING (RFC 8410 § 7). */
const PKCS8_PREFIX = fromHex("302e020100300506032b657004220420");

/** The signing key of a 32-byte seed. */
export async function signingKeyFromSeed(seed: Uint8Array): Promise<SigningKey> {
  const publicKey = publicKeyFromSeed(seed);
  const key = await importNative("pkcs8", concat(PKCS8_PREFIX, seed), "sign");
  if (key) {
    const sign = async (message: Bytes): Promise<Bytes> =>
      new Uint8Array(await crypto.subtle.sign("Ed25519", key, message));
    return { publicKey, sign };
  }
  const secret = new Uint8Array(seed);
  return { publicKey, sign: async (message) => new Uint8Array(ed25519.sign(message, secret)) };
}

/** @throws RangeError unless the seed has 32 bytes. */
export function publicKeyFromSeed(seed: Uint8Array): Bytes {
  if (seed.length !== 32) throw new RangeError("a seed has 32 bytes");
  return new Uint8Array(ed25519.getPublicKey(seed));
}

/** Whether the signature is this key's over this message; malformed ones are simply not. */
export async function isSignedBy(publicKey: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  if (publicKey.length !== PUBLIC_KEY_SIZE || signature.length !== SIGNATURE_SIZE) return false;
  try {
    const key = await verifyingKey(publicKey);
    if (key) return await crypto.subtle.verify("Ed25519", key, signature, message);
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    // Engines throw for keys and signatures that are no points; for the caller they are merely not valid.
    return false;
  }
}

/** Keys last used: a chain of thousands of records has a handful of authors. */
const verifying = new Map<string, Promise<CryptoKey | null>>();
const MOST_KEPT = 64;

function verifyingKey(publicKey: Bytes): Promise<CryptoKey | null> {
  const name = publicKey.join();
  const known = verifying.get(name);
  if (known !== undefined) return known;
  if (verifying.size >= MOST_KEPT) verifying.clear();
  const importing = importNative("raw", publicKey, "verify");
  verifying.set(name, importing);
  // One that is no point fails each time anew, and is not kept.
  importing.catch(() => verifying.delete(name));
  return importing;
}

/**
 * Whether these bytes are the canonical encoding of a point of the curve, and not of small order: for such a point one
 * signature fits every text, so anybody signs in its name.
 */
export function isPublicKey(bytes: Uint8Array): boolean {
  try {
    return !ed25519.Point.fromBytes(bytes).isSmallOrder();
  } catch {
    return false;
  }
}

/** A key that stays inside the browser, or null where it has no Ed25519. */
async function importNative(format: "raw" | "pkcs8", bytes: Bytes, use: KeyUsage): Promise<CryptoKey | null> {
  try {
    return await crypto.subtle.importKey(format, bytes, "Ed25519", false, [use]);
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotSupportedError") return null;
    throw error;
  }
}
