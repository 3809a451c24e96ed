/** Clean files become versions in the vault: rows, headers, manifests and one record, signed for the present head. */

import type { FileNode } from "../seals/chain";
import { RECORD, signDocument, toDoc } from "../seals/documents";
import { RefusedError } from "../seals/errors";
import type { SealedFile } from "../seals/files";
import { api } from "../wire/api";
import { foldName } from "./names";
import { noteOf } from "./notes";
import type { OpenedVault } from "./opened";
import { type SignedVersion, signVersion } from "./version_change";

export { makeFolder } from "./tree_changes";

/** A file the scanner found clean, waiting to be published. */
export interface ClearFile {
  readonly upload: string;
  readonly sealed: SealedFile;
  readonly folder: string;
  readonly name: string;
  readonly file: Pick<File, "lastModified" | "type">;
}

/**
 * Publishes the files in one record; a file whose name its folder has already becomes that file's next version.
 * When somebody else was quicker, everything is signed again for the new head. Nothing is sent or scanned twice.
 * @throws RefusedError (`name_is_folder`, `busy`), WireError.
 */
export async function commitFiles(vault: OpenedVault, files: readonly ClearFile[]): Promise<void> {
  const now: ClearFile[] = [];
  const later: ClearFile[] = [];
  for (const file of files) {
    const isTwin = now.some(
      ({ folder, name }) => folder === file.folder && foldName(name) === foldName(file.name),
    );
    (isTwin ? later : now).push(file);
  }
  await vault.write(() => commit(vault, now));
  // A name given twice: the second is the next version of the first.
  if (later.length > 0) await commitFiles(vault, later);
}

async function commit(vault: OpenedVault, files: readonly ClearFile[]): Promise<void> {
  const signed = await Promise.all(files.map((file) => signedVersion(vault, file)));
  const changes = signed.map(({ change }) => change);
  const record = await signDocument(RECORD, vault.recordFields(changes), vault.open.keys.signing);
  const body = { record: toDoc(record), files: signed.map(({ wire }) => wire) };
  await api.commit(vault.id, body);
}

/** The file this one is the next version of, or null when its name is new in the folder. */
function predecessor(vault: OpenedVault, { folder, name }: ClearFile): FileNode | null {
  const found = vault.fileNamed(folder, name);
  if (found?.kind === "folder") throw new RefusedError("name_is_folder", "a folder has this name");
  // The chain's node, not the opened one: its latest version may be one whose row nobody can read.
  const node = found && vault.chain.nodes.get(found.id);
  return node?.kind === "file" ? node : null;
}

async function signedVersion(vault: OpenedVault, file: ClearFile): Promise<SignedVersion> {
  const { sealed } = file;
  const at = Math.floor(file.file.lastModified / 1000);
  return signVersion(vault, {
    ...sealed,
    upload: file.upload,
    copiedFrom: null,
    parent: file.folder,
    before: predecessor(vault, file),
    row: {
      content_hash: sealed.contentHash,
      created: null,
      // Rows know no times before 1970.
      modified: at >= 0 ? at : null,
      name: file.name,
      ...noteOf(file.file),
      size: sealed.size,
      type: file.file.type,
    },
  });
}
