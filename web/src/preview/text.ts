/** Text of any of the encodings that offices have: UTF-8, UTF-16, else Windows-1252, in which every byte is something. */

import { texts } from "../ui/texts";
import { showFrame } from "./frame";
import { note } from "./note";
import type { Shown } from "./shown";

/** Bytes that are shown: a browser lays out more of them only slowly. */
export const SHOWN_BYTES = 2 << 20;
/** How many bytes are looked at for zeros. */
const SAMPLE = 4096;

export async function showText(source: Blob, name: string, into: HTMLElement): Promise<Shown> {
  const bytes = new Uint8Array(await source.slice(0, SHOWN_BYTES).arrayBuffer());
  const decoded = decode(bytes, source.size > SHOWN_BYTES);
  const shown = await showFrame(new Blob([decoded], { type: "text/plain;charset=utf-8" }), name, into);
  if (source.size > SHOWN_BYTES) note(into, texts().preview.cutText);
  return shown;
}

/** `isCut`: the last character may be half there. */
export function decode(bytes: Uint8Array, isCut = false): string {
  const encoding = encodingOf(bytes);
  if (encoding !== null) return new TextDecoder(encoding).decode(bytes, { stream: isCut });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: isCut });
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** What the first bytes, or the zeros between letters, say. */
function encodingOf(bytes: Uint8Array): string | null {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  const sample = bytes.subarray(0, SAMPLE);
  const zeros = [0, 0];
  sample.forEach((byte, at) => {
    if (byte === 0) zeros[at & 1] = (zeros[at & 1] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  const half = sample.length / 2;
  if (odd > half * 0.6 && even < half * 0.1) return "utf-16le";
  return even > half * 0.6 && odd < half * 0.1 ? "utf-16be" : null;
}
