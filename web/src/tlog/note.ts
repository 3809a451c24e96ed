/** Signed notes (C2SP signed-note): a text, a blank line, and a line per signature. */

import { type Bytes, fromUtf8 } from "../crypto/bytes";
import { must, parsed } from "./errors";
import { isKeyName, type VerifierKey, verifySignature } from "./keys";
import { fromPadded, isLine } from "./text";

export const MAX_NOTE_SIZE = 1_000_000;
const MAX_SIGNATURES = 100;
const KEY_ID_SIZE = 4;

/** A signature line. What the bytes mean is known to who knows the key. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: Bytes;
  readonly signature: Bytes;
}

/** A text with at least one signature, none of them verified yet. */
export interface Note {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** @throws TlogError `tlog.note` for anything but exactly the format. */
export function parseNote(signed: Uint8Array): Note {
  must(signed.length <= MAX_NOTE_SIZE, "tlog.note", "a note has at most 1,000,000 bytes");
  const whole = parsed("tlog.note", () => fromUtf8(signed));
  const blank = whole.lastIndexOf("\n\n");
  must(blank >= 0 && whole.length > blank + 2, "tlog.note", "no blank line before the signatures");
  const [text, lines] = [whole.slice(0, blank + 1), whole.slice(blank + 2).split("\n")];
  must(lines.pop() === "", "tlog.note", "no newline after the signatures");
  must(lines.length <= MAX_SIGNATURES, "tlog.note", "a note has at most 100 signatures");
  const isText = text.split("\n").every((line) => line === "" || isLine(line));
  must(isText, "tlog.note", "control characters in a note");
  return { text, signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const [, name = "", encoded = ""] = /^— ([^ ]+) ([^ ]+)$/.exec(line) ?? [];
  must(isKeyName(name), "tlog.note", "not a signature line");
  const bytes = parsed("tlog.note", () => fromPadded(encoded));
  must(bytes.length > KEY_ID_SIZE, "tlog.note", "not a signature with a key id");
  return { name, keyId: bytes.slice(0, KEY_ID_SIZE), signature: bytes.slice(KEY_ID_SIZE) };
}

/** The keys that signed, each with the time that its first signature states (null without one). */
export type Signers = ReadonlyMap<VerifierKey, number | null>;

/**
 * Which of the keys signed the note; signatures of other keys are ignored.
 *
 * @throws TlogError `tlog.signature` if one of these keys does not verify, even beside others that do, and
 * `tlog.unsigned` if none of them signed. @throws RangeError if two of them share name and id.
 */
export async function verifyNote(note: Note, keys: readonly VerifierKey[]): Promise<Signers> {
  const signers = new Map<VerifierKey, number | null>();
  const known = new Map(keys.map((key) => [`${key.name}+${key.keyId}`, key]));
  if (known.size !== keys.length) throw new RangeError("two keys share name and id");
  for (const { name, keyId, signature } of note.signatures) {
    const key = known.get(`${name}+${keyId}`);
    if (key === undefined) continue;
    const time = await verifySignature(key, signature, note.text);
    if (!signers.has(key)) signers.set(key, time);
  }
  must(signers.size > 0, "tlog.unsigned", "none of the keys asked for signed this");
  return signers;
}
