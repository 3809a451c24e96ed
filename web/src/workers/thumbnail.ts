/** A worker that decodes an image and gives a small one; it is ended when that takes too long. */

import type { Bytes } from "../crypto/bytes";
import { formatOf, HEAD_BYTES } from "../preview/image_format";
import { smallJpeg } from "../preview/small_image";

/** Four bytes each while it is decoded: 200 MB. */
const MAX_PIXELS = 50_000_000;

/** The small image; null where there is none to be had. */
export type ThumbnailAnswer = Bytes | null;

async function small(source: Blob): Promise<ThumbnailAnswer> {
  const format = formatOf(new DataView(await source.slice(0, HEAD_BYTES).arrayBuffer()));
  if (format === null || format.pixels === 0 || format.pixels > MAX_PIXELS) return null;
  const bitmap = await createImageBitmap(new Blob([source], { type: format.type }));
  try {
    return await smallJpeg(bitmap, bitmap);
  } finally {
    bitmap.close();
  }
}

self.addEventListener("message", ({ data }: MessageEvent<Blob>) => {
  small(data).then(
    (answer) => self.postMessage(answer satisfies ThumbnailAnswer),
    () => self.postMessage(null satisfies ThumbnailAnswer),
  );
});
