/** What others published about logs; it lies in `shared/samples/tlog` beside the checkout, and is skipped without. */

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fromBase64 } from "../src/crypto/base64";
import { type Bytes, utf8 } from "../src/crypto/bytes";
import {
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  verifyConsistency,
  verifyGrowth,
  verifyInclusion,
  verifyNote,
} from "../src/tlog";
import { expectCode } from "./vectors";

/** Beside the checkout, or beside the folder of checkouts. */
const places = ["../../../shared/samples/tlog/", "../../../../shared/samples/tlog/"];
const folder = places.map((place) => new URL(place, import.meta.url)).find(existsSync);

const read = (name: string): Uint8Array => readFileSync(new URL(name, folder));
/** The cases; one that is never looked at where there are none, because a table of tests may not be empty. */
const readJson = <Shape extends Case>(name: string): Shape[] =>
  JSON.parse(folder ? Buffer.from(read(name)).toString() : '[{ "name": "without samples" }]');
const note = (name: string): ReturnType<typeof parseNote> => parseNote(read(`notes/${name}.txt`));
const bytes = (text: string | null): Bytes => fromBase64((text ?? "").replace(/=+$/, ""));

interface Case {
  readonly name: string;
  readonly wantErr?: boolean;
  readonly proof: readonly string[] | null;
}

type Inclusion = Case & { leafIdx: number; treeSize: number; root: string; leafHash: string };
type Consistency = Case & { size1: number; size2: number; root1: string; root2: string };

test("the example of the specification of signed notes verifies", async () => {
  const key = await parseVerifierKey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
  const signature =
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=";
  const signed = parseNote(utf8(`This is an example message.\n\n— example.com/foo ${signature}\n`));
  expect(await verifyNote(signed, [key])).toEqual(new Map([[key, null]]));
});

describe.skipIf(!folder)("the samples", () => {
  test.each(readJson<Inclusion>("inclusion.json"))("inclusion: $name", async (given) => {
    const { leafIdx, treeSize, proof, wantErr } = given;
    const verified = (): void =>
      verifyInclusion(bytes(given.leafHash), leafIdx, treeSize, (proof ?? []).map(bytes), bytes(given.root));
    await expectCode(verified, wantErr ? "tlog.proof" : null);
  });

  test.each(readJson<Consistency>("consistency.json"))("consistency: $name", async (given) => {
    const { size1, size2, proof, wantErr } = given;
    const verified = (): void =>
      verifyConsistency(size1, size2, (proof ?? []).map(bytes), bytes(given.root1), bytes(given.root2));
    await expectCode(verified, wantErr ? "tlog.proof" : null);
  });

  test.each([
    ["checkpoint-0", null],
    ["checkpoint-1", null],
    ["checkpoint-4", null],
    ["checkpoint-7", null],
    ["checkpoint-8", null],
    ["extension-line", null],
    ["two-signatures", null],
    ["unknown-extra-signature", null],
    ["fork-size-8", null],
    ["rollback-size-4", null],
    ["bad-signature", "tlog.signature"],
    ["good-and-bad-by-known-key", "tlog.signature"],
    ["text-changed", "tlog.signature"],
    ["wrong-key-same-name", "tlog.unsigned"],
    ["leading-zero-size", "tlog.checkpoint"],
    ["crlf", "tlog.note"],
    ["hyphen-instead-of-em-dash", "tlog.note"],
    ["no-blank-line", "tlog.note"],
    ["no-final-newline", "tlog.note"],
  ])("the note %s meets %s", async (name, code) => {
    const [log, witness] = await verifierKeys();
    await expectCode(() => openCheckpoint(note(`own-${name}`), log, [witness]), code);
  });

  test("a split view and a rollback are found by whoever remembers", async () => {
    const at = (name: string): ReturnType<typeof parseCheckpoint> =>
      parseCheckpoint(note(`own-${name}`).text);
    await expectCode(() => verifyGrowth(at("checkpoint-8"), at("fork-size-8"), []), "tlog.split_view");
    await expectCode(() => verifyGrowth(at("checkpoint-8"), at("rollback-size-4"), []), "tlog.rollback");
  });

  test("the examples of the specifications and of Go parse, and Go's verifies", async () => {
    expect(parseCheckpoint(note("c2sp-checkpoint").text).size).toBe(20_852_163);
    expect(note("c2sp-signed-note").signatures.map(({ name }) => name)).toEqual([
      "quasimodo.example/salvatore",
    ]);
    expect(note("c2sp-cosigned-checkpoint").signatures[1]?.signature).toHaveLength(72);
    const key = await parseVerifierKey(Buffer.from(read("notes/golang-verifier-key.txt")).toString().trim());
    expect((await verifyNote(note("golang-note"), [key])).has(key)).toBe(true);
  });
});

async function verifierKeys(): Promise<[Key, Key]> {
  const [log = "", witness = ""] = Buffer.from(read("notes/verifier-keys.txt")).toString().split("\n");
  return [await parseVerifierKey(log), await parseVerifierKey(witness)];
}

type Key = Awaited<ReturnType<typeof parseVerifierKey>>;
