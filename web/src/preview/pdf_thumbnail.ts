/** The first page of a PDF, small. */

import type { Bytes } from "../crypto/bytes";
import { openPdf } from "./pdf_document";
import { SIDE_PX, smallJpeg } from "./small_image";

/** Drawn larger than it is shown: thin lines stay to be seen. */
const DRAWN_PX = 2 * SIDE_PX;

/** `signal` ends it, wherever it is. @throws whatever pdf.js finds wrong with the file. */
export async function firstPage(source: Blob, signal: AbortSignal): Promise<Bytes | null> {
  const { document: opening, end } = await openPdf(source);
  signal.addEventListener("abort", end);
  const canvas = document.createElement("canvas");
  try {
    const page = await (await opening).getPage(1);
    const { width, height } = page.getViewport({ scale: 1 });
    const viewport = page.getViewport({ scale: DRAWN_PX / Math.max(width, height) });
    canvas.width = Math.max(1, Math.round(viewport.width));
    canvas.height = Math.max(1, Math.round(viewport.height));
    const render = page.render({ canvas, viewport });
    signal.addEventListener("abort", () => render.cancel());
    await render.promise;
    return await smallJpeg(canvas, canvas);
  } finally {
    end();
    canvas.width = 0;
    canvas.height = 0;
  }
}
