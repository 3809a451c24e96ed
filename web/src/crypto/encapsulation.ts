/**
 * One encapsulation to a hybrid recipient (MLKEM768-X25519, draft-connolly-cfrg-xwing-kem), by the browser's own ML-KEM and
 * X25519 where it has them: a new epoch is sealed to everybody who belongs, and many epochs may be due at once.
 */

import { x25519 } from "@noble/curves/ed25519.js";
import { sha3_256, shake256 } from "@noble/hashes/sha3.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { type Bytes, concat, fromHex, utf8 } from "./bytes";

/** What a KEM gives: the share for the recipient and the secret that he gets from it. */
export interface Encapsulated {
  readonly cipherText: Bytes;
  readonly sharedSecret: Bytes;
}

const MLKEM_KEY_SIZE = 1184;
const LABEL = utf8("\\.//^\\");

/** The recipient's 1216 bytes. @throws an error of the library's or the browser's for a key that is none. */
export async function encapsulate(recipient: Bytes): Promise<Encapsulated> {
  const point = recipient.subarray(MLKEM_KEY_SIZE);
  const [lattice, curve] = await Promise.all([
    encapsulateMlKem(recipient.subarray(0, MLKEM_KEY_SIZE)),
    agree(point),
  ]);
  const secrets = concat(lattice.sharedSecret, curve.sharedSecret, curve.cipherText, point, LABEL);
  const cipherText = concat(lattice.cipherText, curve.cipherText);
  return { cipherText, sharedSecret: new Uint8Array(sha3_256(secrets)) };
}

/** What browsers have of "Modern Algorithms in the Web Cryptography API"; TypeScript does not know it yet. */
interface EncapsulatingCrypto {
  importKey(
    format: "raw-public",
    key: Bytes,
    algorithm: "ML-KEM-768",
    extractable: false,
    usages: readonly ["encapsulateBits"],
  ): Promise<CryptoKey>;
  encapsulateBits(
    algorithm: "ML-KEM-768",
    key: CryptoKey,
  ): Promise<{ readonly ciphertext: ArrayBuffer; readonly sharedKey: ArrayBuffer }>;
}

/** Whether the browser does it; asked once. */
const hasMlKem = once(() =>
  crypto.subtle.generateKey({ name: "ML-KEM-768" }, false, ["encapsulateBits"] as unknown as KeyUsage[]),
);
const hasX25519 = once(() => crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"]));

async function encapsulateMlKem(key: Bytes): Promise<Encapsulated> {
  if (!(await hasMlKem())) {
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(key);
    return { cipherText: new Uint8Array(cipherText), sharedSecret: new Uint8Array(sharedSecret) };
  }
  const native = crypto.subtle as unknown as EncapsulatingCrypto;
  const imported = await native.importKey("raw-public", key, "ML-KEM-768", false, ["encapsulateBits"]);
  const { ciphertext, sharedKey } = await native.encapsulateBits("ML-KEM-768", imported);
  return { cipherText: new Uint8Array(ciphertext), sharedSecret: new Uint8Array(sharedKey) };
}

/** Diffie-Hellman with a key of this one moment; a point of low order is refused by both ways. */
async function agree(point: Bytes): Promise<Encapsulated> {
  if (!(await hasX25519())) {
    const { secretKey, publicKey } = x25519.keygen();
    const sharedSecret = new Uint8Array(x25519.getSharedSecret(secretKey, point));
    return { cipherText: new Uint8Array(publicKey), sharedSecret };
  }
  const [pair, theirs] = await Promise.all([
    crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"]) as Promise<CryptoKeyPair>,
    crypto.subtle.importKey("raw", point, { name: "X25519" }, false, []),
  ]);
  const [secret, share] = await Promise.all([
    crypto.subtle.deriveBits({ name: "X25519", public: theirs }, pair.privateKey, 256),
    crypto.subtle.exportKey("raw", pair.publicKey),
  ]);
  return { cipherText: new Uint8Array(share), sharedSecret: new Uint8Array(secret) };
}

function once(attempt: () => Promise<unknown>): () => Promise<boolean> {
  let found: Promise<boolean> | null = null;
  return () => {
    found ??= attempt().then(
      () => true,
      () => false,
    );
    return found;
  };
}

/** An identity's two private keys, ready for use; expanding them takes longer than an agreement. */
interface Decapsulator {
  readonly point: Bytes;
  lattice(ciphertext: Bytes): Promise<Uint8Array>;
  curve(share: Bytes): Promise<Uint8Array>;
}

const MLKEM_SEED_SIZE = 64;
const EXPANDED_SIZE = 96;
const CIPHERTEXT_SIZE = 1088;
/** PKCS #8 before an X25519 key (RFC 8410, section 7). */
const X25519_PREFIX = fromHex("302e020100300506032b656e04220420");

/** Kept for the identities last used: a vault is read under one or a few. */
const decapsulators = new Map<string, Promise<Decapsulator>>();
const MOST_KEPT = 8;

/** The secret in a share, as `encapsulate` gave it. @throws an error of the library's or the browser's for an invalid share. */
export async function decapsulate(share: Bytes, seed: Uint8Array): Promise<Bytes> {
  const { point, lattice, curve } = await decapsulatorOf(seed);
  const theirs = share.subarray(CIPHERTEXT_SIZE);
  const [latticeSecret, curveSecret] = await Promise.all([
    lattice(share.subarray(0, CIPHERTEXT_SIZE)),
    curve(theirs),
  ]);
  return new Uint8Array(sha3_256(concat(latticeSecret, curveSecret, theirs, point, LABEL)));
}

function decapsulatorOf(seed: Uint8Array): Promise<Decapsulator> {
  const name = seed.join();
  const known = decapsulators.get(name);
  if (known !== undefined) return known;
  const [oldest] = decapsulators.keys();
  if (decapsulators.size >= MOST_KEPT && oldest !== undefined) decapsulators.delete(oldest);
  const made = makeDecapsulator(seed);
  decapsulators.set(name, made);
  return made;
}

async function makeDecapsulator(seed: Uint8Array): Promise<Decapsulator> {
  const expanded = new Uint8Array(shake256(seed, { dkLen: EXPANDED_SIZE }));
  const [latticeSeed, scalar] = [expanded.slice(0, MLKEM_SEED_SIZE), expanded.slice(MLKEM_SEED_SIZE)];
  const point = new Uint8Array(x25519.getPublicKey(scalar));
  return { point, lattice: await latticeOf(latticeSeed), curve: await curveOf(scalar) };
}

interface DecapsulatingCrypto {
  importKey(
    format: "raw-seed",
    key: Bytes,
    algorithm: "ML-KEM-768",
    extractable: false,
    usages: readonly ["decapsulateBits"],
  ): Promise<CryptoKey>;
  decapsulateBits(algorithm: "ML-KEM-768", key: CryptoKey, ciphertext: Bytes): Promise<ArrayBuffer>;
}

async function latticeOf(seed: Bytes): Promise<Decapsulator["lattice"]> {
  if (!(await hasMlKem())) {
    const { secretKey } = ml_kem768.keygen(seed);
    return async (ciphertext) => ml_kem768.decapsulate(ciphertext, secretKey);
  }
  const native = crypto.subtle as unknown as DecapsulatingCrypto;
  const key = await native.importKey("raw-seed", seed, "ML-KEM-768", false, ["decapsulateBits"]);
  return async (ciphertext) => new Uint8Array(await native.decapsulateBits("ML-KEM-768", key, ciphertext));
}

async function curveOf(scalar: Bytes): Promise<Decapsulator["curve"]> {
  if (!(await hasX25519())) return async (share) => x25519.getSharedSecret(scalar, share);
  const pkcs8 = concat(X25519_PREFIX, scalar);
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, { name: "X25519" }, false, ["deriveBits"]);
  return async (share) => {
    const theirs = await crypto.subtle.importKey("raw", share, { name: "X25519" }, false, []);
    return new Uint8Array(await crypto.subtle.deriveBits({ name: "X25519", public: theirs }, key, 256));
  };
}
