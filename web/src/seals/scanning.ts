/** Scanner keys and verdicts: only what a certified scanner has signed counts (docs/formats.md, section 3). */

import type { Certificates } from "./certificates";
import {
  read,
  SCANNER_KEY,
  type ScannerKey,
  type Signed,
  sameHash,
  VERDICT,
  type Verdict,
  verifySigned,
} from "./documents";
import { must, RefusedError } from "./errors";

/** How far a clock may be wrong. */
export const CLOCK_LEEWAY_S = 300;

/**
 * The scanner key to seal to now.
 * @throws IntegrityError (`scanner_unknown`, `signature_invalid`, `scanner_key_firm`), RefusedError (`scanner_key_expired`).
 */
export async function readScannerKey(
  certificates: Certificates,
  signed: Signed,
  now: number,
): Promise<ScannerKey> {
  const key = read(SCANNER_KEY, signed.bytes);
  const scanner = certificates.scanner(key.scanner);
  must(certificates.inForce(scanner.kid), "scanner_unknown", "the scanner's key was taken back");
  await verifySigned(SCANNER_KEY, signed, scanner.signing_key);
  must(key.firm === certificates.firm, "scanner_key_firm", "the scanner key is another firm's");
  if (now < key.not_before - CLOCK_LEEWAY_S || now > key.not_after + CLOCK_LEEWAY_S) {
    throw new RefusedError("scanner_key_expired", "the scanner key is not valid now");
  }
  return key;
}

/** What a verdict must be about. */
export interface Scanned {
  readonly payload_hash: string;
  readonly commitment: string;
}

/**
 * A verdict about exactly this payload and file key, whatever it says. `at`: the place in the log of the version it is
 * about; without it one that is not published yet.
 * @throws IntegrityError (`scanner_unknown`, `signature_invalid`, `verdict_mismatch`).
 */
export async function readVerdict(
  certificates: Certificates,
  signed: Signed,
  about: Scanned,
  at?: number,
): Promise<Verdict> {
  const verdict = read(VERDICT, signed.bytes);
  const scanner = certificates.scanner(verdict.scanner);
  const counts = certificates.inForce(scanner.kid, at);
  must(counts, "scanner_unknown", "the scanner's key was taken back before the verdict counted");
  await verifySigned(VERDICT, signed, scanner.signing_key);
  const isAboutIt =
    verdict.firm === certificates.firm &&
    sameHash(verdict.payload_hash, about.payload_hash) &&
    sameHash(verdict.commitment, about.commitment);
  must(isAboutIt, "verdict_mismatch", "the verdict is about another payload");
  return verdict;
}

/** `released`: it could not be scanned, and the staff let it through. */
export type Cleared = "clean" | "released";

/**
 * What a reader demands before anything is opened; `at` is the place in the log of the version that was scanned.
 * @throws IntegrityError as `readVerdict`, and `verdict_missing`, `verdict_not_clean`: such a file is never published;
 * RefusedError (`held`) while it waits to be released.
 */
export async function requireClean(
  certificates: Certificates,
  signed: Signed | null,
  about: Scanned,
  at: number,
  isReleased = false,
): Promise<Cleared> {
  must(signed !== null, "verdict_missing", "a file without a verdict");
  const { result } = await readVerdict(certificates, signed, about, at);
  if (result === "not_scannable") {
    if (!isReleased) throw new RefusedError("held", "nobody has released what could not be scanned");
    return "released";
  }
  must(result === "clean", "verdict_not_clean", `the verdict is ${result}`);
  return "clean";
}
