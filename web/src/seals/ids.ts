/** Ids: 16 random bytes, written as 22 characters base64url; in joins an id is its text. */

import { fromBase64url, toBase64url } from "../crypto/base64";
import { randomBytes } from "../crypto/bytes";
import { IntegrityError } from "./errors";

export function newId(): string {
  return toBase64url(randomBytes(16));
}

/** `text`, if it is an id. @throws IntegrityError (`not_an_id`). */
export function checkId(text: unknown): string {
  try {
    if (typeof text === "string" && fromBase64url(text).length === 16) return text;
  } catch {
    // Falls through: not base64url.
  }
  throw new IntegrityError("not_an_id", "an id is 22 characters of canonical base64url");
}
