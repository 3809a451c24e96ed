/** What a browser remembers of the firm's log, and which lies about it it finds. */

import { sha256 } from "@noble/hashes/sha2.js";
import { afterEach, describe, expect, test, vi } from "vitest";
import { toBase64url } from "../src/crypto/base64";
import { concat, utf8 } from "../src/crypto/bytes";
import { signingKeyFromSeed } from "../src/crypto/ed25519";
import { HiddenError, heldOf, noteLogKeys, type Shelf, watchLog } from "../src/keyring/log_watch";
import { parseVerifierKey } from "../src/tlog";
import type { ShownBeginning } from "../src/tlog/origins";
import { toPadded } from "../src/tlog/text";
import { codeOfError, vectors } from "./vectors";

interface Growth {
  readonly name: string;
  readonly older: string;
  readonly newer: string;
  readonly proof: readonly string[];
}

interface Anew {
  readonly name: string;
  readonly held: string;
  readonly answer: {
    key: string;
    checkpoint: string;
    proof: readonly string[];
    begun: readonly ShownBeginning[];
  };
  readonly loss: { known: number; kept: number; is_hidden: boolean } | null;
  readonly code: string | null;
}

const known = vectors<{
  log: string;
  witness: string;
  growth: readonly Growth[];
  origins: readonly Anew[];
}>("log");
const FIRM = "muster";
/** The log's key of the vectors (tests/vectors/logs.py). */
const SEED = new Uint8Array(32).fill(1);

class MapShelf implements Shelf {
  readonly #kept = new Map<string, string>();
  getItem(name: string): string | null {
    return this.#kept.get(name) ?? null;
  }
  setItem(name: string, value: string): void {
    this.#kept.set(name, value);
  }
}

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

/** A server that answers with this head; returns what it was asked. */
function serve(answer: {
  key: string | null;
  checkpoint: string | null;
  proof: readonly string[];
  begun?: readonly ShownBeginning[];
}): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (path: string) => {
    asked.push(path);
    return Promise.resolve(new Response(JSON.stringify({ begun: [], ...answer })));
  });
  return asked;
}

async function remembering(name: string): Promise<MapShelf> {
  const shelf = new MapShelf();
  serve({ key: known.log, checkpoint: await signed(named(name).older), proof: [] });
  await watchLog(FIRM, shelf);
  return shelf;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test("the first head is kept, and a log that has grown from it is believed", async () => {
  const shelf = await remembering("33 to 70");
  const { newer, proof } = named("33 to 70");
  const asked = serve({ key: known.log, checkpoint: await signed(newer), proof });
  expect(await watchLog(FIRM, shelf)).toMatchObject({ before: 33, head: { size: 70 } });
  expect(asked).toEqual(["/api/audit/checkpoint?since=33"]);
  expect(heldOf(FIRM, shelf)?.checkpoint).toContain("\n70\n");
});

describe.each([
  ["an entry was altered", "tlog.proof"],
  ["another root at the same size", "tlog.split_view"],
  ["the tail is cut", "tlog.rollback"],
  ["an entry was altered, the proof is the honest one", "tlog.proof"],
])("%s", (name, code) => {
  test("is found, and what was known stays as evidence", async () => {
    const shelf = await remembering(name);
    const before = heldOf(FIRM, shelf);
    const { newer, proof } = named(name);
    serve({ key: known.log, checkpoint: await signed(newer), proof });
    expect(await codeOfError(() => watchLog(FIRM, shelf))).toBe(code);
    expect(heldOf(FIRM, shelf)).toEqual(before);
  });
});

test("another key, a broken signature, and a log that is signed no more are found", async () => {
  const shelf = await remembering("33 to 70");
  const checkpoint = await signed(named("33 to 70").newer);
  serve({ key: known.witness, checkpoint, proof: [] });
  expect(await codeOfError(() => watchLog(FIRM, shelf))).toBe("tlog.key");
  serve({ key: known.log, checkpoint: checkpoint.replace("\n70\n", "\n71\n"), proof: [toBase64url(SEED)] });
  expect(await codeOfError(() => watchLog(FIRM, shelf))).toBe("tlog.signature");
  serve({ key: null, checkpoint: null, proof: [] });
  expect(await codeOfError(() => watchLog(FIRM, shelf))).toBe("tlog.rollback");
});

describe("what the firm's owner says of the log's key", () => {
  const publicOf = async (vkey: string) => toBase64url((await parseVerifierKey(vkey)).publicKey);
  const another = toBase64url(new Uint8Array(32).fill(7));
  const shown = async () => {
    serve({ key: known.log, checkpoint: await signed(named("33 to 70").older), proof: [] });
  };

  test("is not known before certificates were seen, and told from then on", async () => {
    const shelf = new MapShelf();
    await shown();
    expect((await watchLog(FIRM, shelf))?.isCertified).toBeNull();
    noteLogKeys(FIRM, { certified: [], revoked: [] }, shelf);
    expect((await watchLog(FIRM, shelf))?.isCertified).toBe(false);
    noteLogKeys(FIRM, { certified: [await publicOf(known.log), another], revoked: [] }, shelf);
    expect((await watchLog(FIRM, shelf))?.isCertified).toBe(true);
  });

  test("is not forgotten once a key was taken back", async () => {
    const [shelf, own] = [new MapShelf(), await publicOf(known.log)];
    await shown();
    noteLogKeys(FIRM, { certified: [], revoked: [own] }, shelf);
    for (const certified of [[], [own]]) {
      noteLogKeys(FIRM, { certified, revoked: [] }, shelf);
      expect(await codeOfError(() => watchLog(FIRM, shelf))).toBe("tlog.revoked");
    }
  });

  test("refuses a key that was taken back, and one beside which another is certified", async () => {
    for (const [certified, revoked, code] of [
      [[another], [await publicOf(known.log)], "tlog.revoked"],
      [[another], [], "tlog.key"],
    ] as const) {
      const shelf = new MapShelf();
      noteLogKeys(FIRM, { certified, revoked }, shelf);
      await shown();
      expect(await codeOfError(() => watchLog(FIRM, shelf))).toBe(code);
      expect(heldOf(FIRM, shelf)).toBeNull();
    }
  });

  test("goes on refusing a key that was taken back when the server shows nothing of it any more", async () => {
    const shelf = new MapShelf();
    noteLogKeys(FIRM, { certified: [another], revoked: [await publicOf(known.log)] }, shelf);
    noteLogKeys(FIRM, { certified: [], revoked: [] }, shelf);
    await shown();
    expect(await codeOfError(() => watchLog(FIRM, shelf))).toBe("tlog.revoked");
  });

  test("lets a renewed key follow, if the log has grown from what the old one signed", async () => {
    const { older, newer, proof } = named("33 to 70");
    const origin = older.split("\n", 1)[0] ?? "";
    const renewed = await signingKeyFromSeed(new Uint8Array(32).fill(9));
    const typed = concat(new Uint8Array([1]), renewed.publicKey);
    const id = sha256(concat(utf8(`${origin}\n`), typed)).slice(0, 4);
    const key = `${origin}+${[...id].map((byte) => byte.toString(16).padStart(2, "0")).join("")}+${toPadded(typed)}`;
    const under = async (text: string): Promise<string> =>
      `${text}\n— ${origin} ${toPadded(concat(id, await renewed.sign(utf8(text))))}\n`;
    const shelf = await remembering("33 to 70");
    serve({ key, checkpoint: await under(newer), proof });
    expect(await codeOfError(() => watchLog(FIRM, shelf))).toBe("tlog.key");
    noteLogKeys(FIRM, { certified: [await publicOf(key)], revoked: [] }, shelf);
    serve({ key, checkpoint: await under(newer), proof: [] });
    expect(await codeOfError(() => watchLog(FIRM, shelf))).toBe("tlog.proof");
    expect(heldOf(FIRM, shelf)?.key).toBe(known.log);
    serve({ key, checkpoint: await under(newer), proof });
    expect((await watchLog(FIRM, shelf))?.isCertified).toBe(true);
    expect(heldOf(FIRM, shelf)?.key).toBe(key);
  });
});

test("a log that was never signed raises no alarm", async () => {
  serve({ key: null, checkpoint: null, proof: [] });
  expect(await watchLog(FIRM, new MapShelf())).toBeNull();
});

describe.each(known.origins)("a log that began anew: $name", ({ held, answer, loss, code }) => {
  const holding = async (): Promise<MapShelf> => {
    const shelf = new MapShelf();
    serve({ key: known.log, checkpoint: held, proof: [] });
    await watchLog(FIRM, shelf);
    serve(answer);
    return shelf;
  };

  test.runIf(code !== null)("is not believed", async () => {
    const shelf = await holding();
    expect(await codeOfError(() => watchLog(FIRM, shelf))).toBe(code);
    expect(heldOf(FIRM, shelf)?.key).toBe(known.log);
  });

  test.runIf(code === null && loss?.is_hidden === true)(
    "that hides entries is found every time",
    async () => {
      const shelf = await holding();
      for (const _ of [1, 2]) {
        const error: unknown = await watchLog(FIRM, shelf).catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(HiddenError);
        expect(error).toMatchObject({ loss: { known: loss?.known, kept: loss?.kept } });
      }
    },
  );

  test.runIf(code === null && loss?.is_hidden !== true)("is followed, and what is lost is kept", async () => {
    const shelf = await holding();
    const lost = loss === null ? [] : [{ known: loss.known, kept: loss.kept, isHidden: false }];
    for (const proof of [answer.proof, []]) {
      serve({ ...answer, proof });
      expect(await watchLog(FIRM, shelf)).toMatchObject({ head: { size: 60 }, lost });
    }
    expect(heldOf(FIRM, shelf)?.key).toBe(answer.key);
  });
});
