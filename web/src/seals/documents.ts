/**
 * Signed documents (docs/formats.md, section 3): canonical JSON in `bytes`, an SSHSIG blob in `sig`.
 *
 * A kind of document is its namespace and one check per field. Unknown, missing or ill-typed fields are refused.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64url, toBase64url } from "../crypto/base64";
import { type Bytes, equal } from "../crypto/bytes";
import { encode, parse, type Value } from "../crypto/canonical";
import type { SigningKey } from "../crypto/ed25519";
import { sign, verify } from "../crypto/sshsig";
import { IntegrityError, must } from "./errors";
import { isId } from "./ids";

export interface Signed {
  readonly bytes: Bytes;
  readonly sig: Bytes;
}

/** A signed document on the wire. */
export interface Doc {
  readonly bytes: string;
  readonly sig: string;
}

type Check<T> = (value: Value | undefined) => value is Value & T;
type Fields<T> = { readonly [K in keyof T]-?: Check<T[K]> };
export interface Kind<T> {
  readonly namespace: string;
  readonly fields: Fields<T>;
}

const isText = (value: Value | undefined): value is string => typeof value === "string";
const isTime = (value: Value | undefined): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;
const isCount = (value: Value | undefined): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 1;
const isNothing = (value: Value | undefined): value is null => value === null;
const isIdText = (value: Value | undefined): value is string => isText(value) && isId(value);
const isRecipient = (value: Value | undefined): value is string =>
  isText(value) && /^age1pq1[02-9ac-hj-np-z]{1900,2000}$/.test(value);

function isHash(value: Value | undefined): value is string {
  if (!isText(value) || value.length !== 43) return false;
  try {
    return fromBase64url(value).length === 32;
  } catch {
    return false;
  }
}

const orNull =
  <T extends Value>(check: (value: Value | undefined) => value is T) =>
  (value: Value | undefined): value is T | null =>
    value === null || check(value);

const oneOf =
  <T extends string>(...words: readonly T[]) =>
  (value: Value | undefined): value is T =>
    (words as readonly (Value | undefined)[]).includes(value);

const listOf =
  <T extends Value>(check: (value: Value | undefined) => value is T) =>
  (value: Value | undefined): value is readonly T[] & Value =>
    Array.isArray(value) && value.every((item: Value) => check(item));

/** A list in ascending order without repetition. */
const sortedListOf =
  <T extends string>(check: (value: Value | undefined) => value is T) =>
  (value: Value | undefined): value is readonly T[] & Value =>
    listOf(check)(value) && value.every((item, i) => i === 0 || String(value[i - 1]) < item);

function hasFields<T>(value: Value | undefined, fields: Fields<T>): value is Value & T {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const names = Object.keys(fields);
  const object = value as { readonly [key: string]: Value };
  return (
    Object.keys(object).length === names.length &&
    names.every((name) => Object.hasOwn(object, name) && fields[name as keyof T](object[name]))
  );
}

export const CERTIFICATE_KINDS = [
  "client",
  "clerk",
  "invitation",
  "owner",
  "recovery",
  "root",
  "scanner",
  "service",
] as const;
export type CertificateKind = (typeof CERTIFICATE_KINDS)[number];
export type Rights = "hold" | "manage" | "read" | "write";

export interface Certificate {
  readonly alg: "ed25519" | "ed25519+mlkem768x25519";
  readonly certifies: readonly CertificateKind[];
  readonly firm: string;
  readonly generation: number;
  readonly issuer: string | null;
  readonly kind: CertificateKind;
  readonly not_after: number | null;
  readonly not_before: number;
  readonly office: null;
  readonly recipient: string | null;
  readonly role: "clerk" | "client" | null;
  readonly signing_key: string;
  readonly subject: string;
  readonly vaults: readonly string[];
}

export const CERTIFICATE: Kind<Certificate> = {
  namespace: "siegel-certificate@v1",
  fields: {
    alg: oneOf("ed25519", "ed25519+mlkem768x25519"),
    certifies: sortedListOf(oneOf(...CERTIFICATE_KINDS)),
    firm: isIdText,
    generation: isCount,
    issuer: orNull(isHash),
    kind: oneOf(...CERTIFICATE_KINDS),
    not_after: orNull(isTime),
    not_before: isTime,
    office: isNothing,
    recipient: orNull(isRecipient),
    role: orNull(oneOf("clerk", "client")),
    signing_key: isHash,
    subject: isIdText,
    vaults: sortedListOf(isIdText),
  },
};

export interface RosterHolder {
  readonly key: string;
  readonly rights: Rights;
  readonly subject: string;
}

export interface Roster {
  readonly author: string;
  readonly firm: string;
  readonly holders: readonly RosterHolder[];
  readonly previous: string | null;
  readonly seq: number;
  readonly vault: string;
}

const HOLDER: Fields<RosterHolder> = {
  key: isHash,
  rights: oneOf("hold", "manage", "read", "write"),
  subject: isIdText,
};

export const ROSTER: Kind<Roster> = {
  namespace: "siegel-roster@v1",
  fields: {
    author: isHash,
    firm: isIdText,
    holders: (value): value is Value & Roster["holders"] =>
      Array.isArray(value) &&
      value.every((item: Value) => hasFields(item, HOLDER)) &&
      (value as unknown as readonly RosterHolder[]).every(
        (holder, i, all) => i === 0 || (all[i - 1]?.key ?? "") < holder.key,
      ),
    previous: orNull(isHash),
    seq: isCount,
    vault: isIdText,
  },
};

export interface Epoch {
  readonly author: string;
  readonly epoch: number;
  readonly firm: string;
  readonly previous: string | null;
  readonly recipient: string;
  readonly roster: string;
  readonly vault: string;
}

export const EPOCH: Kind<Epoch> = {
  namespace: "siegel-epoch@v1",
  fields: {
    author: isHash,
    epoch: isCount,
    firm: isIdText,
    previous: orNull(isHash),
    recipient: isRecipient,
    roster: isHash,
    vault: isIdText,
  },
};

export type Change =
  | {
      readonly kind: "genesis";
      readonly dossier: string | null;
      readonly row: string;
      readonly vault_kind: "dossier" | "personal";
    }
  | { readonly kind: "roster"; readonly hash: string; readonly seq: number }
  | { readonly kind: "epoch"; readonly epoch: number; readonly hash: string }
  | {
      readonly kind: "folder";
      readonly epoch: number;
      readonly node: string;
      readonly parent: string;
      readonly row: string;
    }
  | {
      readonly kind: "version";
      readonly manifest: string;
      readonly node: string;
      readonly parent: string;
      readonly version: number;
    };

type ChangeOf<K extends Change["kind"]> = Extract<Change, { kind: K }>;

const CHANGES: { readonly [K in Change["kind"]]: Fields<ChangeOf<K>> } = {
  genesis: {
    kind: oneOf("genesis"),
    dossier: orNull(isIdText),
    row: isHash,
    vault_kind: oneOf("dossier", "personal"),
  },
  roster: { kind: oneOf("roster"), hash: isHash, seq: isCount },
  epoch: { kind: oneOf("epoch"), epoch: isCount, hash: isHash },
  folder: { kind: oneOf("folder"), epoch: isCount, node: isIdText, parent: isIdText, row: isHash },
  version: { kind: oneOf("version"), manifest: isHash, node: isIdText, parent: isIdText, version: isCount },
};

function isChange(value: Value): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const { kind } = value as { readonly kind?: Value };
  if (typeof kind !== "string" || !Object.hasOwn(CHANGES, kind)) return false;
  return hasFields(value, CHANGES[kind as Change["kind"]] as Fields<Change>);
}

export interface VaultRecord {
  readonly author: string;
  readonly changes: readonly Change[];
  readonly firm: string;
  readonly previous: string;
  readonly seq: number;
  readonly vault: string;
}

export const RECORD: Kind<VaultRecord> = {
  namespace: "siegel-record@v1",
  fields: {
    author: isHash,
    changes: (value): value is Value & VaultRecord["changes"] =>
      Array.isArray(value) && value.length > 0 && value.every((item: Value) => isChange(item)),
    firm: isIdText,
    previous: isHash,
    seq: isCount,
    vault: isIdText,
  },
};

export interface Manifest {
  readonly author: string;
  readonly checkpoint: null;
  readonly commitment: string;
  readonly copied_from: null;
  readonly epoch: number;
  readonly firm: string;
  readonly generation: number;
  readonly node: string;
  readonly parent: string;
  readonly payload_hash: string;
  readonly payload_size: number;
  readonly previous: string | null;
  readonly row: string;
  readonly vault: string;
  readonly version: number;
}

export const MANIFEST: Kind<Manifest> = {
  namespace: "siegel-manifest@v1",
  fields: {
    author: isHash,
    checkpoint: isNothing,
    commitment: isHash,
    copied_from: isNothing,
    epoch: isCount,
    firm: isIdText,
    generation: isCount,
    node: isIdText,
    parent: isIdText,
    payload_hash: isHash,
    payload_size: isCount,
    previous: orNull(isHash),
    row: isHash,
    vault: isIdText,
    version: isCount,
  },
};

export interface ScannerKey {
  readonly firm: string;
  readonly not_after: number;
  readonly not_before: number;
  readonly recipient: string;
  readonly scanner: string;
}

export const SCANNER_KEY: Kind<ScannerKey> = {
  namespace: "siegel-scanner-key@v1",
  fields: { firm: isIdText, not_after: isTime, not_before: isTime, recipient: isRecipient, scanner: isHash },
};

export interface Verdict {
  readonly commitment: string;
  readonly database: string;
  readonly engine: string;
  readonly firm: string;
  readonly payload_hash: string;
  readonly reason: string | null;
  readonly result: "clean" | "failed" | "infected" | "not_scannable";
  readonly scanned_at: number;
  readonly scanner: string;
}

export const VERDICT: Kind<Verdict> = {
  namespace: "siegel-verdict@v1",
  fields: {
    commitment: isHash,
    database: isText,
    engine: isText,
    firm: isIdText,
    payload_hash: isHash,
    reason: orNull(isText),
    result: oneOf("clean", "failed", "infected", "not_scannable"),
    scanned_at: isTime,
    scanner: isHash,
  },
};

export interface Login {
  readonly firm: string;
  readonly nonce: string;
  readonly origin: string;
  readonly subject: string;
  readonly time: number;
}

export const LOGIN: Kind<Login> = {
  namespace: "siegel-login@v1",
  fields: { firm: isIdText, nonce: isText, origin: isText, subject: isText, time: isTime },
};

/** The fields of a document, its signature not yet looked at. @throws IntegrityError (`malformed`). */
export function read<T>(kind: Kind<T>, bytes: Uint8Array): T {
  let value: Value;
  try {
    value = parse(bytes);
  } catch {
    throw new IntegrityError("malformed", `${kind.namespace}: not canonical JSON`);
  }
  must(hasFields(value, kind.fields), "malformed", `${kind.namespace}: unknown, missing or ill-typed field`);
  return value;
}

/** The fields of a document signed by the holder of `signingKey` (b64). @throws IntegrityError. */
export async function readSigned<T>(kind: Kind<T>, signed: Signed, signingKey: string): Promise<T> {
  const fields = read(kind, signed.bytes);
  try {
    await verify(signed.sig, kind.namespace, signed.bytes, fromBase64url(signingKey));
  } catch {
    throw new IntegrityError("bad_signature", `${kind.namespace}: the signature does not verify`);
  }
  return fields;
}

/** A signed document. The fields are checked as a reader would check them. */
export async function signDocument<T>(kind: Kind<T>, fields: T, key: SigningKey): Promise<Signed> {
  const bytes = encode(fields as Value);
  read(kind, bytes);
  return { bytes, sig: await sign(key, kind.namespace, bytes) };
}

/** Hash of a document or row, b64: what other documents cite. */
export function hashOf(bytes: Uint8Array): string {
  return toBase64url(sha256(bytes));
}

export function toDoc(signed: Signed): Doc {
  return { bytes: toBase64url(signed.bytes), sig: toBase64url(signed.sig) };
}

/** @throws IntegrityError (`malformed`) for text that is not canonical b64. */
export function fromDoc(doc: Doc): Signed {
  try {
    return { bytes: fromBase64url(doc.bytes), sig: fromBase64url(doc.sig) };
  } catch {
    throw new IntegrityError("malformed", "a document on the wire is not base64url");
  }
}

/** Whether two b64 hashes or keys are the same, in constant time. */
export function sameHash(a: string, b: string): boolean {
  return equal(new TextEncoder().encode(a), new TextEncoder().encode(b));
}
