/** Thumbnails: a small picture of a version's contents, sealed like its row (docs/formats.md, section 9). */

import { type Bytes, concat, join, randomBytes } from "../crypto/bytes";
import { hashOf, sameHash } from "./documents";
import { IntegrityError, must } from "./errors";
import { ascii, NONCE_SIZE } from "./rows";

/** Bytes of a sealed one; larger ones no server takes. */
const MAX_THUMBNAIL_SIZE = 32 * 1024;

/**
 * What a thumbnail is bound to: the contents under one file key, which a version and its copies share. `epoch`: of the
 * version that was uploaded or sealed anew; of a copy not its own.
 */
export interface Pictured {
  readonly firm: string;
  readonly vault: string;
  readonly commitment: string;
  readonly epoch: number;
}

function parametersOf({ firm, vault, commitment, epoch }: Pictured, iv: Bytes): AesGcmParams {
  const additionalData = join(...["thumbnail", firm, vault, commitment, String(epoch)].map(ascii));
  return { name: "AES-GCM", iv, additionalData };
}

/** `rowKey`: of the epoch. */
export async function sealThumbnail(rowKey: CryptoKey, of: Pictured, image: Bytes): Promise<Bytes> {
  const iv = randomBytes(NONCE_SIZE);
  return concat(iv, new Uint8Array(await crypto.subtle.encrypt(parametersOf(of, iv), rowKey, image)));
}

/** The image of these contents that the manifest names. @throws IntegrityError (`thumbnail_invalid`). */
export async function openThumbnail(
  rowKey: CryptoKey,
  of: Pictured,
  sealed: Bytes,
  signedHash: string,
): Promise<Bytes> {
  const fits = NONCE_SIZE < sealed.length && sealed.length <= MAX_THUMBNAIL_SIZE;
  must(fits && sameHash(hashOf(sealed), signedHash), "thumbnail_invalid", "not the signed thumbnail");
  const [iv, box] = [sealed.slice(0, NONCE_SIZE), sealed.slice(NONCE_SIZE)];
  try {
    return new Uint8Array(await crypto.subtle.decrypt(parametersOf(of, iv), rowKey, box));
  } catch {
    throw new IntegrityError("thumbnail_invalid", "a thumbnail was altered or is of other contents");
  }
}
