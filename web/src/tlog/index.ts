/**
 * The browser's verifier of a transparency log: C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof.
 *
 *     const { checkpoint, cosigned } = await openCheckpoint(parseNote(signed), log, witnesses);
 *     verifyGrowth(lastSeen, checkpoint, consistencyProof);
 *     await verifyProofFile(parseProofFile(file), await entryHash(entry), log, witnesses);
 *
 * The same formats as `siegel.lib.tlog`, which also makes them; no DOM, no fetch, no clock.
 */

export {
  type Checkpoint,
  openCheckpoint,
  parseCheckpoint,
  type VerifiedCheckpoint,
  verifyGrowth,
} from "./checkpoint";
export { type TlogCode, TlogError } from "./errors";
export { parseVerifierKey, type VerifierKey } from "./keys";
export { type Note, type NoteSignature, parseNote, type Signers, verifyNote } from "./note";
export { type ProofFile, parseProofFile, verifyProofFile } from "./proof";
export { entryHash, verifyConsistency, verifyInclusion } from "./tree";
