/** Vaults of people's own, and the names that they are given later. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { addPerson } from "../src/ceremonies/holders";
import { beginOwnVault, renameOwnVault } from "../src/ceremonies/own_vault";
import { certified, Firm } from "./firm_pages";
import { kept } from "./kept_store";
import { codeOfError } from "./vectors";

vi.mock("../src/keyring/store", () => import("./kept_store"));

let firm: Firm;

beforeEach(async () => {
  kept.clear();
  firm = await Firm.found();
});
afterEach(() => vi.unstubAllGlobals());

async function begun(isRecoverable: boolean): Promise<string> {
  const { open, certificates } = await firm.at(firm.clerk);
  return beginOwnVault(open, certificates, " Entwürfe 2026/27 ", { isRecoverable });
}

describe("a vault of one's own", () => {
  test("is held by its founder, and by the firm's recovery only where he wants it", async () => {
    const [alone, recoverable] = [await begun(false), await begun(true)];
    const vault = await firm.load(firm.clerk, alone);
    expect([vault.title, vault.mayManage, vault.isRecoverable]).toEqual(["Entwürfe 2026/27", true, false]);
    expect((await firm.load(firm.clerk, recoverable)).isRecoverable).toBe(true);
    expect(await codeOfError(() => firm.load(firm.owner, recoverable))).toBe("not_found");
  });

  test("bears the name it was given last, for all who read it", async () => {
    const id = await begun(false);
    const vault = await firm.load(firm.clerk, id);
    const { certificates } = await firm.at(firm.clerk);
    await addPerson(vault, certified(certificates, firm.owner), "read");
    await renameOwnVault(vault, "Planung");
    expect(vault.title).toBe("Planung");
    expect((await firm.load(firm.owner, id)).title).toBe("Planung");
    expect(await codeOfError(() => renameOwnVault(vault, " "))).toBe("name_empty");
    expect(vault.title).toBe("Planung");
  });

  test("keeps its first name where what the server shows does not open", async () => {
    const id = await begun(false);
    const other = await firm.load(firm.clerk, await begun(false));
    await renameOwnVault(other, "Fremder Name");
    const title = firm.server.titles.get(other.id);
    if (title === undefined) throw new Error("not named");
    firm.server.titles.set(id, title);
    expect((await firm.load(firm.clerk, id)).title).toBe("Entwürfe 2026/27");
    firm.server.titles.set(id, { ...title, epoch: 7 });
    expect((await firm.load(firm.clerk, id)).title).toBe("Entwürfe 2026/27");
  });

  test("is no dossier: what a dossier is called no later name changes", async () => {
    const dossier = await firm.beginVault();
    const vault = await firm.load(firm.owner, dossier);
    const before = vault.title;
    await renameOwnVault(vault, "Etwas anderes");
    expect(firm.server.titles.has(dossier)).toBe(true);
    expect((await firm.load(firm.owner, dossier)).title).toBe(before);
  });
});
