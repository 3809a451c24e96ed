/** Clean files become versions in the vault: rows, headers, manifests and one record, signed for the present head. */

import { toBase64url } from "../crypto/base64";
import type { FileNode } from "../seals/chain";
import { type Change, hashOf, MANIFEST, RECORD, signDocument, toDoc } from "../seals/documents";
import { RefusedError } from "../seals/errors";
import { headerFor, type SealedFile } from "../seals/files";
import { newId } from "../seals/ids";
import { sealRow } from "../seals/rows";
import { api } from "../wire/api";
import { noteOf } from "./notes";
import type { OpenedVault } from "./opened";

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
    const isTwin = now.some(({ folder, name }) => folder === file.folder && name === file.name);
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

async function signedVersion(vault: OpenedVault, file: ClearFile) {
  const { chain, id, open } = vault;
  const { sealed } = file;
  const before = predecessor(vault, file);
  const last = before?.versions.at(-1);
  const node = before?.id ?? newId();
  const version = (last?.manifest.version ?? 0) + 1;
  const { epoch } = chain.epoch;
  const { recipient, rowKey } = await vault.seeds.keysOf(epoch);
  const at = Math.floor(file.file.lastModified / 1000);
  // Rows know no times before 1970.
  const modified = at >= 0 ? at : null;
  const row = await sealRow(
    rowKey,
    { kind: "file", firm: chain.firm, vault: id, node, version, epoch },
    {
      content_hash: sealed.contentHash,
      created: null,
      modified,
      name: file.name,
      ...noteOf(file.file),
      size: sealed.size,
      type: file.file.type,
    },
  );
  const fields = {
    author: open.keys.kid,
    checkpoint: null,
    commitment: sealed.commitment,
    copied_from: null,
    epoch,
    firm: chain.firm,
    generation: open.generation,
    node,
    parent: file.folder,
    payload_hash: sealed.payloadHash,
    payload_size: sealed.payloadSize,
    previous: last?.manifestHash ?? null,
    row: hashOf(row),
    vault: id,
    version,
  };
  const manifest = await signDocument(MANIFEST, fields, open.keys.signing);
  const change: Change = {
    kind: "version",
    manifest: hashOf(manifest.bytes),
    node,
    parent: file.folder,
    version,
  };
  const header = toBase64url(headerFor(sealed.fileKey, recipient));
  return { change, wire: { upload: file.upload, manifest: toDoc(manifest), header, row: toBase64url(row) } };
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
    await api.append(id, { record: toDoc(record), rows });
  });
}
