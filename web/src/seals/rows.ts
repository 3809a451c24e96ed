/** Rows: names, types and sizes, sealed with the epoch's row key (docs/formats.md, section 9). */

import { type Bytes, concat, join, randomBytes } from "../crypto/bytes";
import { encode, type Value } from "../crypto/canonical";
import { MAX_CONTENT_SIZE } from "./documents";
import { IntegrityError, must, RefusedError } from "./errors";
import {
  type Fields,
  hash,
  integer,
  orNull,
  parseCanonical,
  type Read,
  readFields,
  text,
  time,
} from "./fields";

export interface FileRow {
  readonly content_hash: string;
  readonly created: number | null;
  readonly modified: number | null;
  readonly name: string;
  /** What its author says of this version; absent when he says nothing. */
  readonly note?: string;
  readonly size: number;
  readonly type: string;
}

/** The name of a node that was renamed, moved or restored. */
export interface PlaceRow {
  readonly name: string;
}

/** Why somebody keeps a file locked. */
export interface LockRow {
  readonly reason: string;
}

export interface FolderRow {
  readonly created: number;
  readonly name: string;
}

/** What the client and the dossier were called when the vault began; both client fields are empty for a personal one. */
export interface VaultRow {
  readonly client_name: string;
  readonly client_number: string;
  readonly title: string;
}

interface Rows {
  readonly file: FileRow;
  readonly folder: FolderRow;
  readonly lock: LockRow;
  readonly place: PlaceRow;
  readonly vault: VaultRow;
}

/** Where a row belongs; it opens nowhere else. `version` is 0 but for files. */
export interface RowPlace<K extends keyof Rows> {
  readonly kind: K;
  readonly firm: string;
  readonly vault: string;
  readonly node: string;
  readonly version: number;
  readonly epoch: number;
}

export const NONCE_SIZE = 12;
const MAX_ROW_SIZE = 16 * 1024;

export const MAX_NOTE = 500;
export const MAX_REASON = 200;

const FIELDS: { readonly [K in keyof Rows]: Fields<Rows[K]> } = {
  vault: { client_name: text, client_number: text, title: (...field) => checkTitle(text(...field)) },
  folder: { created: time, name: (...field) => checkName(text(...field)) },
  file: {
    content_hash: hash,
    created: orNull(time),
    modified: orNull(time),
    name: (...field) => checkName(text(...field)),
    size: integer(0, MAX_CONTENT_SIZE),
    type: text,
  } as Fields<FileRow>,
  lock: { reason: shortText(0, MAX_REASON) },
  place: { name: (...field) => checkName(text(...field)) },
};
const WITH_NOTE: Fields<FileRow> = { ...FIELDS.file, note: shortText(1, MAX_NOTE) };

/** Text of so many characters. */
function shortText(low: number, high: number): Read<string> {
  return (...field) => {
    const value = text(...field);
    const { length } = [...value];
    must(low <= length && length <= high, "document_invalid", `no text of ${high} characters`);
    return value;
  };
}

function associatedData<K extends keyof Rows>(place: RowPlace<K>): Bytes {
  const { kind, firm, vault, node, version, epoch } = place;
  return join(...[kind, firm, vault, node, String(version), String(epoch)].map(ascii));
}

/** Of ids, words of ours and digits. For them a call of the encoder costs more than its work, and rows come by thousands. */
export function ascii(text: string): Bytes {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** A sealed row. @throws RefusedError (`name_…`, `document_invalid`) for one that no reader would take. */
export async function sealRow<K extends keyof Rows>(
  key: CryptoKey,
  place: RowPlace<K>,
  row: Rows[K],
): Promise<Bytes> {
  const plaintext = encode(row as unknown as Value);
  refusing(() => readRow(place.kind, plaintext));
  const iv = randomBytes(NONCE_SIZE);
  const parameters = { name: "AES-GCM", iv, additionalData: associatedData(place) };
  return concat(iv, new Uint8Array(await crypto.subtle.encrypt(parameters, key, plaintext)));
}

/**
 * The row sealed for `place`. The caller has compared its hash with the signed one.
 * @throws IntegrityError (`row_invalid`, `name_…`) when it was altered, belongs elsewhere or has a name not allowed.
 */
export async function openRow<K extends keyof Rows>(
  key: CryptoKey,
  place: RowPlace<K>,
  sealed: Bytes,
): Promise<Rows[K]> {
  const fits = NONCE_SIZE < sealed.length && sealed.length <= MAX_ROW_SIZE;
  must(fits, "row_invalid", "a row of impossible size");
  const iv = sealed.subarray(0, NONCE_SIZE);
  const parameters = { name: "AES-GCM", iv, additionalData: associatedData(place) };
  let plaintext: Bytes;
  try {
    plaintext = new Uint8Array(await crypto.subtle.decrypt(parameters, key, sealed.subarray(NONCE_SIZE)));
  } catch {
    throw new IntegrityError("row_invalid", "a row was altered or belongs elsewhere");
  }
  return readRow(place.kind, plaintext);
}

function readRow<K extends keyof Rows>(kind: K, plaintext: Bytes): Rows[K] {
  const value = parseCanonical(plaintext);
  const hasNote = kind === "file" && typeof value === "object" && value !== null && "note" in value;
  return readFields<Rows[K]>(value, (hasNote ? WITH_NOTE : FIELDS[kind]) as Fields<Rows[K]>, kind);
}

/** Turns what a reader would call altered into a rule for the writer. */
function refusing(check: () => unknown): void {
  try {
    check();
  } catch (error) {
    throw error instanceof IntegrityError ? new RefusedError(error.code, error.message) : error;
  }
}

const MAX_NAME_BYTES = 255;

/**
 * `name`, if a node may bear it. What is refused could leave a folder (separators, dots), or show a person another
 * name than the machine sees.
 * @throws IntegrityError (`name_empty`, `name_too_long`, `name_character`, `name_not_nfc`).
 */
export function checkName(name: string): string {
  must(name !== "" && name !== "." && name !== "..", "name_empty", "a name needs characters of its own");
  // No unit of a string has more than three bytes.
  const fits = 3 * name.length <= MAX_NAME_BYTES || new TextEncoder().encode(name).length <= MAX_NAME_BYTES;
  must(fits, "name_too_long", "a name has at most 255 bytes of UTF-8");
  must(
    !/[/\\\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(name),
    "name_character",
    "a separator, a control character or one that turns the direction of writing",
  );
  must(name.normalize("NFC") === name, "name_not_nfc", "a name is not in NFC");
  return name;
}

/** `title`, if a vault may bear it: as a name, but it is shown only and may contain separators. */
export function checkTitle(title: string): string {
  checkName(title.replace(/[/\\]/g, "-"));
  return title;
}

/** A vault as the server shows it. `dossier` is null for a personal one, and nobody sealed what lists call that. */
export interface ShownVault extends VaultRow {
  readonly dossier: string | null;
}

/** @throws IntegrityError (`title_differs`) unless the server shows the vault as what it was begun for. */
export function requireShown(sealed: VaultRow, dossier: string | null, shown: ShownVault): void {
  must(
    shown.dossier === dossier &&
      shown.client_name === sealed.client_name &&
      shown.client_number === sealed.client_number &&
      (dossier === null || shown.title === sealed.title),
    "title_differs",
    "the server shows the vault as another one than the sealed one",
  );
}

const FACTS = ["content_hash", "created", "modified", "name", "note", "size", "type"] as const;

/** @throws IntegrityError (`reseal_differs`) unless a version sealed anew is described as it was before. */
export function requireSame(row: FileRow, before: FileRow): void {
  const isSame = FACTS.every((fact) => row[fact] === before[fact]);
  must(isSame, "reseal_differs", "the version was sealed anew with other contents or another name");
}

/** @throws RefusedError (`name_…`) for a name that is not allowed. */
export function requireName(name: string): void {
  refusing(() => checkName(name));
}
