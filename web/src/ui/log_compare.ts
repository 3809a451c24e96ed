/** A head of the firm's log that somebody kept, from a mail for instance, held against the log as it is shown now. */

import { fromBase64url } from "../crypto/base64";
import { utf8 } from "../crypto/bytes";
import { heldOf, type Shelf } from "../keyring/log_watch";
import {
  type Note,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  TlogError,
  verifyGrowth,
} from "../tlog";
import { compare, passed, type ShownBeginning, statements } from "../tlog/origins";
import { api } from "../wire/api";

/** `older` and `newer`: numbers of entries. `code` says why, as `TlogError` does. */
export type Comparison =
  | { readonly outcome: "same"; readonly older: number; readonly newer: number }
  | { readonly outcome: "differs"; readonly code: string; readonly lost?: number }
  | { readonly outcome: "unknown"; readonly code: string };

const SIGNATURE = /^— \S+/;
const NUMBER = /^\d+$/;
const ROOT = /^[A-Za-z0-9+/]{43}=$/;

/**
 * The signed head in a text, which may be a whole mail: quoted, indented, with the signature broken into lines.
 * The empty text if there is none.
 */
export function noteIn(text: string): string {
  const lines = text.split(/\r\n?|\n/).map((line) => line.replace(/^[>\s]+/, "").trimEnd());
  const size = lines.findIndex((line, at) => NUMBER.test(line) && ROOT.test(lines[at + 1] ?? ""));
  if (size < 1) return "";
  const from = lines.findIndex((line, at) => at > size && SIGNATURE.test(line));
  if (from < 0) return "";
  const rest = lines.slice(from);
  const end = rest.findIndex(
    (line, at) => at > 0 && (line === "" || /^-{3,}$/.test(line) || SIGNATURE.test(line)),
  );
  const [mark = "", name = "", ...pieces] = rest
    .slice(0, end < 0 ? rest.length : end)
    .join(" ")
    .split(/\s+/);
  return `${lines.slice(size - 1, size + 2).join("\n")}\n\n${mark} ${name} ${pieces.join("")}\n`;
}

/**
 * Whether the log has grown from the head in the text. This browser's own memory of the log decides about its key, if
 * it has one. @throws WireError.
 */
export async function compareWithLog(
  text: string,
  firm: string,
  shelf: Shelf = localStorage,
): Promise<Comparison> {
  const found = await attempt(() => {
    const note = parseNote(utf8(noteIn(text)));
    return { note, size: parseCheckpoint(note.text).size };
  });
  if (typeof found === "string") return { outcome: "unknown", code: found };
  const answer = await api.logHead(found.size);
  if (answer.key === null || answer.checkpoint === null) return { outcome: "differs", code: "tlog.rollback" };
  const [key, shown] = [heldOf(firm, shelf)?.key ?? answer.key, answer.checkpoint];
  const log = await parseVerifierKey(key);
  const { origin } = parseCheckpoint(found.note.text);
  const began = answer.begun.findIndex(({ before }) => before.startsWith(`${origin}+`));
  if (began >= 0) {
    const compared = await attempt(() =>
      compareWithLater(found.note, { ...answer, checkpoint: shown }, began, key),
    );
    return typeof compared === "string" ? { outcome: "differs", code: compared } : compared;
  }
  const theirs = await attempt(async () => (await openCheckpoint(found.note, log)).checkpoint);
  if (typeof theirs === "string") {
    // In this log's name, but by another key: either of the two was exchanged.
    const isNamed = theirs === "tlog.unsigned" && found.note.signatures.some((one) => one.name === log.name);
    return isNamed ? { outcome: "differs", code: "tlog.key" } : { outcome: "unknown", code: theirs };
  }
  const grown = await attempt(async () => {
    const ours = (await openCheckpoint(parseNote(utf8(shown)), log)).checkpoint;
    verifyGrowth(theirs, ours, answer.proof.map(fromBase64url));
    return ours;
  });
  if (typeof grown === "string") return { outcome: "differs", code: grown };
  return { outcome: "same", older: theirs.size, newer: grown.size };
}

/** A head of an origin after which the log began anew: followed from there. @throws TlogError */
async function compareWithLater(
  note: Note,
  {
    checkpoint,
    proof,
    begun,
  }: { checkpoint: string; proof: readonly string[]; begun: readonly ShownBeginning[] },
  began: number,
  newest: string,
): Promise<Comparison> {
  const first = await parseVerifierKey(begun[began]?.before ?? "");
  const older = (await openCheckpoint(note, first)).checkpoint;
  const later = await passed(first, begun.slice(began));
  if (later.at(-1)?.shown.key !== newest) throw new TlogError("tlog.key", "another key signs the log");
  const ours = (await openCheckpoint(parseNote(utf8(checkpoint)), await parseVerifierKey(newest))).checkpoint;
  const loss = compare(older, ours, proof.map(fromBase64url), await statements(later, ours));
  if (loss === null) return { outcome: "same", older: older.size, newer: ours.size };
  const code = loss.isHidden ? "tlog.hidden" : "tlog.lost";
  return { outcome: "differs", code, lost: loss.known - loss.kept };
}

/** The result, or the code of what does not verify. */
async function attempt<T>(work: () => T | Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TlogError) return error.code;
    throw error;
  }
}
