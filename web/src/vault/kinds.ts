/** What people call a file, its icon, and whether it can be looked at here. By name: a sender's media type proves nothing. */

interface FileKind {
  readonly word: string;
  readonly icon: string;
  /** Media type for the sandboxed preview; absent where there is none. */
  readonly preview?: string;
}

const image = (type: string): FileKind => ({ word: "Bild", icon: "bi-file-earmark-image", preview: type });
const text = (word: string, icon = "bi-file-earmark-text"): FileKind => ({
  word,
  icon,
  preview: "text/plain;charset=utf-8",
});

const KINDS: { readonly [extension: string]: FileKind } = {
  pdf: { word: "PDF", icon: "bi-file-earmark-pdf" },
  doc: { word: "Word", icon: "bi-file-earmark-word" },
  docx: { word: "Word", icon: "bi-file-earmark-word" },
  xls: { word: "Excel", icon: "bi-file-earmark-excel" },
  xlsx: { word: "Excel", icon: "bi-file-earmark-excel" },
  zip: { word: "ZIP", icon: "bi-file-earmark-zip" },
  eml: { word: "E-Mail", icon: "bi-envelope" },
  xml: text("XML", "bi-filetype-xml"),
  csv: text("CSV", "bi-filetype-csv"),
  txt: text("Text"),
  png: image("image/png"),
  jpg: image("image/jpeg"),
  jpeg: image("image/jpeg"),
  gif: image("image/gif"),
  webp: image("image/webp"),
};

const OTHER: FileKind = { word: "Datei", icon: "bi-file-earmark" };

const ENGLISH: { readonly [word: string]: string } = { Bild: "Image", Datei: "File", "E-Mail": "E-mail" };

function extensionOf(name: string): string {
  const at = name.lastIndexOf(".");
  return at > 0 ? name.slice(at + 1).toLowerCase() : "";
}

export function kindOf(name: string): FileKind {
  const extension = extensionOf(name);
  return Object.hasOwn(KINDS, extension) ? (KINDS[extension] ?? OTHER) : OTHER;
}

export function kindWord(name: string, language: "de" | "en"): string {
  const { word } = kindOf(name);
  return language === "en" ? (ENGLISH[word] ?? word) : word;
}
