/** Previews before anything is drawn: encodings, sizes that images claim, Office files that are bombs. */

import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { formatOf } from "../src/preview/image_format";
import { isShowable } from "../src/preview/index";
import { withoutTurns } from "../src/preview/names";
import { PreviewError } from "../src/preview/shown";
import { decode } from "../src/preview/text";
import { readParts } from "../src/preview/zip";

const all = (): boolean => true;

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof PreviewError) return error.code;
    throw error;
  }
  return "";
}

/** Little-endian numbers at places, over a copy. */
function patched(bytes: Uint8Array, find: number, offset: number, value: number): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (let at = 0; at + 4 <= copy.length; at++)
    if (view.getUint32(at, true) === find) view.setUint32(at + offset, value, true);
  return copy;
}

const CENTRAL = 0x02014b50;

describe("text", () => {
  const umlauts = "Grüße aus Köln, 5 €\r\n";
  it("is read as UTF-8, with and without a mark", () => {
    expect(decode(new TextEncoder().encode(umlauts))).toBe(umlauts);
    expect(decode(new TextEncoder().encode(`\ufeff${umlauts}`))).toBe(umlauts);
  });

  it("is read as UTF-16 of both kinds, with and without a mark", () => {
    for (const mark of ["\ufeff", ""])
      for (const isLittle of [true, false]) {
        const view = new DataView(new ArrayBuffer(2 * (mark + umlauts).length));
        for (const [at, letter] of [...mark, ...umlauts].entries())
          view.setUint16(2 * at, letter.charCodeAt(0), isLittle);
        expect(decode(new Uint8Array(view.buffer))).toBe(umlauts);
      }
  });

  it("is else read as Windows-1252", () => {
    expect(decode(Uint8Array.of(0x47, 0x72, 0xfc, 0xdf, 0x65, 0x20))).toBe("Grüße ");
  });

  it("cut within a letter is UTF-8 all the same", () => {
    expect(decode(new TextEncoder().encode("Köln").slice(0, 2), true)).toBe("K");
  });
});

describe("an image", () => {
  it("is what it is and not what it is called, and says how large it will be", () => {
    const png = new DataView(new ArrayBuffer(64));
    png.setUint32(0, 0x89504e47);
    png.setUint32(16, 50_000);
    png.setUint32(20, 40_000);
    expect(formatOf(png)).toEqual({ type: "image/png", pixels: 2_000_000_000 });
    const jpeg = new DataView(new ArrayBuffer(64));
    for (const [at, word] of [0xffd8, 0xffe0, 4, 0, 0xffc2, 17].entries()) jpeg.setUint16(2 * at, word);
    jpeg.setUint16(13, 30_000);
    jpeg.setUint16(15, 60_000);
    expect(formatOf(jpeg)?.pixels).toBe(1_800_000_000);
  });

  it("that is markup is none", () => {
    expect(formatOf(new DataView(strToU8("<svg onload='alert(1)' xmlns='…'></svg>").buffer))).toBeNull();
  });
});

describe("an Office file", () => {
  it("gives the parts that are wanted", () => {
    const file = zipSync({ "a.xml": strToU8("<a/>"), "b.bin": strToU8("x") });
    expect([...readParts(file, (name) => name === "a.xml")]).toEqual([["a.xml", "<a/>"]]);
  });

  it("that says how large it would become is not unpacked", () => {
    const file = zipSync({ "word/document.xml": new Uint8Array(25 << 20) });
    expect(file.length).toBeLessThan(1 << 20);
    expect(codeOf(() => readParts(file, all))).toBe("too_large");
  });

  it("with many parts that are too much together is not unpacked", () => {
    const sheet = new Uint8Array(17 << 20);
    const file = zipSync({ "1": sheet, "2": sheet, "3": sheet, "4": sheet });
    expect(codeOf(() => readParts(file, all))).toBe("too_large");
  });

  it("that lies about its size does not grow beyond its lie", () => {
    const honest = zipSync({ "word/document.xml": new Uint8Array(60 << 20) });
    const file = patched(honest, CENTRAL, 24, 1000);
    const started = performance.now();
    const parts = readParts(file, all);
    expect(parts.get("word/document.xml")?.length).toBeLessThanOrEqual(1000);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it("cut, or none at all, is damaged", () => {
    const file = zipSync({ a: strToU8("a".repeat(10_000)) });
    expect(codeOf(() => readParts(file.slice(0, 60), all))).toBe("damaged");
    expect(codeOf(() => readParts(strToU8("no zip"), all))).toBe("damaged");
  });
});

describe("by its name", () => {
  it("a file can be shown or not", () => {
    expect(["a.PDF", "b.eml", "c.docx", "d.svg"].every(isShowable)).toBe(true);
    expect(["a.exe", "b.heic", ".pdf", "toString", "x.constructor"].some(isShowable)).toBe(false);
  });
});

describe("the head of a mail", () => {
  it("is not turned around by its sender", () => {
    expect(withoutTurns("Rechnung\u202efdp.exe")).toBe("Rechnungfdp.exe");
    expect(withoutTurns("\u2067Bank\u2069 \u200f<a@b.example>")).toBe("Bank <a@b.example>");
  });
});
