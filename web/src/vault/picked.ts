/** What a person chose or dropped: files with the folders that lead to them, and folders in which there is nothing. */

export interface Picked {
  readonly file: File;
  /** Names of the folders below the one shown, outermost first, in NFC. */
  readonly path: readonly string[];
}

export interface Choice {
  readonly files: readonly Picked[];
  readonly emptyFolders: readonly (readonly string[])[];
}

/** Of a file field; one for folders gives each file its path. Browsers do not tell of empty folders here. */
export function chosen(files: Iterable<File>): Choice {
  const picked = [...files].map((file) => ({ file, path: folders(file.webkitRelativePath) }));
  return { files: picked, emptyFolders: [] };
}

/** The field's own files have an empty path, and those of a browser without folders none at all. */
function folders(relativePath = ""): readonly string[] {
  return relativePath.normalize("NFC").split("/").slice(0, -1);
}

interface Waiting {
  readonly entry: FileSystemEntry;
  readonly path: readonly string[];
}

/**
 * All that was dropped. To be called while the drop is handled, as what it holds is gone afterwards. `read` is told how
 * many files have been found. What cannot be read is left out, and counted.
 */
export function dropped(
  transfer: DataTransfer,
  read: (found: number) => void,
): Promise<Choice & { readonly unreadable: number }> {
  const loose: Picked[] = [];
  const waiting: Waiting[] = [];
  for (const item of transfer.items) {
    if (item.kind !== "file") continue;
    const entry = item.webkitGetAsEntry();
    const file = entry === null ? item.getAsFile() : null;
    if (entry !== null) waiting.push({ entry, path: [] });
    else if (file !== null) loose.push({ file, path: [] });
  }
  return walk(waiting, loose, read);
}

/** By a list that grows, not by recursion: folders may be nested as deeply as a disk allows. */
async function walk(waiting: Waiting[], files: Picked[], read: (found: number) => void) {
  const emptyFolders: (readonly string[])[] = [];
  let unreadable = 0;
  for (const { entry, path } of waiting) {
    try {
      if (isDirectory(entry)) {
        const below = [...path, entry.name.normalize("NFC")];
        const children = await childrenOf(entry);
        if (children.length === 0) emptyFolders.push(below);
        for (const child of children) waiting.push({ entry: child, path: below });
      } else {
        files.push({ file: await fileOf(entry as FileSystemFileEntry), path });
        read(files.length);
      }
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      unreadable += 1;
    }
  }
  return { files, emptyFolders, unreadable };
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A reader gives some at a time, and none at the end. */
async function childrenOf(entry: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = entry.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}
