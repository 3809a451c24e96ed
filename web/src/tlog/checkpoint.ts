/** Checkpoints (C2SP tlog-checkpoint): which log, how many entries, which root; and what it means to believe one. */

import { type Bytes, equal } from "../crypto/bytes";
import { rootFromLeaves } from "../crypto/merkle";
import { must, parsed, TlogError } from "./errors";
import type { VerifierKey } from "./keys";
import { type Note, type Signers, verifyNote } from "./note";
import { isLine, parseHash, parseNumber } from "./text";
import { verifyConsistency } from "./tree";

/** The head of a tree. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
}

/** A checkpoint that its log signed, and the witnesses that did, each with the time it states. */
export interface VerifiedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly cosigned: Signers;
}

/** From the text of a note. @throws TlogError `tlog.checkpoint` */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split("\n");
  const [origin, size, root, ...extensions] = lines.slice(0, -1);
  const hasLines = lines.at(-1) === "" && origin !== undefined && size !== undefined && root !== undefined;
  must(hasLines && [origin, ...extensions].every(isLine), "tlog.checkpoint", "not the lines of a checkpoint");
  const checkpoint = parsed("tlog.checkpoint", () => ({
    origin,
    size: parseNumber(size),
    root: parseHash(root),
  }));
  const isEmpty = checkpoint.size === 0;
  must(
    !isEmpty || equal(checkpoint.root, rootFromLeaves([])),
    "tlog.checkpoint",
    "not the root of the empty tree",
  );
  return checkpoint;
}

/**
 * The checkpoint in a note, signed by `log`; its origin is the name of the log's key. How many witnesses are enough is
 * the caller's to decide.
 *
 * @throws TlogError `tlog.unsigned` without the log's signature, `tlog.signature` if the log's or a witness's does not
 * verify, `tlog.checkpoint` if the text is none, `tlog.origin` if it is another log's.
 */
export async function openCheckpoint(
  note: Note,
  log: VerifierKey,
  witnesses: readonly VerifierKey[] = [],
): Promise<VerifiedCheckpoint> {
  const cosigned = new Map(await verifyNote(note, [log, ...witnesses]));
  must(cosigned.delete(log), "tlog.unsigned", "the log has not signed this");
  const checkpoint = parseCheckpoint(note.text);
  must(checkpoint.origin === log.name, "tlog.origin", "the checkpoint is another log's");
  return { checkpoint, cosigned };
}

/**
 * That the newer checkpoint is the same log grown on, or not grown: what every verifier that remembers asks. From an
 * empty tree, and to the same, the proof is empty.
 *
 * @throws TlogError `tlog.origin` for another log, `tlog.rollback` for a smaller tree, `tlog.split_view` for one of the
 * same size with another root, `tlog.proof` if the consistency proof does not hold.
 */
export function verifyGrowth(older: Checkpoint, newer: Checkpoint, proof: readonly Uint8Array[]): void {
  must(older.origin === newer.origin, "tlog.origin", "checkpoints of two logs");
  must(
    newer.size >= older.size,
    "tlog.rollback",
    `the log had ${older.size} entries and now shows ${newer.size}`,
  );
  const sameSize = newer.size === older.size;
  must(
    !sameSize || equal(newer.root, older.root),
    "tlog.split_view",
    `the log shows two trees of ${newer.size}`,
  );
  if (older.size > 0) verifyConsistency(older.size, newer.size, proof, older.root, newer.root);
  else if (proof.length > 0) throw new TlogError("tlog.proof", "what grew from nothing has no proof");
}
