/** Rows: names, types and sizes, sealed with the epoch's row key (docs/formats.md, section 9). */

import { type Bytes, concat, join, randomBytes, utf8 } from "../crypto/bytes";
import { encode, parse, type Value } from "../crypto/canonical";
import { IntegrityError, must, RefusedError } from "./errors";

export interface FileRow {
  readonly content_hash: string;
  readonly created: number | null;
  readonly modified: number | null;
  readonly name: string;
  readonly size: number;
  readonly type: string;
}

export interface FolderRow {
  readonly created: number | null;
  readonly name: string;
}

export interface VaultRow {
  readonly title: string;
}

interface Rows {
  readonly file: FileRow;
  readonly folder: FolderRow;
  readonly vault: VaultRow;
}

/** Where a row belongs; it opens nowhere else. `version` is 0 for folders and vaults. */
export interface RowPlace<K extends keyof Rows> {
  readonly kind: K;
  readonly firm: string;
  readonly vault: string;
  readonly node: string;
  readonly version: number;
  readonly epoch: number;
}

const NONCE_SIZE = 12;

const FIELDS: { readonly [K in keyof Rows]: { readonly [F in keyof Rows[K]]: (value: unknown) => boolean } } =
  {
    vault: { title: isText },
    folder: { created: isTimeOrNull, name: isText },
    file: {
      content_hash: isText,
      created: isTimeOrNull,
      modified: isTimeOrNull,
      name: isText,
      size: isSize,
      type: isText,
    },
  };

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isSize(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Dates of files may lie before 1970. */
function isTimeOrNull(value: unknown): boolean {
  return value === null || Number.isSafeInteger(value);
}

function associatedData<K extends keyof Rows>(place: RowPlace<K>): Bytes {
  const { kind, firm, vault, node, version, epoch } = place;
  return join(kind, firm, vault, node, String(version), String(epoch));
}

/** A sealed row. @throws RefusedError (`bad_name`) for a name that is not allowed. */
export async function sealRow<K extends keyof Rows>(
  key: CryptoKey,
  place: RowPlace<K>,
  row: Rows[K],
): Promise<Bytes> {
  if ("name" in row) requireName(row.name);
  const iv = randomBytes(NONCE_SIZE);
  const parameters = { name: "AES-GCM", iv, additionalData: associatedData(place) };
  return concat(
    iv,
    new Uint8Array(await crypto.subtle.encrypt(parameters, key, encode(row as unknown as Value))),
  );
}

/** The row in `sealed`. @throws IntegrityError when it was altered, belongs elsewhere or has a name that is not allowed. */
export async function openRow<K extends keyof Rows>(
  key: CryptoKey,
  place: RowPlace<K>,
  sealed: Bytes,
): Promise<Rows[K]> {
  const iv = sealed.subarray(0, NONCE_SIZE);
  const parameters = { name: "AES-GCM", iv, additionalData: associatedData(place) };
  let value: Value;
  try {
    value = parse(new Uint8Array(await crypto.subtle.decrypt(parameters, key, sealed.subarray(NONCE_SIZE))));
  } catch {
    throw new IntegrityError("bad_row", "a row was altered or belongs elsewhere");
  }
  must(typeof value === "object" && value !== null && !Array.isArray(value), "bad_row", "a row is an object");
  const fields = FIELDS[place.kind] as { readonly [field: string]: (value: unknown) => boolean };
  const object = value as { readonly [field: string]: Value };
  const fits =
    Object.keys(object).length === Object.keys(fields).length &&
    Object.entries(fields).every(([field, check]) => Object.hasOwn(object, field) && check(object[field]));
  must(fits, "bad_row", "unknown, missing or ill-typed field in a row");
  const row = value as unknown as Rows[K];
  must(!("name" in row) || nameFault(row.name) === null, "bad_row", "a row's name is not allowed");
  return row;
}

export type NameFault = "control" | "empty" | "long" | "not_nfc" | "reserved" | "separator";

const MAX_NAME_BYTES = 255;

/** Why a name is not allowed, or null when it is. */
export function nameFault(name: string): NameFault | null {
  if (name === "") return "empty";
  if (!name.isWellFormed() || name.normalize("NFC") !== name) return "not_nfc";
  if (name === "." || name === "..") return "reserved";
  if (/[/\\]/u.test(name)) return "separator";
  if (/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(name)) return "control";
  return utf8(name).length > MAX_NAME_BYTES ? "long" : null;
}

/** @throws RefusedError (`bad_name`). */
export function requireName(name: string): void {
  const fault = nameFault(name);
  if (fault !== null) throw new RefusedError("bad_name", fault);
}
