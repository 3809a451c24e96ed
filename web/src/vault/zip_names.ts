/** Names for an archive that every system can unpack, each once in its folder. */

/** What Windows reserves, with or without an ending. */
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)/i;

/** A name that every system takes; a vault's own name where it is one. */
export function safeName(name: string): string {
  const plain = name.replace(/[<>:"/\\|?*\p{Cc}]/gu, "_").replace(/[. ]+$/, (end) => "_".repeat(end.length));
  return plain.replace(RESERVED, "_$1") || "_";
}

/** Gives each entry of a folder a name of its own, also for systems that do not tell capitals from small letters. */
export class NamesInFolders {
  private readonly taken = new Set<string>();

  /** The path of `name` in `folder`, which ends with "/" or is empty. */
  place(folder: string, name: string): string {
    const safe = safeName(name);
    const dot = safe.lastIndexOf(".");
    const end = dot > 0 ? dot : safe.length;
    for (let number = 1; ; number++) {
      const path = `${folder}${number === 1 ? safe : `${safe.slice(0, end)} (${number})${safe.slice(end)}`}`;
      const key = path.normalize("NFKC").toLowerCase();
      if (this.taken.has(key)) continue;
      this.taken.add(key);
      return path;
    }
  }
}
