/** Proof files (C2SP tlog-proof, `.tlog-proof`): that an entry is in a log, for anybody, offline. */

import { type Bytes, fromUtf8, utf8 } from "../crypto/bytes";
import { openCheckpoint, type VerifiedCheckpoint } from "./checkpoint";
import { must, parsed, TlogError } from "./errors";
import type { VerifierKey } from "./keys";
import { MAX_NOTE_SIZE, type Note, parseNote } from "./note";
import { fromPadded, parseHash, parseNumber } from "./text";
import { verifyInclusion } from "./tree";

const MAX_PROOF_FILE_SIZE = 2 * MAX_NOTE_SIZE;
const MAX_HASHES = 63;
const HEADER = "c2sp.org/tlog-proof@v1";

/** An index, the inclusion proof and the signed checkpoint it leads to; nothing is verified yet. */
export interface ProofFile {
  readonly index: number;
  readonly hashes: readonly Bytes[];
  readonly checkpoint: Note;
  /** What the application adds (empty: nothing); no signature covers it. */
  readonly extra: Bytes;
}

/** @throws TlogError `tlog.proof_file` for anything but exactly the format, `tlog.note` if the note in it is none. */
export function parseProofFile(content: Uint8Array): ProofFile {
  must(content.length <= MAX_PROOF_FILE_SIZE, "tlog.proof_file", "a proof file has at most 2,000,000 bytes");
  const whole = parsed("tlog.proof_file", () => fromUtf8(content));
  const blank = whole.indexOf("\n\n");
  must(blank >= 0, "tlog.proof_file", "no checkpoint behind a blank line");
  const [header, ...lines] = whole.slice(0, blank).split("\n");
  must(header === HEADER, "tlog.proof_file", "not a proof file of this version");
  const extra = field(lines, "extra", fromPadded) ?? new Uint8Array(0);
  const index = field(lines, "index", parseNumber);
  must(index !== null && lines.length <= MAX_HASHES, "tlog.proof_file", "no index, or too many hashes");
  const hashes = parsed("tlog.proof_file", () => lines.map(parseHash));
  return { index, hashes, checkpoint: parseNote(utf8(whole.slice(blank + 2))), extra };
}

/**
 * That the leaf hash stands in the checkpointed tree at the index: the checkpoint that says so.
 *
 * @throws TlogError as `openCheckpoint`, and `tlog.proof` if the proof is of another tree, size, index or leaf.
 */
export async function verifyProofFile(
  proof: ProofFile,
  leaf: Uint8Array,
  log: VerifierKey,
  witnesses: readonly VerifierKey[] = [],
): Promise<VerifiedCheckpoint> {
  const verified = await openCheckpoint(proof.checkpoint, log, witnesses);
  verifyInclusion(leaf, proof.index, verified.checkpoint.size, proof.hashes, verified.checkpoint.root);
  return verified;
}

/** Takes the first line if it is this field; null if it is not. An empty field is none. */
function field<Value>(lines: string[], name: string, parse: (text: string) => Value): Value | null {
  const value = lines[0]?.startsWith(`${name} `) ? lines.shift()?.slice(name.length + 1) : undefined;
  if (value === undefined) return null;
  if (value === "") throw new TlogError("tlog.proof_file", `nothing behind ${name}`);
  return parsed("tlog.proof_file", () => parse(value));
}
