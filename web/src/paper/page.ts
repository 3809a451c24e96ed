/**
 * One page of paper, A4, made here: what stands on it (a code, a key) must never be on the server.
 *
 * Lengths are millimetres from the top left corner. The fonts are the standard ones every reader has; they know the
 * letters of Western Europe only, and any other is written with its nearest relative (`writable`).
 */

import { PDFDocument, type PDFFont, type PDFPage, rgb, StandardFonts } from "pdf-lib";
import { encode } from "uqr";
import type { Bytes } from "../crypto/bytes";

const POINTS_PER_MM = 72 / 25.4;
const HEIGHT_MM = 297;
const WIDTH_MM = 210;
const LINE_HEIGHT = 1.35;
/** White around a QR code, in modules; readers need four. */
const QUIET = 4;

/** Letters without a decomposition that fonts of Western Europe do not have. */
const RELATIVES: Readonly<Record<string, string>> = {
  Ł: "L",
  ł: "l",
  Đ: "D",
  đ: "d",
  Ħ: "H",
  ħ: "h",
  ı: "i",
  Ŧ: "T",
  ŧ: "t",
  "\u202f": " ",
  "\u2011": "-",
  "\u2212": "-",
};

interface TextStyle {
  /** In points. */
  readonly size?: number;
  readonly font?: "bold" | "mono" | "regular";
  /** Where lines are broken, in millimetres; without it they are not. */
  readonly width?: number;
}

export class Paper {
  private readonly document: PDFDocument;
  private readonly page: PDFPage;
  private readonly fonts: Readonly<Record<"bold" | "mono" | "regular", PDFFont>>;

  private constructor(document: PDFDocument, page: PDFPage, fonts: Paper["fonts"]) {
    this.document = document;
    this.page = page;
    this.fonts = fonts;
  }

  static async begin(title: string, language: string): Promise<Paper> {
    const document = await PDFDocument.create();
    document.setTitle(title);
    document.setLanguage(language);
    document.setProducer("Siegel");
    document.setCreator("Siegel");
    const regular = await document.embedFont(StandardFonts.Helvetica);
    const bold = await document.embedFont(StandardFonts.HelveticaBold);
    const mono = await document.embedFont(StandardFonts.CourierBold);
    const page = document.addPage([WIDTH_MM * POINTS_PER_MM, HEIGHT_MM * POINTS_PER_MM]);
    return new Paper(document, page, { regular, bold, mono });
  }

  /** Writes text whose first line begins at (x, y); gives the y below it. */
  text(x: number, y: number, text: string, { size = 10.5, font = "regular", width }: TextStyle = {}): number {
    const face = this.fonts[font];
    const lines = writable(text, face)
      .split("\n")
      .flatMap((line) => (width === undefined ? [line] : wrapped(line, face, size, width * POINTS_PER_MM)));
    const leading = (size * LINE_HEIGHT) / POINTS_PER_MM;
    lines.forEach((line, i) => {
      const baseline = HEIGHT_MM - y - i * leading - size / POINTS_PER_MM;
      this.page.drawText(line, { x: x * POINTS_PER_MM, y: baseline * POINTS_PER_MM, size, font: face });
    });
    return y + lines.length * leading;
  }

  line(x1: number, y1: number, x2: number, y2: number): void {
    const at = (x: number, y: number) => ({ x: x * POINTS_PER_MM, y: (HEIGHT_MM - y) * POINTS_PER_MM });
    this.page.drawLine({ start: at(x1, y1), end: at(x2, y2), thickness: 0.5, color: rgb(0.45, 0.45, 0.45) });
  }

  /** A QR code whose white border begins at (x, y); `side` includes it. */
  qr(x: number, y: number, side: number, text: string): void {
    const { data, size } = encode(text, { ecc: "M", border: QUIET });
    const module = side / size;
    data.forEach((row, line) => {
      for (const [from, to] of runs(row)) {
        this.page.drawRectangle({
          x: (x + from * module) * POINTS_PER_MM,
          y: (HEIGHT_MM - y - (line + 1) * module) * POINTS_PER_MM,
          width: (to - from) * module * POINTS_PER_MM,
          height: module * POINTS_PER_MM,
          color: rgb(0, 0, 0),
        });
      }
    });
  }

  async bytes(): Promise<Bytes> {
    return new Uint8Array(await this.document.save());
  }
}

/** Stretches of dark modules, from and to. */
function runs(row: readonly boolean[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  row.forEach((isDark, i) => {
    const last = found.at(-1);
    if (isDark && last?.[1] === i) last[1] = i + 1;
    else if (isDark) found.push([i, i + 1]);
  });
  return found;
}

/** The text in letters the font has: a foreign one as its relative, without its accents, or as a question mark. */
function writable(text: string, font: Pick<PDFFont, "getCharacterSet">): string {
  const known = new Set(font.getCharacterSet());
  const isKnown = (letter: string): boolean => known.has(letter.codePointAt(0) ?? 0);
  const relative = (letter: string): string => {
    const base = RELATIVES[letter] ?? letter.normalize("NFKD").replace(/\p{M}/gu, "");
    return base !== "" && [...base].every(isKnown) ? base : "?";
  };
  return [...text.normalize("NFC")]
    .map((letter) => (letter === "\n" || isKnown(letter) ? letter : relative(letter)))
    .join("");
}

/** Lines no wider than `width` points; a word that is wider is broken. */
function wrapped(text: string, font: PDFFont, size: number, width: number): readonly string[] {
  const fits = (line: string): boolean => font.widthOfTextAtSize(line, size) <= width;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (fits(longer)) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = "";
    for (const letter of word) {
      if (!fits(line + letter)) {
        lines.push(line);
        line = "";
      }
      line += letter;
    }
  }
  return [...lines, line];
}
