/**
 * Signed documents (docs/formats.md, section 3): canonical JSON in `bytes`, an SSHSIG blob in `sig`.
 *
 * A kind of document is its namespace and one check per field. Unknown, missing or ill-typed fields are refused.
 */

import { fromBase64url, toBase64url } from "../crypto/base64";
import type { Bytes } from "../crypto/bytes";
import { encode, type Value } from "../crypto/canonical";
import type { SigningKey } from "../crypto/ed25519";
import { sealedSize } from "../crypto/payload";
import { sha256 } from "../crypto/sha256";
import { sign, verify } from "../crypto/sshsig";
import { type Change, changeOf } from "./changes";
import { IntegrityError, must } from "./errors";
import {
  count,
  type Fields,
  hash,
  id,
  integer,
  listOf,
  nothing,
  oneOf,
  orNull,
  parseCanonical,
  type Read,
  readFields,
  recipient,
  sortedListOf,
  text,
  time,
  unb64,
  where,
} from "./fields";

export type { Change, ChangeOf, VaultKind } from "./changes";

export interface Signed {
  readonly bytes: Bytes;
  readonly sig: Bytes;
}

/** A certificate, or a revocation, with the time and place of its acceptance, as the log has it. */
export interface Accepted {
  readonly signed: Signed;
  readonly acceptedAt: number;
  readonly logIndex: number;
}

/** A signed document on the wire. */
export interface Doc {
  readonly bytes: string;
  readonly sig: string;
}

export interface Kind<T> {
  readonly namespace: string;
  readonly fields: Fields<T>;
  /** Those that may be absent. */
  readonly optional?: readonly string[];
  /** What must hold between the fields. @throws IntegrityError (`document_invalid`). */
  readonly rules?: (fields: T) => void;
}

/** @throws IntegrityError (`document_invalid`) unless `condition` holds. */
export function demand(condition: boolean, problem: string): asserts condition {
  must(condition, "document_invalid", problem);
}

/** The largest plaintext, in bytes. */
/** The most that ClamAV looks at in one file: what cannot be scanned is not published. */
export const MAX_CONTENT_SIZE = 2 ** 31 - 3;
const SCANNER_KEY_LIFE_S = 24 * 3600;

/** Who is `trusted` holds wraps that the server keeps back until he has asked for them and waited (ADR 0020). */
export type Rights = "hold" | "manage" | "read" | "trusted" | "write";
export const WAIT_DAYS: readonly number[] = [7, 14, 30];

export interface RosterHolder {
  readonly key: string;
  readonly rights: Rights;
  readonly subject: string;
  /** The last second of access; null where it does not end by itself. */
  readonly until: number | null;
  /** Of a trusted person, and nobody else: how long he waits. */
  readonly wait_days?: number;
}

export interface Roster {
  readonly author: string;
  readonly firm: string;
  readonly holders: readonly RosterHolder[];
  readonly previous: string | null;
  readonly seq: number;
  readonly vault: string;
}

/** The first of a kind has no predecessor, every other has one. */
const isLater =
  (number: string) =>
  (whole: { readonly [key: string]: Value }): boolean =>
    Number(whole[number]) > 1;

const HOLDER: Fields<Omit<RosterHolder, "wait_days">> = {
  key: hash,
  rights: oneOf<Rights>("hold", "manage", "read", "write"),
  subject: id,
  until: orNull(time),
};

const TRUSTED: Fields<Required<RosterHolder>> = {
  ...HOLDER,
  rights: oneOf<Rights>("trusted"),
  wait_days(value, field, whole) {
    const days = count(value, field, whole);
    demand(WAIT_DAYS.includes(days), `${field}: a trusted person waits 7, 14 or 30 days`);
    return days;
  },
};

const holder: Read<RosterHolder> = (value, field) => {
  const isTrusted = (value as { readonly rights?: Value } | null | undefined)?.rights === "trusted";
  return isTrusted ? readFields(value, TRUSTED, field) : readFields(value, HOLDER, field);
};

export const ROSTER: Kind<Roster> = {
  namespace: "siegel-roster@v1",
  fields: {
    author: hash,
    firm: id,
    holders: listOf(holder),
    previous: where(isLater("seq"), hash),
    seq: count,
    vault: id,
  },
  rules({ holders }) {
    const ascends = holders.every(({ key }, i) => i === 0 || (holders[i - 1]?.key ?? "") < key);
    demand(ascends, "holders are sorted by key, each key once");
  },
};

export interface Epoch {
  readonly author: string;
  readonly epoch: number;
  readonly firm: string;
  readonly previous: string | null;
  readonly recipient: string;
  readonly roster: string;
  /** kids of whom its author wrapped the seed for. */
  readonly sealed_to: readonly string[];
  readonly vault: string;
}

export const EPOCH: Kind<Epoch> = {
  namespace: "siegel-epoch@v1",
  fields: {
    author: hash,
    epoch: count,
    firm: id,
    previous: where(isLater("epoch"), hash),
    recipient,
    roster: hash,
    sealed_to: sortedListOf(hash),
    vault: id,
  },
};

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
    author: hash,
    changes: listOf(changeOf),
    firm: id,
    previous: hash,
    seq: count,
    vault: id,
  },
  rules: ({ changes }) => demand(changes.length > 0, "a record makes at least one change"),
};

export interface Manifest {
  readonly author: string;
  readonly checkpoint: null;
  readonly commitment: string;
  /** Hash of the manifest whose payload this is, too: an earlier one of the same vault. */
  readonly copied_from: string | null;
  readonly epoch: number;
  readonly firm: string;
  readonly generation: number;
  readonly node: string;
  readonly parent: string;
  readonly payload_hash: string;
  readonly payload_size: number;
  readonly previous: string | null;
  readonly row: string;
  /** Hash of the sealed picture of the contents; absent where there is none. */
  readonly thumbnail?: string;
  readonly vault: string;
  readonly version: number;
}

export const MANIFEST: Kind<Manifest> = {
  namespace: "siegel-manifest@v1",
  fields: {
    author: hash,
    checkpoint: nothing,
    commitment: hash,
    copied_from: orNull(hash),
    epoch: count,
    firm: id,
    generation: count,
    node: id,
    parent: id,
    payload_hash: hash,
    payload_size: integer(sealedSize(0), sealedSize(MAX_CONTENT_SIZE)),
    // A first version that was sealed anew follows the manifest it replaces.
    previous: (value, field, whole) => (isLater("version")(whole) ? hash : orNull(hash))(value, field, whole),
    row: hash,
    thumbnail: hash,
    vault: id,
    version: count,
  },
  optional: ["thumbnail"],
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
  fields: { firm: id, not_after: time, not_before: time, recipient, scanner: hash },
  rules({ not_after, not_before }) {
    const lifeS = not_after - not_before;
    demand(0 < lifeS && lifeS <= SCANNER_KEY_LIFE_S, "a scanner key lives at most 24 hours");
  },
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
    commitment: hash,
    database: text,
    engine: text,
    firm: id,
    payload_hash: hash,
    reason: where(({ result }) => result !== "clean", text),
    result: oneOf("clean", "failed", "infected", "not_scannable"),
    scanned_at: time,
    scanner: hash,
  },
};

interface Login {
  readonly firm: string;
  readonly nonce: string;
  readonly origin: string;
  readonly subject: string;
  readonly time: number;
}

export const LOGIN: Kind<Login> = {
  namespace: "siegel-login@v1",
  fields: { firm: id, nonce: text, origin: text, subject: text, time },
};

/** A person's own word about a vault: a trusted person asks to be let in, somebody who writes there objects. */
export interface VaultEvent {
  readonly author: string;
  readonly event: "objected" | "requested";
  readonly firm: string;
  readonly previous: string | null;
  readonly request: string | null;
  readonly roster: string | null;
  readonly vault: string;
}

export const EVENT: Kind<VaultEvent> = {
  namespace: "siegel-event@v1",
  fields: {
    author: hash,
    event: oneOf("objected", "requested"),
    firm: id,
    previous: orNull(hash),
    request: where(({ event }) => event === "objected", hash),
    roster: where(({ event }) => event === "requested", hash),
    vault: id,
  },
};

/** The fields of a document, its signature not yet looked at. @throws IntegrityError (`not_canonical`, `document_invalid`, …). */
export function read<T>(kind: Kind<T>, bytes: Uint8Array): T {
  const fields = readFields(parseCanonical(bytes), kind.fields, kind.namespace, kind.optional);
  kind.rules?.(fields);
  return fields;
}

/**
 * @throws IntegrityError (`signature_invalid`) unless the holder of `signingKey` (b64; null for who signs nothing) signed
 * these bytes as this kind.
 */
export async function verifySigned<T>(
  kind: Kind<T>,
  signed: Signed,
  signingKey: string | null,
): Promise<void> {
  must(signingKey !== null, "signature_invalid", `${kind.namespace}: its author's key signs nothing`);
  try {
    await verify(signed.sig, kind.namespace, signed.bytes, fromBase64url(signingKey));
  } catch {
    throw new IntegrityError("signature_invalid", `${kind.namespace}: the signature does not verify`);
  }
}

/** The fields of a document signed by the holder of `signingKey` (b64). @throws IntegrityError. */
export async function readSigned<T>(kind: Kind<T>, signed: Signed, signingKey: string): Promise<T> {
  const fields = read(kind, signed.bytes);
  await verifySigned(kind, signed, signingKey);
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

/** @throws IntegrityError (`not_base64`) for text that is not canonical b64. */
export function fromDoc(doc: Doc): Signed {
  return { bytes: unb64(doc.bytes), sig: unb64(doc.sig) };
}

/** Whether two b64 hashes or keys are the same, in constant time. */
export function sameHash(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
