/** age's text armor (C2SP age, "ASCII armor"): how key files stand on a stick and in a mail. */

import { armor } from "age-encryption";
import type { Bytes } from "./bytes";
import { HeaderError } from "./errors";

export function toArmor(file: Uint8Array): string {
  return armor.encode(file);
}

/** @throws HeaderError for text that is not exactly one armored file, white space around it aside. */
export function fromArmor(text: string): Bytes {
  try {
    return new Uint8Array(armor.decode(text));
  } catch {
    throw new HeaderError("malformed armor");
  }
}
