/**
 * What this browser knows of the firm's log: the last signed head it saw, and the key that signed it. Whoever shows it a
 * smaller log, another one of the same size, or one that did not grow from there, is found out.
 */

import { fromBase64url } from "../crypto/base64";
import { utf8 } from "../crypto/bytes";
import {
  type Checkpoint,
  openCheckpoint,
  parseNote,
  parseVerifierKey,
  TlogError,
  verifyGrowth,
} from "../tlog";
import { api } from "../wire/api";

/** The key and the signed note, as they came. */
export interface Held {
  readonly key: string;
  readonly checkpoint: string;
}

/** What was kept per firm; a browser's localStorage, and a map in tests. */
export interface Shelf {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
}

/** The head that verified, and how many entries were known before; null while the log is not signed. */
export interface Seen {
  readonly head: Checkpoint;
  readonly before: number;
}

/**
 * Compares the newest signed head with the one held, and keeps it if the log has grown from there. What does not fit is
 * not kept: the old head stays as evidence.
 *
 * @throws TlogError: `tlog.rollback`, `tlog.split_view`, `tlog.proof`, `tlog.signature`; `tlog.origin` and `tlog.key`
 * for another log or key than the one known. @throws WireError.
 */
export async function watchLog(firm: string, shelf: Shelf = localStorage): Promise<Seen | null> {
  const held = heldOf(firm, shelf);
  const known = held && (await opened(held));
  const answer = await api.logHead(known?.size ?? 0);
  if (answer.key === null || answer.checkpoint === null) {
    if (known !== null) throw new TlogError("tlog.rollback", "the log was signed and now is not");
    return null;
  }
  if (held !== null && answer.key !== held.key) throw new TlogError("tlog.key", "another key signs the log");
  const fresh = { key: answer.key, checkpoint: answer.checkpoint };
  const head = await opened(fresh);
  if (known !== null) verifyGrowth(known, head, answer.proof.map(fromBase64url));
  shelf.setItem(nameOf(firm), JSON.stringify(fresh));
  return { head, before: known?.size ?? 0 };
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
