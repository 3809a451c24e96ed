/** The browser's client in front of a server that lies about files, verdicts and scanners. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fromBase64url, toBase64url } from "../src/crypto/base64";
import { encode } from "../src/crypto/canonical";
import { sign } from "../src/crypto/sshsig";
import { SCANNER_KEY, toDoc } from "../src/seals/documents";
import { headerFor, type SealedFile } from "../src/seals/files";
import { newId } from "../src/seals/ids";
import { epochKeys, holderKeys, signingKeys } from "../src/seals/keys";
import { COMMITTED, commitFiles } from "../src/vault/commit";
import { readFile } from "../src/vault/contents";
import { type OpenedFile, OpenedVault } from "../src/vault/opened";
import { chosen } from "../src/vault/picked";
import { Uploads } from "../src/vault/upload";
import type { UploadItem } from "../src/vault/upload_item";
import { signVersion } from "../src/vault/version_change";
import { flipped, HostileServer, keysOf, seedOf, signedIn, story, verdictOn } from "./hostile_server";
import { kept } from "./kept_store";
import { codeOfError } from "./vectors";

vi.mock("../src/keyring/store", () => import("./kept_store"));
vi.mock("../src/vault/sending", () => ({
  MOST_SMALL: { files: 200, bytes: 8 << 20, payloadBytes: 1 << 20 },
  sendSmall: async (_: string, payloads: readonly Blob[]) => payloads.map(() => "upload"),
}));

const FORM = ["not_canonical", "document_invalid", "not_base64", "signature_invalid"];
const NODE = story.files[0]?.node ?? "";
const randomSeed = () => crypto.getRandomValues(new Uint8Array(32));

let server: HostileServer;

beforeEach(() => {
  kept.clear();
  server = new HostileServer("client");
});
afterEach(() => vi.unstubAllGlobals());

async function load(): Promise<OpenedVault> {
  return OpenedVault.load(await signedIn("client"), story.vault);
}

describe("a file", () => {
  async function fetched(number = 2): Promise<Blob> {
    if (number === 1) server.news.records.pop();
    server.claimHead();
    const vault = await load();
    return readFile(vault, vault.nodes.get(NODE) as OpenedFile, () => undefined);
  }
  const refused = (number = 2): Promise<string> => codeOfError(() => fetched(number));
  const manifest = (number: number) => {
    const all = story.entries.flatMap(({ manifests }) => manifests ?? []);
    const { payload_hash, commitment } = JSON.parse(
      Buffer.from(all[number - 1]?.bytes ?? "", "base64url").toString(),
    ) as { payload_hash: string; commitment: string };
    return { payload_hash, commitment };
  };

  test("opens when nobody lies", async () => {
    expect(toBase64url(new Uint8Array(await (await fetched(1)).arrayBuffer()))).toBe(story.files[0]?.content);
  });

  test("opens as an earlier version, whose own manifest, verdict and payload are verified", async () => {
    const earlier = async (): Promise<Blob> => {
      const vault = await load();
      const file = vault.nodes.get(NODE) as OpenedFile;
      const [first] = file.node.versions;
      if (first === undefined) throw new Error("the story's file has no version");
      const opened = await vault.openVersion(file, first);
      expect(opened.row.size).toBe(fromBase64url(story.files[0]?.content ?? "").length);
      return readFile(vault, opened, () => undefined);
    };
    expect(toBase64url(new Uint8Array(await (await earlier()).arrayBuffer()))).toBe(story.files[0]?.content);
    const newer = server.version(2);
    server.version(1).verdict = newer.verdict;
    expect(await codeOfError(earlier)).toBe("verdict_mismatch");
    server.version(1).manifest = newer.manifest;
    expect(await codeOfError(earlier)).toBe("manifest_differs");
    server.answers.set(server.place(1), newer);
    expect(await codeOfError(earlier)).toBe("manifest_differs");
  });

  test("with another manifest, or the manifest of another version, is refused", async () => {
    const first = server.version(1).manifest;
    server.version(2).manifest = first;
    expect(await refused()).toBe("manifest_differs");
    server = new HostileServer("client");
    const { manifest: own } = server.version(2);
    server.version(2).manifest = { ...own, bytes: flipped(own.bytes) };
    expect(await refused()).toBe("manifest_differs");
  });

  test("without the scanner's verdict on exactly these bytes is refused", async () => {
    const about = manifest(2);
    const { kid } = await keysOf("owner");
    const zero = toBase64url(new Uint8Array(32));
    const lies = [
      ["verdict_missing", null],
      ["scanner_unknown", await verdictOn(about, randomSeed())],
      ["scanner_unknown", await verdictOn({ ...about, scanner: kid }, seedOf("owner"))],
      ["verdict_not_clean", await verdictOn({ ...about, result: "infected", reason: "Eicar" })],
      ["verdict_not_clean", await verdictOn({ ...about, result: "failed", reason: "x" })],
      ["verdict_mismatch", await verdictOn({ ...about, payload_hash: zero })],
      ["verdict_mismatch", await verdictOn({ ...about, commitment: zero })],
      ["verdict_mismatch", await verdictOn({ ...about, firm: newId() })],
      ["verdict_mismatch", server.version(1).verdict],
    ] as const;
    for (const [code, verdict] of lies) {
      server.version(2).verdict = verdict;
      expect(await refused()).toBe(code);
    }
    const honest = await verdictOn(about);
    server.version(2).verdict = { ...honest, sig: flipped(honest.sig) };
    expect(await refused()).toBe("signature_invalid");
    server.version(2).verdict = { ...honest, bytes: flipped(honest.bytes) };
    expect(FORM).toContain(await refused());
    server.version(2).verdict = honest;
    await fetched();
  });

  test("with another header is refused", async () => {
    const { recipient } = await epochKeys(fromBase64url(story.epoch_seeds["2"] ?? ""));
    const other = crypto.getRandomValues(new Uint8Array(16));
    server.version(2).header = toBase64url(headerFor(other, recipient));
    expect(await refused()).toBe("commitment_mismatch");
    server.version(2).header = toBase64url(headerFor(other, (await keysOf("owner")).recipient));
    expect(await refused()).toBe("header_foreign");
    server.version(2).header = flipped(story.files[1]?.header ?? "");
    expect(["header_invalid", "header_foreign"]).toContain(await refused());
  });

  test("with other leaves or other bytes is refused", async () => {
    const whole = server.answers.get(`${server.place(1)}/payload`) as Uint8Array;
    const { leaves } = server.version(1);
    for (const lie of [flipped(leaves), "", leaves + leaves]) {
      server = new HostileServer("client");
      server.version(1).leaves = lie;
      expect(["payload_hash", "not_base64"]).toContain(await refused(1));
    }
    const altered = new Uint8Array(whole);
    altered[20] = (altered[20] ?? 0) ^ 1;
    const longer = new Uint8Array([...whole, 0]);
    for (const payload of [altered, longer, whole.slice(0, -1), whole.slice(0, 16), new Uint8Array(0)]) {
      server = new HostileServer("client");
      server.answers.set(`${server.place(1)}/payload`, payload);
      expect(await refused(1)).toBe("payload_altered");
    }
  });
});

describe("an upload", () => {
  /** A scanner key by `by`, also one that our own writers would not sign. */
  async function scannerKey(more: object = {}, by = seedOf("scanner")) {
    const now = Math.floor(Date.now() / 1000);
    const { recipient } = await holderKeys(randomSeed());
    const { kid, signing } = await signingKeys(by);
    const honest = {
      firm: story.firm,
      not_after: now + 3600,
      not_before: now - 300,
      recipient,
      scanner: kid,
    };
    const bytes = encode({ ...honest, ...more });
    return toDoc({ bytes, sig: await sign(signing, SCANNER_KEY.namespace, bytes) });
  }

  /** The code of the error with which the upload of a small file ends. */
  async function ended(): Promise<string> {
    const vault = await load();
    const item = await new Promise<UploadItem>((resolve) => {
      const uploads = new Uploads(vault, (item) => {
        if (item.stage === "done" || item.stage === "refused") resolve(item);
      });
      uploads.add(chosen([new File(["Nur für die Kanzlei"], "Brief.txt")]), story.vault);
    });
    return codeOfError(() => Promise.reject(item.problem));
  }

  test("is not sealed for a scanner that is not the firm's, or not today's", async () => {
    const now = Math.floor(Date.now() / 1000);
    const lies = [
      ["scanner_unknown", await scannerKey({}, randomSeed())],
      ["scanner_unknown", await scannerKey({ scanner: (await keysOf("owner")).kid }, seedOf("owner"))],
      ["scanner_key_firm", await scannerKey({ firm: newId() })],
      ["scanner_key_expired", await scannerKey({ not_before: now - 7200, not_after: now - 3600 })],
      ["scanner_key_expired", await scannerKey({ not_before: now + 3600, not_after: now + 7200 })],
      ["document_invalid", await scannerKey({ not_before: now, not_after: now + 86_401 })],
    ] as const;
    for (const [code, doc] of lies) {
      server.answers.set("scanner-key", { doc });
      expect(await ended()).toBe(code);
    }
    const honest = await scannerKey();
    server.answers.set("scanner-key", { doc: { ...honest, sig: flipped(honest.sig) } });
    expect(await ended()).toBe("signature_invalid");
    expect(server.sent).toEqual([]);
  });

  test("is not published on the server's word, nor on another file's verdict", async () => {
    server.answers.set("scanner-key", { doc: await scannerKey() });
    const zero = toBase64url(new Uint8Array(32));
    type Item = { payload_hash: string; commitment: string };
    const lies: [string, (item: Item) => Promise<unknown>][] = [
      ["failed", async () => null],
      ["scanner_unknown", async (item) => verdictOn(item, randomSeed())],
      ["verdict_mismatch", async ({ commitment }) => verdictOn({ commitment, payload_hash: zero })],
      ["verdict_mismatch", async ({ payload_hash }) => verdictOn({ payload_hash, commitment: zero })],
      ["infected", async (item) => verdictOn({ ...item, result: "infected", reason: "Eicar" })],
    ];
    const place = `vaults/${story.vault}/check`;
    for (const [code, lie] of lies) {
      vi.stubGlobal("fetch", lying(place, lie));
      expect(await ended()).toBe(code);
    }
    expect(server.posted("/commit")).toEqual([]);
  });

  /** As `fetch`, but checks are answered with a verdict that takes a moment to sign. */
  function lying(
    place: string,
    lie: (item: { payload_hash: string; commitment: string }) => Promise<unknown>,
  ) {
    const honest = fetch;
    return async (path: string, init: RequestInit): Promise<Response> => {
      if (path !== `/api/${place}`) return honest(path, init);
      const { uploads } = JSON.parse(String(init.body)) as {
        uploads: { payload_hash: string; commitment: string; upload: string }[];
      };
      const [item] = uploads;
      if (item === undefined) throw new Error("nothing to check");
      const { upload, payload_hash, commitment } = item;
      const verdict = await lie({ payload_hash, commitment });
      return Response.json({ results: [{ upload, verdict, code: null, message: "" }] });
    };
  }

  test("takes no more of a request than is reckoned with, whatever its name and its picture", async () => {
    server = new HostileServer("clerk");
    const vault = await OpenedVault.load(await signedIn("clerk"), story.vault);
    for (const picture of [null, new Uint8Array(24 << 10)]) {
      const hash = "A".repeat(43);
      const { change, wire } = await signVersion(vault, {
        upload: "A".repeat(22),
        fileKey: new Uint8Array(16),
        commitment: hash,
        payloadHash: hash,
        payloadSize: 2 ** 31,
        copiedFrom: null,
        parent: story.vault,
        row: {
          content_hash: hash,
          created: null,
          modified: 2 ** 31,
          name: "ä".repeat(127),
          size: 2 ** 31 - 3,
          type: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        },
        before: null,
        picture,
      });
      // The record is sent as base64url.
      const size = JSON.stringify(wire).length + (4 / 3) * (JSON.stringify(change).length + 1);
      expect(size).toBeLessThan(COMMITTED.sizeOf({ picture }));
      expect(size).toBeGreaterThan(0.75 * COMMITTED.sizeOf({ picture }));
    }
  });

  test("into a vault with a redeemed letter begins an epoch first, whatever the server says", async () => {
    // Up to the redemption: the client has not begun epoch 2 yet.
    const open = await signedIn("clerk");
    server = new HostileServer("clerk");
    server.news.records.splice(2);
    server.news.due = false;
    server.claimHead();
    const vault = await OpenedVault.load(open, story.vault);
    const place = `vaults/${story.vault}/records`;
    server.rules.set(place, () => {
      throw new Error("stop here");
    });
    const sealed = {} as SealedFile;
    const clear = {
      upload: "u",
      sealed,
      folder: story.vault,
      path: [],
      name: "a",
      file: { lastModified: 0, type: "" },
      picture: null,
    };
    await expect(commitFiles(vault, [clear])).rejects.toThrow();
    const [rotation] = server.posted("/records");
    expect(rotation).toHaveProperty("previous_seed");
    const names = ["owner", "clerk", "client", "recovery"];
    const kids = names.map((name) => story.people[name]?.kid).sort();
    const wraps = (rotation?.["wraps"] ?? []) as { key: string }[];
    expect(wraps.map(({ key }) => key).sort()).toEqual(kids);
    expect(server.posted("/commit")).toEqual([]);
  });
});
