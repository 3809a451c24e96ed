/** A new owner comes into everything by the firm's recovery seed, and into nothing without it. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { rotateAll } from "../src/ceremonies/rotate_all";
import { takeOver } from "../src/ceremonies/take_over";
import type { Bytes } from "../src/crypto/bytes";
import { signDocument } from "../src/seals/documents";
import { holderKeys } from "../src/seals/keys";
import { REVOCATION } from "../src/seals/revocations";
import { Firm } from "./firm_pages";
import { type Person, randomSeed } from "./firm_server";
import { kept } from "./kept_store";

vi.mock("../src/keyring/store", () => import("./kept_store"));

let firm: Firm;

beforeEach(async () => {
  kept.clear();
  firm = await Firm.found();
});
afterEach(() => vi.unstubAllGlobals());

/** A second owner, whom the root certified after everything had begun. */
const partner = (): Promise<Person> => {
  const { server } = firm;
  const root = server.ofKind("root")[0]?.hash ?? "";
  return server.hire("owner", { keys: server.root, hash: root });
};

test("a new owner comes into teams and vaults, and gives them new keys when the old owner is gone", async () => {
  const { server, owner, clerk } = firm;
  const { vault, team } = await firm.teamVault(clerk);
  const others = [await firm.beginVault(), await firm.beginVault()];
  const heir = await partner();
  const { certificates } = await firm.at(heir);
  const old = certificates.of(owner.keys.kid)?.hash ?? "";
  const fields = { author: server.root.kid, certificate: old, compromised_since: null, firm: server.id };
  const revocation = await signDocument(REVOCATION, { ...fields, reason: "left" }, server.root.signing);
  await server.take(revocation);
  const done = await takeOver(server.signIn(heir), server.recovery);
  expect([...done.rotated].sort()).toEqual([vault, team, ...others].sort());
  expect(done.failed).toEqual([]);
  expect((await rotateAll(server.signIn(heir))).failed).toEqual([]);
  for (const id of [vault, team, ...others]) {
    const opened = await firm.load(heir, id);
    const keys = opened.chain.roster?.holders.map(({ key }) => key) ?? [];
    expect(keys).toContain(heir.keys.kid);
    expect(keys).not.toContain(owner.keys.kid);
    expect(opened.chain.isRotationDue(opened.present())).toBe(false);
    await opened.seeds.seedOf(opened.chain.epochs.size);
  }
  expect((await takeOver(server.signIn(heir), server.recovery)).rotated).toEqual([]);
  await (await firm.load(clerk, vault)).seeds.seedOf(1);
});

test("another seed than the firm's recovery opens nothing and writes nothing", async () => {
  await firm.beginVault();
  const heir = await partner();
  const posts = firm.server.posts.length;
  const other = await holderKeys(randomSeed() as Bytes);
  await expect(takeOver(firm.server.signIn(heir), other)).rejects.toMatchObject({ code: "needs_recovery" });
  expect(firm.server.posts).toHaveLength(posts);
});

test("a vault whose wraps for recovery are false fails by itself and stops no other", async () => {
  const [one, two] = [await firm.beginVault(), await firm.beginVault()];
  const heir = await partner();
  const wraps = firm.server.chains.get(one)?.wraps ?? [];
  for (const wrap of wraps) wrap.age = firm.server.chains.get(two)?.wraps[0]?.age ?? "";
  const done = await takeOver(firm.server.signIn(heir), firm.server.recovery);
  expect(done.rotated).toEqual([two]);
  expect(done.failed.map(({ id }) => id)).toEqual([one]);
});
