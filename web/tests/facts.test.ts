/** What the page says of who has access: never more than is true. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DE } from "../src/ui/texts_de";
import { EN } from "../src/ui/texts_en";
import { accessInWords } from "../src/vault/facts";
import type { OpenedVault } from "../src/vault/opened";
import { Firm } from "./firm_pages";
import { kept } from "./kept_store";

vi.mock("../src/keyring/store", () => import("./kept_store"));

beforeEach(() => kept.clear());
afterEach(() => vi.unstubAllGlobals());

const german = () =>
  vi.stubGlobal("document", { documentElement: { lang: "de" }, querySelector: () => null });

describe("access in words", () => {
  test("names recovery where it holds a key, and counts people where there are others", async () => {
    const firm = await Firm.found();
    german();
    const alone = await firm.load(firm.owner, await firm.beginVault());
    expect(accessInWords(alone)).toBe(
      "Zugriff: nur Sie persönlich, mit Wiederherstellung durch die Inhaber der Kanzlei",
    );
    const { vault } = await firm.teamVault(firm.clerk);
    expect(accessInWords(await firm.load(firm.owner, vault))).toBe("Zugriff: 2 Personen");
  });

  test("says without an addition that it is yours alone only where recovery holds nothing", () => {
    german();
    const session = { firm: { name: "Kanzlei Muster" }, person: { id: "ich" } };
    const chain = { holders: () => [] };
    const me = { readers: () => [{ subject: "ich" }], isRecoverable: false, open: { session } };
    const vault = { ...me, chain, present: () => ({ logIndex: 0, time: 0 }) };
    expect(accessInWords(vault as unknown as OpenedVault)).toBe("Zugriff: nur Sie persönlich!");
    const others = { ...vault, readers: () => [{ subject: "jemand" }] };
    expect(accessInWords(others as unknown as OpenedVault)).toBe("Zugriff: 1 Person");
  });

  test("never claims that nobody else can read: a scanner looks into every upload", () => {
    for (const { tree } of [DE, EN])
      for (const text of [tree.onlyYou, tree.onlyYouAnd]) expect(text).not.toMatch(/lesen|read/i);
  });
});
