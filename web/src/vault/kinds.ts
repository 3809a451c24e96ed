/** What people call a file, and its icon. By name: a sender's media type proves nothing. */

import { extensionOf } from "../preview/names";

interface FileKind {
  readonly word: string;
  readonly icon: string;
}

const IMAGE: FileKind = { word: "Bild", icon: "bi-file-earmark-image" };

const KINDS: { readonly [extension: string]: FileKind } = {
  pdf: { word: "PDF", icon: "bi-file-earmark-pdf" },
  doc: { word: "Word", icon: "bi-file-earmark-word" },
  docx: { word: "Word", icon: "bi-file-earmark-word" },
  xls: { word: "Excel", icon: "bi-file-earmark-excel" },
  xlsx: { word: "Excel", icon: "bi-file-earmark-excel" },
  zip: { word: "ZIP", icon: "bi-file-earmark-zip" },
  eml: { word: "E-Mail", icon: "bi-envelope" },
  odt: { word: "Text", icon: "bi-file-earmark-word" },
  ods: { word: "Tabelle", icon: "bi-file-earmark-excel" },
  xml: { word: "XML", icon: "bi-filetype-xml" },
  csv: { word: "CSV", icon: "bi-filetype-csv" },
  txt: { word: "Text", icon: "bi-file-earmark-text" },
  png: IMAGE,
  jpg: IMAGE,
  jpeg: IMAGE,
  gif: IMAGE,
  webp: IMAGE,
  heic: IMAGE,
};

const OTHER: FileKind = { word: "Datei", icon: "bi-file-earmark" };

const ENGLISH: { readonly [word: string]: string } = {
  Bild: "Image",
  Datei: "File",
  "E-Mail": "E-mail",
  Tabelle: "Spreadsheet",
};

export function kindOf(name: string): FileKind {
  const extension = extensionOf(name);
  return Object.hasOwn(KINDS, extension) ? (KINDS[extension] ?? OTHER) : OTHER;
}

export function kindWord(name: string, language: "de" | "en"): string {
  const { word } = kindOf(name);
  return language === "en" ? (ENGLISH[word] ?? word) : word;
}
