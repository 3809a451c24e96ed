/** Base64 without padding, strict in both alphabets: every byte string has exactly one text. */

import { type Bytes, utf8 } from "./bytes";
import { EncodingError } from "./errors";

const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const URL_SAFE = utf8(`${ALPHANUMERIC}-_`);
const STANDARD = utf8(`${ALPHANUMERIC}+/`);
const FOREIGN = 64;
const URL_SAFE_VALUES = valuesOf(URL_SAFE);
const STANDARD_VALUES = valuesOf(STANDARD);
/** Of browsers since 2025: many times as fast, and less strict. */
const NATIVE = Uint8Array as unknown as {
  readonly fromBase64?: (text: string, options: { readonly alphabet: "base64url" }) => Bytes;
  readonly prototype: {
    readonly toBase64?: (
      this: Uint8Array,
      options: { readonly alphabet: "base64url"; readonly omitPadding: true },
    ) => string;
  };
};
/** As many characters as one call takes for arguments without overflowing the stack. */
const SLICE = 0x2000;

/** RFC 4648 § 5, no padding. */
export function toBase64url(bytes: Uint8Array): string {
  const options = { alphabet: "base64url", omitPadding: true } as const;
  return NATIVE.prototype.toBase64?.call(bytes, options) ?? encoded(bytes, URL_SAFE);
}

/** @throws EncodingError for padding, foreign characters, or unused bits that are not zero. */
export function fromBase64url(text: string): Bytes {
  return NATIVE.fromBase64 === undefined ? decoded(text, URL_SAFE_VALUES) : strict(text, NATIVE.fromBase64);
}

/** RFC 4648 § 4, no padding (as age headers have it). */
export function toBase64(bytes: Uint8Array): string {
  return encoded(bytes, STANDARD);
}

/** @throws EncodingError for padding, foreign characters, or unused bits that are not zero. */
export function fromBase64(text: string): Bytes {
  return decoded(text, STANDARD_VALUES);
}

/** The value of each ASCII character of an alphabet; FOREIGN for any other. */
function valuesOf(alphabet: Uint8Array): Uint8Array {
  const values = new Uint8Array(128).fill(FOREIGN);
  for (const [value, code] of alphabet.entries()) values[code] = value;
  return values;
}

/** What the browser decodes, without what only it takes: padding, spaces, unused bits that are not zero. */
function strict(text: string, native: NonNullable<typeof NATIVE.fromBase64>): Bytes {
  let bytes: Bytes;
  try {
    bytes = native(text, { alphabet: "base64url" });
  } catch {
    throw new EncodingError("not base64");
  }
  // Padding and spaces stand for no bytes.
  const unused = (text.length * 6) % 8;
  const last = URL_SAFE_VALUES[text.charCodeAt(text.length - 1)] ?? 0;
  const isWhole = text.length % 4 !== 1 && bytes.length === (text.length * 3) >> 2;
  if (!isWhole || (last & ((1 << unused) - 1)) !== 0) throw new EncodingError("not base64");
  return bytes;
}

// By hand, as `atob` and `btoa` go through strings of bytes: opening a vault decodes tens of thousands of texts.
function encoded(bytes: Uint8Array, codes: Uint8Array): string {
  const out = new Uint8Array(Math.ceil((bytes.length * 4) / 3));
  let bits = 0;
  let waiting = 0;
  let at = 0;
  for (let i = 0; i < bytes.length; i++) {
    bits = ((bits << 8) | (bytes[i] ?? 0)) & 0xffff;
    waiting += 8;
    while (waiting >= 6) {
      waiting -= 6;
      out[at++] = codes[(bits >> waiting) & 63] ?? 0;
    }
  }
  if (waiting > 0) out[at] = codes[(bits << (6 - waiting)) & 63] ?? 0;
  let text = "";
  for (let from = 0; from < out.length; from += SLICE)
    text += String.fromCharCode(...out.subarray(from, from + SLICE));
  return text;
}

function decoded(text: string, values: Uint8Array): Bytes {
  const bytes = new Uint8Array((text.length * 3) >> 2);
  let isWrong = text.length % 4 === 1;
  let bits = 0;
  let waiting = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const value = values[text.charCodeAt(i)] ?? FOREIGN;
    isWrong ||= value === FOREIGN;
    bits = ((bits << 6) | value) & 0xffff;
    waiting += 6;
    if (waiting >= 8) {
      waiting -= 8;
      bytes[at++] = bits >> waiting;
    }
  }
  if (isWrong || (bits & ((1 << waiting) - 1)) !== 0) throw new EncodingError("not base64");
  return bytes;
}
