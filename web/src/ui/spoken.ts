/** A key id as people compare it on the telephone: by words that can be spoken. */

import { fromBase64url } from "../crypto/base64";
import type { Bytes } from "../crypto/bytes";

/** 128 bits: nobody makes a second key with the same words. */
const SPOKEN_BYTES = 16;
const CONSONANTS = "bdfghjklmnprstvz";
const VOWELS = "aiou";

/** Eight words of five letters, consonants and vowels by turns. */
export function spokenOf(kid: string): string {
  const bytes = fromBase64url(kid).subarray(0, SPOKEN_BYTES);
  const words: string[] = [];
  for (let at = 0; at < bytes.length; at += 2) words.push(wordOf(bytes, at));
  return words.join(" ");
}

function wordOf(bytes: Bytes, at: number): string {
  const bits = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  const consonant = (shift: number): string => CONSONANTS[(bits >> shift) & 15] ?? "";
  const vowel = (shift: number): string => VOWELS[(bits >> shift) & 3] ?? "";
  return consonant(12) + vowel(10) + consonant(6) + vowel(4) + consonant(0);
}
