/**
 * What a person has seen of his firm, signed and sealed by himself for his other devices (ADR 0021, docs/formats.md, section 3).
 *
 * A device without memory cannot tell an old state from the newest. It asks the server for this record, which the server
 * can neither read nor make, only withhold, or show as it was.
 */

import { openSmall, sealSmall } from "../crypto/age";
import { type Bytes, join } from "../crypto/bytes";
import { encode } from "../crypto/canonical";
import { demand, hashOf, type Kind, read, type Signed, signDocument, verifySigned } from "./documents";
import type { Head } from "./entries";
import { IntegrityError, must } from "./errors";
import { count, type Fields, hash, id, integer, listOf, readFields } from "./fields";
import type { HolderKeys } from "./keys";
import { split } from "./unlock";

/** Sealed. About 8,000 heads. */
export const MAX_SELF_RECORD_SIZE = 2 ** 20;

interface SeenHead {
  readonly hash: string;
  readonly seq: number;
  readonly vault: string;
}

interface SeenRevocation {
  readonly key: string;
  readonly log_index: number;
}

export interface SelfRecord {
  readonly author: string;
  readonly firm: string;
  readonly heads: readonly SeenHead[];
  /** Goes up with every record of the same key. */
  readonly number: number;
  readonly person: string;
  readonly revoked: readonly SeenRevocation[];
  /** The pinned root's fingerprint. */
  readonly root: string;
}

const HEAD: Fields<SeenHead> = { hash, seq: count, vault: id };
const REVOKED: Fields<SeenRevocation> = { key: hash, log_index: integer(0) };

export const SELF: Kind<SelfRecord> = {
  namespace: "siegel-self@v1",
  fields: {
    author: hash,
    firm: id,
    heads: listOf((value, field) => readFields(value, HEAD, field)),
    number: count,
    person: id,
    revoked: listOf((value, field) => readFields(value, REVOKED, field)),
    root: hash,
  },
  rules({ heads, revoked }) {
    for (const names of [heads.map(({ vault }) => vault), revoked.map(({ key }) => key)])
      demand(
        names.every((name, i) => i === 0 || (names[i - 1] ?? "") < name),
        "lists are sorted, each once",
      );
  },
};

/** What a device remembers of a firm: the last head of each vault and team, and where each key was revoked. */
export interface Seen {
  readonly heads: ReadonlyMap<string, Head>;
  readonly revoked: ReadonlyMap<string, number>;
}

/** Whose self-record it is; the keys sign and open it. */
export interface OwnRecord {
  readonly firm: string;
  readonly person: string;
  readonly root: string;
  readonly keys: HolderKeys;
  /** All roots the firm has had, as verified: another device may have pinned an earlier or a later one. */
  readonly line?: () => Promise<readonly string[]>;
}

const byKey = <T>(map: ReadonlyMap<string, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

export function seenIn({ heads, revoked }: SelfRecord): Seen {
  return {
    heads: new Map(heads.map(({ vault, seq, hash: head }) => [vault, { seq, head }])),
    revoked: new Map(revoked.map(({ key, log_index }) => [key, log_index])),
  };
}

/** The same for all who know the same. */
export function hashOfSeen({ heads, revoked }: Seen): string {
  return hashOf(encode([byKey(heads).map(([vault, { seq, head }]) => [vault, seq, head]), byKey(revoked)]));
}

/**
 * What both know together.
 * @throws IntegrityError (`vault_forked`) where they know one vault at the same place with different histories,
 * (`revocation_moved`) where one key was revoked at two places.
 */
export function joinedSeen(ours: Seen, theirs: Seen): Seen {
  const heads = new Map(ours.heads);
  for (const [vault, head] of theirs.heads) {
    const known = heads.get(vault) ?? head;
    const isSame = known.seq !== head.seq || known.head === head.head;
    must(isSame, "vault_forked", "two devices were shown different histories of a vault");
    heads.set(vault, known.seq > head.seq ? known : head);
  }
  for (const [key, place] of theirs.revoked) {
    const isSame = (ours.revoked.get(key) ?? place) === place;
    must(isSame, "revocation_moved", "two devices were shown a revocation in different places");
  }
  return { heads, revoked: new Map([...ours.revoked, ...theirs.revoked]) };
}

/** The record as an age file for the person's own key, and its hash. */
export async function sealSelf(
  { firm, person, root, keys }: OwnRecord,
  seen: Seen,
  number: number,
): Promise<{ readonly age: Bytes; readonly hash: string }> {
  const heads = byKey(seen.heads).map(([vault, { seq, head }]) => ({ hash: head, seq, vault }));
  const revoked = byKey(seen.revoked).map(([key, log_index]) => ({ key, log_index }));
  const fields = { author: keys.kid, firm, heads, number, person, revoked, root };
  const { bytes, sig } = await signDocument(SELF, fields, keys.signing);
  return { age: await sealSmall(join(bytes, sig), [keys.recipient]), hash: hashOf(bytes) };
}

/**
 * The record that the server calls the `number`th, and its hash.
 * @throws IntegrityError (`self_record_invalid`) if it does not open or is none, (`signature_invalid`), (`self_record_differs`)
 * if it is another person's, key's or firm's, or has another number, (`root_differs`).
 */
export async function openSelf(
  { firm, person, root, keys, line }: OwnRecord,
  age: Bytes,
  number: number,
): Promise<{ readonly record: SelfRecord; readonly hash: string }> {
  const signed = await unsealed(age, keys.identity);
  const record = read(SELF, signed.bytes);
  await verifySigned(SELF, signed, keys.signingKey);
  const isHis = record.author === keys.kid && record.firm === firm && record.person === person;
  must(isHis, "self_record_differs", "the self-record is another person's, key's or firm's");
  const isNumber = record.number === number;
  must(isNumber, "self_record_differs", "the self-record has another number than the server says");
  const isPinned = record.root === root || ((await line?.())?.includes(record.root) ?? false);
  must(isPinned, "root_differs", "the self-record pins another root");
  return { record, hash: hashOf(signed.bytes) };
}

async function unsealed(age: Bytes, identity: string): Promise<Signed> {
  const fault = new IntegrityError("self_record_invalid", "the self-record is no signed document that opens");
  let opened: Bytes;
  try {
    opened = await openSmall(age, identity);
  } catch {
    throw fault;
  }
  const [bytes, sig, ...more] = split(opened, fault);
  if (bytes === undefined || sig === undefined || more.length > 0) throw fault;
  return { bytes, sig };
}
