/** A version of a file, new or sealed anew, signed for the present head: row, header, manifest, and the change that names it. */

import { toBase64url } from "../crypto/base64";
import type { Bytes } from "../crypto/bytes";
import type { FileNode, FileVersion } from "../seals/chain";
import {
  type Change,
  type Doc,
  hashOf,
  MANIFEST,
  type Manifest,
  signDocument,
  toDoc,
} from "../seals/documents";
import { headerNativelyFor } from "../seals/files";
import { newId } from "../seals/ids";
import { type FileRow, sealRow } from "../seals/rows";
import { sealThumbnail } from "../seals/thumbnails";
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
  /** The version of `before` in whose place it comes, sealed anew. */
  readonly replaces?: FileVersion;
  /** A small picture of the contents, to be sealed with them. */
  readonly picture?: Bytes | null;
  /** Of a copy: the hash of the sealed picture that its source names. */
  readonly copiedThumbnail?: string | undefined;
}

export interface SignedVersion {
  readonly change: Change;
  readonly wire: {
    readonly upload: string | null;
    readonly manifest: Doc;
    readonly header: string;
    readonly row: string;
    readonly thumbnail?: string;
  };
}

export async function signVersion(vault: OpenedVault, parts: VersionParts): Promise<SignedVersion> {
  const { chain, id, open } = vault;
  const { before, parent, replaces } = parts;
  const last = replaces ?? before?.versions.at(-1);
  const node = before?.id ?? newId();
  const version = replaces?.manifest.version ?? (last?.manifest.version ?? 0) + 1;
  const { epoch } = chain.epoch;
  const { recipient, rowKey } = await vault.seeds.keysOf(epoch);
  const place = { kind: "file", firm: chain.firm, vault: id, node, version, epoch } as const;
  const row = await sealRow(rowKey, place, parts.row);
  const of = { firm: chain.firm, vault: id, commitment: parts.commitment, epoch };
  const box = parts.picture ? await sealThumbnail(rowKey, of, parts.picture) : null;
  const thumbnail = box === null ? parts.copiedThumbnail : hashOf(box);
  const fields: Manifest = {
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
    ...(thumbnail === undefined ? {} : { thumbnail }),
  };
  const manifest = await signDocument(MANIFEST, fields, open.keys.signing);
  const named = { manifest: hashOf(manifest.bytes), node, version };
  const change: Change = replaces ? { kind: "reseal", ...named } : { kind: "version", ...named, parent };
  const header = toBase64url(await headerNativelyFor(parts.fileKey, recipient));
  const sealed = { header, row: toBase64url(row), ...(box === null ? {} : { thumbnail: toBase64url(box) }) };
  return { change, wire: { upload: parts.upload, manifest: toDoc(manifest), ...sealed } };
}
