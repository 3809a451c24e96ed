/** Fonts and decoders that pdf.js asks for, from our own bundle under the names that vite gave them. */

import { asset } from "../wire/http";

const FILES = {
  standardFontDataUrl: import.meta.glob<string>("/node_modules/pdfjs-dist/standard_fonts/*.{pfb,ttf}", {
    query: "?url",
    import: "default",
  }),
  wasmUrl: import.meta.glob<string>("/node_modules/pdfjs-dist/wasm/*.wasm", {
    query: "?url",
    import: "default",
  }),
} as const;

export class PdfAssets {
  /** As pdf.js's own factories do. Tables for Chinese, Japanese and Korean are not there. */
  async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    const files = Object.hasOwn(FILES, kind) ? FILES[kind as keyof typeof FILES] : {};
    const found = Object.entries(files).find(([path]) => path.endsWith(`/${filename}`));
    if (found === undefined) throw new Error(`pdf.js has no ${filename} here`);
    return asset(await found[1]());
  }
}
