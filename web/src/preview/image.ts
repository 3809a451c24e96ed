/** Images, as the browser decodes them, turned as the camera was held. HEIC and TIFF browsers cannot. */

import { formatOf, HEAD_BYTES } from "./image_format";
import { PreviewError, type Shown } from "./shown";

/** Decoded, a pixel takes four bytes: 400 MB. A few kilobytes can claim to be more. */
const MAX_PIXELS = 100_000_000;

export async function showImage(source: Blob, name: string, into: HTMLElement): Promise<Shown> {
  const head = new DataView(await source.slice(0, HEAD_BYTES).arrayBuffer());
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
