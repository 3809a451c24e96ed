/** Sealing into the browser's file system where there is one, and into memory otherwise: piece by piece. */

import { sealedSize } from "../crypto/payload";
import type { Source } from "../crypto/source";
import { sealContents } from "../seals/files";
import type { Place } from "./new_folders";
import type { OpenedVault } from "./opened";
import {
  type FileFacts,
  inMemory,
  memoryDraft,
  onlyHere,
  openDraft,
  ownId,
  type Staged,
  stage,
  WORTH_STAGING_BYTES,
} from "./staging";

/**
 * Seals `source` of `size` bytes. `about`: what to remember, so that it goes on after the page was left; null for what
 * nobody could go on with. `tell` is told the share that is sealed, and throws when nobody wants the rest.
 */
export async function sealInto(
  vault: OpenedVault,
  source: Source,
  size: number,
  about: (Place & { readonly name: string; readonly file: FileFacts }) | null,
  tell: (share: number) => void,
): Promise<Staged> {
  const sealedBytes = sealedSize(size);
  const id = sealedBytes < WORTH_STAGING_BYTES ? "" : await ownId();
  const onDisk = await openDraft(id, sealedBytes);
  const draft = onDisk ?? memoryDraft();
  try {
    let doneBytes = 0;
    const sealed = await sealContents(source, async (piece) => {
      doneBytes += piece.length;
      tell(doneBytes / Math.max(1, size));
      await draft.write(piece);
    });
    const payload = await draft.finish();
    if (onDisk === null) return inMemory(sealed, payload);
    return about === null ? onlyHere(id, sealed, payload) : await stage(vault, id, about, sealed, payload);
  } catch (error) {
    await draft.discard().catch(() => undefined);
    throw error;
  }
}
