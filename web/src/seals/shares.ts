/**
 * The Notfallblatt in three shares, of which any two give it back (Shamir 1979; docs/formats.md, section 7.1).
 *
 * One share tells nothing: its 64 bytes are the secret plus a random multiple of its number, byte by byte in GF(2^8). The
 * arithmetic has no tables and no branches that depend on secrets.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bech32 } from "@scure/base";
import { type Bytes, concat, equal, join, randomBytes } from "../crypto/bytes";
import { UnlockError } from "./errors";

const PREFIX = "siegel-share-";
const COUNT = 3;
const SEED_SIZE = 32;
const SET_SIZE = 4;
const CHECK_SIZE = 8;
const HEAD_SIZE = SET_SIZE + CHECK_SIZE + 1;

/** One of the three. `set` tells which were made together, `check` whether two gave the right secret. */
export interface Share {
  readonly set: Bytes;
  readonly check: Bytes;
  readonly number: number;
  readonly content: Bytes;
}

/** `SIEGEL-SHARE-1…`, with a checksum that finds whatever was typed wrong. */
export function shareText({ set, check, number, content }: Share): string {
  const bytes = concat(set, check, new Uint8Array([number]), content);
  return bech32.encode(PREFIX, bech32.toWords(bytes), false).toUpperCase();
}

/** Whether what was typed is meant to be a share. */
export function isShare(text: string): boolean {
  return text.trim().toLowerCase().startsWith(PREFIX);
}

/** White space and case do not matter. @throws UnlockError (`share_damaged`). */
export function readShare(text: string): Share {
  const raw = decoded(text.replace(/\s/g, "").toLowerCase());
  const number = raw[HEAD_SIZE - 1] ?? 0;
  if (raw.length !== HEAD_SIZE + 2 * SEED_SIZE || number < 1 || number > COUNT)
    throw new UnlockError("share_damaged", "not a share of an emergency sheet");
  const check = raw.slice(SET_SIZE, SET_SIZE + CHECK_SIZE);
  return { set: raw.slice(0, SET_SIZE), check, number, content: raw.slice(HEAD_SIZE) };
}

function decoded(text: string): Bytes {
  try {
    const { prefix, words } = bech32.decode(text as `${string}1${string}`, false);
    if (prefix === PREFIX) return new Uint8Array(bech32.fromWords(words));
  } catch {
    // The library's own message may quote its input, which is half a secret.
  }
  throw new UnlockError("share_damaged", "the share was typed wrong");
}

/** Three shares of the sheet's two seeds. */
export function splitSheet(root: Bytes, recovery: Bytes): readonly Share[] {
  return sharesOf(concat(root, recovery), randomBytes(SET_SIZE), randomBytes(2 * SEED_SIZE));
}

/** The shares of `secret` with this random `slope`: the points 1, 2, 3 of a line through it. */
export function sharesOf(secret: Bytes, set: Bytes, slope: Bytes): readonly Share[] {
  const check = checkOf(secret);
  return Array.from({ length: COUNT }, (_, i) => ({
    set,
    check,
    number: i + 1,
    content: secret.map((byte, at) => byte ^ times(slope[at] ?? 0, i + 1)),
  }));
}

/** @throws UnlockError (`share_same`; `share_mixed`, of two sets; `share_wrong`, they give no sheet). */
export function combineShares(one: Share, two: Share): { readonly root: Bytes; readonly recovery: Bytes } {
  if (!equal(one.set, two.set) || !equal(one.check, two.check))
    throw new UnlockError("share_mixed", "the shares were not made together");
  if (one.number === two.number) throw new UnlockError("share_same", "twice the same share");
  const inverse = inverseOf(one.number ^ two.number);
  const [left, right] = [times(two.number, inverse), times(one.number, inverse)];
  const secret = one.content.map((byte, at) => times(byte, left) ^ times(two.content[at] ?? 0, right));
  if (!equal(checkOf(secret), one.check))
    throw new UnlockError("share_wrong", "the shares give no emergency sheet");
  return { root: secret.slice(0, SEED_SIZE), recovery: secret.slice(SEED_SIZE) };
}

/** Of 512 random bits: it helps nobody to guess them. */
function checkOf(secret: Bytes): Bytes {
  const joined = join("siegel-share@v1", secret.slice(0, SEED_SIZE), secret.slice(SEED_SIZE));
  return new Uint8Array(sha256(joined).slice(0, CHECK_SIZE));
}

/** The product in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1 (FIPS 197, 4.2). */
function times(a: number, b: number): number {
  let product = 0;
  let shifted = a;
  for (let bit = 0; bit < 8; bit++) {
    product ^= shifted & -((b >> bit) & 1);
    shifted = (shifted << 1) ^ (0x11b & -(shifted >> 7));
  }
  return product;
}

/** a^254, which is the inverse of whatever is not 0. */
function inverseOf(a: number): number {
  let power = 1;
  for (let i = 0; i < 254; i++) power = times(power, a);
  return power;
}
