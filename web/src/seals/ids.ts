/** Ids: 16 random bytes, written as 22 characters base64url; in joins an id is its text. */

import { fromBase64url, toBase64url } from "../crypto/base64";
import { randomBytes } from "../crypto/bytes";

export function newId(): string {
  return toBase64url(randomBytes(16));
}

export function isId(text: string): boolean {
  try {
    return text.length === 22 && fromBase64url(text).length === 16;
  } catch {
    return false;
  }
}
