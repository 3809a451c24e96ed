/**
 * OpenSSH signatures (PROTOCOL.sshsig), Ed25519 only, as binary blobs without armor.
 *
 * A blob names its key, its namespace and its hash, so a signature made for one purpose never counts for
 * another. There is one accepted blob per signature: everything but the 64 bytes is known beforehand, so
 * verification builds the expected blob and compares, instead of parsing.
 */

import { type Bytes, concat, equal, join, u32, utf8 } from "./bytes";
import { isSignedBy, PUBLIC_KEY_SIZE, SIGNATURE_SIZE, type SigningKey } from "./ed25519";
import { SignatureError } from "./errors";

const MAGIC = "SSHSIG";
const KEY_TYPE = "ssh-ed25519";
const HASH = "sha512";
const VERSION = 1;

/** The blob of the key's signature over the message, valid in this namespace only. */
export async function sign(key: SigningKey, namespace: string, message: Uint8Array): Promise<Bytes> {
  const signature = await key.sign(await signedData(namespace, message));
  return concat(blobHead(key.publicKey, namespace), signature);
}

/** @throws SignatureError unless the blob is exactly this key's signature over the message in this namespace. */
export async function verify(
  blob: Uint8Array,
  namespace: string,
  message: Uint8Array,
  publicKey: Bytes,
): Promise<void> {
  if (publicKey.length !== PUBLIC_KEY_SIZE) throw new SignatureError("a public key has 32 bytes");
  const head = blobHead(publicKey, namespace);
  if (blob.length !== head.length + SIGNATURE_SIZE || !equal(blob.subarray(0, head.length), head)) {
    throw new SignatureError("not an Ed25519 signature of this key in this namespace");
  }
  const signature = new Uint8Array(blob.subarray(head.length));
  if (!(await isSignedBy(publicKey, await signedData(namespace, message), signature))) {
    throw new SignatureError("the signature is wrong");
  }
}

/** Everything of the blob before the 64 bytes of the signature itself. */
function blobHead(publicKey: Uint8Array, namespace: string): Bytes {
  const fields = join(join(KEY_TYPE, publicKey), namespace, "", HASH);
  const signatureHead = concat(join(KEY_TYPE), u32(SIGNATURE_SIZE));
  return concat(utf8(MAGIC), u32(VERSION), fields, u32(signatureHead.length + SIGNATURE_SIZE), signatureHead);
}

async function signedData(namespace: string, message: Uint8Array): Promise<Bytes> {
  if (namespace === "") throw new SignatureError("an empty namespace is no namespace");
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-512", new Uint8Array(message)));
  return concat(utf8(MAGIC), join(namespace, "", HASH, digest));
}
