/** What the entries of the browser's history say besides the folder. */

/** The file whose details an entry of the history is about. */
export function detailsIn(state: unknown): string | null {
  const details = typeof state === "object" && state !== null && "details" in state ? state.details : null;
  return typeof details === "string" ? details : null;
}
