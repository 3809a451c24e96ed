/**
 * Why a log, or what is said to come from one, is not believed. The codes are those of `siegel.lib.tlog`, but for the last two,
 * which are about the log of a firm.
 *
 *     tlog.key, tlog.note, tlog.checkpoint, tlog.proof_file   not exactly the format
 *     tlog.signature   a known key's signature that does not verify
 *     tlog.unsigned    no signature of a key that is asked for
 *     tlog.proof       a proof that does not show what it is said to
 *     tlog.origin      a checkpoint of another log
 *     tlog.rollback    the newer checkpoint is the smaller one
 *     tlog.split_view  two roots for one size
 *     tlog.entry       an entry of 64 KiB or more
 *     tlog.hidden      entries are gone, and the log that began anew denies them
 *     tlog.revoked     a log's key that the firm's owner took back
 */
export type TlogCode =
  | "tlog.key"
  | "tlog.note"
  | "tlog.checkpoint"
  | "tlog.proof_file"
  | "tlog.signature"
  | "tlog.unsigned"
  | "tlog.proof"
  | "tlog.origin"
  | "tlog.rollback"
  | "tlog.split_view"
  | "tlog.entry"
  | "tlog.hidden"
  | "tlog.revoked";

export class TlogError extends Error {
  readonly code: TlogCode;

  constructor(code: TlogCode, message: string) {
    super(`${code}: ${message}`);
    this.name = "TlogError";
    this.code = code;
  }
}

/** @throws TlogError unless `condition` holds. */
export function must(condition: boolean, code: TlogCode, message: string): asserts condition {
  if (!condition) throw new TlogError(code, message);
}

/** What `parse` gives; whatever it throws becomes an error of this code. */
export function parsed<Value>(code: TlogCode, parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    throw new TlogError(code, error instanceof Error ? error.message : String(error));
  }
}
