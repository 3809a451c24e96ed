/** Letters: to new people of every role, and to those who lost their key. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { addPerson } from "../src/ceremonies/holders";
import { invite } from "../src/ceremonies/invite";
import { reset } from "../src/ceremonies/reset";
import { rotateAll } from "../src/ceremonies/rotate_all";
import { CERTIFICATE } from "../src/seals/certificate";
import { type Doc, fromDoc, read } from "../src/seals/documents";
import { newId } from "../src/seals/ids";
import { invitationSeed } from "../src/seals/invitations";
import { holderKeys } from "../src/seals/keys";
import { certified, DAY_S, Firm, LABELS } from "./firm_pages";
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
afterEach(() => vi.unstubAllGlobals());

const epochs = (id: string): number => server.chain(id).epochs.size;

describe("a letter", () => {
  const certificateOf = (number: number) =>
    read(CERTIFICATE, fromDoc(server.invitations[number]?.["certificate"] as Doc).bytes);

  test("invites an office leader into vaults and teams of his rank", async () => {
    const { vault, team } = await firm.teamVault(clerk);
    const { open, certificates } = await firm.at(owner);
    const office = newId();
    const shown = { ...LABELS, id: vault, dossier: server.chain(vault).dossier };
    const guest = { name: "Frau Neu", username: "neu", role: "office_leader", client: null, office } as const;
    const offered = { ...guest, vaults: [shown], teams: [{ id: team, name: "Alle" }] };
    const { code, id } = await invite(open, certificates, offered, server.now);
    expect(certificateOf(0)).toMatchObject({ role: "office_leader", office, vaults: [vault, team].sort() });
    const { kid } = await holderKeys(invitationSeed(code, server.id, id, server.root.kid));
    for (const chain of [vault, team]) {
      const line = server.chain(chain).roster?.holders.find(({ key }) => key === kid);
      expect(line?.rights).toBe("manage");
    }
  });

  test("for an owner is signed with the root alone", async () => {
    const { open, certificates } = await firm.at(owner);
    const guest = { name: "Herr Neu", username: "neu", role: "owner", client: null, vaults: [] } as const;
    expect(await codeOfError(() => invite(open, certificates, guest, server.now))).toBe("needs_root");
    await invite(open, certificates, guest, server.now, server.root);
    const [rootCertificate] = server.ofKind("root");
    expect(certificateOf(0)).toMatchObject({ role: "owner", issuer: rootCertificate?.hash });
  });

  test("from an office leader is for his office, whatever is said", async () => {
    const office = newId();
    const leader = await server.hire("office_leader", owner, office);
    const { open, certificates } = await firm.at(leader);
    const guest = { name: "Frau Neu", username: "neu", role: "clerk", client: null, vaults: [] } as const;
    await invite(open, certificates, guest, server.now);
    expect(certificateOf(0).office).toBe(office);
  });

  test("gives a person who lost his key the next one, in the same places", async () => {
    const { vault, team } = await firm.teamVault(clerk);
    const own = await firm.load(owner, await firm.beginVault());
    const until = server.now + DAY_S;
    const old = certified((await firm.at(owner)).certificates, clerk);
    await addPerson(own, old, "read", until);
    const { open, certificates } = await firm.at(owner);
    const lost = {
      id: clerk.id,
      name: "Herr Alt",
      username: "alt",
      client: null,
      vaults: [{ ...LABELS, id: own.id, dossier: own.chain.dossier }],
      teams: [{ id: team, name: "Alle" }],
    };
    const why = { reason: "lost", compromisedSince: null } as const;
    const { code, id } = await reset(open, certificates, lost, why, server.now);
    expect(certificateOf(0)).toMatchObject({ subject: clerk.id, role: "clerk", generation: 2 });
    const { kid } = await holderKeys(invitationSeed(code, server.id, id, server.root.kid));
    const lines = (chain: string) =>
      server.chain(chain).roster?.holders.filter(({ subject }) => subject === clerk.id);
    expect(lines(own.id)).toEqual([{ key: kid, rights: "read", subject: clerk.id, until }]);
    expect(lines(team)).toEqual([{ key: kid, rights: "read", subject: clerk.id, until: null }]);
    expect((await firm.at(owner)).certificates.inForce(clerk.keys.kid)).toBe(false);
    expect((await rotateAll(open)).failed).toEqual([]);
    expect([epochs(own.id), epochs(team), epochs(vault)]).toEqual([2, 2, 2]);
  });

  test("that got lost is replaced by another, and opens nothing any more", async () => {
    const vault = await firm.load(owner, await firm.beginVault());
    const shown = { ...LABELS, id: vault.id, dossier: vault.chain.dossier };
    const guest = { name: "Frau Neu", username: "neu", role: "client", client: newId() } as const;
    const { open, certificates } = await firm.at(owner);
    await invite(open, certificates, { ...guest, vaults: [shown] }, server.now);
    const { subject: id } = certificateOf(0);
    const why = { reason: "withdrawn", compromisedSince: null } as const;
    const lost = { ...guest, id, vaults: [shown], teams: [] };
    const fresh = (await firm.at(owner)).certificates;
    expect(await codeOfError(() => reset(open, fresh, { ...lost, id: newId() }, why, server.now))).toBe(
      "no_key",
    );
    await reset(open, fresh, lost, why, server.now);
    expect(certificateOf(1)).toMatchObject({ subject: id, role: "client", generation: 1 });
    const [first, second] = (await firm.at(owner)).certificates
      .all()
      .filter(({ kind }) => kind === "invitation");
    const { certificates: after } = await firm.at(owner);
    expect([first, second].map((letter) => after.inForce(letter?.kid ?? ""))).toEqual([false, true]);
    const lines = server.chain(vault.id).roster?.holders.filter(({ subject }) => subject === id);
    expect(lines?.map(({ key, rights }) => ({ key, rights }))).toEqual([
      { key: second?.kid, rights: "write" },
    ]);
  });
});
