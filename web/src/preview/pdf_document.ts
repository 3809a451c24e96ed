/** A PDF file opened by pdf.js in a worker of its own. Scripts and forms of the document do nothing. */

import { getDocument, type PDFDocumentProxy, PDFWorker } from "pdfjs-dist/legacy/build/pdf.mjs";
import workerUrl from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";
import { startWorker } from "../workers/start";
import { PdfAssets } from "./pdf_assets";

export const MAX_PIXELS = 1 << 26;

export interface OpeningPdf {
  readonly document: Promise<PDFDocumentProxy>;
  /** Ends the worker, and whatever it is at. */
  end(): void;
}

export async function openPdf(source: Blob): Promise<OpeningPdf> {
  const port = startWorker(workerUrl);
  const worker = PDFWorker.create({ port, verbosity: 0 });
  const task = getDocument({
    data: new Uint8Array(await source.arrayBuffer()),
    worker,
    isEvalSupported: false,
    enableXfa: false,
    useWorkerFetch: false,
    useSystemFonts: true,
    maxImageSize: MAX_PIXELS,
    verbosity: 0,
    // the factory finds the files; pdf.js only asks whether there is an address
    standardFontDataUrl: "/",
    wasmUrl: "/",
    BinaryDataFactory: PdfAssets,
  });
  const end = (): void => {
    void task.destroy().finally(() => {
      worker.destroy();
      port.terminate();
    });
  };
  return { document: task.promise, end };
}
