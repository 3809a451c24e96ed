/** Scanner keys and verdicts: only what a certified scanner has signed counts (docs/formats.md, section 3). */

import type { Certificates } from "./certificates";
import {
  read,
  readSigned,
  SCANNER_KEY,
  type ScannerKey,
  type Signed,
  sameHash,
  VERDICT,
  type Verdict,
} from "./documents";
import { must } from "./errors";

const MAX_LIFE_S = 24 * 3600;

/** The scanner key to seal to now. @throws IntegrityError when it is not certified, expired or lives too long. */
export async function readScannerKey(
  certificates: Certificates,
  signed: Signed,
  now: number,
): Promise<ScannerKey> {
  const claimed = read(SCANNER_KEY, signed.bytes);
  const scanner = certificates.scanner(claimed.scanner);
  const key = await readSigned(SCANNER_KEY, signed, scanner.signing_key);
  must(key.firm === certificates.firm, "foreign_firm", "the scanner key is another firm's");
  must(key.not_after - key.not_before <= MAX_LIFE_S, "malformed", "a scanner key lives at most 24 hours");
  must(now <= key.not_after, "expired", "the scanner key has expired");
  return key;
}

/** What a verdict must be about. */
export interface Scanned {
  readonly payload_hash: string;
  readonly commitment: string;
}

/** A verdict about exactly this payload and file key. @throws IntegrityError for any other. */
export async function readVerdict(
  certificates: Certificates,
  signed: Signed,
  about: Scanned,
): Promise<Verdict> {
  const claimed = read(VERDICT, signed.bytes);
  const scanner = certificates.scanner(claimed.scanner);
  const verdict = await readSigned(VERDICT, signed, scanner.signing_key);
  must(verdict.firm === certificates.firm, "foreign_firm", "the verdict is another firm's");
  const same =
    sameHash(verdict.payload_hash, about.payload_hash) && sameHash(verdict.commitment, about.commitment);
  must(same, "wrong_verdict", "the verdict is about another file");
  return verdict;
}
