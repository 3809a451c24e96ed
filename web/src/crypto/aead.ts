/**
 * ChaCha20-Poly1305 (RFC 8439) as fast as the browser has it.
 *
 * Native WebCrypto where it exists (several times faster, on threads of its own), else libsodium in
 * WebAssembly, which is loaded only then. Both give the same bytes; the choice is made once per page.
 */

import type { Bytes } from "./bytes";

export const TAG_SIZE = 16;

export interface Aead {
  /** Ciphertext and tag. */
  seal(nonce: Bytes, plaintext: Bytes): Promise<Bytes>;
  /** Plaintext, or null when the ciphertext is not authentic. */
  open(nonce: Bytes, ciphertext: Bytes): Promise<Bytes | null>;
}

export type AeadEngine = (key: Bytes) => Promise<Aead>;

let chosen: Promise<AeadEngine> | undefined;

/** The cipher under a 32-byte key. */
export async function chacha20poly1305(key: Bytes): Promise<Aead> {
  chosen ??= hasNative().then((native) => (native ? nativeAead : libsodiumAead));
  return (await chosen)(key);
}

const NATIVE = "ChaCha20-Poly1305";

function importKey(key: Bytes): Promise<CryptoKey> {
  // TypeScript's library does not know this format yet, see the W3C draft "Modern Algorithms in WebCrypto".
  const format = "raw-secret" as "raw";
  return crypto.subtle.importKey(format, key, NATIVE, false, ["encrypt", "decrypt"]);
}

export async function hasNative(): Promise<boolean> {
  try {
    await importKey(new Uint8Array(32));
    return true;
  } catch {
    return false;
  }
}

export const nativeAead: AeadEngine = async (rawKey) => {
  const key = await importKey(rawKey);
  return {
    seal: async (iv, plaintext) =>
      new Uint8Array(await crypto.subtle.encrypt({ name: NATIVE, iv }, key, plaintext)),
    open: async (iv, ciphertext) => {
      try {
        return new Uint8Array(await crypto.subtle.decrypt({ name: NATIVE, iv }, key, ciphertext));
      } catch (error) {
        if (error instanceof DOMException && error.name === "OperationError") return null;
        throw error;
      }
    },
  };
};

export const libsodiumAead: AeadEngine = async (key) => {
  const { default: sodium } = await import("libsodium-wrappers");
  await sodium.ready;
  // What it returns are copies out of its own memory, over ordinary buffers, though its types do not say so.
  return {
    seal: async (nonce, plaintext) =>
      sodium.crypto_aead_chacha20poly1305_ietf_encrypt(plaintext, null, null, nonce, key) as Bytes,
    open: async (nonce, ciphertext) => {
      try {
        return sodium.crypto_aead_chacha20poly1305_ietf_decrypt(null, ciphertext, null, nonce, key) as Bytes;
      } catch {
        return null;
      }
    },
  };
};
