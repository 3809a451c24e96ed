/** What is written in Word, Excel and OpenDocument files: text and tables, no pictures, no layout, no formulas, no macros. */

import { pageLanguage } from "../ui/format";
import { texts } from "../ui/texts";
import { element, page, showFrame } from "./frame";
import { extensionOf } from "./names";
import { note } from "./note";
import { PreviewError, type Shown } from "./shown";
import { documentOf, type Parts, readParts } from "./zip";

/** Paragraphs, rows of a sheet, cells of a row and sheets that are shown. */
const MAX_BLOCKS = 5000;
const MAX_ROWS = 1000;
const MAX_CELLS = 60;
const MAX_SHEETS = 20;

/** What is built, and whether something was left out. */
class Paper {
  readonly body: HTMLElement;
  readonly whole: () => Blob;
  isCut = false;
  private blocks = 0;

  constructor() {
    ({ body: this.body, whole: this.whole } = page(pageLanguage()));
  }

  /** False when there is no more room. */
  takes(): boolean {
    if (this.blocks >= MAX_BLOCKS) this.isCut = true;
    else this.blocks++;
    return !this.isCut;
  }

  table(rows: Iterable<readonly string[]>): void {
    const table = element(this.body, "table");
    table.setAttribute("border", "1");
    table.setAttribute("cellpadding", "4");
    table.setAttribute("cellspacing", "0");
    let number = 0;
    for (const row of rows) {
      if (number++ >= MAX_ROWS || row.length > MAX_CELLS) this.isCut = true;
      if (number > MAX_ROWS) break;
      const line = element(table, "tr");
      for (const text of row.slice(0, MAX_CELLS)) element(line, "td", text);
    }
  }
}

export async function showOffice(source: Blob, name: string, into: HTMLElement): Promise<Shown> {
  const bytes = new Uint8Array(await source.arrayBuffer());
  // A password makes another container of the whole file.
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf) throw new PreviewError("protected");
  const paper = new Paper();
  WRITERS[extensionOf(name)]?.(bytes, paper);
  const shown = await showFrame(paper.whole(), name, into);
  note(into, paper.isCut ? texts().preview.officeCut : texts().preview.office);
  return shown;
}

const WRITERS: { readonly [extension: string]: (bytes: Uint8Array, paper: Paper) => void } = {
  docx: writeWord,
  xlsx: writeExcel,
  odt: writeOpenDocument,
  ods: writeOpenDocument,
};

/** By local name: prefixes are the file's own choice. */
function named(parent: Document | Element, name: string): readonly Element[] {
  return [...parent.getElementsByTagNameNS("*", name)];
}

function children(parent: Element, ...names: readonly string[]): readonly Element[] {
  return [...parent.children].filter(({ localName }) => names.includes(localName));
}

function writeWord(bytes: Uint8Array, paper: Paper): void {
  const parts = readParts(bytes, (name) => name === "word/document.xml");
  const [body] = named(documentOf(parts, "word/document.xml"), "body");
  for (const block of body?.children ?? []) {
    if (!paper.takes()) return;
    if (block.localName === "tbl") paper.table(wordRows(block));
    else if (block.localName === "p" || block.localName === "sdt") element(paper.body, "p", wordText(block));
  }
}

function* wordRows(table: Element): Iterable<readonly string[]> {
  for (const row of children(table, "tr")) yield children(row, "tc").map(wordText);
}

function wordText(block: Element): string {
  const pieces = [...block.getElementsByTagNameNS("*", "*")].map((piece) => {
    if (piece.localName === "t") return piece.textContent ?? "";
    if (piece.localName === "tab") return piece.parentElement?.localName === "r" ? "\t" : "";
    return piece.localName === "br" || piece.localName === "cr" ? " " : "";
  });
  return pieces.join("");
}

function writeExcel(bytes: Uint8Array, paper: Paper): void {
  const isSheet = /^xl\/worksheets\/[^/]+\.xml$/;
  const others = ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", "xl/styles.xml"];
  const parts = readParts(bytes, (name) => isSheet.test(name) || others.includes(name));
  const shared = parts.has("xl/sharedStrings.xml")
    ? named(documentOf(parts, "xl/sharedStrings.xml"), "si").map(textOf)
    : [];
  const dates = dateStyles(parts);
  const sheets = sheetsOf(parts);
  if (sheets.length > MAX_SHEETS) paper.isCut = true;
  for (const { title, part } of sheets.slice(0, MAX_SHEETS)) {
    element(paper.body, "h2", title);
    paper.table(excelRows(firstRows(parts.get(part) ?? "", paper), shared, dates));
  }
}

function textOf(parent: Element): string {
  // "rPh" is how a text is read aloud in Japanese, not a part of it
  return named(parent, "t")
    .filter(({ parentElement }) => parentElement?.localName !== "rPh")
    .map(({ textContent }) => textContent ?? "")
    .join("");
}

/** The sheet with its first rows only: to parse all of 50,000 takes seconds. */
function firstRows(text: string, paper: Paper): Document {
  let end = 0;
  for (let row = 0; row <= MAX_ROWS; row++) {
    const next = text.indexOf("</row>", end);
    if (next < 0) return documentOf(new Map([["sheet", text]]), "sheet");
    end = next + "</row>".length;
  }
  paper.isCut = true;
  return documentOf(new Map([["sheet", `${text.slice(0, end)}</sheetData></worksheet>`]]), "sheet");
}

function sheetsOf(parts: Parts): readonly { readonly title: string; readonly part: string }[] {
  const targets = new Map(
    named(documentOf(parts, "xl/_rels/workbook.xml.rels"), "Relationship").map((line) => [
      line.getAttribute("Id"),
      (line.getAttribute("Target") ?? "").replace(/^\/xl\/|^\.\//, ""),
    ]),
  );
  return named(documentOf(parts, "xl/workbook.xml"), "sheet").flatMap((sheet) => {
    const id = [...sheet.attributes].find(({ localName, prefix }) => localName === "id" && prefix !== null);
    const part = `xl/${targets.get(id?.value ?? "") ?? ""}`;
    return parts.has(part) ? [{ title: sheet.getAttribute("name") ?? "", part }] : [];
  });
}

function* excelRows(
  sheet: Document,
  shared: readonly string[],
  dates: ReadonlySet<number>,
): Iterable<readonly string[]> {
  for (const row of named(sheet, "row")) {
    const cells: string[] = [];
    for (const cell of children(row, "c")) {
      const column = columnOf(cell.getAttribute("r") ?? "") ?? cells.length;
      // A cell far to the right says so by being one too many.
      while (cells.length < Math.min(column, MAX_CELLS)) cells.push("");
      cells.push(excelText(cell, shared, dates));
    }
    yield cells;
  }
}

/** `C7` is column 2. */
function columnOf(place: string): number | null {
  const letters = /^[A-Z]{1,3}/.exec(place)?.[0];
  if (letters === undefined) return null;
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

function excelText(cell: Element, shared: readonly string[], dates: ReadonlySet<number>): string {
  const kind = cell.getAttribute("t");
  if (kind === "inlineStr") return textOf(cell);
  const value = children(cell, "v")[0]?.textContent ?? "";
  if (kind === "s") return shared[Number(value)] ?? "";
  if (kind === "b") return value === "1" ? "✓" : "–";
  const isNumber = value !== "" && (kind === null || kind === "n");
  return isNumber && dates.has(Number(cell.getAttribute("s"))) ? dayOf(Number(value)) : value;
}

/** The numbers of styles that show a number as a date (ECMA-376 18.8.30: 14 to 22 are dates without saying so). */
function dateStyles(parts: Parts): ReadonlySet<number> {
  if (!parts.has("xl/styles.xml")) return new Set();
  const styles = documentOf(parts, "xl/styles.xml");
  const own = new Set(
    named(styles, "numFmt")
      .filter((format) =>
        /[dy]/i.test((format.getAttribute("formatCode") ?? "").replace(/"[^"]*"|\[[^\]]*\]/g, "")),
      )
      .map((format) => Number(format.getAttribute("numFmtId"))),
  );
  const [cells] = named(styles, "cellXfs");
  const isDate = (id: number): boolean => (id >= 14 && id <= 22 && id !== 18 && id !== 19) || own.has(id);
  return new Set(
    [...(cells?.children ?? [])].flatMap((style, at) =>
      isDate(Number(style.getAttribute("numFmtId"))) ? [at] : [],
    ),
  );
}

/** Days since 30 December 1899, as Excel counts from March 1900 on. */
function dayOf(days: number): string {
  const moment = new Date(Date.UTC(1899, 11, 30) + Math.round(days * 86_400) * 1000);
  if (Number.isNaN(moment.getTime())) return String(days);
  const date = moment.toLocaleDateString(pageLanguage(), {
    timeZone: "UTC",
    day: "2-digit",
    month: "2-digit",
    year: "numeric",
  });
  return days % 1 === 0 ? date : `${date} ${moment.toISOString().slice(11, 16)}`;
}

function writeOpenDocument(bytes: Uint8Array, paper: Paper): void {
  const parts = readParts(bytes, (name) => name === "content.xml" || name === "META-INF/manifest.xml");
  if (/:encryption-data|<encryption-data/.test(parts.get("META-INF/manifest.xml") ?? ""))
    throw new PreviewError("protected");
  const [body] = named(documentOf(parts, "content.xml"), "body");
  if (body !== undefined) writeBlocks(body, paper, 0);
}

/** Sections and lists lie in each other; so deep nobody writes. */
const MAX_DEPTH = 32;

function writeBlocks(parent: Element, paper: Paper, depth: number): void {
  for (const block of parent.children) {
    if (depth > MAX_DEPTH || !paper.takes()) {
      paper.isCut = true;
      return;
    }
    const { localName } = block;
    if (localName === "h") element(paper.body, "h2", openText(block));
    else if (localName === "p") element(paper.body, "p", openText(block));
    else if (localName === "table") {
      const title = [...block.attributes].find((attribute) => attribute.localName === "name")?.value;
      if (parent.localName === "spreadsheet") element(paper.body, "h2", title ?? "");
      paper.table(openRows(block));
    } else writeBlocks(block, paper, depth + 1);
  }
}

function openText(block: Element): string {
  return (block.textContent ?? "").slice(0, 1 << 16);
}

/** Empty rows and cells are said to be repeated a million times: they are shown once, full ones as often as fits. */
function* openRows(table: Element): Iterable<readonly string[]> {
  for (const row of named(table, "table-row")) {
    const cells = children(row, "table-cell", "covered-table-cell").flatMap((cell) => {
      const text = children(cell, "p").map(openText).join(" ");
      return Array<string>(text === "" ? 1 : repeated(cell, "number-columns-repeated", MAX_CELLS)).fill(text);
    });
    const isEmpty = cells.every((text) => text === "");
    const times = isEmpty ? 1 : repeated(row, "number-rows-repeated", MAX_ROWS);
    for (let time = 0; time < times; time++) yield cells;
  }
}

function repeated(part: Element, name: string, most: number): number {
  const times = Number([...part.attributes].find(({ localName }) => localName === name)?.value ?? 1);
  return Number.isInteger(times) && times > 0 ? Math.min(times, most) : 1;
}
