/**
 * Canonical JSON: the one text of a value, so that what is signed can be compared byte by byte.
 *
 * Keys match [a-z0-9_]+ and are sorted; no whitespace; integers within ±(2^53 − 1); strings in NFC, in
 * UTF-8, escaped as `JSON.stringify` escapes them. The same bytes as Python's
 * `json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))`.
 */

import { type Bytes, fromUtf8, utf8 } from "./bytes";
import { EncodingError } from "./errors";

export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

/** Levels, the outermost value being the first; a limit, so that hostile text cannot exhaust the stack. */
const MAX_DEPTH = 16;

/** @throws EncodingError for a value that has no canonical text. */
export function encode(value: Value): Bytes {
  return utf8(text(value, 0));
}

/** The value of canonical text. @throws EncodingError unless `encode` of the value gives these very bytes. */
export function parse(bytes: Uint8Array): Value {
  let value: Value;
  let given: string;
  try {
    given = fromUtf8(bytes);
    value = JSON.parse(given) as Value;
  } catch {
    throw new EncodingError("not JSON in UTF-8");
  }
  // Texts, not bytes: of two texts that are the same the UTF-8 is, too.
  if (text(value, 0) !== given) throw new EncodingError("not canonical JSON");
  return value;
}

function text(value: Value, depth: number): string {
  if (depth >= MAX_DEPTH) throw new EncodingError("nested too deeply");
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return integer(value);
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map((item: Value) => text(item, depth + 1)).join(",")}]`;
  if (typeof value === "object") return object(value as { readonly [key: string]: Value }, depth);
  throw new EncodingError(`no canonical text for ${typeof value}`);
}

function integer(value: number): string {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new EncodingError("not a safe integer");
  return String(value);
}

/** Text that stands between quotes as it is, in every normal form. */
const PLAIN = /^[ !#-[\]-~]*$/;
const KEY = /^[a-z0-9_]+$/;

function quoted(value: string): string {
  if (PLAIN.test(value)) return `"${value}"`;
  if (!value.isWellFormed()) throw new EncodingError("lone surrogate");
  if (value.normalize("NFC") !== value) throw new EncodingError("text not in NFC");
  return JSON.stringify(value);
}

function object(value: { readonly [key: string]: Value }, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new EncodingError("not a plain object");
  let texts = "";
  for (const key of Object.keys(value).sort()) {
    if (!KEY.test(key)) throw new EncodingError("key is not of a-z, 0-9 and _");
    texts += `${texts === "" ? "" : ","}"${key}":${text(value[key] as Value, depth + 1)}`;
  }
  return `{${texts}}`;
}
