/** What was decoded, drawn anew and small: a JPEG in which nothing is left of the file that it came from. */

import type { Bytes } from "../crypto/bytes";

/** The longer side, in pixels. */
export const SIDE_PX = 256;
export const MAX_SMALL_BYTES = 24 << 10;
const QUALITIES = [0.8, 0.6, 0.4] as const;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** As large as fits, never larger than it is. */
export function fitted({ width, height }: Size): Size {
  const scale = Math.min(1, SIDE_PX / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Null where it does not become small enough. */
export async function smallJpeg(image: CanvasImageSource, size: Size): Promise<Bytes | null> {
  const { width, height } = fitted(size);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (context === null) return null;
  // What can be seen through stands on paper.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  for (const quality of QUALITIES) {
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
    if (blob.size <= MAX_SMALL_BYTES) return new Uint8Array(await blob.arrayBuffer());
  }
  return null;
}
