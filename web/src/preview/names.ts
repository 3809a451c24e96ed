/** What a file's name says of its kind: `Bericht.PDF` gives `pdf`, a name without a dot nothing. */
export function extensionOf(name: string): string {
  const at = name.lastIndexOf(".");
  return at > 0 ? name.slice(at + 1).toLowerCase() : "";
}

/** Text of a file beside which our own words stand: what turns the direction of writing would make them lie. */
export function withoutTurns(text: string): string {
  return text.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "");
}
