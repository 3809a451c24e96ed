/** What a file's name says of its kind: `Bericht.PDF` gives `pdf`, a name without a dot nothing. */
export function extensionOf(name: string): string {
  const at = name.lastIndexOf(".");
  return at > 0 ? name.slice(at + 1).toLowerCase() : "";
}
