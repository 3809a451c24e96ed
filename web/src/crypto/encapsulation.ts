/**
 * One encapsulation to a hybrid recipient (MLKEM768-X25519, draft-connolly-cfrg-xwing-kem), by the browser's own ML-KEM and
 * X25519 where it has them: a new epoch is sealed to everybody who belongs, and many epochs may be due at once.
 */

import { x25519 } from "@noble/curves/ed25519.js";
import { sha3_256 } from "@noble/hashes/sha3.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { type Bytes, concat, utf8 } from "./bytes";

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
