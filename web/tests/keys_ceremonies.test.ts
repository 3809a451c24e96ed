/** Teams, holders, revocations and rotations as the pages call them, in front of an honest server. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { addPerson, addTeam, changeHolder, openTeam, removeHolder } from "../src/ceremonies/holders";
import { falling, revoke } from "../src/ceremonies/revoke";
import { rotateAll } from "../src/ceremonies/rotate_all";
import { addMember, removeMember } from "../src/ceremonies/team";
import { toBase64url } from "../src/crypto/base64";
import { certify } from "../src/seals/issue";
import { holderKeys } from "../src/seals/keys";
import { presently } from "../src/seals/members";
import { makeFolder } from "../src/vault/commit";
import { OpenedVault } from "../src/vault/opened";
import { certified, DAY_S, Firm } from "./firm_pages";
import type { FirmServer, Person } from "./firm_server";
import { kept } from "./kept_store";
import { codeOfError } from "./vectors";

vi.mock("../src/keyring/store", () => import("./kept_store"));

let firm: Firm;
let server: FirmServer;
let owner: Person;
let clerk: Person;

beforeEach(async () => {
  kept.clear();
  firm = await Firm.found();
  ({ server, owner, clerk } = firm);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const epochs = (id: string): number => server.chain(id).epochs.size;

describe("a team", () => {
  test("opens a vault to its members, who write in it", async () => {
    const { vault } = await firm.teamVault(clerk);
    const opened = await firm.load(clerk, vault);
    expect(opened.title).toBe("Lohn");
    await makeFolder(opened, vault, "Belege", server.now);
    expect([...(await firm.load(owner, vault)).nodes.values()].map(({ row }) => row.name)).toEqual([
      "Belege",
    ]);
    expect(opened.countReaders()).toBe(2);
  });

  test("opens it to members who join later, and to nobody else", async () => {
    const { vault, team } = await firm.teamVault(clerk);
    const later = await server.hire("clerk");
    expect(await codeOfError(() => firm.load(later, vault))).toBe("not_found");
    const { open, certificates } = await firm.at(owner);
    const certificate = certified(certificates, later);
    await addMember(await openTeam(open, { id: team, name: "Alle" }), certificate);
    expect((await firm.load(later, vault)).title).toBe("Lohn");
    expect(epochs(team)).toBe(1);
  });

  test("gets a new key when somebody leaves, and its vaults follow", async () => {
    const leaver = await server.hire("clerk");
    const { vault, team } = await firm.teamVault(clerk, leaver);
    const opened = await firm.load(leaver, vault);
    await removeMember(await firm.load(owner, team), leaver.keys.kid);
    expect([epochs(team), epochs(vault)]).toEqual([2, 1]);
    expect(await codeOfError(() => firm.load(leaver, vault))).toBe("not_found");
    const done = await rotateAll(server.signIn(owner));
    expect(done).toEqual({ rotated: [vault], failed: [] });
    const after = await firm.load(clerk, vault);
    await makeFolder(after, vault, "Neu", server.now);
    expect(after.chain.epoch.epoch).toBe(2);
    // What the leaver still has opens the first epoch and no later one.
    const [first, second] = [await after.seeds.seedOf(1), await after.seeds.seedOf(2)];
    expect(toBase64url(await opened.seeds.seedOf(1))).toBe(toBase64url(first));
    expect(toBase64url(first)).not.toBe(toBase64url(second));
  });

  test("under another name than the sealed one is not added", async () => {
    const team = await firm.beginTeam(clerk);
    const vault = await firm.load(owner, await firm.beginVault());
    const add = () => addTeam(vault, { id: team, name: "Nur Lohn" }, "read");
    expect(await codeOfError(add)).toBe("title_differs");
    expect(server.posts.filter((path) => path.endsWith("/records"))).toEqual([]);
  });

  test("does not take a member twice, nor a client", async () => {
    const team = await firm.beginTeam(clerk);
    const client = await server.hire("client");
    const { open, certificates } = await firm.at(owner);
    const opened = await OpenedVault.load(open, team);
    for (const [person, code] of [
      [clerk, "holder_there"],
      [client, "roster_holder"],
    ] as const)
      expect(await codeOfError(() => addMember(opened, certified(certificates, person)))).toBe(code);
  });

  test("is not rotated where nobody left", async () => {
    const team = await firm.beginTeam(clerk);
    await (await firm.load(owner, team)).rotateIfDue();
    expect(epochs(team)).toBe(1);
  });

  test("whose key somebody made for himself opens nothing", async () => {
    const { vault, team } = await firm.teamVault(clerk);
    const { recipient } = await holderKeys(crypto.getRandomValues(new Uint8Array(32)));
    const subject = { kind: "team", subject: team, signingKey: null, recipient } as const;
    const own = await certify(server.id, subject, owner.keys, owner.hash, server.now, { generation: 2 });
    server.smuggle(own);
    const write = async () => {
      const opened = await firm.load(clerk, vault);
      await makeFolder(opened, vault, "Neu", server.now);
    };
    expect(await codeOfError(write)).toBe("team_differs");
  });
});

describe("a holder", () => {
  async function added(until: number | null = null) {
    const vault = await firm.load(owner, await firm.beginVault());
    const certificate = certified((await firm.at(owner)).certificates, clerk);
    await addPerson(vault, certificate, "write", until);
    return vault;
  }

  test("is added with what is there, and removed from what is to come", async () => {
    const vault = await added();
    const his = await firm.load(clerk, vault.id);
    expect(his.title).toBe("Lohn");
    server.signIn(owner);
    await removeHolder(vault, clerk.keys.kid);
    expect(vault.chain.epoch.epoch).toBe(2);
    expect(vault.chain.rightsOf(clerk.keys.kid, vault.present())).toBeNull();
    expect(await codeOfError(() => removeHolder(vault, clerk.keys.kid))).toBe("holder_gone");
  });

  test("whose rights shrink writes no more, and reads on", async () => {
    const vault = await added();
    await changeHolder(vault, clerk.keys.kid, { rights: "read" });
    const his = await firm.load(clerk, vault.id);
    expect(await codeOfError(() => makeFolder(his, vault.id, "Neu", server.now))).toBe("record_rights");
    expect(epochs(vault.id)).toBe(1);
  });

  test("belongs until his last second, and then the next writer begins an epoch", async () => {
    const vault = await added(server.now + DAY_S);
    expect(vault.chain.isRotationDue(presently(server.now + DAY_S))).toBe(false);
    expect(vault.chain.isRotationDue(presently(server.now + DAY_S + 1))).toBe(true);
    server.now += DAY_S + 1;
    vi.useFakeTimers({ now: server.now * 1000, toFake: ["Date"] });
    await makeFolder(vault, vault.id, "Neu", server.now);
    expect(vault.chain.epoch.epoch).toBe(2);
    expect(await codeOfError(() => firm.load(clerk, vault.id))).toBe("not_found");
    // He was out when the epoch began: it does not stay due for ever.
    expect(vault.chain.isRotationDue(vault.present())).toBe(false);
  });

  test("may be added while others write", async () => {
    const vault = await firm.load(owner, await firm.beginVault());
    const other = await firm.load(owner, vault.id);
    let isFirst = true;
    server.before = async (path) => {
      if (!isFirst || !path.endsWith("/records")) return;
      isFirst = false;
      await makeFolder(other, vault.id, "Schneller", server.now);
    };
    const certificate = certified((await firm.at(owner)).certificates, clerk);
    await addPerson(vault, certificate, "manage");
    expect(vault.nodes.size).toBe(1);
    expect(vault.chain.rightsOf(clerk.keys.kid, vault.present())).toBe("manage");
  });
});

describe("taking back a key", () => {
  test("ends access through teams at once, and gives the teams new keys", async () => {
    const leaver = await server.hire("clerk");
    const { vault, team } = await firm.teamVault(clerk, leaver);
    await makeFolder(await firm.load(leaver, vault), vault, "Von früher", server.now);
    const { open, certificates } = await firm.at(owner);
    const certificate = certified(certificates, leaver);
    const plan = { certificate, reason: "left", compromisedSince: null, recertify: [] } as const;
    const done = await revoke(open, certificates, plan, server.now);
    expect(done).toEqual({ vaults: 0, teams: { rotated: [team], failed: [] } });
    expect((await rotateAll(open)).rotated).toEqual([vault]);
    expect([epochs(team), epochs(vault)]).toEqual([2, 2]);
    // What he wrote before stays.
    const names = [...(await firm.load(clerk, vault)).nodes.values()].map(({ row }) => row.name);
    expect(names).toEqual(["Von früher"]);
  });

  test("names what falls, and certifies that anew", async () => {
    const since = server.last;
    const client = await server.hire("client", clerk);
    const colleague = await server.hire("clerk");
    const { open, certificates } = await firm.at(owner);
    const certificate = certified(certificates, clerk);
    expect(falling(open, certificates, clerk.keys.kid, null, server.now).mine).toEqual([]);
    const { mine, others } = falling(open, certificates, clerk.keys.kid, since, server.now);
    expect([mine.map(({ kid }) => kid), others]).toEqual([[client.keys.kid], []]);
    const seen = falling(server.signIn(colleague), certificates, clerk.keys.kid, since, server.now);
    expect(seen.mine.length).toBe(1);
    const plan = { certificate, reason: "compromised", compromisedSince: since, recertify: mine } as const;
    await revoke(server.signIn(owner), certificates, plan, server.now);
    const after = (await firm.at(owner)).certificates;
    expect(after.inForce(client.keys.kid)).toBe(true);
    expect(after.inForce(clerk.keys.kid)).toBe(false);
    expect(after.person(client.keys.kid).issuer).toBe(owner.hash);
  });

  test("lets fall what nobody certifies anew", async () => {
    const since = server.last;
    const client = await server.hire("client", clerk);
    const { open, certificates } = await firm.at(owner);
    const certificate = certified(certificates, clerk);
    const plan = { certificate, reason: "compromised", compromisedSince: since, recertify: [] } as const;
    await revoke(open, certificates, plan, server.now);
    expect((await firm.at(owner)).certificates.inForce(client.keys.kid)).toBe(false);
  });

  test("is not for everybody", async () => {
    const { open, certificates } = await firm.at(clerk);
    const certificate = certified(certificates, owner);
    const plan = { certificate, reason: "left", compromisedSince: null, recertify: [] } as const;
    expect(await codeOfError(() => revoke(open, certificates, plan, server.now))).toBe("not_allowed");
    expect(server.posts).toEqual([]);
  });

  test("lets nobody write on whose key it was", async () => {
    const { vault } = await firm.teamVault(clerk);
    const opened = await firm.load(clerk, vault);
    const { open, certificates } = await firm.at(owner);
    const certificate = certified(certificates, clerk);
    const plan = { certificate, reason: "lost", compromisedSince: null, recertify: [] } as const;
    await revoke(open, certificates, plan, server.now);
    server.signIn(clerk);
    expect(await codeOfError(() => makeFolder(opened, vault, "Doch", server.now))).toBe(
      "record_author_revoked",
    );
  });
});

describe("rotating all that is due", () => {
  async function dueVaults(count: number): Promise<string[]> {
    const leaver = await server.hire("clerk");
    const { open, certificates } = await firm.at(owner);
    const certificate = certified(certificates, leaver);
    const ids: string[] = [];
    for (let number = 0; number < count; number++) {
      const vault = await firm.load(owner, await firm.beginVault());
      await addPerson(vault, certificate, "read");
      ids.push(vault.id);
    }
    const plan = { certificate, reason: "left", compromisedSince: null, recertify: [] } as const;
    expect((await revoke(open, certificates, plan, server.now)).vaults).toBe(count);
    return ids.sort();
  }

  test("goes through every page, tells how far it is, and has nothing left to do", async () => {
    const ids = await dueVaults(5);
    const seen: number[] = [];
    const done = await rotateAll(server.signIn(owner), ({ rotated }) => seen.push(rotated.length));
    expect([...done.rotated].sort()).toEqual(ids);
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expect(await rotateAll(server.signIn(owner))).toEqual({ rotated: [], failed: [] });
  });

  test("goes on where it was stopped", async () => {
    const ids = await dueVaults(3);
    const stop = new AbortController();
    const first = rotateAll(server.signIn(owner), () => stop.abort(new Error("stopped")), stop.signal);
    await expect(first).rejects.toThrow("stopped");
    expect((await rotateAll(server.signIn(owner))).rotated.length).toBe(ids.length - 1);
  });

  test("is not stopped by one vault that does not verify", async () => {
    const [broken = "", ...others] = await dueVaults(3);
    const chain = server.chains.get(broken);
    const [first] = chain?.entries ?? [];
    if (first !== undefined)
      chain?.entries.splice(0, 1, { ...first, record: { ...first.record, sig: "AA" } });
    const done = await rotateAll(server.signIn(owner));
    expect([...done.rotated].sort()).toEqual(others);
    expect(done.failed).toEqual([{ id: broken, code: "signature_invalid" }]);
  });
});
