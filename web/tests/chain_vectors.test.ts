/** The vault of chain.json, replayed and opened here; and every attempt to break it, refused with Python's code. */

import { describe, expect, test } from "vitest";
import { fromBase64url, toBase64url } from "../src/crypto/base64";
import { readAll } from "../src/crypto/source";
import { Certificates } from "../src/seals/certificates";
import { type FileNode, VaultChain } from "../src/seals/chain";
import type { Accepted } from "../src/seals/documents";
import { type Doc, fromDoc, hashOf } from "../src/seals/documents";
import type { Head } from "../src/seals/entries";
import { EpochSeeds, nextEpoch, openSeed, sealedTo } from "../src/seals/epochs";
import { fileKeyFrom, leavesOf, openContents } from "../src/seals/files";
import { holderKeys } from "../src/seals/keys";
import { presently } from "../src/seals/members";
import { type FileRow, openRow } from "../src/seals/rows";
import { requireClean } from "../src/seals/scanning";
import { waitingEpoch } from "../src/seals/waiting";
import { acceptedOf, entryOf } from "../src/wire/codec";
import type { CertificateAnswer, EntryAnswer } from "../src/wire/evidence";
import { codeOfError, expectCode, vectors } from "./vectors";

interface Named {
  readonly name: string;
  readonly code: string;
}

interface Judged {
  readonly name: string;
  /** Null for what stands. */
  readonly code: string | null;
}

interface Step extends Head {
  readonly log_index: number;
  readonly time: number;
  readonly due: boolean | null;
  readonly members: Record<string, string> | null;
  readonly provisional: string[];
}

const story = vectors<{
  firm: string;
  vault: string;
  root: string;
  people: Record<string, { seed: string; kid: string }>;
  certificates: CertificateAnswer[];
  entries: EntryAnswer[];
  steps: Step[];
  nodes: Record<
    string,
    { kind: string; parent: string; version: number; epoch: number; row: string; manifest: string }
  >;
  rows: {
    kind: "file" | "folder" | "vault";
    node: string;
    version: number;
    epoch: number;
    row: string;
    fields: Record<string, unknown>;
  }[];
  files: {
    node: string;
    version: number;
    header: string;
    leaves: string;
    payload: string;
    verdict: Doc;
    content: string;
  }[];
  clients_wraps: { epoch: number; age: string }[];
  wraps: { epoch: number; key: string; age: string }[];
  epoch_seeds: Record<string, string>;
  broken_entries: (Named & { after: number; entry: EntryAnswer })[];
  broken_certificates: (Named & { without: string[]; extra: CertificateAnswer[] })[];
  broken_readings: {
    heads: (Named & { entries: number; seen: Head | null; claimed: Head })[];
    verdicts: (Named & { verdict: Doc | null })[];
    wraps: (Named & { epoch: number; age: string })[];
    headers: (Named & { header: string })[];
    moved: (Named & { certificate: CertificateAnswer })[];
  };
  other_vaults: (Judged & { vault: string; entries: EntryAnswer[]; entry: EntryAnswer })[];
  spoilt_epochs: {
    vault: string;
    entries: EntryAnswer[];
    cases: {
      name: string;
      after: number;
      person: string;
      wraps: { epoch: number; age: string }[];
      opens: Record<string, string>;
      failed: Record<string, string>;
      hands_down: string[];
      repair: boolean;
    }[];
  };
  hearsay_epochs: { name: string; vault: string; entries: EntryAnswer[]; at: number; due: boolean }[];
  expiring_letters: {
    vault: string;
    certificates: CertificateAnswer[];
    redemption: CertificateAnswer;
    entries: EntryAnswer[];
    cases: { at: number; redeemed: boolean; sealed_to: string[] }[];
  };
  waiting_vaults: (Judged & { vault: string; roster: Doc; epoch: Doc })[];
}>("chain");

const accepted = story.certificates.map(acceptedOf);
const entries = story.entries.map(entryOf);

function certified(set: readonly Accepted[] = accepted): Promise<Certificates> {
  return Certificates.verify(story.firm, story.root, set);
}

async function replayed(count = entries.length): Promise<{ chain: VaultChain; certificates: Certificates }> {
  const certificates = await certified();
  const chain = VaultChain.begin(certificates, story.vault);
  for (const entry of entries.slice(0, count)) await chain.apply(entry);
  return { chain, certificates };
}

async function identityOf(person: string): Promise<string> {
  return (await holderKeys(fromBase64url(story.people[person]?.seed ?? ""))).identity;
}

async function clientsSeeds(chain: VaultChain): Promise<EpochSeeds> {
  const seeds = new EpochSeeds(chain, await identityOf("client"));
  for (const { epoch, age } of story.clients_wraps) seeds.addWrap(epoch, fromBase64url(age));
  return seeds;
}

function versionOf(chain: VaultChain, node: string, version: number): FileNode["versions"][number] {
  const found = (chain.nodes.get(node) as FileNode | undefined)?.versions[version - 1];
  if (found === undefined) throw new Error(`no version ${version} of ${node}`);
  return found;
}

describe("the story of a vault", () => {
  test("is told step by step, as its certificates arrive", async () => {
    const certificates = await certified([]);
    const chain = VaultChain.begin(certificates, story.vault);
    for (const step of story.steps) {
      await certificates.add(accepted.filter(({ logIndex }) => logIndex <= step.log_index));
      const entry = entries.find(({ logIndex }) => logIndex === step.log_index);
      if (entry !== undefined) await chain.apply(entry);
      expect({ seq: chain.seq, head: chain.head }).toEqual({ seq: step.seq, head: step.head });
      const kids = [...new Set(certificates.all().map(({ kid }) => kid))];
      expect(kids.filter((kid) => certificates.isProvisional(kid)).sort()).toEqual(step.provisional);
      if (step.due === null) continue;
      expect(chain.isRotationDue(presently(step.time))).toBe(step.due);
      const members = chain.holders(presently(step.time)).map(({ key, rights }) => [key, rights]);
      expect(Object.fromEntries(members)).toEqual(step.members);
    }
    expect(chain.seq).toBe(entries.length);
  });

  test("does not depend on the order in which certificates come", async () => {
    const certificates = await certified([...accepted].reverse());
    expect(certificates.all().length).toBe(accepted.length);
  });

  test("leaves the nodes that Python sees", async () => {
    const { chain } = await replayed();
    const found = [...chain.nodes.values()].map((node) => {
      if (node.kind === "folder") {
        const { id, kind, parent, epoch, row } = node;
        return [id, { kind, parent, version: 0, epoch, row, manifest: null }] as const;
      }
      const last = node.versions.at(-1);
      const { epoch, row, version } = last?.manifest ?? {};
      const { id, kind, parent } = node;
      return [id, { kind, parent, version, epoch, row, manifest: last?.manifestHash }] as const;
    });
    expect(Object.fromEntries(found)).toEqual(story.nodes);
  });

  test("opens to the client in full", async () => {
    const { chain, certificates } = await replayed();
    const seeds = await clientsSeeds(chain);
    for (const [epoch, seed] of Object.entries(story.epoch_seeds))
      expect(toBase64url(await seeds.seedOf(Number(epoch)))).toBe(seed);
    const rows = new Map<string, unknown>();
    for (const { kind, node, version, epoch, row, fields } of story.rows) {
      const place = { kind, firm: story.firm, vault: story.vault, node, version, epoch };
      const opened = await openRow((await seeds.keysOf(epoch)).rowKey, place, fromBase64url(row));
      expect(opened).toEqual(fields);
      rows.set(`${node}/${version}`, opened);
    }
    for (const file of story.files) {
      const { manifest, logIndex } = versionOf(chain, file.node, file.version);
      await requireClean(certificates, fromDoc(file.verdict), manifest, logIndex);
      const { identity } = await seeds.keysOf(manifest.epoch);
      const fileKey = await fileKeyFrom(fromBase64url(file.header), identity, manifest.commitment);
      const leaves = leavesOf(file.leaves, manifest);
      const row = rows.get(`${file.node}/${file.version}`) as FileRow;
      const content = await readAll(openContents(fromBase64url(file.payload), leaves, fileKey, row));
      expect(toBase64url(content)).toBe(file.content);
      const other = openContents(fromBase64url(file.payload), leaves, fileKey, {
        ...row,
        size: row.size + 1,
      });
      expect(await codeOfError(() => readAll(other))).toBe("content_mismatch");
    }
  });

  test("has a wrap for every holder, which opens for nobody else", async () => {
    const { chain } = await replayed();
    const byKid = new Map(Object.entries(story.people).map(([name, { kid }]) => [kid, name] as const));
    const stranger = (await holderKeys(new Uint8Array(32))).identity;
    for (const { epoch, key, age } of story.wraps) {
      const { recipient } = chain.epochs.get(epoch) ?? { recipient: "" };
      const seed = await openSeed(fromBase64url(age), await identityOf(byKid.get(key) ?? ""), recipient);
      expect(toBase64url(seed)).toBe(story.epoch_seeds[epoch]);
      expect(await codeOfError(() => openSeed(fromBase64url(age), stranger, recipient))).toBe(
        "wrap_not_ours",
      );
    }
  });

  test("has a client who follows from an invitation until he is countersigned", async () => {
    const { chain } = await replayed();
    const { kid } = story.people["client"] ?? { kid: "" };
    expect(chain.rightsOf(kid, presently(0))).toBe("write");
    expect(chain.rightsOf(story.people["invitation"]?.kid ?? "", presently(0))).toBeNull();
  });
});

describe("other vaults", () => {
  test.each(story.other_vaults)("$name ($code)", async ({ vault, entries: before, entry, code }) => {
    const chain = VaultChain.begin(await certified(), vault);
    for (const item of before) await chain.apply(entryOf(item));
    await expectCode(() => chain.apply(entryOf(entry)), code);
    expect(chain.seq).toBe(before.length + (code === null ? 1 : 0));
  });

  test.each(story.waiting_vaults)("that wait: $name ($code)", async ({ vault, roster, epoch, code }) => {
    const certificates = await certified();
    const invitation = certificates.of(story.people["invitation"]?.kid ?? "");
    if (invitation === null) throw new Error("the story has no invitation");
    const documents = { roster: fromDoc(roster), epoch: fromDoc(epoch) };
    await expectCode(() => waitingEpoch(certificates, invitation, vault, documents), code);
  });
});

describe("an epoch by somebody who has not heard of everything", () => {
  test.each(story.hearsay_epochs)("$name", async ({ vault, entries: told, at, due }) => {
    const chain = VaultChain.begin(await certified(accepted), vault);
    for (const item of told) await chain.apply(entryOf(item));
    expect(chain.isRotationDue(presently(at))).toBe(due);
  });
});

describe("a letter that has expired", () => {
  const { vault, certificates, redemption, entries: letters, cases } = story.expiring_letters;

  test.each(cases)("at $at, redeemed: $redeemed", async ({ at, redeemed, sealed_to }) => {
    const known = redeemed ? [...certificates, redemption] : certificates;
    const chain = VaultChain.begin(await certified([...accepted, ...known.map(acceptedOf)]), vault);
    for (const item of letters) await chain.apply(entryOf(item));
    const keys = sealedTo(chain, presently(at)).map(({ key }) => key);
    expect(keys.sort()).toEqual(sealed_to);
    const clerk = await holderKeys(fromBase64url(story.people["clerk"]?.seed ?? ""));
    const { wraps } = await nextEpoch(chain, [new Uint8Array(32)], clerk, presently(at));
    expect(wraps.map(({ key }) => key).sort()).toEqual(sealed_to);
  });
});

describe("a spoilt epoch harms no other", () => {
  const { vault, entries: spoilt, cases } = story.spoilt_epochs;

  test.each(cases)("$name", async (told) => {
    const { after, person, wraps, opens, failed, hands_down, repair } = told;
    const chain = VaultChain.begin(await certified(), vault);
    for (const item of spoilt.slice(0, after)) await chain.apply(entryOf(item));
    const seeds = new EpochSeeds(chain, await identityOf(person));
    for (const { epoch, age } of wraps) seeds.addWrap(epoch, fromBase64url(age));
    const found: [string, string][] = [];
    // All at once, as rows ask for them.
    const asked = [...chain.epochs.keys()].map(async (epoch) => {
      if (String(epoch) in opens) found.push([String(epoch), toBase64url(await seeds.seedOf(epoch))]);
      else expect(await codeOfError(() => seeds.seedOf(epoch))).toBe(failed[String(epoch)] ?? "wrap_missing");
    });
    await Promise.all(asked);
    expect(Object.fromEntries(found)).toEqual(opens);
    const codes = [...seeds.failed].map(([epoch, { code }]) => [String(epoch), code]);
    expect(Object.fromEntries(codes)).toEqual(failed);
    expect(await seeds.isWhole()).toBe(!repair);
    if (hands_down.length === 0) expect(await codeOfError(() => seeds.toHandDown())).toBe("wrap_missing");
    else expect((await seeds.toHandDown()).map(toBase64url)).toEqual(hands_down);
  });
});

describe("attempts to break it", () => {
  test.each(story.broken_entries)("entry: $name ($code)", async ({ after, entry, code }) => {
    const { chain } = await replayed(after);
    const before = chain.head;
    expect(await codeOfError(() => chain.apply(entryOf(entry)))).toBe(code);
    expect({ seq: chain.seq, head: chain.head }).toEqual({ seq: after, head: before });
  });

  test.each(story.broken_certificates)("certificate: $name ($code)", async ({ without, extra, code }) => {
    const kept = accepted.filter(({ signed }) => !without.includes(hashOf(signed.bytes)));
    expect(await codeOfError(() => certified([...kept, ...extra.map(acceptedOf)]))).toBe(code);
  });

  const { heads, verdicts, wraps, headers, moved } = story.broken_readings;

  test.each(heads)("head: $name ($code)", async ({ entries: count, seen, claimed, code }) => {
    const { chain } = await replayed(count);
    expect(await codeOfError(() => chain.requireHead(claimed, seen))).toBe(code);
  });

  test.each(moved)("certificate: $name ($code)", async ({ certificate, code }) => {
    const certificates = await certified();
    await certificates.add(accepted);
    expect(await codeOfError(() => certificates.add([acceptedOf(certificate)]))).toBe(code);
  });

  test.each(verdicts)("verdict: $name ($code)", async ({ verdict, code }) => {
    const { chain, certificates } = await replayed();
    const [file] = story.files;
    const { manifest, logIndex } = versionOf(chain, file?.node ?? "", 1);
    const signed = verdict === null ? null : fromDoc(verdict);
    expect(await codeOfError(() => requireClean(certificates, signed, manifest, logIndex))).toBe(code);
  });

  test.each(wraps)("wrap: $name ($code)", async ({ epoch, age, code }) => {
    const { chain } = await replayed();
    const seeds = new EpochSeeds(chain, await identityOf("client"));
    seeds.addWrap(epoch, fromBase64url(age));
    expect(await codeOfError(() => seeds.seedOf(epoch))).toBe(code);
  });

  test.each(headers)("header: $name ($code)", async ({ header, code }) => {
    const { chain } = await replayed();
    const { identity } = await (await clientsSeeds(chain)).keysOf(2);
    const [file] = story.files;
    const { commitment } = versionOf(chain, file?.node ?? "", 1).manifest;
    expect(await codeOfError(() => fileKeyFrom(fromBase64url(header), identity, commitment))).toBe(code);
  });

  test("leaves of another payload are refused", async () => {
    const { chain } = await replayed();
    const [file] = story.files;
    const { manifest } = versionOf(chain, file?.node ?? "", 1);
    for (const leaves of ["", toBase64url(new Uint8Array(32)), toBase64url(new Uint8Array(33))])
      expect(await codeOfError(() => leavesOf(leaves, manifest))).toBe("payload_hash");
  });
});
