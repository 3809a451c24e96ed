/** Images, as the browser decodes them, turned as the camera was held. HEIC and TIFF browsers cannot. */

import { PreviewError, type Shown } from "./shown";

/** Decoded, a pixel takes four bytes: 400 MB. A few kilobytes can claim to be more. */
const MAX_PIXELS = 100_000_000;
const HEAD = 1 << 18;

export async function showImage(source: Blob, name: string, into: HTMLElement): Promise<Shown> {
  const head = new DataView(await source.slice(0, HEAD).arrayBuffer());
  const format = formatOf(head);
  if (format === null) throw new PreviewError("damaged");
  if (format.pixels > MAX_PIXELS) throw new PreviewError("too_large");
  const image = document.createElement("img");
  image.className = "sg-preview-image";
  image.alt = name;
  const url = URL.createObjectURL(new Blob([source], { type: format.type }));
  image.src = url;
  into.append(image);
  try {
    await image.decode();
  } catch {
    image.remove();
    throw new PreviewError("damaged");
  } finally {
    URL.revokeObjectURL(url);
  }
  return { close: () => image.remove() };
}

interface Format {
  readonly type: string;
  readonly pixels: number;
}

/** By what stands in the file, whatever it is called; null for other things. */
export function formatOf(head: DataView): Format | null {
  if (head.byteLength < 30) return null;
  if (head.getUint32(0) === 0x89504e47)
    return { type: "image/png", pixels: head.getUint32(16) * head.getUint32(20) };
  if (head.getUint32(0) === 0x47494638)
    return { type: "image/gif", pixels: head.getUint16(6, true) * head.getUint16(8, true) };
  if (head.getUint16(0) === 0xffd8) return { type: "image/jpeg", pixels: pixelsOfJpeg(head) };
  if (head.getUint32(0) === 0x52494646 && head.getUint32(8) === 0x57454250)
    return { type: "image/webp", pixels: pixelsOfWebp(head) };
  return null;
}

/** Of the frame header; what stands behind more than the head is taken as it comes. */
function pixelsOfJpeg(head: DataView): number {
  for (let at = 2; at + 9 < head.byteLength && head.getUint8(at) === 0xff; ) {
    const marker = head.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return head.getUint16(at + 5) * head.getUint16(at + 7);
    at += 2 + head.getUint16(at + 2);
  }
  return 0;
}

/** Only the extended form can be larger than 16,384 × 16,384, and says so here. */
function pixelsOfWebp(head: DataView): number {
  if (head.getUint32(12) !== 0x56503858) return 0;
  const side = (at: number): number => 1 + head.getUint16(at, true) + (head.getUint8(at + 2) << 16);
  return side(24) * side(27);
}
