/**
 * One JSON object, taken apart field by field: each of its type and range, none missing, none left over.
 *
 * A reader gives the field's value or throws IntegrityError (`document_invalid`, `not_an_id`, `not_base64`).
 */

import { fromBase64url } from "../crypto/base64";
import type { Bytes } from "../crypto/bytes";
import { parse, type Value } from "../crypto/canonical";
import { IntegrityError, must } from "./errors";
import { checkId } from "./ids";

/** `whole` is the object that the field stands in. */
export type Read<T> = (value: Value | undefined, field: string, whole: Whole) => T;
type Whole = { readonly [key: string]: Value };
export type Fields<T> = { readonly [K in keyof T]-?: Read<T[K]> };

const MAX_TEXT = 1024;
/** bech32 of 1216 bytes; the checksum and the keys inside are checked where a certificate is accepted. */
const RECIPIENT_TEXT = /^age1pq1[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{1952}$/;

function demand(condition: boolean, field: string, problem: string): asserts condition {
  must(condition, "document_invalid", `${field} ${problem}`);
}

/** The fields of an object, exactly these, of which the `optional` ones may be absent. `what` names it in errors. */
export function readFields<T>(
  value: Value | undefined,
  fields: Fields<T>,
  what: string,
  optional: readonly string[] = [],
): T {
  demand(typeof value === "object" && value !== null && !Array.isArray(value), what, "is not an object");
  const object = value as Whole;
  const found: Partial<T> = {};
  let names = 0;
  for (const name in fields) {
    if (optional.includes(name) && !Object.hasOwn(object, name)) continue;
    demand(Object.hasOwn(object, name), `${what}: ${name}`, "is missing");
    found[name] = fields[name](object[name], `${what}: ${name}`, object);
    names += 1;
  }
  demand(Object.keys(object).length === names, what, "has unknown fields");
  return found as T;
}

/** The value of canonical JSON. @throws IntegrityError (`not_canonical`). */
export function parseCanonical(bytes: Uint8Array): Value {
  try {
    return parse(bytes);
  } catch {
    throw new IntegrityError("not_canonical", "not canonical JSON");
  }
}

/** @throws IntegrityError (`not_base64`) unless it is canonical base64url, of `size` bytes if given. */
export function unb64(text: string, size?: number): Bytes {
  let bytes: Bytes;
  try {
    bytes = fromBase64url(text);
  } catch {
    throw new IntegrityError("not_base64", "not base64url");
  }
  must(size === undefined || bytes.length === size, "not_base64", `${bytes.length} bytes instead of ${size}`);
  return bytes;
}

export const text: Read<string> = (value, field) => {
  demand(
    typeof value === "string" && (value.length <= MAX_TEXT || [...value].length <= MAX_TEXT),
    field,
    `is no text of ${MAX_TEXT} characters`,
  );
  return value;
};

export const integer =
  (low: number, high: number = Number.MAX_SAFE_INTEGER): Read<number> =>
  (value, field) => {
    const fits = typeof value === "number" && Number.isSafeInteger(value) && low <= value && value <= high;
    demand(fits, field, `is no integer from ${low} to ${high}`);
    return value;
  };

/** Whole seconds since 1970, UTC. */
export const time = integer(0);
export const count = integer(1);

export const nothing: Read<null> = (value, field) => {
  demand(value === null, field, "is not null");
  return value;
};

export const id: Read<string> = (value) => checkId(value);

/** 32 bytes as canonical b64: the last character stands for four bits. */
const HASH = /^[\w-]{42}[AEIMQUYcgkosw048]$/;

/** 32 bytes as b64: a hash, a key id, a signing key. */
export const hash: Read<string> = (value, field, whole) => {
  if (typeof value === "string" && HASH.test(value)) return value;
  // Says what is wrong with it.
  const b64 = text(value, field, whole);
  unb64(b64, 32);
  return b64;
};

export const recipient: Read<string> = (value, field) => {
  demand(typeof value === "string" && RECIPIENT_TEXT.test(value), field, "is no hybrid recipient");
  return value;
};

export const orNull =
  <T>(read: Read<T>): Read<T | null> =>
  (value, field, whole) =>
    value === null ? null : read(value, field, whole);

/** What `read` makes of the field where the condition holds; elsewhere the field must be null. */
export const where =
  <T>(holds: (whole: Whole) => boolean, read: Read<T>): Read<T | null> =>
  (value, field, whole) =>
    holds(whole) ? read(value, field, whole) : nothing(value, field, whole);

export const oneOf =
  <T extends string>(...words: readonly T[]): Read<T> =>
  (value, field) => {
    const word = words.find((allowed) => allowed === value);
    demand(word !== undefined, field, "has an unknown value");
    return word;
  };

export const listOf =
  <T>(read: Read<T>): Read<readonly T[]> =>
  (value, field, whole) => {
    demand(Array.isArray(value), field, "is no list");
    return value.map((item: Value) => read(item, field, whole));
  };

/** A list in ascending order, each once. */
export const sortedListOf =
  <T extends string>(read: Read<T>): Read<readonly T[]> =>
  (value, field, whole) => {
    const items = listOf(read)(value, field, whole);
    const ascends = items.every((item, i) => i === 0 || String(items[i - 1]) < item);
    demand(ascends, field, "is not sorted, or has something twice");
    return items;
  };
