/** Clean files become versions in the vault: rows, headers, manifests and one record, signed for the present head. */

import { toBase64url } from "../crypto/base64";
import type { Bytes } from "../crypto/bytes";
import type { FileNode } from "../seals/chain";
import { type Change, hashOf, RECORD, signDocument, toDoc } from "../seals/documents";
import { RefusedError } from "../seals/errors";
import type { SealedFile } from "../seals/files";
import { newId } from "../seals/ids";
import { sealRow } from "../seals/rows";
import { now } from "../ui/format";
import { vaultApi } from "../wire/vault_api";
import { makeFolders, NewFolders, needsManyFolders, type Place } from "./new_folders";
import { noteOf } from "./notes";
import type { OpenedVault } from "./opened";
import type { FileFacts } from "./staging";
import { type SignedVersion, signVersion } from "./version_change";

/** A file the scanner found clean, waiting to be published. */
export interface ClearFile extends Place {
  readonly upload: string;
  readonly sealed: SealedFile;
  readonly name: string;
  readonly file: Omit<FileFacts, "size">;
  /** A small picture of it, if there is one. */
  readonly picture: Bytes | null;
}

/**
 * What one request publishes: the server takes 2.5 MiB. A file has at most 5,000 bytes in it, with the longest name, and its
 * sealed picture as text.
 */
export const COMMITTED = {
  most: 400,
  mostBytes: 2 << 20,
  sizeOf: ({ picture }: Pick<ClearFile, "picture">): number => 5000 + 1.4 * (picture?.length ?? 0),
} as const;

/**
 * Publishes the files in one record, with the folders that are missing on the way to them; a file whose name its folder
 * has already becomes that file's next version. When somebody else was quicker, everything is signed again for the new
 * head. Nothing is sent or scanned twice. Gives why a file could not be published (`name_is_folder`, `name_is_file`).
 * @throws RefusedError (`busy`), WireError.
 */
export async function commitFiles(
  vault: OpenedVault,
  files: readonly ClearFile[],
): Promise<Map<ClearFile, unknown>> {
  const places = new Set<string>();
  const [first, later]: [ClearFile[], ClearFile[]] = [[], []];
  for (const file of files) {
    const place = [file.folder, ...file.path, file.name].join("/");
    (places.has(place) ? later : first).push(file);
    places.add(place);
  }
  if (needsManyFolders(first)) await makeFolders(vault, first, now());
  let failures = new Map<ClearFile, unknown>();
  await vault.write(async () => {
    failures = await commit(vault, first);
  });
  // A name given twice: the second is the next version of the first.
  if (later.length === 0) return failures;
  return new Map([...failures, ...(await commitFiles(vault, later))]);
}

async function commit(vault: OpenedVault, files: readonly ClearFile[]): Promise<Map<ClearFile, unknown>> {
  const failures = new Map<ClearFile, unknown>();
  const folders = new NewFolders(vault, now());
  const placed: { readonly file: ClearFile; readonly parent: string; readonly before: FileNode | null }[] =
    [];
  for (const file of files) {
    try {
      const parent = await folders.at(file);
      placed.push({ file, parent, before: predecessor(vault, folders, parent, file.name) });
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      failures.set(file, error);
    }
  }
  if (placed.length === 0) return failures;
  const signed = await Promise.all(
    placed.map(({ file, parent, before }) => signedVersion(vault, file, parent, before)),
  );
  const changes = [...folders.changes, ...signed.map(({ change }) => change)];
  const record = await signDocument(RECORD, vault.recordFields(changes), vault.open.keys.signing);
  const body = { record: toDoc(record), files: signed.map(({ wire }) => wire), rows: folders.rows };
  await vaultApi.commit(vault.id, body);
  return failures;
}

/** The file that a name in a folder is the next version of, or null when it is new there. */
function predecessor(vault: OpenedVault, folders: NewFolders, parent: string, name: string): FileNode | null {
  const found = folders.named(parent, name);
  if (found?.kind === "folder") throw new RefusedError("name_is_folder", "a folder has this name");
  // The chain's node, not the opened one: its latest version may be one whose row nobody can read.
  const node = found && vault.chain.nodes.get(found.id);
  return node?.kind === "file" ? node : null;
}

function signedVersion(
  vault: OpenedVault,
  { file, name, picture, sealed, upload }: ClearFile,
  parent: string,
  before: FileNode | null,
): Promise<SignedVersion> {
  const { commitment, contentHash: content_hash, fileKey, payloadHash, payloadSize, size } = sealed;
  const at = Math.floor(file.lastModified / 1000);
  // Rows know no times before 1970.
  const modified = at >= 0 ? at : null;
  const { created = null } = file;
  const row = { content_hash, created, modified, name, ...noteOf(file), size, type: file.type };
  const payload = { upload, fileKey, commitment, payloadHash, payloadSize };
  return signVersion(vault, { ...payload, copiedFrom: null, parent, row, before, picture });
}

/** Makes a folder. @throws RefusedError (`name_…`, `name_taken`, `busy`), WireError. */
export async function makeFolder(
  vault: OpenedVault,
  parent: string,
  name: string,
  now: number,
): Promise<void> {
  const node = newId();
  await vault.write(async () => {
    if (vault.fileNamed(parent, name) !== undefined)
      throw new RefusedError("name_taken", "the folder has such a name already");
    const { chain, id, open } = vault;
    const { epoch } = chain.epoch;
    const { rowKey } = await vault.seeds.keysOf(epoch);
    const place = { kind: "folder", firm: chain.firm, vault: id, node, version: 0, epoch } as const;
    const row = await sealRow(rowKey, place, { created: now, name });
    const change: Change = { kind: "folder", epoch, node, parent, row: hashOf(row) };
    const record = await signDocument(RECORD, vault.recordFields([change]), open.keys.signing);
    const rows = [{ node, version: 0, row: toBase64url(row) }];
    await vaultApi.append(id, { record: toDoc(record), rows });
  });
}
