/** Where the contents of an upload come from: a file of this device, or one of another vault. Asked for piece by piece. */

import type { Bytes } from "../crypto/bytes";
import type { Source } from "../crypto/source";
import { makeThumbnail } from "../preview/thumbnail";
import type { FileVersion } from "../seals/chain";
import { readable } from "./contents";
import type { OpenedFile } from "./nodes";
import { setNote } from "./notes";
import type { OpenedVault } from "./opened";
import { fetchPictures } from "./pictures";
import type { FileFacts } from "./staging";

export interface Origin {
  readonly facts: FileFacts;
  /** The contents from their beginning; each time anew. `signal`: nobody wants the rest. */
  open(signal: AbortSignal): Promise<Source>;
  /** A small picture of the contents; null where there is none. */
  picture(): Promise<Bytes | null>;
}

export function ofDevice(file: File): Origin {
  return { facts: file, open: async () => file, picture: () => makeThumbnail(file, file.name) };
}

/** A version in another vault: fetched, verified and opened while it is read, never lying open as a whole. */
export function ofVersion(vault: OpenedVault, file: OpenedFile): Origin {
  const { size, modified, created, type, note = "" } = file.row;
  const facts = { size, type, created, lastModified: modified === null ? -1 : modified * 1000 };
  setNote(facts, note);
  return {
    facts,
    open: async (signal) => (await readable(vault, file, signal))(),
    picture: () => pictureOf(vault, file.id, file.signed),
  };
}

/** The picture that was sealed with a version. @throws IntegrityError (`thumbnail_invalid`), WireError. */
export async function pictureOf(
  vault: OpenedVault,
  node: string,
  version: FileVersion,
): Promise<Bytes | null> {
  const pictures = await fetchPictures(vault, [{ node, version }]);
  return pictures.get(version.manifestHash) ?? null;
}
