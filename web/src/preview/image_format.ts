/** What an image says of itself in its first bytes, read before anything decodes it. */

/** Bytes of a file in which it is looked for. */
export const HEAD_BYTES = 1 << 18;

interface Format {
  readonly type: string;
  /** 0 where the head does not say. */
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
    // Fill bytes and markers without a length: a decoder would go on elsewhere than we do.
    if (marker < 0xc0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd9)) return 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return head.getUint16(at + 5) * head.getUint16(at + 7);
    at += 2 + head.getUint16(at + 2);
  }
  return 0;
}

/** Of its three forms: extended, lossless, lossy. */
function pixelsOfWebp(head: DataView): number {
  const at14 = (bits: number, shift: number): number => (bits >>> shift) & 0x3fff;
  const side = (at: number): number => 1 + head.getUint16(at, true) + (head.getUint8(at + 2) << 16);
  switch (head.getUint32(12)) {
    case 0x56503858:
      return side(24) * side(27);
    case 0x5650384c:
      return (1 + at14(head.getUint32(21, true), 0)) * (1 + at14(head.getUint32(21, true), 14));
    case 0x56503820:
      return at14(head.getUint16(26, true), 0) * at14(head.getUint16(28, true), 0);
    default:
      return 0;
  }
}
