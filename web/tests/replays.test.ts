/** A vault opened from what this browser kept of an earlier replay, in front of a server, or malware, that tries to use it. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fromBase64url, toBase64url } from "../src/crypto/base64";
import type { Open } from "../src/keyring/keyring";
import { CERTIFICATE } from "../src/seals/certificate";
import { fromDoc, hashOf, read, signDocument, toDoc } from "../src/seals/documents";
import { newId } from "../src/seals/ids";
import { certificateHash } from "../src/seals/issue";
import { REVOCATION } from "../src/seals/revocations";
import { readFile } from "../src/vault/contents";
import type { OpenedFile, OpenedVault } from "../src/vault/opened";
import { askAhead, openForPage, settle } from "../src/vault/resuming";
import { removeNodes, rename, restoreNode } from "../src/vault/tree_changes";
import type { Append } from "../src/wire/vault_api";
import { flipped, HostileServer, keysOf, signedIn, story } from "./hostile_server";
import { kept } from "./kept_store";
import { addFolders, boxes, keepKey, MANY, NOW, signedBy } from "./large_story";
import { codeOfError } from "./vectors";

vi.mock("../src/keyring/store", () => import("./kept_store"));

const NODE = story.files[0]?.node ?? "";
type Box = { readonly iv: Uint8Array; readonly box: Uint8Array };

let server: HostileServer;
let open: Open;
/** The places from which on news were asked for. */
let asked: number[];

beforeEach(async () => {
  kept.clear();
  server = new HostileServer("clerk");
  server.rules.set(`vaults/${story.vault}/records`, ({ record, rows = [] }: Append) => {
    server.add({ record }, ...rows);
    return {};
  });
  open = await signedIn("clerk");
  await keepKey(open);
  await addFolders(server, MANY);
  asked = [];
  const answer = fetch;
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    const since = /\/news\?since=(\d+)/.exec(path)?.[1];
    if (since !== undefined) asked.push(Number(since));
    return answer(path, init);
  });
});
afterEach(() => vi.unstubAllGlobals());

/** Opens the vault as its page does, to the end. */
async function visit(): Promise<OpenedVault> {
  const vault = await openForPage(open, story.vault);
  await settle(vault);
  return vault;
}

const listed = () => kept.get(`replayed:${story.vault}`);
const node = (vault: OpenedVault, name: string) => {
  const found = [...vault.nodes.values()].find(({ row }) => row.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

/** All that a page shows and decides by. */
function seenOf(vault: OpenedVault) {
  const { chain } = vault;
  return {
    state: chain.state(),
    nodes: [...chain.nodes.values()],
    opened: [...vault.nodes.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    top: new Set(vault.childrenOf(vault.id).map(({ id }) => id)),
    trash: vault.trash(),
    title: vault.title,
    due: chain.isRotationDue(vault.present()),
  };
}

describe("a vault that was replayed here", () => {
  test("is shown as it was, without its records being asked for again", async () => {
    const first = await visit();
    const second = await visit();
    expect(asked).toEqual([0, first.chain.seq]);
    expect(second.replayed).toBe(0);
    expect(seenOf(second)).toEqual(seenOf(first));
  });

  test("goes on with what is new, also with what concerns nodes that were kept", async () => {
    const before = await visit();
    await removeNodes(before, [node(before, "Vorgang 3").id]);
    await rename(before, node(before, "Belege"), "Ablage");
    const later = await visit();
    expect(later.replayed).toBe(4);
    expect(later.trash().map(({ row }) => row.name)).toEqual(["Vorgang 3"]);
    expect(node(later, "Ablage").parent).toBe(story.vault);
    await restoreNode(later, node(later, "Vorgang 3"), story.vault);
    kept.delete(`replayed:${story.vault}`);
    expect(seenOf(await visit())).toEqual(seenOf(later));
  });

  test("keeps names given later, what lies in the trash, versions and what nobody can read", async () => {
    const first = await visit();
    await rename(first, node(first, "Belege"), "Ablage");
    await rename(first, node(first, "Beleg ä.txt"), "Beleg.txt");
    await removeNodes(first, [node(first, "Vorgang 7").id]);
    const row = new Uint8Array(60);
    const change = {
      kind: "folder",
      epoch: 2,
      node: newId(),
      parent: story.vault,
      row: hashOf(row),
    } as const;
    const record = await signedBy(server, "client", change);
    server.add({ record }, { node: change.node, version: 0, row: toBase64url(row) });
    kept.delete(`replayed:${story.vault}`);
    const whole = await visit();
    const again = await visit();
    expect(again.replayed).toBe(0);
    expect(seenOf(again)).toEqual(seenOf(whole));
    expect(again.namelessOf(story.vault).map(({ id }) => id)).toEqual([change.node]);
    const file = again.nodes.get(NODE) as OpenedFile;
    const [oldest] = file.node.versions;
    expect(oldest && (await again.openVersion(file, oldest))).toEqual(
      oldest && (await whole.openVersion(whole.nodes.get(NODE) as OpenedFile, oldest)),
    );
    expect((await readFile(again, file, () => undefined)).size).toBe(file.row.size);
  });

  test("tells what its old records did, from records that are asked for again", async () => {
    await visit();
    const vault = await visit();
    expect(vault.history.get(2)).toBeUndefined();
    await vault.history.recall([2, null, 10_000]);
    expect(vault.history.get(2)?.seq).toBe(2);
    const third = server.news.records[2];
    if (third) third.record = await signedBy(server, "client", { kind: "remove", node: NODE });
    const other = await openForPage(open, story.vault);
    expect(await codeOfError(() => other.history.recall([3]))).not.toBe("");
  });

  test("is not kept when it is quickly replayed anyway", async () => {
    server.news.records.pop();
    server.claimHead();
    await visit();
    expect(boxes()).toEqual([]);
  });

  test("is not kept where the browser gives no room, and nobody is alarmed", async () => {
    const { set } = Map.prototype;
    const full = vi.spyOn(kept, "set").mockImplementation((key, value) => {
      if (key.endsWith(":1")) throw new DOMException("full", "QuotaExceededError");
      return set.call(kept, key, value) as typeof kept;
    });
    const vault = await visit();
    full.mockRestore();
    expect(vault.broken).toBeNull();
    expect(boxes()).toEqual([]);
    expect(listed()).toBeUndefined();
  });

  test("makes room for the one that is opened now", async () => {
    kept.set("replayed:another", { id: "x", seq: 1, head: "", boxes: 1, sizeBytes: 64 << 20, usedAt: 1 });
    kept.set("box:another:x:0", {});
    await visit();
    expect(kept.has("replayed:another")).toBe(false);
    expect(kept.has("box:another:x:0")).toBe(false);
    expect(listed()).toBeDefined();
  });
});

describe("news that were asked for while the key was still being opened", () => {
  test("are those that the vault is opened with, kept or not", async () => {
    const first = await openForPage(open, story.vault, await askAhead(story.vault));
    await settle(first);
    await openForPage(open, story.vault, await askAhead(story.vault));
    expect(asked).toEqual([0, first.chain.seq]);
  });

  test("are asked for anew when another device has seen more since; what then is missing is missed", async () => {
    const early = await askAhead(story.vault);
    await early.news;
    await addFolders(server, 1, "Danach");
    const { seq, head } = server.news;
    kept.set(`head:${story.vault}`, { seq, head });
    const vault = await openForPage(open, story.vault, early);
    expect(vault.chain.seq).toBe(seq);
    expect(asked).toEqual([0, 0]);
    const again = await askAhead(story.vault);
    server.news.records.pop();
    server.claimHead();
    kept.set(`head:${story.vault}`, { seq: seq + 1, head });
    expect(await codeOfError(() => openForPage(open, story.vault, again))).toBe("vault_rolled_back");
  });
});

describe("what is kept", () => {
  test("has no name in the open, and nothing without the half of the session", async () => {
    await visit();
    for (const key of boxes()) {
      const { box } = kept.get(key) as Box;
      expect(new TextDecoder("latin1").decode(box)).not.toContain("Vorgang");
    }
    open = { ...open, session: { ...open.session, half: toBase64url(new Uint8Array(32).fill(1)) } };
    expect((await visit()).replayed).toBeGreaterThan(MANY);
  });

  test.each([
    ["altered", (box: Box) => ({ ...box, box: fromBase64url(flipped(toBase64url(box.box))) })],
    ["of another nonce", (box: Box) => ({ ...box, iv: new Uint8Array(12) })],
    ["missing", () => undefined],
    ["nothing of ours", () => "box"],
  ])("is thrown away when a box is %s, and the vault is replayed", async (_, alter) => {
    const first = await visit();
    for (const key of boxes().slice(-1)) kept.set(key, alter(kept.get(key) as Box));
    const vault = await openForPage(open, story.vault);
    expect(vault.replayed).toBe(first.replayed);
    expect(listed()).toBeUndefined();
    expect(boxes()).toEqual([]);
    expect(seenOf(vault)).toEqual(seenOf(first));
  });

  test("opens neither in another place nor for another head, vault, person or root", async () => {
    await visit();
    const [first, second] = boxes();
    const before = new Map(kept);
    const isReplayed = async (): Promise<boolean> => (await openForPage(open, story.vault)).replayed > 0;
    const restore = (): void => {
      kept.clear();
      for (const [key, value] of before) kept.set(key, value);
    };
    if (first === undefined || second === undefined) throw new Error("too few boxes");
    kept.set(first, before.get(second));
    expect(await isReplayed()).toBe(true);
    restore();
    kept.set(`replayed:${story.vault}`, { ...(listed() as object), seq: 2 });
    expect(await isReplayed()).toBe(true);
    restore();
    kept.set(`replayed:${story.vault}`, { ...(listed() as object), boxes: 1 });
    expect(await isReplayed()).toBe(true);
    restore();
    const mine = open;
    open = { ...mine, root: toBase64url(new Uint8Array(32)) };
    expect(await codeOfError(() => openForPage(open, story.vault))).toBe("certificate_root");
    expect(boxes()).toEqual([]);
    restore();
    const person = { ...mine.session.person, id: newId() };
    open = { ...mine, session: { ...mine.session, person } };
    expect(await isReplayed()).toBe(true);
    restore();
    open = mine;
    expect(await isReplayed()).toBe(false);
  });

  test("goes with the key of the sign-in that it was sealed under", async () => {
    await visit();
    await keepKey(open);
    expect((await visit()).replayed).toBeGreaterThan(MANY);
  });

  test("of an earlier time, put back, brings the same vault; the server cannot stay there", async () => {
    await visit();
    const early = new Map([...kept].filter(([key]) => /^(box|replayed):/.test(key)));
    const { length } = server.news.records;
    await addFolders(server, MANY, "Später");
    const newest = await visit();
    for (const [key, value] of early) kept.set(key, value);
    const again = await openForPage(open, story.vault);
    expect(again.replayed).toBe(MANY + 1);
    expect(seenOf(again)).toEqual(seenOf(newest));
    for (const [key, value] of early) kept.set(key, value);
    server.news.records.length = length;
    server.claimHead();
    expect(await codeOfError(() => openForPage(open, story.vault))).toBe("vault_rolled_back");
  });
});

describe("a server that shows something else than it did", () => {
  /** The client's key, taken back by the owner at that place of the log. */
  async function revoke(place: number): Promise<void> {
    const { kid: author, signing } = await keysOf("owner");
    const certificate = server.news.certificates.find(
      ({ doc }) => read(CERTIFICATE, fromDoc(doc).bytes).kind === "client",
    );
    if (certificate === undefined) throw new Error("no certificate");
    const hash = certificateHash(fromDoc(certificate.doc));
    const fields = {
      author,
      certificate: hash,
      compromised_since: null,
      firm: story.firm,
      reason: "left",
    } as const;
    const doc = toDoc(await signDocument(REVOCATION, fields, signing));
    server.news.revocations = [{ doc, accepted_at: NOW, log_index: place }];
  }

  /** The place of the client's record that made the folders, moved back to leave room before it. */
  function lastPlace(): number {
    const last = server.news.records.at(-1);
    if (last === undefined) throw new Error("no record");
    last.log_index += 10;
    return last.log_index;
  }

  test("has every record judged anew by a revocation that it had held back", async () => {
    const place = lastPlace();
    await visit();
    await revoke(place - 1);
    expect(await codeOfError(visit)).toBe("record_author_revoked");
    expect(boxes()).toEqual([]);
  });

  test("cannot have kept, as judged by a revocation, what was judged before it was shown", async () => {
    const place = lastPlace();
    const vault = await openForPage(open, story.vault);
    await revoke(place - 1);
    expect(await codeOfError(() => vault.refresh())).toBe("revocation_hidden");
    await settle(vault).catch(() => undefined);
    expect(boxes()).toEqual([]);
    expect(await codeOfError(visit)).toBe("record_author_revoked");
  });

  test("may tell of a revocation since: what was written before stays, and a new epoch is due", async () => {
    const place = lastPlace();
    expect((await visit()).chain.isRotationDue({ logIndex: Number.POSITIVE_INFINITY, time: NOW })).toBe(
      false,
    );
    await revoke(place + 1);
    const vault = await visit();
    expect(vault.replayed).toBe(0);
    expect(vault.chain.isRotationDue(vault.present())).toBe(true);
    await addFolders(server, 1, "Danach");
    expect(await codeOfError(visit)).toBe("record_author_revoked");
  });

  test("cannot hide that revocation again", async () => {
    await revoke(lastPlace() + 1);
    await visit();
    server.news.revocations = [];
    expect(await codeOfError(visit)).toBe("revocation_hidden");
  });

  test("cannot go on from another history", async () => {
    await visit();
    const { head } = server.news;
    server.news.head = hashOf(new Uint8Array(1));
    const record = await signedBy(server, "client", { kind: "remove", node: NODE });
    server.news.head = head;
    server.add({ record });
    expect(await codeOfError(visit)).toBe("record_previous");
  });

  test("cannot bring a row that is not the signed one", async () => {
    await visit();
    await addFolders(server, 1, "Später");
    const last = server.news.rows.at(-1);
    if (last) last.row = toBase64url(new Uint8Array(60));
    expect(await codeOfError(visit)).toBe("row_differs");
  });
});
