/** Ids: 16 random bytes, written as 22 characters base64url; in joins an id is its text. */

import { toBase64url } from "../crypto/base64";
import { randomBytes } from "../crypto/bytes";
import { IntegrityError } from "./errors";

export function newId(): string {
  return toBase64url(randomBytes(16));
}

/** 16 bytes as canonical base64url: the last character stands for two bits. */
const ID = /^[\w-]{21}[AQgw]$/;

/** `text`, if it is an id. @throws IntegrityError (`not_an_id`). */
export function checkId(text: unknown): string {
  if (typeof text === "string" && ID.test(text)) return text;
  throw new IntegrityError("not_an_id", "an id is 22 characters of canonical base64url");
}
