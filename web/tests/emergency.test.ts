/** The Notfallblatt in the browser: the last owner's key is lost, or he died, and the firm goes on. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { becomeOwner, showSheet } from "../src/ceremonies/emergency";
import { rotateAll } from "../src/ceremonies/rotate_all";
import { readRecoveryAlone, readSheet, type Sheet } from "../src/ceremonies/sheet";
import { takeOver } from "../src/ceremonies/take_over";
import { identityText } from "../src/crypto/hybrid";
import { shareText, splitSheet } from "../src/seals/shares";
import { Firm } from "./firm_pages";
import { type FirmServer, randomSeed } from "./firm_server";
import { kept } from "./kept_store";

vi.mock("../src/keyring/store", () => import("./kept_store"));
vi.mock("../src/keyring/stretch", () => ({ stretch: async () => new Uint8Array(32) }));
vi.mock("../src/keyring/presence", () => ({ announceOpened: () => undefined, PERSON: "person" }));

let firm: Firm;
let server: FirmServer;

beforeEach(async () => {
  kept.clear();
  firm = await Firm.found();
  ({ server } = firm);
  vi.stubGlobal("location", { origin: "https://siegel.example" });
});
afterEach(() => vi.unstubAllGlobals());

const typed = (seed: Uint8Array): string =>
  (identityText(seed).match(/.{1,5}/g) ?? []).join(" \n").toLowerCase();
const pinned = (sheet: Sheet) => ({ ...sheet, pin: sheet.root.kid });
const sheet = async () => pinned(await readSheet(typed(server.rootSeed), typed(server.recoverySeed)));
const PASSWORD = "vier Woerter ohne Sinn";

test("an owner who lost his key gets the next generation and comes into everything again", async () => {
  const { vault, team } = await firm.teamVault(firm.clerk);
  const emergency = await showSheet("muster", await sheet(), server.now);
  const [owner = null] = emergency.answer.owners;
  const open = await becomeOwner(
    emergency,
    { owner, name: "", username: "", gone: [] },
    PASSWORD,
    server.now,
  );
  expect([open.generation, open.session.person.id]).toEqual([2, firm.owner.id]);
  const heir = { id: firm.owner.id, keys: open.keys, hash: "", open };
  const done = await takeOver(server.signIn(heir), server.recovery);
  expect([...done.rotated].sort()).toEqual([vault, team].sort());
  // A vault that came before its team has to follow the team's new key.
  expect((await rotateAll(server.signIn(heir))).failed).toEqual([]);
  const opened = await firm.load(heir, vault);
  expect(opened.certificates.inForce(firm.owner.keys.kid)).toBe(false);
  expect(opened.chain.isRotationDue(opened.present())).toBe(false);
});

test("somebody new follows an owner who died", async () => {
  const vault = await firm.beginVault();
  const emergency = await showSheet("muster", await sheet(), server.now);
  const who = { owner: null, name: "Erbin", username: "erbin", gone: [firm.owner.id] };
  const open = await becomeOwner(emergency, who, PASSWORD, server.now);
  expect([open.generation, open.session.person.username]).toEqual([1, "erbin"]);
  const heir = { id: open.session.person.id, keys: open.keys, hash: "", open };
  expect((await takeOver(server.signIn(heir), server.recovery)).rotated).toEqual([vault]);
  const { certificates } = await firm.load(heir, vault);
  expect(certificates.inForce(firm.owner.keys.kid)).toBe(false);
});

test("a sheet that was typed wrong, or is another firm's, opens nothing", async () => {
  const right = typed(server.rootSeed);
  const [one, two] = splitSheet(server.rootSeed, server.recoverySeed).map(shareText);
  expect((await readSheet(one ?? "", two ?? "")).root.kid).toBe(server.root.kid);
  await expect(readSheet(one ?? "", right)).rejects.toMatchObject({ code: "share_damaged" });
  await expect(readSheet(`${right.slice(0, -1)}x`, right)).rejects.toMatchObject({ code: "sheet_invalid" });
  const other = await readSheet(typed(randomSeed()), typed(server.recoverySeed));
  await expect(showSheet("muster", pinned(other), server.now)).rejects.toMatchObject({
    code: "certificate_root",
  });
  const mixed = await readSheet(typed(server.rootSeed), typed(randomSeed()));
  await expect(showSheet("muster", pinned(mixed), server.now)).rejects.toMatchObject({
    code: "sheet_invalid",
  });
});

test("without the root only recovery is left, and the fingerprint on the paper says whose it is", async () => {
  const rest = await readRecoveryAlone("", typed(server.recoverySeed), ` ${server.root.kid}\n`);
  const emergency = await showSheet("muster", { ...rest, root: null }, server.now);
  expect(emergency.certificates.root).toBe(server.root.kid);
  const [owner = null] = emergency.answer.owners;
  const who = { owner, name: "", username: "", gone: [] };
  await expect(becomeOwner(emergency, who, PASSWORD, server.now)).rejects.toMatchObject({
    code: "needs_root",
  });
  const [one, two] = splitSheet(server.rootSeed, server.recoverySeed).map(shareText);
  const ofShares = await readRecoveryAlone(one ?? "", two ?? "", "");
  expect([ofShares.pin, ofShares.recovery.kid]).toEqual([rest.pin, rest.recovery.kid]);
  await expect(readRecoveryAlone("", typed(server.recoverySeed), "A91C 04F7 22D0")).rejects.toMatchObject({
    code: "pin_invalid",
  });
});

test("a server that shows recovery under a root of its own is refused", async () => {
  const { root } = await readSheet(typed(randomSeed()), typed(server.recoverySeed));
  const rest = await readRecoveryAlone("", typed(server.recoverySeed), root.kid);
  await expect(showSheet("muster", { ...rest, root: null }, server.now)).rejects.toMatchObject({
    code: "certificate_root",
  });
});
