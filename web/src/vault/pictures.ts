/** Thumbnails as the server keeps them: asked for a screenful at a time, verified, opened. */

import type { Bytes } from "../crypto/bytes";
import type { FileVersion } from "../seals/chain";
import { openThumbnail } from "../seals/thumbnails";
import { fromWire } from "../wire/codec";
import { vaultApi } from "../wire/vault_api";
import type { OpenedVault } from "./opened";

export interface Wanted {
  readonly node: string;
  readonly version: FileVersion;
}

/** The server takes no more in one question. */
export const MOST_PICTURES = 50;

/**
 * The pictures of these versions by the hashes of their manifests, as far as there are any.
 * @throws IntegrityError (`thumbnail_invalid`) for one that is not the signed one, WireError.
 */
export async function fetchPictures(
  vault: OpenedVault,
  wanted: readonly Wanted[],
): Promise<ReadonlyMap<string, Bytes>> {
  const named = new Map<string, FileVersion>();
  for (const { node, version } of wanted)
    if (version.manifest.thumbnail !== undefined) named.set(`${node}.${version.manifest.version}`, version);
  const pictures = new Map<string, Bytes>();
  if (named.size === 0) return pictures;
  for (const { node, version, box } of (await vaultApi.thumbnails(vault.id, [...named.keys()])).thumbnails) {
    const signed = named.get(`${node}.${version}`);
    if (signed !== undefined) pictures.set(signed.manifestHash, await opened(vault, signed, fromWire(box)));
  }
  return pictures;
}

/** A copy has the box of what it was copied from, sealed under that one's epoch. */
async function opened(vault: OpenedVault, signed: FileVersion, box: Bytes): Promise<Bytes> {
  const { firm, commitment, thumbnail = "" } = signed.manifest;
  const { epoch } = vault.chain.originOf(signed).manifest;
  const { rowKey } = await vault.seeds.keysOf(epoch);
  return openThumbnail(rowKey, { firm, vault: vault.id, commitment, epoch }, box, thumbnail);
}
