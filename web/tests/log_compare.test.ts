/** A head out of a mail against the log: the same history, another one, or no head of this log. */

import { afterEach, describe, expect, test, vi } from "vitest";
import { concat, utf8 } from "../src/crypto/bytes";
import { signingKeyFromSeed } from "../src/crypto/ed25519";
import type { Shelf } from "../src/keyring/log_watch";
import { parseVerifierKey } from "../src/tlog";
import { toPadded } from "../src/tlog/text";
import { compareWithLog, noteIn } from "../src/ui/log_compare";
import { vectors } from "./vectors";

interface Growth {
  readonly name: string;
  readonly older: string;
  readonly newer: string;
  readonly proof: readonly string[];
}

interface Anew {
  readonly name: string;
  readonly held: string;
  readonly answer: { key: string; checkpoint: string; proof: readonly string[]; begun: readonly unknown[] };
  readonly loss: { known: number; kept: number; is_hidden: boolean } | null;
}

const known = vectors<{
  log: string;
  witness: string;
  growth: readonly Growth[];
  origins: readonly Anew[];
}>("log");
/** The log's key of the vectors (tests/vectors/logs.py). */
const SEED = new Uint8Array(32).fill(1);
const EMPTY: Shelf = { getItem: () => null, setItem: () => undefined };

async function signed(text: string): Promise<string> {
  const key = await parseVerifierKey(known.log);
  const signature = await (await signingKeyFromSeed(SEED)).sign(utf8(text));
  return `${text}\n— ${key.name} ${toPadded(concat(key.keyId, signature))}\n`;
}

const named = (name: string): Growth => {
  const found = known.growth.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};

function serve(answer: {
  key: string | null;
  checkpoint: string | null;
  proof: readonly string[];
}): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (path: string) => {
    asked.push(path);
    return Promise.resolve(new Response(JSON.stringify({ begun: [], ...answer })));
  });
  return asked;
}

const inMail = (note: string): string =>
  `Guten Tag,\n\nStand:\n\n--------\n${note}--------\n\nWofür?\n12\n\nGruß\n`;
const quoted = (text: string): string => text.replaceAll(/^/gm, "> ").replaceAll("\n", "\r\n");
const wrapped = (text: string): string => text.replace(/^(— \S+ \S{30})(\S+)$/m, "$1\n$2");

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a head is found", () => {
  test.each([
    ["by itself", (note: string) => note],
    ["without its last line end", (note: string) => note.trimEnd()],
    ["in the whole mail", inMail],
    ["in a mail that was answered", (note: string) => quoted(inMail(note))],
    ["with its signature broken into two lines", (note: string) => wrapped(inMail(note))],
  ])("%s", async (_name, mangle) => {
    const note = await signed(named("33 to 70").older);
    expect(noteIn(mangle(note))).toBe(note);
  });

  test("nowhere in another text", () => {
    expect(noteIn("Guten Tag,\n\n12\n\nGruß\n— Anna\n")).toBe("");
  });
});

test("a log that has grown from the head is the same history", async () => {
  const { older, newer, proof } = named("33 to 70");
  const asked = serve({ key: known.log, checkpoint: await signed(newer), proof });
  const result = await compareWithLog(inMail(await signed(older)), "muster", EMPTY);
  expect(result).toEqual({ outcome: "same", older: 33, newer: 70 });
  expect(asked).toEqual(["/api/audit/checkpoint?since=33"]);
});

describe("another history is told by its code", () => {
  const { older, newer, proof } = named("33 to 70");
  const altered = (text: string): string => text.replace(/\n[A-Za-z0-9+/]{43}=\n/, `\n${"A".repeat(43)}=\n`);
  test.each([
    ["tlog.rollback", newer, older, []],
    ["tlog.split_view", older, altered(older), []],
    ["tlog.proof", older, altered(newer), proof],
    ["tlog.proof", altered(older), newer, proof],
  ])("%s", async (code, theirs, shown, proven) => {
    serve({ key: known.log, checkpoint: await signed(shown), proof: proven });
    const result = await compareWithLog(await signed(theirs), "muster", EMPTY);
    expect(result).toEqual({ outcome: "differs", code });
  });

  test("a log that is signed no more", async () => {
    serve({ key: null, checkpoint: null, proof: [] });
    const result = await compareWithLog(await signed(older), "muster", EMPTY);
    expect(result).toEqual({ outcome: "differs", code: "tlog.rollback" });
  });

  test("a head by another key in the name of this log", async () => {
    const note = await signed(older);
    const { name } = await parseVerifierKey(known.log);
    const foreign = note.replace(/^— .*$/m, `— ${name} ${toPadded(new Uint8Array(68).fill(7))}`);
    serve({ key: known.log, checkpoint: await signed(newer), proof });
    expect(await compareWithLog(foreign, "muster", EMPTY)).toEqual({ outcome: "differs", code: "tlog.key" });
  });

  test("a server that shows another key than this browser knows", async () => {
    const shelf: Shelf = { ...EMPTY, getItem: () => JSON.stringify({ key: known.log, checkpoint: "" }) };
    const text = await signed(older);
    serve({ key: known.witness, checkpoint: "x", proof: [] });
    expect((await compareWithLog(text, "muster", shelf)).outcome).toBe("differs");
  });
});

describe("what is no head of this log is not taken for one", () => {
  const { older, newer, proof } = named("33 to 70");
  test.each([
    ["nothing", (_note: string) => "", "tlog.note"],
    ["a changed number", (note: string) => note.replace("\n33\n", "\n34\n"), "tlog.signature"],
    ["another log's", (note: string) => note.replace(/^— \S+/m, "— elsewhere"), "tlog.unsigned"],
  ])("%s", async (_name, mangle, code) => {
    serve({ key: known.log, checkpoint: await signed(newer), proof });
    const result = await compareWithLog(mangle(await signed(older)), "muster", EMPTY);
    expect(result).toEqual({ outcome: "unknown", code });
  });
});

test.each([
  ["held before the backup", { outcome: "same", older: 20, newer: 60 }],
  ["held between", { outcome: "differs", code: "tlog.lost", lost: 10 }],
  ["held more than is cited", { outcome: "differs", code: "tlog.hidden", lost: 16 }],
  ["the past is another one", { outcome: "differs", code: "tlog.proof" }],
  ["not signed by the key known", { outcome: "differs", code: "tlog.unsigned" }],
])("a head of a log that began anew since: %s", async (name, expected) => {
  const found = known.origins.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  serve(found.answer);
  expect(await compareWithLog(inMail(found.held), "muster", EMPTY)).toEqual(expected);
});
