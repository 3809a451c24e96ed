/** Archives: read back by another program, with every name safe, or not an archive at all. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Bytes, utf8 } from "../src/crypto/bytes";
import { readAll } from "../src/crypto/source";
import { type ZipEntry, zip, zipSize } from "../src/vault/zip";
import { NamesInFolders, safeName } from "../src/vault/zip_names";

const LIST = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    print(json.dumps([[i.filename, i.file_size, i.date_time[0]] for i in archive.infolist()][-3:] + [len(archive.infolist())]))
`;

function listed(archive: Bytes): unknown {
  const folder = mkdtempSync(join(tmpdir(), "siegel-zip-"));
  try {
    const path = join(folder, "archive.zip");
    writeFileSync(path, archive);
    return JSON.parse(execFileSync("python3", ["-c", LIST, path]).toString());
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function* once(text: string): AsyncGenerator<Bytes> {
  yield utf8(text);
}

const file = (path: string, text: string, modified = 1_700_000_000): ZipEntry => ({
  path,
  modified,
  read: async () => once(text),
});

test("another program reads names, sizes and dates, and the size was known beforehand", async () => {
  const entries = [
    { path: "Belege/", modified: 1_600_000_000 },
    file("Belege/Größe.txt", "Grüße"),
    file("alt.txt", "", 0),
  ];
  const archive = await readAll(zip(entries));
  expect(listed(archive)).toEqual([
    ["Belege/", 0, 2020],
    ["Belege/Größe.txt", 7, 2023],
    ["alt.txt", 0, 1980],
    3,
  ]);
  const sizes = new Map([["Belege/Größe.txt", 7]]);
  expect(zipSize(entries, ({ path }) => sizes.get(path) ?? 0)).toBe(archive.length);
});

test("seventy thousand entries need ZIP64 and are all there", async () => {
  const entries = Array.from(
    { length: 70_000 },
    (_, i): ZipEntry => ({ path: `${i}/`, modified: 1_700_000_000 }),
  );
  const pieces: Bytes[] = [];
  for await (const piece of zip(entries)) pieces.push(piece);
  const archive = new Uint8Array(Buffer.concat(pieces));
  expect(listed(archive)).toEqual([...[69_997, 69_998, 69_999].map((i) => [`${i}/`, 0, 2023]), 70_000]);
});

test("the size of an archive beyond four gigabytes counts the fields that its directory then needs", () => {
  const entries = [file("a", ""), file("b", ""), file("c", ""), file("d", "")];
  const near = zipSize(entries, () => 1000);
  const far = zipSize(entries, () => 2 ** 31 - 4);
  // The two entries behind four gigabytes, and the ZIP64 end with its locator.
  expect(far - 4 * (2 ** 31 - 4) - (near - 4000)).toBe(2 * 12 + 56 + 20);
});

test("an entry that fails ends the archive without a directory", async () => {
  async function* broken(): AsyncGenerator<Bytes> {
    yield utf8("halb");
    throw new Error("altered");
  }
  const entry = { path: "b", modified: 0, read: async () => broken() };
  const pieces: Bytes[] = [];
  const take = async () => {
    for await (const piece of zip([file("a", "ganz"), entry])) pieces.push(piece);
  };
  await expect(take()).rejects.toThrow("altered");
  const signatures = pieces.map((piece) => new TextDecoder("latin1").decode(piece.subarray(0, 4)));
  expect(signatures).not.toContain("PK\u0005\u0006");
});

test.each([
  ["CON", "_CON"],
  ["con.txt", "_con.txt"],
  ["COM¹.log", "_COM¹.log"],
  ["Konto.txt", "Konto.txt"],
  ["Ende. .", "Ende___"],
  ['a:b?c*"<>|.txt', "a_b_c_____.txt"],
  ["Größe & Gewicht.pdf", "Größe & Gewicht.pdf"],
])("%s is unpacked as %s", (name, safe) => {
  expect(safeName(name)).toBe(safe);
});

test("names that some systems take for the same are told apart", () => {
  const names = new NamesInFolders();
  const places = ["Beleg.pdf", "BELEG.pdf", "beleg.pdf", "a?", "a*"].map((name) => names.place("x/", name));
  expect(places).toEqual(["x/Beleg.pdf", "x/BELEG (2).pdf", "x/beleg (3).pdf", "x/a_", "x/a_ (2)"]);
  expect(names.place("y/", "Beleg.pdf")).toBe("y/Beleg.pdf");
});
