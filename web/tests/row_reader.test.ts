/** Rows of versions that were sealed anew: they say what was said before, or are refused. */

import { describe, expect, test } from "vitest";
import type { FileNode, FileVersion, VaultChain } from "../src/seals/chain";
import { hashOf } from "../src/seals/documents";
import type { EpochSeeds } from "../src/seals/epochs";
import { newId } from "../src/seals/ids";
import { epochKeys } from "../src/seals/keys";
import { type FileRow, sealRow } from "../src/seals/rows";
import { RowReader } from "../src/vault/row_reader";
import { codeOfError } from "./vectors";

const [firm, vault, node] = [newId(), newId(), newId()];
const ROW: FileRow = {
  content_hash: "A".repeat(43),
  created: null,
  modified: 1,
  name: "Beleg.pdf",
  note: "Entwurf",
  size: 1,
  type: "application/pdf",
};

const keysOf = (epoch: number) => epochKeys(new Uint8Array(32).fill(epoch));

/** A file of one version, sealed under epoch 1, then anew under epoch 2 as `anew`; and its sealed rows. */
async function resealed(anew: FileRow) {
  const sealed = await Promise.all(
    [ROW, anew].map(async (row, i) => {
      const epoch = i + 1;
      const { rowKey } = await keysOf(epoch);
      return sealRow(rowKey, { kind: "file", firm, vault, node, version: 1, epoch }, row);
    }),
  );
  const [before, now] = sealed.map((row, i) => ({
    manifest: { version: 1, epoch: i + 1, row: hashOf(row), author: i === 0 ? "author" : "manager" },
    author: "author",
    acceptedAt: 1,
    earlier: [] as unknown[],
  }));
  const signed = { ...now, earlier: [before] } as unknown as FileVersion;
  const file = { kind: "file", id: node, parent: vault, versions: [signed], placed: null } as unknown;
  return { sealed, signed, file: file as FileNode };
}

function readerOf(rows: readonly Uint8Array<ArrayBuffer>[], closed: readonly number[] = []): RowReader {
  const seeds = {
    keysOf: async (epoch: number) => keysOf(closed.includes(epoch) ? 9 : epoch),
  } as unknown as EpochSeeds;
  const reader = new RowReader({ firm, vault } as unknown as VaultChain, seeds);
  for (const row of rows) reader.add(row);
  return reader;
}

describe("a version that was sealed anew", () => {
  test("is its author's, with what he said of it", async () => {
    const { file, sealed, signed } = await resealed(ROW);
    const opened = await readerOf(sealed).version(file, signed);
    expect([opened?.row, opened?.author]).toEqual([ROW, "author"]);
  });

  test.each([
    { name: "anders.pdf" },
    { content_hash: `${"B".repeat(42)}A` },
    { size: 2 },
    { note: "Nachtrag" },
    { modified: null },
    { created: 1 },
    { type: "text/plain" },
  ])("is refused where it says something else: %j", async (lie) => {
    const { file, sealed, signed } = await resealed({ ...ROW, ...lie });
    const reader = readerOf(sealed);
    expect(await codeOfError(() => reader.version(file, signed))).toBe("reseal_differs");
    expect(await reader.open(file)).toBe(null);
    // nor is it shown by whoever opened it before
    expect(reader.opened(file)).toBe(null);
  });

  test("is refused where the server withholds what was said before", async () => {
    const { file, sealed, signed } = await resealed(ROW);
    const reader = readerOf(sealed.slice(1));
    expect(await codeOfError(() => reader.version(file, signed))).toBe("row_differs");
  });

  test("opens for somebody for whom the key of before does not open", async () => {
    const { file, sealed, signed } = await resealed(ROW);
    expect((await readerOf(sealed, [1]).version(file, signed))?.row).toEqual(ROW);
  });
});
