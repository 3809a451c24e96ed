/** Signatures of manifests that are verified once the vault is shown: a wrong one is found, and nothing is opened before. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Open } from "../src/keyring/keyring";
import { fromDoc, MANIFEST, read } from "../src/seals/documents";
import { readFile } from "../src/vault/contents";
import type { OpenedFile } from "../src/vault/opened";
import { openForPage, settle } from "../src/vault/resuming";
import { flipped, HostileServer, signedIn, story } from "./hostile_server";
import { kept } from "./kept_store";
import { addFolders, boxes, keepKey, MANY } from "./large_story";
import { codeOfError } from "./vectors";

vi.mock("../src/keyring/store", () => import("./kept_store"));
vi.mock("../src/workers/start", () => ({ startWorker: (url: string) => new Worker(url) }));

const NODE = story.files[0]?.node ?? "";

let server: HostileServer;
let open: Open;

beforeEach(async () => {
  kept.clear();
  server = new HostileServer("clerk");
  open = await signedIn("clerk");
  await keepKey(open);
  await addFolders(server, MANY);
});
afterEach(() => vi.unstubAllGlobals());

describe("the signature of a manifest", () => {
  /** Of the newest version, by its author but wrong; the record that names the manifest is right. */
  function spoil(): void {
    const entry = server.news.records.findLast(({ manifests }) => (manifests?.length ?? 0) > 0);
    if (entry?.manifests == null) throw new Error("no manifests");
    entry.manifests = entry.manifests.map(({ bytes, sig }) => ({
      bytes,
      sig: flipped(sig.slice(0, -4)) + sig.slice(-4),
    }));
  }

  test("is verified once the vault is shown: a wrong one breaks it, and nothing is kept", async () => {
    spoil();
    const vault = await openForPage(open, story.vault);
    expect(vault.broken).toBeNull();
    expect(await codeOfError(() => settle(vault))).toBe("signature_invalid");
    expect(vault.broken?.code).toBe("signature_invalid");
    expect(await codeOfError(() => vault.refresh())).toBe("signature_invalid");
    expect(boxes()).toEqual([]);
  });

  test.each([
    ["says so", "message"],
    ["does not start", "error"],
  ])("that is wrong is found when the worker %s", async (_, event) => {
    spoil();
    class Deaf {
      onmessage: ((event: { data: boolean }) => void) | null = null;
      onerror: (() => void) | null = null;
      postMessage(): void {
        if (event === "message") this.onmessage?.({ data: false });
        else this.onerror?.();
      }
      terminate(): void {}
    }
    vi.stubGlobal("Worker", Deaf);
    const vault = await openForPage(open, story.vault);
    expect(await codeOfError(() => settle(vault))).toBe("signature_invalid");
  });

  test("is verified before the file is opened, however early that is", async () => {
    const vault = await openForPage(open, story.vault);
    const file = vault.nodes.get(NODE) as OpenedFile;
    const { version } = read(MANIFEST, fromDoc(server.version(file.node.versions.length).manifest).bytes);
    const answer = server.version(version);
    answer.manifest = { ...answer.manifest, sig: flipped(answer.manifest.sig) };
    expect(await codeOfError(() => readFile(vault, file, () => undefined))).toBe("signature_invalid");
  });

  test("of a record that comes while the page is open is verified with it", async () => {
    const all = server.news.records;
    server.news.records = all.slice(0, 3);
    server.claimHead();
    const vault = await openForPage(open, story.vault);
    await settle(vault);
    server.news.records = all;
    server.claimHead();
    spoil();
    expect(await codeOfError(() => vault.refresh())).toBe("signature_invalid");
  });
});
