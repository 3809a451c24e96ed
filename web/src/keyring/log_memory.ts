/**
 * The head of the firm's log among what a person's devices tell each other (ADR 0021): so it outlives the sign-out. In the
 * self-record it stands as the head of a vault does: the firm's id, the size, the root.
 */

import { fromBase64url, toBase64url } from "../crypto/base64";
import { utf8 } from "../crypto/bytes";
import { IntegrityError } from "../seals/errors";
import { logKeys } from "../seals/log_keys";
import { parseCheckpoint, parseNote, TlogError } from "../tlog";
import { type Open, rememberHead, requireRevoked, seenHead } from "./keyring";
import { heldOf, noteLogKeys, type Shelf, watchElsewhere } from "./log_watch";
import { certificatesOf } from "./root";
import { keep, recall } from "./store";

const NOTED = "log-noted";
/** A log grows all the time; the record need not. */
const NOTE_EVERY_MS = 3_600_000;

/** Puts the head that this browser holds among what the next self-record says. */
export async function noteLog(
  { session }: Open,
  shelf: Shelf = localStorage,
  now = Date.now(),
): Promise<void> {
  const firm = session.firm.id;
  const held = heldOf(firm, shelf);
  if (held === null) return;
  const { size, root } = parseCheckpoint(parseNote(utf8(held.checkpoint)).text);
  const known = await seenHead(firm);
  const isRecent = now - ((await recall<number>(NOTED)) ?? 0) < NOTE_EVERY_MS;
  if (known !== null && (known.seq >= size || isRecent)) return;
  await rememberHead(firm, { seq: size, head: toBase64url(root) });
  await keep(NOTED, now);
}

/**
 * Holds what the person's other devices saw of the log against the log as it is now, and its key against the certificates.
 * @throws IntegrityError (`log_differs`), and from then on every page with the log says so; as `certificatesOf`. @throws WireError.
 */
export async function joinLog({ session, root }: Open, shelf: Shelf = localStorage): Promise<void> {
  const firm = session.firm.id;
  const known = await seenHead(firm);
  if (known === null) return;
  const certificates = await certificatesOf(firm, root, []);
  await requireRevoked(certificates);
  noteLogKeys(firm, logKeys(certificates, firm), shelf);
  try {
    await watchElsewhere(firm, { size: known.seq, root: fromBase64url(known.head) }, shelf);
  } catch (error) {
    if (!(error instanceof TlogError)) throw error;
    throw new IntegrityError("log_differs", error.message);
  }
}
