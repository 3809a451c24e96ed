/** One new version of a file, sealed and signed for the present head: row, header, manifest, and the change that names it. */

import { toBase64url } from "../crypto/base64";
import type { Bytes } from "../crypto/bytes";
import type { FileNode } from "../seals/chain";
import { type Change, type Doc, hashOf, MANIFEST, signDocument, toDoc } from "../seals/documents";
import { headerNativelyFor } from "../seals/files";
import { newId } from "../seals/ids";
import { type FileRow, sealRow } from "../seals/rows";
import type { OpenedVault } from "./opened";

/** What a version is of: a payload that lies with the server, and the key that opens it. */
export interface VersionParts {
  readonly upload: string | null;
  readonly fileKey: Bytes;
  readonly commitment: string;
  readonly payloadHash: string;
  readonly payloadSize: number;
  /** Hash of the manifest whose payload it shares. */
  readonly copiedFrom: string | null;
  readonly parent: string;
  readonly row: FileRow;
  /** The file that it is the next version of; null for a new one. */
  readonly before: FileNode | null;
}

export interface SignedVersion {
  readonly change: Change;
  readonly wire: {
    readonly upload: string | null;
    readonly manifest: Doc;
    readonly header: string;
    readonly row: string;
  };
}

export async function signVersion(vault: OpenedVault, parts: VersionParts): Promise<SignedVersion> {
  const { chain, id, open } = vault;
  const { before, parent } = parts;
  const last = before?.versions.at(-1);
  const node = before?.id ?? newId();
  const version = (last?.manifest.version ?? 0) + 1;
  const { epoch } = chain.epoch;
  const { recipient, rowKey } = await vault.seeds.keysOf(epoch);
  const place = { kind: "file", firm: chain.firm, vault: id, node, version, epoch } as const;
  const row = await sealRow(rowKey, place, parts.row);
  const fields = {
    author: open.keys.kid,
    checkpoint: null,
    commitment: parts.commitment,
    copied_from: parts.copiedFrom,
    epoch,
    firm: chain.firm,
    generation: open.generation,
    node,
    parent,
    payload_hash: parts.payloadHash,
    payload_size: parts.payloadSize,
    previous: last?.manifestHash ?? null,
    row: hashOf(row),
    vault: id,
    version,
  };
  const manifest = await signDocument(MANIFEST, fields, open.keys.signing);
  const change: Change = { kind: "version", manifest: hashOf(manifest.bytes), node, parent, version };
  const header = toBase64url(await headerNativelyFor(parts.fileKey, recipient));
  return {
    change,
    wire: { upload: parts.upload, manifest: toDoc(manifest), header, row: toBase64url(row) },
  };
}
