/** Members of an Office file, within bounds: a small file may claim, or be, gigabytes. */

import { type UnzipFileInfo, unzipSync } from "fflate";
import { parseXml } from "./parse";
import { PreviewError } from "./shown";

const MAX_PART = 24 << 20;
/** Packed: what lies about its size is unpacked, and thrown away, no further than these. */
const MAX_PACKED = 4 << 20;
const MAX_ALL = 64 << 20;
const MAX_PARTS = 2000;

export type Parts = ReadonlyMap<string, string>;

/** The texts of the parts that `wanted` names. What claims to be larger is not unpacked, and never grows beyond its claim. @throws PreviewError. */
export function readParts(bytes: Uint8Array, wanted: (name: string) => boolean): Parts {
  let seen = 0;
  let all = 0;
  let isTooLarge = false;
  const filter = ({ name, size, originalSize }: UnzipFileInfo): boolean => {
    seen++;
    if (isTooLarge || seen > MAX_PARTS || !wanted(name)) return false;
    all += originalSize;
    if (size > MAX_PACKED || originalSize > MAX_PART || all > MAX_ALL) isTooLarge = true;
    return !isTooLarge;
  };
  let found: Record<string, Uint8Array>;
  try {
    found = unzipSync(bytes, { filter });
  } catch {
    throw new PreviewError(isTooLarge ? "too_large" : "damaged");
  }
  if (isTooLarge) throw new PreviewError("too_large");
  const decoder = new TextDecoder();
  return new Map(Object.entries(found).map(([name, part]) => [name, decoder.decode(part)]));
}

/** A part as a document. @throws PreviewError where it is missing, no XML, or has a document type. */
export function documentOf(parts: Parts, name: string): Document {
  const parsed = parseXml(parts.get(name) ?? "");
  if (parsed === null) throw new PreviewError("damaged");
  return parsed;
}
