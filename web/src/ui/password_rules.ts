/** What a new password must be (docs/formats.md, section 6), as far as it can be said without a dictionary. */

const MIN_CHARACTERS = 12;
export const MIN_SCORE = 3;
/** Shorter words stand in too many others: "und" of "Müller und Partner" is in "Hund". */
const MIN_WORD = 4;

export function isLongEnough(password: string): boolean {
  return [...password.normalize("NFKC")].length >= MIN_CHARACTERS;
}

/** The words of names, folded, that a password must not contain. */
export function wordsOf(names: readonly string[]): readonly string[] {
  const words = names.flatMap((name) => folded(name).split(/[^\p{L}\p{N}]+/u));
  return words.filter((word) => word.length >= MIN_WORD);
}

export function containsWord(password: string, words: readonly string[]): boolean {
  const text = folded(password);
  return words.some((word) => text.includes(word));
}

/** Small letters without accents. */
function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
