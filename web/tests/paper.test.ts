import { decodePDFRawStream, PDFDocument, PDFRawStream } from "pdf-lib";
import { describe, expect, test } from "vitest";
import { identityText } from "../src/crypto/hybrid";
import { type LetterFacts, letterPdf } from "../src/paper/letter";
import { sheetPdf } from "../src/paper/sheet";
import { grouped, letterLink } from "../src/seals/invitations";
import { DE } from "../src/ui/texts_de";
import { EN } from "../src/ui/texts_en";

const code = Uint8Array.from({ length: 16 }, (_, i) => i * 7);
const facts: LetterFacts = {
  firm: { name: "Kanzlei Müller & Söhne", place: "Musterstadt", phone: "030 123456", slug: "muster" },
  guest: { name: "Max Groß", username: "max.gross" },
  server: "https://kanzlei.example",
  link: letterLink("https://kanzlei.example", "ABCD1234", code),
  id: "ABCD1234",
  code: grouped(code),
  notAfter: 1_802_592_000,
  today: 1_800_000_000,
};

/** What is drawn on the pages of a document. */
function contentOf(document: PDFDocument): string {
  const streams = document.context
    .enumerateIndirectObjects()
    .flatMap(([, object]) =>
      object instanceof PDFRawStream
        ? [new TextDecoder("latin1").decode(decodePDFRawStream(object).decode())]
        : [],
    );
  return streams.filter((content) => content.includes(" Tj")).join("\n");
}

/** The page's lines of text in the order they were written, and how many bars of QR codes it has. */
async function readPage(pdf: Uint8Array): Promise<{ text: string; bars: number; document: PDFDocument }> {
  const document = await PDFDocument.load(pdf, { updateMetadata: false });
  expect(document.getPageCount()).toBe(1);
  const content = contentOf(document);
  // Nothing is written below the lower margin.
  for (const [, y] of content.matchAll(/1 0 0 1 [\d.]+ (-?[\d.]+) Tm/g))
    expect(Number(y)).toBeGreaterThan(40);
  const lines = [...content.matchAll(/<([0-9A-F]*)> Tj/g)].map(([, hex = ""]) => {
    const bytes = (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
    return new TextDecoder("latin1").decode(Uint8Array.from(bytes));
  });
  return { text: lines.join("\n"), bars: (content.match(/\bf\n/g) ?? []).length, document };
}

describe("the letter", () => {
  test("says all that is needed to come without the QR code", async () => {
    const { text } = await readPage(await letterPdf(facts, DE.letter, "de"));
    const expected = [
      "Kanzlei Müller & Söhne · Musterstadt",
      "Guten Tag Max Groß,",
      "https://kanzlei.example/e",
      "ABCD1234",
      grouped(code),
      "max.gross",
      "https://kanzlei.example/k/muster",
      "14.02.2027",
      "Musterstadt, 15.01.2027",
      "030 123456",
    ];
    for (const line of expected) expect(text.split("\n"), line).toContain(line);
  });

  test("has a QR code that depends on the code", async () => {
    const one = await readPage(await letterPdf(facts, DE.letter, "de"));
    const other = await readPage(await letterPdf({ ...facts, link: `${facts.link}0` }, DE.letter, "de"));
    expect(one.bars).toBeGreaterThan(100);
    expect(other.bars).not.toBe(one.bars);
  });

  test("keeps the code out of the file's properties", async () => {
    const { document } = await readPage(await letterPdf(facts, DE.letter, "de"));
    const properties = [
      document.getTitle(),
      document.getSubject(),
      document.getAuthor(),
      document.getKeywords(),
    ];
    expect(properties.join(" ")).not.toContain("1234");
    expect(document.getTitle()).toBe(DE.letter.subject);
  });

  test("writes letters its fonts do not have by their relatives", async () => {
    const guest = { name: "Łukasz Đorđević-Řimůnek ﬁ Ωmega 田", username: "lukasz" };
    const { text } = await readPage(await letterPdf({ ...facts, guest }, DE.letter, "de"));
    expect(text).toContain("Guten Tag Lukasz Dordevic-Rimunek fi ?mega ?,");
  });

  test.each([DE, EN])("stays on one page whatever the names", async ({ letter }) => {
    const long = "Rechtsanwalts-und-Steuerberatungsgesellschaft ".repeat(3).trim();
    const firm = { ...facts.firm, name: long, place: "Lutherstadt Wittenberg", phone: "" };
    const guest = { name: "X".repeat(120), username: "y".repeat(64) };
    const { text } = await readPage(await letterPdf({ ...facts, firm, guest }, letter, "de"));
    expect(text).toContain(letter.closing);
  });
});

describe("the emergency sheet", () => {
  test("holds both seeds as text and as QR codes", async () => {
    const rootSeed = new Uint8Array(32).fill(1);
    const recoverySeed = new Uint8Array(32).fill(2);
    const about = { firm: "Kanzlei Muster", owner: "Martina Muster", server: "https://kanzlei.example" };
    const sheet = { ...about, fingerprint: `${"F".repeat(42)}A`, rootSeed, recoverySeed, today: facts.today };
    const { text, bars } = await readPage(await sheetPdf(sheet, DE.sheet, "de"));
    const typed = text.replace(/\s/g, "");
    for (const seed of [rootSeed, recoverySeed]) expect(typed).toContain(identityText(seed));
    const prefix = "AGE-SECRET-KEY-PQ-1";
    const lines = text.split("\n");
    const begin = lines.indexOf(prefix);
    expect(lines[begin + 1]).toMatch(/^([A-Z0-9]{5} ){5}[A-Z0-9]{5}$/);
    expect(lines[begin + 2]).toMatch(/^([A-Z0-9]{5} ){5}[A-Z0-9]{1,5}$/);
    expect(text).toContain("1451 4514 5145");
    expect(bars).toBeGreaterThan(400);
  });
});
