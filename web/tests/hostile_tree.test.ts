/** The browser's client in front of a server, or a writer, that lies about where things are and what they are called. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fromBase64url, toBase64url } from "../src/crypto/base64";
import {
  type Change,
  type Doc,
  fromDoc,
  hashOf,
  MANIFEST,
  RECORD,
  read,
  signDocument,
  toDoc,
} from "../src/seals/documents";
import { newId } from "../src/seals/ids";
import { epochKeys, holderKeys } from "../src/seals/keys";
import { sealRow } from "../src/seals/rows";
import { readFile } from "../src/vault/contents";
import { restoreVersion } from "../src/vault/copies";
import { type OpenedFile, OpenedVault } from "../src/vault/opened";
import {
  placeNodes,
  purgeNodes,
  releaseVersion,
  removeNodes,
  rename,
  restoreNode,
} from "../src/vault/tree_changes";
import type { Append, CommitBody } from "../src/wire/vault_api";
import { HostileServer, keysOf, signedIn, story, verdictOn } from "./hostile_server";
import { kept } from "./kept_store";
import { codeOfError } from "./vectors";

vi.mock("../src/keyring/store", () => import("./kept_store"));

const RECORDS = `vaults/${story.vault}/records`;
const COMMIT = `vaults/${story.vault}/commit`;
const NODE = story.files[0]?.node ?? "";

let server: HostileServer;

beforeEach(() => {
  kept.clear();
  server = new HostileServer("clerk");
  // Whatever is posted is taken, as an honest server takes what fits.
  const take = (body: Append & Partial<CommitBody>) => {
    const manifests = body.files?.map(({ manifest }) => manifest);
    const rows = body.files?.map(({ manifest, row }) => {
      const { node, version } = read(MANIFEST, fromDoc(manifest).bytes);
      return { node, version, row };
    });
    server.add(
      { record: body.record, ...(manifests ? { manifests } : {}) },
      ...(body.rows ?? []),
      ...(rows ?? []),
    );
    return {};
  };
  server.rules.set(RECORDS, take);
  server.rules.set(COMMIT, take);
});
afterEach(() => vi.unstubAllGlobals());

async function load(who: "clerk" | "client" | "owner" = "clerk"): Promise<OpenedVault> {
  const { kid } = story.people[who] ?? {};
  server.news.wraps = story.wraps.filter(({ key }) => key === kid);
  return OpenedVault.load(await signedIn(who), story.vault);
}

/** The last record is taken back, by a server whose clients remember nothing. */
function withdraw(): void {
  server.news.records.pop();
  server.claimHead();
  kept.clear();
}

const refused = (): Promise<string> => codeOfError(() => load());

function nodeNamed(vault: OpenedVault, name: string) {
  const found = [...vault.nodes.values()].find(({ row }) => row.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

const namesIn = (vault: OpenedVault, folder = vault.id) =>
  vault
    .childrenOf(folder)
    .map(({ row }) => row.name)
    .sort();

/** A record upon the last one shown, by whoever has these keys. */
async function signedBy(keys: Awaited<ReturnType<typeof keysOf>>, ...changes: Change[]): Promise<Doc> {
  const { seq, head: previous } = server.news;
  const { firm, vault } = story;
  const fields = { author: keys.kid, changes, firm, previous, seq: seq + 1, vault };
  return toDoc(await signDocument(RECORD, fields, keys.signing));
}

async function placing(node: string, parent: string, name: string, sealedFor = node) {
  const { rowKey } = await epochKeys(fromBase64url(story.epoch_seeds["2"] ?? ""));
  const place = {
    kind: "place",
    firm: story.firm,
    vault: story.vault,
    node: sealedFor,
    version: 0,
    epoch: 2,
  } as const;
  const row = await sealRow(rowKey, place, { name });
  const change = { kind: "place", epoch: 2, node, parent, row: hashOf(row) } as const;
  return { change, row: { node, version: 0, row: toBase64url(row) } };
}

describe("where things are", () => {
  test("is told, moved, removed and restored when nobody lies", async () => {
    const vault = await load();
    await rename(vault, nodeNamed(vault, "Alt"), "Neu");
    await placeNodes(vault, [{ node: NODE, parent: nodeNamed(vault, "Neu").id, name: "Beleg.txt" }]);
    const folder = nodeNamed(vault, "Neu");
    expect(namesIn(vault, folder.parent)).toContain("Neu");
    expect(namesIn(vault)).not.toContain("Beleg.txt");
    expect(namesIn(vault, folder.id)).toContain("Beleg.txt");
    await removeNodes(vault, [folder.id]);
    expect(vault.isFolder(folder.id)).toBe(false);
    expect(vault.trash().map(({ id }) => id)).toEqual([folder.id]);
    const again = await load("client");
    expect(again.trash().map(({ row }) => row.name)).toEqual(["Neu"]);
    await restoreNode(again, nodeNamed(again, "Neu"), again.id);
    expect(namesIn(again, folder.id)).toContain("Beleg.txt");
    expect(again.trash()).toEqual([]);
  });

  test("a name of another node in place of the signed one breaks the vault", async () => {
    const vault = await load();
    await rename(vault, nodeNamed(vault, "Alt"), "Eins");
    await rename(vault, nodeNamed(vault, "Belege"), "Zwei");
    const [one, two] = server.news.rows.slice(-2);
    if (one === undefined || two === undefined) throw new Error("no rows");
    server.news.rows.splice(-2, 2, { ...one, row: two.row }, { ...two, row: two.row });
    expect(await refused()).toBe("row_differs");
  });

  test("rows that only change their labels change no name", async () => {
    const vault = await load();
    await rename(vault, nodeNamed(vault, "Alt"), "Eins");
    await rename(vault, nodeNamed(vault, "Belege"), "Zwei");
    const before = new Map([...vault.nodes].map(([id, { row }]) => [id, row.name]));
    const [one, two] = server.news.rows.slice(-2);
    if (one === undefined || two === undefined) throw new Error("no rows");
    server.news.rows.splice(-2, 2, { ...one, node: two.node }, { ...two, node: one.node });
    const again = await load("client");
    expect(new Map([...again.nodes].map(([id, { row }]) => [id, row.name]))).toEqual(before);
  });

  test("a writer who signs another node's name for one gives it none", async () => {
    const vault = await load();
    const { id } = nodeNamed(vault, "Alt");
    const { change, row } = await placing(id, story.vault, "Beleg ä.txt", NODE);
    server.add({ record: await signedBy(await keysOf("client"), change) }, row);
    const again = await load();
    expect(again.unreadable.has(id)).toBe(true);
    expect(again.nodes.has(id)).toBe(false);
  });

  test("an altered parent is no change that somebody signed", async () => {
    const vault = await load();
    await placeNodes(vault, [{ node: NODE, parent: vault.id, name: "Beleg.txt" }]);
    const last = server.news.records.at(-1);
    if (last === undefined) throw new Error("no record");
    const text = new TextDecoder().decode(fromBase64url(last.record.bytes));
    const altered = text.replace(`"parent":"${vault.id}"`, `"parent":"${nodeNamed(vault, "Alt").id}"`);
    expect(altered).not.toBe(text);
    last.record = { ...last.record, bytes: toBase64url(new TextEncoder().encode(altered)) };
    server.claimHead();
    kept.clear();
    expect(await refused()).toBe("signature_invalid");
  });

  test("a node that nobody signed for is not there", async () => {
    const vault = await load();
    const { row } = await placing(newId(), story.vault, "Untergeschoben");
    server.news.rows.push(row);
    expect(namesIn(await load())).toEqual(namesIn(vault));
    const stranger = await holderKeys(crypto.getRandomValues(new Uint8Array(32)));
    const folder = {
      kind: "folder",
      epoch: 2,
      node: newId(),
      parent: story.vault,
      row: hashOf(new Uint8Array(60)),
    } as const;
    server.add({ record: await signedBy(stranger, folder) });
    expect(await refused()).toBe("record_author");
  });

  test("a node cannot be placed below itself, whoever signs", async () => {
    const vault = await load();
    const { id } = nodeNamed(vault, "Alt");
    const { change, row } = await placing(id, id, "Alt");
    server.add({ record: await signedBy(await keysOf("client"), change) }, row);
    expect(await refused()).toBe("node_cycle");
  });
});

describe("what was removed", () => {
  test("is not shown as live by a server that withholds the record", async () => {
    const before = server.news.records.length;
    const vault = await load();
    await removeNodes(vault, [NODE]);
    expect(vault.childrenOf(vault.id).some(({ id }) => id === NODE)).toBe(false);
    server.news.records.splice(before);
    server.claimHead();
    expect(await refused()).toBe("vault_rolled_back");
  });

  test("may be missing its rows, and comes back only with them", async () => {
    const vault = await load();
    const { id } = nodeNamed(vault, "Alt");
    await removeNodes(vault, [id]);
    const rows = [...server.news.rows];
    server.news.rows = rows.filter(({ node }) => node !== id);
    const again = await load();
    expect(again.nodes.has(id)).toBe(false);
    expect(again.trash()).toEqual([]);
    const { change, row } = await placing(id, story.vault, "Wieder da");
    server.add({ record: await signedBy(await keysOf("client"), change) }, row);
    expect(namesIn(await load())).toContain("Wieder da");
    server.news.rows.pop();
    expect(await refused()).toBe("row_differs");
  });

  test("is gone for ever only when who manages the vault says so", async () => {
    const vault = await load();
    await removeNodes(vault, [NODE]);
    server.add({ record: await signedBy(await keysOf("client"), { kind: "purge", node: NODE }) });
    expect(await refused()).toBe("record_rights");
    withdraw();
    const again = await load("owner");
    await purgeNodes(again, [NODE]);
    server.news.rows = server.news.rows.filter(({ node }) => node !== NODE);
    const last = await load();
    expect(last.trash()).toEqual([]);
    const { change, row } = await placing(NODE, story.vault, "Zurück");
    server.add({ record: await signedBy(await keysOf("client"), change) }, row);
    expect(await refused()).toBe("node_purged");
  });
});

describe("a file that could not be scanned", () => {
  const newest = (vault: OpenedVault) => vault.nodes.get(NODE) as OpenedFile;
  const fetched = async (who: "clerk" | "client" = "clerk") => {
    const vault = await load(who);
    return readFile(vault, newest(vault), () => undefined);
  };

  beforeEach(async () => {
    const { manifest } = newest(await load()).signed;
    const { payload_hash, commitment } = manifest;
    const about = { payload_hash, commitment, result: "not_scannable", reason: "encrypted" } as const;
    server.version(manifest.version).verdict = await verdictOn(about);
  });

  test("stays closed, whatever the server hints", async () => {
    expect(await codeOfError(fetched)).toBe("held");
    Object.assign(server.news, { held: [] });
    expect(await codeOfError(fetched)).toBe("held");
  });

  test("opens once the staff has released it, and is never called clean", async () => {
    const vault = await load();
    await releaseVersion(vault, newest(vault));
    expect((await fetched("client")).size).toBe(newest(vault).row.size);
    const again = await load("client");
    await readFile(again, newest(again), () => undefined);
    expect(again.isKnownClean(newest(again).signed.manifest)).toBe(false);
    expect(again.chain.isReleased(newest(again).signed)).toBe(true);
  });

  test("is not released by a client, nor under another version's hash", async () => {
    const vault = await load();
    const { versions } = newest(vault).node;
    const [first, second] = versions.map(({ manifestHash }) => manifestHash);
    const release = (manifest: string | undefined, version: number) =>
      ({ kind: "release", node: NODE, version, manifest: manifest ?? "" }) as const;
    server.add({ record: await signedBy(await keysOf("client"), release(second, 2)) });
    expect(await refused()).toBe("record_rights");
    withdraw();
    server.add({ record: await signedBy(await keysOf("clerk"), release(first, 2)) });
    expect(await refused()).toBe("node_version");
    withdraw();
    server.add({ record: await signedBy(await keysOf("clerk"), release(first, 1)) });
    expect(await codeOfError(fetched)).toBe("held");
  });

  test("stays closed as a copy", async () => {
    const vault = await load();
    const file = newest(vault);
    expect(await codeOfError(() => restoreVersion(vault, file, ""))).toBe("held");
  });
});

describe("an earlier version", () => {
  test("comes back as the newest: the same payload, a new manifest, header and row", async () => {
    const vault = await load();
    const file = vault.nodes.get(NODE) as OpenedFile;
    const [first] = file.node.versions;
    if (first === undefined) throw new Error("the story's file has no version");
    await restoreVersion(vault, await vault.openVersion(file, first), "Wieder die erste");
    const [body] = server.posted("commit") as unknown as CommitBody[];
    expect(body?.files[0]?.upload).toBeNull();
    const now = vault.nodes.get(NODE) as OpenedFile;
    const { manifest } = now.signed;
    expect(manifest.copied_from).toBe(first.manifestHash);
    expect(manifest.payload_hash).toBe(first.manifest.payload_hash);
    expect(now.row.note).toBe("Wieder die erste");
    expect(body?.files[0]?.header).not.toBe(server.version(1).header);
  });
});
