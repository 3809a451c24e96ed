/**
 * What can be wrong with a record of ours. Clients refuse; they never warn and go on.
 *
 *     SealError
 *     ├── IntegrityError  something was altered, forged, left out or rolled back: stop, and tell the person
 *     ├── RefusedError    a rule forbids it (name not allowed, file too large, no right)
 *     └── UnlockError     this password, passphrase, code or key does not open it
 */
export class SealError extends Error {
  /** Stable name for machines, the same as in Python. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.name = new.target.name;
    this.code = code;
  }
}

export class IntegrityError extends SealError {}

export class RefusedError extends SealError {}

export class UnlockError extends SealError {}

/** @throws IntegrityError unless `condition` holds. */
export function must(condition: boolean, code: string, message: string): asserts condition {
  if (!condition) throw new IntegrityError(code, message);
}
