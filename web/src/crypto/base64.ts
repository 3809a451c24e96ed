/** Base64 without padding, strict in both alphabets: every byte string has exactly one text. */

import type { Bytes } from "./bytes";
import { EncodingError } from "./errors";

/** `btoa` takes one character per byte; longer strings than this as arguments overflow the stack. */
const SLICE = 0x2000;

/** RFC 4648 § 5, no padding. */
export function toBase64url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_");
}

/** @throws EncodingError for padding, foreign characters, or unused bits that are not zero. */
export function fromBase64url(text: string): Bytes {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new EncodingError("not base64url");
  return fromBase64(text.replaceAll("-", "+").replaceAll("_", "/"));
}

/** RFC 4648 § 4, no padding (as age headers have it). */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += SLICE) {
    binary += String.fromCharCode(...bytes.subarray(at, at + SLICE));
  }
  return btoa(binary).replace(/=+$/, "");
}

/** @throws EncodingError for padding, foreign characters, or unused bits that are not zero. */
export function fromBase64(text: string): Bytes {
  if (!/^[A-Za-z0-9+/]*$/.test(text) || text.length % 4 === 1) throw new EncodingError("not base64");
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  if (toBase64(bytes) !== text) throw new EncodingError("not minimal base64");
  return bytes;
}
