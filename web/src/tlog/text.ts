/** The few text forms that all formats of a log share. Each value has exactly one text. */

import { fromBase64, toBase64 } from "../crypto/base64";
import type { Bytes } from "../crypto/bytes";
import { EncodingError } from "../crypto/errors";
import { HASH_SIZE } from "../crypto/merkle";

/** RFC 4648 § 4, padded. */
export function toPadded(bytes: Uint8Array): string {
  const text = toBase64(bytes);
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

/** @throws EncodingError for anything but what `toPadded` writes. */
export function fromPadded(text: string): Bytes {
  const bytes = fromBase64(text.replace(/={1,2}$/, ""));
  if (toPadded(bytes) !== text) throw new EncodingError("not canonical base64");
  return bytes;
}

/** The 32 bytes of a SHA-256 hash in base64. @throws EncodingError */
export function parseHash(text: string): Bytes {
  const bytes = fromPadded(text);
  if (bytes.length !== HASH_SIZE) throw new EncodingError("a hash has 32 bytes");
  return bytes;
}

/** ASCII decimals without leading zeroes, up to 2^53 − 1: what JavaScript counts exactly. @throws EncodingError */
export function parseNumber(text: string): number {
  const value = Number(text);
  if (!/^(0|[1-9][0-9]*)$/.test(text) || !Number.isSafeInteger(value)) {
    throw new EncodingError("not a number in canonical decimals");
  }
  return value;
}

/** Whether the text can stand as a line of its own: not empty, no ASCII control characters, nothing without UTF-8. */
export function isLine(text: string): boolean {
  return text !== "" && text.isWellFormed() && ![...text].some((character) => character < " ");
}
