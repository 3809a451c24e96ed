/** A vault that several ask at once, that fails for a while, or that one of its writers has spoilt. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openSmall, sealSmall } from "../src/crypto/age";
import { fromBase64url, toBase64url } from "../src/crypto/base64";
import {
  type Change,
  EPOCH,
  fromDoc,
  hashOf,
  RECORD,
  read,
  signDocument,
  toDoc,
} from "../src/seals/documents";
import { newId } from "../src/seals/ids";
import { epochKeys } from "../src/seals/keys";
import { sealRow } from "../src/seals/rows";
import { makeFolder } from "../src/vault/commit";
import { readFile } from "../src/vault/contents";
import { type OpenedFile, OpenedVault } from "../src/vault/opened";
import type { Append, RowAnswer } from "../src/wire/vault_api";
import { HostileServer, keysOf, signedIn, story } from "./hostile_server";
import { codeOfError } from "./vectors";

const kept = vi.hoisted(() => new Map<string, unknown>());
const storage = vi.hoisted(() => ({ fails: false }));

vi.mock("../src/keyring/store", () => ({
  recall: async (key: string) => {
    if (storage.fails) throw new Error("no room");
    return kept.get(key);
  },
  keep: async (key: string, value: unknown) => void kept.set(key, value),
  forgetOne: async (key: string) => void kept.delete(key),
  forgetAll: async () => kept.clear(),
}));

const NOW = 1_800_100_000;
const NODE = story.files[0]?.node ?? "";
const RECORDS = `vaults/${story.vault}/records`;

let server: HostileServer;

beforeEach(() => {
  kept.clear();
  storage.fails = false;
  server = new HostileServer("clerk");
  accept();
});
afterEach(() => vi.unstubAllGlobals());

async function load(): Promise<OpenedVault> {
  return OpenedVault.load(await signedIn("clerk"), story.vault);
}

/** The server takes every record that is posted, as an honest one takes those that fit. */
function accept(take: (body: Append) => void = () => undefined): void {
  server.rules.set(RECORDS, (body: Append) => {
    const { record, roster, epoch, previous_seed, rows = [], wraps = [] } = body;
    const { seq } = read(RECORD, fromDoc(record).bytes);
    expect(seq).toBe(server.news.seq + 1);
    server.add(
      {
        record,
        ...(roster ? { roster } : {}),
        ...(epoch ? { epoch } : {}),
        ...(previous_seed ? { previous_seed } : {}),
      },
      ...rows,
    );
    const { kid } = story.people["clerk"] ?? {};
    const own = wraps.filter(({ key }) => key === kid);
    if (epoch) {
      const number = read(EPOCH, fromDoc(epoch).bytes).epoch;
      server.news.wraps.push(...own.map(({ key, age }) => ({ epoch: number, key, age })));
    }
    take(body);
    return {};
  });
}

const names = (vault: OpenedVault) => [...vault.nodes.values()].map(({ row }) => row.name).sort();

/** A record of the client upon the last one shown. */
async function byClient(...changes: Change[]) {
  const { kid: author, signing } = await keysOf("client");
  const { seq, head: previous } = server.news;
  const { firm, vault } = story;
  return toDoc(await signDocument(RECORD, { author, changes, firm, previous, seq: seq + 1, vault }, signing));
}

/** The client begins epoch 3 and seals rubbish as the seed of the epoch before, and to the clerk unless told otherwise. */
async function spoil({ isWrapGood = false } = {}): Promise<void> {
  const { kid: author, signing } = await keysOf("client");
  const { chain } = await load();
  const seed = crypto.getRandomValues(new Uint8Array(32));
  const { recipient } = await epochKeys(seed);
  const fields = {
    author,
    epoch: 3,
    firm: story.firm,
    previous: chain.epoch.hash,
    recipient,
    roster: chain.rosterHash ?? "",
    sealed_to: [...chain.epoch.sealed_to],
    vault: story.vault,
  };
  const epoch = await signDocument(EPOCH, fields, signing);
  const rubbish = (to: string) => sealSmall(crypto.getRandomValues(new Uint8Array(32)), [to]);
  const change = { kind: "epoch", epoch: 3, hash: hashOf(epoch.bytes) } as const;
  server.add({
    record: await byClient(change),
    epoch: toDoc(epoch),
    previous_seed: toBase64url(await rubbish(recipient)),
  });
  const { kid: key, recipient: clerks } = await keysOf("clerk");
  const wrap = isWrapGood ? await sealSmall(seed, [clerks]) : await rubbish(clerks);
  server.news.wraps.push({ epoch: 3, key, age: toBase64url(wrap) });
}

describe("taking turns", () => {
  test("many may ask for the same news at once", async () => {
    const all = [...server.news.records];
    server.news.records = all.slice(0, 3);
    server.claimHead();
    const vault = await load();
    server.news.records = all;
    server.claimHead();
    const found = await Promise.all([vault.refresh(), vault.refresh(true), vault.refresh()]);
    expect(found.filter(Boolean).length).toBe(1);
    expect(vault.broken).toBeNull();
    expect(names(vault)).toEqual(["Alt", "Beleg ä.txt", "Belege"]);
  });

  test("many may write at once, while the page looks for news", async () => {
    const vault = await load();
    const made = ["A", "B", "C"].map((name) => makeFolder(vault, vault.id, name, NOW));
    await Promise.all([...made, vault.refresh(true), vault.rotateIfDue()]);
    expect(names(vault)).toEqual(["A", "Alt", "B", "Beleg ä.txt", "Belege", "C"]);
    expect(vault.chain.seq).toBe(server.news.seq);
  });

  test("a name that is taken meanwhile is taken", async () => {
    const vault = await load();
    const twice = await Promise.allSettled([1, 2].map(() => makeFolder(vault, vault.id, "A", NOW)));
    expect(twice.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(await codeOfError(() => makeFolder(vault, vault.id, "A", NOW))).toBe("name_taken");
  });

  test("after a failure that is no lie, what the chain took is opened with the next news", async () => {
    const all = [...server.news.records];
    server.news.records = all.slice(0, 3);
    server.claimHead();
    const vault = await load();
    server.news.records = all;
    server.claimHead();
    storage.fails = true;
    await expect(vault.refresh()).rejects.toThrow("no room");
    expect(vault.broken).toBeNull();
    storage.fails = false;
    await vault.refresh();
    expect([...vault.nodes.keys()].sort()).toEqual([...vault.chain.nodes.keys()].sort());
  });

  test("looking for news by itself says so", async () => {
    const vault = await load();
    const asked: string[] = [];
    const honest = fetch;
    vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
      asked.push(path);
      return honest(path, init);
    });
    await vault.refresh(true);
    await vault.refresh();
    expect(asked.map((path) => path.includes("background=true"))).toEqual([true, false]);
  });
});

describe("a spoilt epoch", () => {
  test("closes nothing that was there before, and the next writer repairs it", async () => {
    await spoil();
    const vault = await load();
    expect(names(vault)).toEqual(["Alt", "Beleg ä.txt", "Belege"]);
    expect(await vault.seeds.failures()).toEqual([3]);
    await makeFolder(vault, vault.id, "Neu", NOW);
    expect(vault.seeds.failed.get(3)?.code).toBe("wrap_foreign_seed");
    expect(vault.chain.epoch.epoch).toBe(4);
    const repaired = server.posted("records")[0] as unknown as Append;
    const { identity } = await vault.seeds.keysOf(4);
    const handedDown = await openSmall(fromBase64url(repaired.previous_seed ?? ""), identity);
    expect(toBase64url(handedDown)).toBe(story.epoch_seeds["2"]);
    const again = await load();
    expect(names(again)).toEqual(["Alt", "Beleg ä.txt", "Belege", "Neu"]);
  });

  test("hides what was sealed in it, and nothing else", async () => {
    await spoil();
    const row = new Uint8Array(60);
    const node = newId();
    const change = { kind: "folder", epoch: 3, node, parent: story.vault, row: hashOf(row) } as const;
    server.add({ record: await byClient(change) }, { node, version: 0, row: toBase64url(row) });
    const vault = await load();
    expect(vault.namelessOf(vault.id).map(({ id, kind }) => [id, kind])).toEqual([[node, "folder"]]);
    expect(vault.nodes.size).toBe(3);
  });

  test("that hands down rubbish is followed by one that hands down all", async () => {
    await spoil({ isWrapGood: true });
    const vault = await load();
    const third = toBase64url(await vault.seeds.seedOf(3));
    await makeFolder(vault, vault.id, "Neu", NOW);
    await makeFolder(vault, vault.id, "Noch eins", NOW);
    expect(await vault.seeds.failures()).toEqual([]);
    expect(vault.chain.epoch.epoch).toBe(4);
    // Who comes now has this wrap alone.
    server.news.wraps = server.news.wraps.filter(({ epoch }) => epoch === 4);
    const later = await load();
    expect(names(later)).toEqual(["Alt", "Beleg ä.txt", "Belege", "Neu", "Noch eins"]);
    expect(toBase64url(await later.seeds.seedOf(3))).toBe(third);
    expect(toBase64url(await later.seeds.seedOf(1))).toBe(story.epoch_seeds["1"]);
  });

  test("that the server keeps spoiling is repaired once for each write, and written to", async () => {
    await spoil({ isWrapGood: true });
    const vault = await load();
    const spoilt = server.news.records.at(-1)?.previous_seed ?? "";
    accept(({ epoch }) => {
      const last = server.news.records.at(-1);
      if (epoch && last) last.previous_seed = spoilt;
    });
    await makeFolder(vault, vault.id, "Neu", NOW);
    await makeFolder(vault, vault.id, "Noch eins", NOW);
    expect(vault.chain.epoch.epoch).toBe(5);
    expect(names(vault)).toContain("Noch eins");
  });

  test("whose repair the server withholds ends in an error, not in epochs without end", async () => {
    await spoil();
    const vault = await load();
    accept(() => void server.news.wraps.pop());
    expect(await codeOfError(() => makeFolder(vault, vault.id, "Neu", NOW))).toBe("wrap_missing");
    expect(server.posted("records").length).toBe(1);
  });
});

describe("what cannot be read", () => {
  async function folder(name: string): Promise<[Change, RowAnswer]> {
    const { rowKey } = await epochKeys(fromBase64url(story.epoch_seeds["2"] ?? ""));
    const node = newId();
    const place = {
      kind: "folder",
      firm: story.firm,
      vault: story.vault,
      node,
      version: 0,
      epoch: 2,
    } as const;
    const row = await sealRow(rowKey, place, { created: NOW, name });
    const change = { kind: "folder", epoch: 2, node, parent: story.vault, row: hashOf(row) } as const;
    return [change, { node, version: 0, row: toBase64url(row) }];
  }

  test("stays on the list beside what comes later", async () => {
    const row = new Uint8Array(60);
    const node = newId();
    const bad = { kind: "folder", epoch: 2, node, parent: story.vault, row: hashOf(row) } as const;
    server.add({ record: await byClient(bad) }, { node, version: 0, row: toBase64url(row) });
    const vault = await load();
    const [change, good] = await folder("Später");
    server.add({ record: await byClient(change) }, good);
    await vault.refresh();
    expect(names(vault)).toContain("Später");
    expect(vault.namelessOf(vault.id).length).toBe(1);
  });

  test("is no matter of the server: a row of another hash breaks the vault", async () => {
    const vault = await load();
    const [change, good] = await folder("Später");
    server.add({ record: await byClient(change) }, { ...good, row: toBase64url(new Uint8Array(60)) });
    expect(await codeOfError(() => vault.refresh())).toBe("row_differs");
    expect(vault.broken?.code).toBe("row_differs");
  });
});

describe("what the page may say", () => {
  test("people with access are counted without the firm's recovery", async () => {
    const vault = await load();
    expect(vault.chain.holders(vault.present()).length).toBe(4);
    expect(vault.countReaders()).toBe(3);
  });

  test("a version is called clean once its verdict has been verified, and not before", async () => {
    const vault = await load();
    const file = vault.nodes.get(NODE) as OpenedFile;
    const { manifest } = file.node.versions.at(-1) ?? {};
    if (manifest === undefined) throw new Error("the story's file has no version");
    expect(vault.isKnownClean(manifest)).toBe(false);
    await readFile(vault, file, () => undefined);
    expect(vault.isKnownClean(manifest)).toBe(true);
    expect(vault.isKnownClean({ ...manifest, commitment: manifest.payload_hash })).toBe(false);
  });
});
