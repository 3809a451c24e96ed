/** Names of people's own vaults, for lists: read no further than to where they are proven. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { addPerson, removeHolder } from "../src/ceremonies/holders";
import { beginOwnVault, renameOwnVault } from "../src/ceremonies/own_vault";
import { Certificates } from "../src/seals/certificates";
import type { OpenedVault } from "../src/vault/opened";
import { nameOf } from "../src/vault/vault_name";
import type { News } from "../src/wire/vault_api";
import { certified, Firm } from "./firm_pages";
import type { Person } from "./firm_server";
import { flipped } from "./hostile_server";
import { kept } from "./kept_store";
import { codeOfError } from "./vectors";

vi.mock("../src/keyring/store", () => import("./kept_store"));

let firm: Firm;
/** News that were asked for: of one record, or of all that follow. */
let asked: string[];

beforeEach(async () => {
  kept.clear();
  firm = await Firm.found();
  asked = [];
  const answer = fetch;
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    if (path.includes("/news")) asked.push(path.includes("brief") ? "one" : "all");
    return answer(path, init);
  });
});
afterEach(() => vi.unstubAllGlobals());

async function begun(name: string): Promise<string> {
  const { open, certificates } = await firm.at(firm.clerk);
  return beginOwnVault(open, certificates, name, { isRecoverable: false });
}

/** Somebody comes and goes, so the vault has a second epoch. */
async function rotated(id: string): Promise<OpenedVault> {
  const guest = await firm.server.hire("clerk");
  const { certificates } = await firm.at(firm.clerk);
  const vault = await firm.load(firm.clerk, id);
  await addPerson(vault, certified(certificates, guest), "read");
  await removeHolder(vault, guest.keys.kid);
  await vault.rotateIfDue();
  expect(vault.chain.epochs.size).toBe(2);
  return vault;
}

async function named(by: Person, id: string, known?: Certificates): Promise<string> {
  const open = firm.server.signIn(by);
  asked.length = 0;
  return nameOf(open, id, known ?? (await Certificates.verify(open.session.firm.id, open.root, [])));
}

test("the first name is proven by the first record, whatever follows", async () => {
  const id = await begun("Entwürfe");
  await rotated(id);
  expect(await named(firm.clerk, id)).toBe("Entwürfe");
  expect(asked).toEqual(["one"]);
});

test("a later name under the first epoch needs no more", async () => {
  const id = await begun("Entwürfe");
  const vault = await firm.load(firm.clerk, id);
  const owner = certified((await firm.at(firm.clerk)).certificates, firm.owner);
  await addPerson(vault, owner, "read");
  await renameOwnVault(vault, "Planung");
  expect(await named(firm.clerk, id)).toBe("Planung");
  expect(asked).toEqual(["one"]);
});

test("for a name under a later epoch, and for who came later, it is read on", async () => {
  const id = await begun("Entwürfe");
  const vault = await rotated(id);
  await addPerson(vault, certified(vault.certificates, firm.owner), "read");
  expect(await named(firm.owner, id)).toBe("Entwürfe");
  expect(asked).toEqual(["one", "all"]);
  firm.server.signIn(firm.clerk);
  await renameOwnVault(vault, "Planung");
  expect(await named(firm.clerk, id)).toBe("Planung");
  expect(asked).toEqual(["one", "all"]);
  expect(await named(firm.owner, id)).toBe("Planung");
  expect(asked).toEqual(["one", "all"]);
});

test("where a later name does not open, all is read and the first one is shown", async () => {
  const id = await begun("Entwürfe");
  await rotated(id);
  const other = await firm.load(firm.clerk, await begun("Andere"));
  await renameOwnVault(other, "Fremder Name");
  const title = firm.server.titles.get(other.id);
  if (title === undefined) throw new Error("not named");
  firm.server.titles.set(id, title);
  expect(await named(firm.clerk, id)).toBe("Entwürfe");
  expect(asked).toEqual(["one", "all"]);
});

test("one vault after the other is judged by the same certificates", async () => {
  const ids = [await begun("Eins"), await begun("Zwei")];
  const { open } = await firm.at(firm.clerk);
  const known = await Certificates.verify(open.session.firm.id, open.root, []);
  const names = [];
  for (const id of ids) names.push(await named(firm.clerk, id, known));
  expect(names).toEqual(["Eins", "Zwei"]);
});

/** What the server tells of the vault, altered. */
async function codeWith(id: string, alter: (news: News) => News): Promise<string> {
  firm.server.tamper = ((answer: News) => ("records" in answer ? alter(answer) : answer)) as never;
  return codeOfError(() => named(firm.clerk, id));
}

test("a first record or row that is another's opens no name", async () => {
  const id = await begun("Entwürfe");
  await rotated(id);
  const other = await begun("Andere");
  const forged = ({ record, ...entry }: News["records"][number]) => ({
    ...entry,
    record: { ...record, sig: flipped(record.sig) },
  });
  expect(await codeWith(id, (news) => ({ ...news, records: news.records.map(forged) }))).toBe(
    "signature_invalid",
  );
  let its: News | undefined;
  firm.server.tamper = ((answer: News) => {
    if ("records" in answer) its = answer;
    return answer;
  }) as never;
  expect(await named(firm.clerk, other)).toBe("Andere");
  expect(await codeWith(id, (answer) => ({ ...answer, records: its?.records ?? [] }))).toBe("record_vault");
  expect(await codeWith(id, (answer) => ({ ...answer, rows: its?.rows ?? [] }))).toBe("row_differs");
});
