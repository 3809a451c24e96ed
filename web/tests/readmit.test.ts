/** A founder whose key was lost gets his own vault back from an owner with the sheet; a hostile server gets nothing more. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { addPerson } from "../src/ceremonies/holders";
import { beginOwnVault } from "../src/ceremonies/own_vault";
import { lostFounders, readmit } from "../src/ceremonies/readmit";
import { takeOver } from "../src/ceremonies/take_over";
import type { Bytes } from "../src/crypto/bytes";
import { signDocument } from "../src/seals/documents";
import { certify } from "../src/seals/issue";
import { holderKeys } from "../src/seals/keys";
import { REVOCATION } from "../src/seals/revocations";
import { certified, Firm } from "./firm_pages";
import { type Person, randomSeed } from "./firm_server";
import { kept } from "./kept_store";
import { codeOfError } from "./vectors";

vi.mock("../src/keyring/store", () => import("./kept_store"));

let firm: Firm;

beforeEach(async () => {
  kept.clear();
  firm = await Firm.found();
});
afterEach(() => vi.unstubAllGlobals());

async function begun(isRecoverable = true, by = firm.clerk): Promise<string> {
  const { open, certificates } = await firm.at(by);
  return beginOwnVault(open, certificates, "Entwürfe", { isRecoverable });
}

async function revoked(person: Person, by = firm.owner): Promise<void> {
  const { server } = firm;
  const isRoot = person === firm.owner;
  const keys = isRoot ? server.root : by.keys;
  const fields = { author: keys.kid, certificate: person.hash, compromised_since: null, firm: server.id };
  await server.take(await signDocument(REVOCATION, { ...fields, reason: "lost" }, keys.signing));
}

/** The same person, whose next key the owner (an owner's the root) certifies. */
async function next(person: Person): Promise<Person> {
  const { server } = firm;
  const isOwner = person === firm.owner;
  const by = isOwner ? { keys: server.root, hash: server.ofKind("root")[0]?.hash ?? "" } : firm.owner;
  const keys = await holderKeys(randomSeed() as Bytes);
  const subject = { kind: isOwner ? "owner" : "clerk", subject: person.id, ...keys } as const;
  const signed = await certify(server.id, subject, by.keys, by.hash, server.now, { generation: 2 });
  const hash = await server.accept(signed);
  return { ...person, keys, hash, open: { ...person.open, keys, generation: 2 } };
}

async function lost(person: Person): Promise<Person> {
  await revoked(person);
  return next(person);
}

test("the founder opens his own vault again, and the owner stays outside", async () => {
  const id = await begun();
  const reader = await firm.server.hire("clerk");
  const known = (await firm.at(firm.owner)).certificates;
  await addPerson(await firm.load(firm.clerk, id), certified(known, reader), "read");
  const again = await lost(firm.clerk);
  const { open, certificates } = await firm.at(firm.owner);
  const [founder, ...others] = await lostFounders(certificates);
  if (founder === undefined) throw new Error("not listed");
  expect([others.length, founder.id, founder.key.kid]).toEqual([0, again.id, again.keys.kid]);
  const done = await readmit(open, certificates, firm.server.recovery, founder);
  expect(done).toEqual({ rotated: [id], failed: [] });
  const vault = await firm.load(again, id);
  expect([vault.title, vault.mayManage]).toEqual(["Entwürfe", true]);
  const keys = vault.chain.roster?.holders.map(({ key }) => key).sort();
  expect(keys).toEqual([again.keys.kid, reader.keys.kid, firm.server.recovery.kid].sort());
  expect(vault.chain.isRotationDue(vault.present())).toBe(true);
  await vault.rotateIfDue();
  await vault.seeds.seedOf(2);
  expect(await codeOfError(() => firm.load(firm.owner, id))).toBe("not_found");
  expect(await lostFounders((await firm.at(firm.owner)).certificates)).toEqual([]);
});

test("nothing is listed while the founder's key counts, or recovery holds nothing, or he has no new key", async () => {
  await begun(false);
  const id = await begun();
  const founders = async () => lostFounders((await firm.at(firm.owner)).certificates);
  expect(await founders()).toEqual([]);
  await revoked(firm.clerk);
  expect(await founders()).toEqual([]);
  await next(firm.clerk);
  expect((await founders()).flatMap(({ vaults }) => vaults.map((one) => one.id))).toEqual([id]);
});

test("an owner who lost his key comes back into his own vault with the sheet", async () => {
  const id = await begun(true, firm.owner);
  const again = await lost(firm.owner);
  const done = await takeOver(firm.server.signIn(again), firm.server.recovery);
  expect(done).toEqual({ rotated: [id], failed: [] });
  await (await firm.load(again, id)).seeds.seedOf(1);
});

test("who takes over gives nobody else his vault back", async () => {
  await begun();
  await lost(firm.clerk);
  const done = await takeOver(firm.server.signIn(firm.owner), firm.server.recovery);
  expect(done).toEqual({ rotated: [], failed: [] });
});

test("another seed than recovery's opens nothing and writes nothing", async () => {
  await begun();
  await lost(firm.clerk);
  const { open, certificates } = await firm.at(firm.owner);
  const [founder] = await lostFounders(certificates);
  if (founder === undefined) throw new Error("not listed");
  const posts = firm.server.posts.length;
  const other = await holderKeys(randomSeed() as Bytes);
  expect(await codeOfError(() => readmit(open, certificates, other, founder))).toBe("needs_recovery");
  expect(firm.server.posts).toHaveLength(posts);
});

test("a server that names another vault of somebody else's for the founder gets nothing signed", async () => {
  const id = await begun();
  const other = await firm.server.hire("clerk");
  const own = await begun(true, other);
  await lost(firm.clerk);
  await lost(other);
  const { open, certificates } = await firm.at(firm.owner);
  const founders = await lostFounders(certificates);
  const founder = founders.find((one) => one.id === firm.clerk.id);
  const others = founders.find((one) => one.id === other.id);
  if (founder === undefined || others === undefined) throw new Error("not listed");
  const posts = firm.server.posts.length;
  const done = await readmit(open, certificates, firm.server.recovery, { ...founder, vaults: others.vaults });
  expect(done).toEqual({ rotated: [], failed: [{ id: own, code: "record_shape" }] });
  expect(firm.server.posts).toHaveLength(posts);
  expect(founder.vaults.map((one) => one.id)).toEqual([id]);
});

test("a server that shows a vault as lost whose founder's key counts gets nothing signed", async () => {
  const id = await begun();
  const { open, certificates } = await firm.at(firm.owner);
  const wraps = firm.server.chains.get(id)?.wraps ?? [];
  const key = certified(certificates, firm.clerk);
  const founder = {
    id: firm.clerk.id,
    name: "x",
    key,
    vaults: [{ id, founder: { id: firm.clerk.id, name: "x" }, wraps }],
  };
  const clerk = await firm.at(firm.clerk);
  const answer = await (await fetch(`/api/vaults/${id}/news?since=0`, { method: "GET" })).json();
  expect(clerk.open.keys.kid).toBe(firm.clerk.keys.kid);
  firm.server.signIn(firm.owner);
  const honest = globalThis.fetch;
  vi.stubGlobal("fetch", (path: string, init: RequestInit) =>
    path.includes(`/vaults/${id}/news`)
      ? Promise.resolve(Response.json({ ...answer, wraps: [] }))
      : honest(path, init),
  );
  const posts = firm.server.posts.length;
  const done = await readmit(open, certificates, firm.server.recovery, founder);
  expect(done).toEqual({ rotated: [], failed: [{ id, code: "not_allowed" }] });
  expect(firm.server.posts).toHaveLength(posts);
});

test("a vault whose wraps for recovery are another's fails by itself and stops no other", async () => {
  const [one, two] = [await begun(), await begun()];
  await lost(firm.clerk);
  const { open, certificates } = await firm.at(firm.owner);
  const [founder] = await lostFounders(certificates);
  if (founder === undefined) throw new Error("not listed");
  const good = founder.vaults.find(({ id }) => id === two);
  const vaults = founder.vaults.map((vault) =>
    vault.id === one ? { ...vault, wraps: good?.wraps ?? [] } : vault,
  );
  const done = await readmit(open, certificates, firm.server.recovery, { ...founder, vaults });
  expect(done.rotated).toEqual([two]);
  expect(done.failed.map(({ id }) => id)).toEqual([one]);
});
