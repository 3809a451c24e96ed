/** When two names count as one in a folder: upper and lower case are the same to the systems that files are saved to. */

/** Equal for names that must not stand beside each other. Near to Python's `casefold`, which the other clients use. */
export function foldName(name: string): string {
  const folded = name.normalize("NFC").toUpperCase().toLowerCase().replaceAll("ς", "σ");
  return folded.normalize("NFC");
}

/** `Bericht.pdf` and `2` give `Bericht (2).pdf`. */
export function nameWith(name: string, addition: string): string {
  const dot = name.lastIndexOf(".");
  const end = dot > 0 ? dot : name.length;
  return `${name.slice(0, end)} (${addition})${name.slice(end)}`;
}

/** `name`, or with the lowest number that makes it one of its own. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  for (let number = 2, free = name; ; number++) {
    if (!isTaken(free)) return free;
    free = nameWith(name, String(number));
  }
}
