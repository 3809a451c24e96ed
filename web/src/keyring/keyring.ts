/**
 * The person's key in this browser.
 *
 * At rest the seed lies in IndexedDB under HMAC(local key, half): the local key cannot leave the browser, the half is
 * given only to a live session. Signing out, or the end of the session on the server, makes it unreadable.
 */

import { fromBase64url } from "../crypto/base64";
import { type Bytes, concat, join, randomBytes } from "../crypto/bytes";
import type { Certificates } from "../seals/certificates";
import type { Head } from "../seals/entries";
import { must } from "../seals/errors";
import { aesKey, type HolderKeys, holderKeys } from "../seals/keys";
import type { Unlocked } from "../seals/unlock";
import type { Session } from "../wire/api";
import { announceOpened, PERSON } from "./presence";
import { presentRoot } from "./root";
import { forgetAll, keep, recall } from "./store";

/** A person who is signed in and whose key is open. */
export interface Open {
  readonly session: Session;
  readonly keys: HolderKeys;
  readonly generation: number;
  /** The root this browser has pinned, or the one to which that led; never one that the server only claims. */
  readonly root: string;
}

interface Kept {
  readonly person: string;
  readonly firm: string;
  readonly generation: number;
  readonly root: string;
  readonly local: CryptoKey;
  readonly sealed: Bytes;
}

async function restKey(local: CryptoKey, half: string): Promise<CryptoKey> {
  return aesKey(new Uint8Array(await crypto.subtle.sign("HMAC", local, fromBase64url(half))));
}

/**
 * Keeps an unlocked seed, the person's own at his firm, for the other pages until the sign-out.
 * @throws IntegrityError (`session_differs`, `root_differs`, `root_rolled_back`); nothing is kept then.
 */
export async function keepOpen(session: Session, firm: string, unlocked: Unlocked): Promise<Open> {
  const { generation, person, seed } = unlocked;
  const isOurs = session.person.id === person && session.firm.id === firm;
  must(isOurs, "session_differs", "the session is another person's, or another firm's");
  const root = await presentRoot(firm, unlocked.root, session.firm.root);
  const keys = await holderKeys(seed);
  const before = await recall<Kept>(PERSON);
  // Another person's heads and keys must not stay behind in this browser.
  if (before !== undefined && before.person !== session.person.id) await forgetAll();
  const local = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const iv = randomBytes(12);
  const key = await restKey(local, session.half);
  const sealed = concat(iv, new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, seed)));
  const kept: Kept = { person: session.person.id, firm: session.firm.id, generation, root, local, sealed };
  await keep(PERSON, kept);
  announceOpened();
  return { session, keys, generation, root };
}

/** The key kept for this sign-in, or null when the person has to sign in (again). */
export async function reopen(session: Session): Promise<Open | null> {
  const held = await heldSeed(session);
  if (held === null) return null;
  const { generation, root, seed } = held;
  return { session, keys: await holderKeys(seed), generation, root };
}

/** The seed itself, for wrapping it anew; null when the key is closed. */
export async function heldSeed(session: Session): Promise<Unlocked | null> {
  const kept = await recall<Kept>(PERSON);
  if (kept === undefined || kept.person !== session.person.id || kept.firm !== session.firm.id) return null;
  const { generation, person, root } = kept;
  // Without a pin the key stays closed: signing in pins the root again that stands in the wrap.
  if (typeof root !== "string" || root === "") return null;
  try {
    const key = await restKey(kept.local, session.half);
    const parameters = { name: "AES-GCM", iv: kept.sealed.slice(0, 12) };
    const seed = new Uint8Array(await crypto.subtle.decrypt(parameters, key, kept.sealed.slice(12)));
    return { seed, person, generation, root };
  } catch {
    return null;
  }
}

/** A key for what else lies here at rest, as fleeting as the seed's; null where no key of this person's is kept. */
export async function replayKey({ session }: Open, label: string): Promise<CryptoKey | null> {
  const kept = await recall<Kept>(PERSON);
  if (kept === undefined || kept.person !== session.person.id || kept.firm !== session.firm.id) return null;
  const secret = await crypto.subtle.sign("HMAC", kept.local, join(label, fromBase64url(session.half)));
  return aesKey(new Uint8Array(secret));
}

/** The newest head of a vault that this browser has seen. */
export async function seenHead(vault: string): Promise<Head | null> {
  return (await recall<Head>(`head:${vault}`)) ?? null;
}

/** Remembers the newest head seen of a vault. */
export async function rememberHead(vault: string, { seq, head }: Head): Promise<void> {
  const seen = await seenHead(vault);
  if (seen === null || seen.seq < seq) await keep(`head:${vault}`, { seq, head } satisfies Head);
}

const REVOKED = "revoked";

/** The keys that this browser has seen revoked, with the place of that in the log. */
export async function revokedHere(): Promise<ReadonlyMap<string, number>> {
  return (await recall<ReadonlyMap<string, number>>(REVOKED)) ?? new Map();
}

/** Remembers these besides. */
export async function rememberRevoked(revoked: ReadonlyMap<string, number>): Promise<void> {
  const known = await revokedHere();
  if ([...revoked.keys()].some((key) => !known.has(key)))
    await keep(REVOKED, new Map([...known, ...revoked]));
}

/**
 * What was seen revoked is revoked, wherever it is shown; then what is revoked here is remembered, too.
 * @throws IntegrityError (`revocation_hidden`).
 */
export async function requireRevoked(certificates: Certificates): Promise<void> {
  for (const [kid, place] of await revokedHere()) {
    const isShown = certificates.of(kid) === null || certificates.revocationOf(kid)?.logIndex === place;
    must(isShown, "revocation_hidden", "a key that was seen revoked is shown as if it were not");
  }
  await rememberRevoked(certificates.revoked());
}
