/**
 * What this browser knows of the firm's log: the last signed head it saw, and the key that signed it. Whoever shows it a
 * smaller log, another one of the same size, or one that did not grow from there, is found out.
 */

import { fromBase64url, toBase64url } from "../crypto/base64";
import { utf8 } from "../crypto/bytes";
import type { LogKeys } from "../seals/log_keys";
import {
  type Checkpoint,
  openCheckpoint,
  parseNote,
  parseVerifierKey,
  TlogError,
  verifyGrowth,
} from "../tlog";
import { beginningOf, compare, type Loss, passed, type ShownBeginning, statements } from "../tlog/origins";
import { api } from "../wire/api";

/** The key and the signed note, as they came; and what this browser knows to be lost for ever. */
export interface Held {
  readonly key: string;
  readonly checkpoint: string;
  readonly lost?: readonly Loss[];
}

/** What was kept per firm; a browser's localStorage, and a map in tests. */
export interface Shelf {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
}

/**
 * The head that verified, how many entries were known before, and which of those are lost for ever. `isCertified`: whether
 * an owner has certified the log's key; null where this browser has not learned of certificates yet.
 */
export interface Seen {
  readonly head: Checkpoint;
  readonly before: number;
  readonly lost: readonly Loss[];
  readonly isCertified: boolean | null;
}

/** Entries that this browser knew are gone, and the log that began anew denies it. */
export class HiddenError extends TlogError {
  readonly loss: Loss;

  constructor(loss: Loss) {
    super("tlog.hidden", `${loss.known - loss.kept} of ${loss.known} entries are gone`);
    this.loss = loss;
  }
}

/**
 * Compares the newest signed head with the one held, and keeps it if the log has grown from there, or began anew after a
 * restore and says so. What does not fit is not kept: the old head stays as evidence.
 *
 * @throws TlogError: `tlog.rollback`, `tlog.split_view`, `tlog.proof`, `tlog.signature`; `tlog.origin` and `tlog.key`
 * for another log or key than the one known and certified, `tlog.revoked`; HiddenError. @throws WireError.
 */
export async function watchLog(firm: string, shelf: Shelf = localStorage): Promise<Seen | null> {
  const seen = await watchHeld(firm, shelf);
  const differing = shelf.getItem(`${nameOf(firm)}-elsewhere`);
  if (!differing) return seen;
  const { size, root } = JSON.parse(differing) as { size: number; root: string };
  return await watchElsewhere(firm, { size, root: fromBase64url(root) }, shelf);
}

/**
 * Compares the log with a head that another device of the person saw; its key is not known, its entries are. What does
 * not fit is kept, and looked at again with every `watchLog`. @throws as `watchLog`.
 */
export async function watchElsewhere(
  firm: string,
  known: Pick<Checkpoint, "size" | "root">,
  shelf: Shelf = localStorage,
): Promise<Seen | null> {
  const mark = `${nameOf(firm)}-elsewhere`;
  shelf.setItem(mark, JSON.stringify({ size: known.size, root: toBase64url(known.root) }));
  const seen = await watchHeld(firm, shelf);
  const held = heldOf(firm, shelf);
  const { key, checkpoint, proof, begun } = await api.logHead(known.size);
  if (held === null || seen === null || key === null || checkpoint === null)
    throw new TlogError("tlog.rollback", "the log was signed and now is not");
  if (key !== held.key) throw new TlogError("tlog.key", "another key signs the log");
  const head = await opened({ key, checkpoint });
  const said = await statements(begun.map(beginningOf), head);
  const loss = compare({ ...known, origin: head.origin }, head, proof.map(fromBase64url), said, () => true);
  if (loss?.isHidden) throw new HiddenError(loss);
  shelf.setItem(mark, "");
  if (loss === null || seen.lost.some((one) => one.known === loss.known)) return seen;
  const lost = [...seen.lost, loss];
  shelf.setItem(nameOf(firm), JSON.stringify({ ...held, lost }));
  return { ...seen, lost };
}

async function watchHeld(firm: string, shelf: Shelf): Promise<Seen | null> {
  const held = heldOf(firm, shelf);
  const known = held && (await opened(held));
  const answer = await api.logHead(known?.size ?? 0);
  if (answer.key === null || answer.checkpoint === null) {
    if (known !== null) throw new TlogError("tlog.rollback", "the log was signed and now is not");
    return null;
  }
  const later = held === null ? [] : await passed(await parseVerifierKey(held.key), answer.begun);
  const believed = later.at(-1)?.shown.key ?? held?.key ?? answer.key;
  const isCertified = await standingOf(firm, answer.key, answer.begun, shelf);
  // A renewed key: an owner has certified it, and the log has grown from what the old one signed (below).
  if (answer.key !== believed && !isCertified) throw new TlogError("tlog.key", "another key signs the log");
  const fresh = { key: answer.key, checkpoint: answer.checkpoint };
  const head = await opened(fresh);
  const proof = answer.proof.map(fromBase64url);
  const lost = [...(held?.lost ?? [])];
  if (known !== null && later.length === 0) verifyGrowth(known, head, proof);
  const loss = known && later.length > 0 ? compare(known, head, proof, await statements(later, head)) : null;
  if (loss?.isHidden) throw new HiddenError(loss);
  if (loss !== null) lost.push(loss);
  shelf.setItem(nameOf(firm), JSON.stringify({ ...fresh, lost }));
  return { head, before: known?.size ?? 0, lost, isCertified };
}

/**
 * Keeps what the certificates of the firm, verified up to its root, say of the keys of its log. A key that was seen taken
 * back stays so, also where the server leaves out all about it.
 */
export function noteLogKeys(
  firm: string,
  { certified, revoked }: LogKeys,
  shelf: Shelf = localStorage,
): void {
  const name = `${nameOf(firm)}-keys`;
  const before = shelf.getItem(name);
  const seen = before === null ? [] : (JSON.parse(before) as LogKeys).revoked;
  const keys: LogKeys = { certified, revoked: [...new Set([...seen, ...revoked])] };
  shelf.setItem(name, JSON.stringify(keys));
}

/**
 * Whether the key is certified for the log; null where that is not known here.
 * @throws TlogError (`tlog.revoked`) for one that was taken back; (`tlog.key`) where another one is certified, and did not
 * lead to this one by beginnings after restores.
 */
async function standingOf(
  firm: string,
  key: string,
  begun: readonly ShownBeginning[],
  shelf: Shelf,
): Promise<boolean | null> {
  const text = shelf.getItem(`${nameOf(firm)}-keys`);
  if (text === null) return null;
  const { certified, revoked } = JSON.parse(text) as LogKeys;
  const publicKey = async (vkey: string) => toBase64url((await parseVerifierKey(vkey)).publicKey);
  const own = await publicKey(key);
  if (revoked.includes(own)) throw new TlogError("tlog.revoked", "the log's key was taken back");
  if (certified.includes(own)) return true;
  if (certified.length === 0) return false;
  for (const { before } of begun) {
    const later = await passed(await parseVerifierKey(before), begun);
    if (certified.includes(await publicKey(before)) && later.at(-1)?.shown.key === key) return false;
  }
  throw new TlogError("tlog.key", "another key is certified than the one that signs the log");
}

/** The key under which this browser knows the firm's log; null if it knows none. */
export function heldOf(firm: string, shelf: Shelf = localStorage): Held | null {
  const text = shelf.getItem(nameOf(firm));
  return text === null ? null : (JSON.parse(text) as Held);
}

async function opened(held: Held): Promise<Checkpoint> {
  const log = await parseVerifierKey(held.key);
  return (await openCheckpoint(parseNote(utf8(held.checkpoint)), log)).checkpoint;
}

function nameOf(firm: string): string {
  return `siegel-log-${firm}`;
}
