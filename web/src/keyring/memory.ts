/** What this browser and the person's other devices have seen, joined through the self-record on the server (ADR 0021). */

import { toBase64url } from "../crypto/base64";
import type { Head } from "../seals/entries";
import { must, RefusedError } from "../seals/errors";
import {
  hashOfSeen,
  joinedSeen,
  MAX_SELF_RECORD_SIZE,
  type OwnRecord,
  openSelf,
  type Seen,
  sealSelf,
  seenIn,
} from "../seals/self_record";
import { api } from "../wire/api";
import { fromWire } from "../wire/codec";
import { WireError } from "../wire/http";
import { type Open, rememberHead, rememberRevoked, revokedHere } from "./keyring";
import { joinLog, noteLog } from "./log_memory";
import { certificatesOf } from "./root";
import { keep, recall, recallAll } from "./store";

/** A self-record that the server has: its number and hash, and the hash of what it says was seen. */
interface Shared {
  readonly kid: string;
  readonly number: number;
  readonly hash: string;
  readonly seen: string;
}

const SHARED = "self";
const TRIES = 5;
const SHARING_MS = 30_000;

let sharing: ReturnType<typeof setInterval> | undefined;

/**
 * Takes what other devices have seen, unless this one has asked since it knows the person; and shares what this one has seen
 * besides, now and while the page is open. `fail` is told what goes wrong later.
 * @throws IntegrityError (`self_record_rolled_back`, `self_record_differs`, `vault_forked`, …), WireError.
 */
export async function joinMemory(open: Open, fail: (error: unknown) => void): Promise<void> {
  if ((await sharedBy(open)) === null) {
    await recallSelf(open);
    void joinLog(open).catch(fail);
  }
  const share = (): void =>
    void noteLog(open)
      .then(() => shareSelf(open))
      .catch(fail);
  clearInterval(sharing);
  sharing = setInterval(share, SHARING_MS);
  share();
}

/**
 * Takes what other devices have seen into this browser's memory; the number of the record, 0 if there is none yet.
 * @throws IntegrityError (`self_record_rolled_back`) when the server shows an older one than before, or none.
 */
export async function recallSelf(open: Open): Promise<number> {
  const { number, age } = await api.selfRecord();
  const known = await sharedBy(open);
  const isOld = known !== null && number < known.number;
  must(!isOld, "self_record_rolled_back", "the server shows an older self-record than before");
  if (number === 0) return 0;
  must(age !== null, "answer_invalid", "a self-record without a record");
  const { record, hash } = await openSelf(ownOf(open), fromWire(age), number);
  const isOther = known !== null && number === known.number && hash !== known.hash;
  must(!isOther, "self_record_rolled_back", "the server shows another self-record than before");
  const theirs = seenIn(record);
  // Heads of the log are compared by its proofs: two of one size may be of two origins.
  const ours = await seenHere();
  const besides = new Map([...ours.heads].filter(([vault]) => vault !== open.session.firm.id));
  const { heads, revoked } = joinedSeen({ ...ours, heads: besides }, theirs);
  for (const [vault, head] of heads) await rememberHead(vault, head);
  await rememberRevoked(revoked);
  await keep(SHARED, { kid: open.keys.kid, number, hash, seen: hashOfSeen(theirs) } satisfies Shared);
  return number;
}

/** Writes what this browser has seen, if that is more than the record it knows of says. @throws as `recallSelf`. */
export async function shareSelf(open: Open): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const before = await seenHere();
    const isEmpty = before.heads.size + before.revoked.size === 0;
    if (isEmpty || (await sharedBy(open))?.seen === hashOfSeen(before)) return;
    const number = (await recallSelf(open)) + 1;
    const seen = await seenHere();
    const { age, hash } = await sealSelf(ownOf(open), seen, number);
    if (age.length > MAX_SELF_RECORD_SIZE)
      throw new RefusedError("self_record_full", "more vaults than a self-record holds");
    if (!(await isTaken(number, toBase64url(age)))) continue;
    await keep(SHARED, { kid: open.keys.kid, number, hash, seen: hashOfSeen(seen) } satisfies Shared);
    return;
  }
}

/** False when another device was quicker. */
async function isTaken(number: number, age: string): Promise<boolean> {
  try {
    await api.writeSelfRecord({ number, age });
    return true;
  } catch (error) {
    if (error instanceof WireError && error.code === "stale") return false;
    throw error;
  }
}

async function sharedBy({ keys }: Open): Promise<Shared | null> {
  const shared = await recall<Shared>(SHARED);
  return shared?.kid === keys.kid ? shared : null;
}

async function seenHere(): Promise<Seen> {
  return { heads: await recallAll<Head>("head:"), revoked: await revokedHere() };
}

function ownOf({ keys, root, session: { firm, person } }: Open): OwnRecord {
  const line = async () => (await certificatesOf(firm.id, root, [])).roots.map(({ kid }) => kid);
  return { firm: firm.id, person: person.id, root, keys, line };
}
