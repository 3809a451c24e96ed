/** The tree of tree.json, replayed here step by step; and every attempt to bend it, refused with Python's code. */

import { describe, expect, test } from "vitest";
import { fromBase64url } from "../src/crypto/base64";
import { Certificates } from "../src/seals/certificates";
import { VaultChain } from "../src/seals/chain";
import { type Doc, fromDoc, hashOf } from "../src/seals/documents";
import { epochKeys } from "../src/seals/keys";
import { isGone, isLive } from "../src/seals/nodes";
import { openRow } from "../src/seals/rows";
import { requireClean } from "../src/seals/scanning";
import { foldName } from "../src/vault/names";
import { packNodes, unpackNodes } from "../src/vault/packing";
import { acceptedOf, entryOf } from "../src/wire/codec";
import type { CertificateAnswer, EntryAnswer } from "../src/wire/evidence";
import { codeOfError, expectCode, vectors } from "./vectors";

interface SealedRow {
  readonly kind: "file" | "folder" | "lock" | "place";
  readonly node: string;
  readonly version: number;
  readonly epoch: number;
  readonly row: string;
  readonly fields: { readonly name: string };
}

interface Told {
  readonly kind: string;
  readonly parent: string;
  readonly name: string;
  readonly version: number;
  readonly live: boolean;
  readonly purged: boolean;
  /** Of its latest version. */
  readonly manifest: string | null;
}

const story = vectors<{
  firm: string;
  vault: string;
  root: string;
  certificates: CertificateAnswer[];
  epoch_seeds: Record<string, string>;
  steps: {
    name: string;
    entry: EntryAnswer;
    rows: SealedRow[];
    nodes: Record<string, Told>;
    released: string[];
  }[];
  refused: { name: string; after: number; entry: EntryAnswer; code: string }[];
  openings: { name: string; after: number; manifest: string; verdict: Doc; code: string | null }[];
  broken_rows: { name: string; node: string; kind: SealedRow["kind"]; sealed: string; code: string }[];
  rows: SealedRow[];
  same_names: [string, string][];
  other_names: [string, string][];
}>("tree");

async function begun(): Promise<{ chain: VaultChain; certificates: Certificates }> {
  const certificates = await Certificates.verify(story.firm, story.root, story.certificates.map(acceptedOf));
  return { certificates, chain: VaultChain.begin(certificates, story.vault) };
}

async function replayed(count: number) {
  const { chain, certificates } = await begun();
  for (const { entry } of story.steps.slice(0, count)) await chain.apply(entryOf(entry));
  return { chain, certificates };
}

async function opened({ kind, node, version, epoch, row }: Omit<SealedRow, "fields">) {
  const { rowKey } = await epochKeys(fromBase64url(story.epoch_seeds[epoch] ?? ""));
  const place = { kind, firm: story.firm, vault: story.vault, node, version, epoch };
  return openRow(rowKey, place, fromBase64url(row));
}

describe("the tree of a vault", () => {
  test("is what it should be after each step", async () => {
    const { chain } = await begun();
    const names = new Map<string, string>();
    for (const step of story.steps) {
      await chain.apply(entryOf(step.entry));
      for (const row of step.rows) {
        expect(await opened(row)).toEqual(row.fields);
        names.set(hashOf(fromBase64url(row.row)), row.fields.name);
      }
      const found = [...chain.nodes.values()].map((node) => {
        const { manifest: last, manifestHash = null } =
          (node.kind === "file" ? node.versions.at(-1) : undefined) ?? {};
        const own = node.kind === "file" ? (last?.row ?? "") : node.row;
        const told: Told = {
          kind: node.kind,
          parent: node.parent,
          name: names.get(node.placed?.row ?? own) ?? "",
          version: last?.version ?? 0,
          live: chain.isLive(node.id),
          purged: chain.isGone(node.id),
          manifest: manifestHash,
        };
        return [node.id, told] as const;
      });
      expect(Object.fromEntries(found), step.name).toEqual(step.nodes);
      const manifests = [...chain.nodes.values()].flatMap((node) =>
        node.kind === "file" ? node.versions.flatMap((version) => [...version.earlier, version]) : [],
      );
      const released = manifests.filter((version) => chain.isReleased(version));
      expect(released.map(({ manifestHash }) => manifestHash).sort(), step.name).toEqual(step.released);
    }
  });

  test.each(story.refused)("is not bent: $name ($code)", async ({ after, entry, code }) => {
    const { chain } = await replayed(after);
    expect(await codeOfError(() => chain.apply(entryOf(entry)))).toBe(code);
    expect(chain.seq).toBe(after);
  });

  test.each(story.openings)("what a reader opens: $name ($code)", async (told) => {
    const { chain, certificates } = await replayed(told.after);
    // Of a version to come, for who knows the whole story.
    const { chain: whole } = await replayed(story.steps.length);
    const { version } = whole.versionOf(told.manifest) ?? {};
    if (version === undefined) throw new Error("the story has no such version");
    const { logIndex } = whole.originOf(version);
    const isReleased = chain.isReleased(version);
    const { manifest } = version;
    await expectCode(
      () => requireClean(certificates, fromDoc(told.verdict), manifest, logIndex, isReleased),
      told.code,
    );
  });

  test("is kept whole, with what was sealed anew", async () => {
    const { chain, certificates } = await replayed(story.steps.length);
    const before = [...chain.nodes.values()];
    const packed = JSON.parse(JSON.stringify(packNodes(before, { heldAt: () => undefined })));
    const { nodes } = unpackNodes(packed, story.firm, story.vault);
    expect(nodes).toEqual(before);
    const again = VaultChain.resume(certificates, story.vault, chain.state(), nodes);
    const versions = before.flatMap((node) => (node.kind === "file" ? node.versions : []));
    const all = versions.flatMap((version) => [...version.earlier, version]);
    expect(versions.some(({ resealed }) => resealed !== null)).toBe(true);
    for (const version of all) {
      expect(again.versionOf(version.manifestHash)).toEqual(chain.versionOf(version.manifestHash));
      expect(again.originOf(version)).toEqual(chain.originOf(version));
      expect(again.isReleased(version)).toBe(chain.isReleased(version));
    }
  });

  test("takes folders three hundred deep without recursion", () => {
    const ids = Array.from({ length: 300 }, (_, i) => String(i));
    const parents = new Map(ids.map((id, i) => [id, i === 0 ? "vault" : String(i - 1)]));
    const find = (top: { removed: null | { author: string; acceptedAt: number }; purged: boolean }) => {
      return (id: string) => {
        const parent = parents.get(id);
        const state = id === "0" ? top : { removed: null, purged: false };
        return parent === undefined ? undefined : { parent, ...state };
      };
    };
    expect(isLive(find({ removed: null, purged: false }), "vault", "299")).toBe(true);
    const removed = { author: "", acceptedAt: 0 };
    expect(isLive(find({ removed, purged: false }), "vault", "299")).toBe(false);
    expect(isGone(find({ removed, purged: true }), "vault", "299")).toBe(true);
  });
});

describe("rows of the tree", () => {
  test.each(story.broken_rows)("$name ($code)", async ({ node, kind, sealed: row, code }) => {
    expect(await codeOfError(() => opened({ kind, node, version: 0, epoch: 1, row }))).toBe(code);
  });

  test("open", async () => {
    for (const row of story.rows) expect(await opened(row)).toEqual(row.fields);
  });

  test("have names of which some are one", () => {
    for (const [one, other] of story.same_names) expect(foldName(one)).toBe(foldName(other));
    for (const [one, other] of story.other_names) expect(foldName(one)).not.toBe(foldName(other));
  });
});
