/**
 * What somebody writes about a file while he uploads it as a new version: it is sealed into the version's row.
 *
 * The note goes with the file itself, so that the way of an upload need not know of it.
 */

const notes = new WeakMap<object, string>();

/** Without blanks around it, in NFC; an empty one is none. */
export function setNote(file: object, text: string): void {
  const note = text.trim().normalize("NFC");
  if (note !== "") notes.set(file, note);
}

/** As a part of a row: nothing where there is no note. */
export function noteOf(file: object): { readonly note?: string } {
  const note = notes.get(file);
  return note === undefined ? {} : { note };
}
