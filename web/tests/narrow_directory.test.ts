/** Of a firm's thousands of clients the pages ask for those whom they show or sign for; what comes is verified as ever. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { countersign } from "../src/ceremonies/countersign";
import { loadCertificates } from "../src/ceremonies/directory";
import { addPerson, addTeam, openTeam } from "../src/ceremonies/holders";
import { revoke } from "../src/ceremonies/revoke";
import { rotateAll, rotateEach } from "../src/ceremonies/rotate_all";
import { addMember, removeMember } from "../src/ceremonies/team";
import { fromBase64url } from "../src/crypto/base64";
import { fromUtf8 } from "../src/crypto/bytes";
import { requireRevoked } from "../src/keyring/keyring";
import { type Doc, signDocument, toDoc } from "../src/seals/documents";
import { newId } from "../src/seals/ids";
import { certify } from "../src/seals/issue";
import { holderKeys } from "../src/seals/keys";
import { REVOCATION } from "../src/seals/revocations";
import { MOST_ABOUT } from "../src/wire/directory";
import { certified, DAY_S, Firm } from "./firm_pages";
import { type FirmServer, type Person, randomSeed } from "./firm_server";
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

/** A client who has redeemed the clerk's letter: his id and his key. */
async function redeemed(issuer: Person = clerk) {
  const [letter, keys] = [await holderKeys(randomSeed()), await holderKeys(randomSeed())];
  const id = newId();
  const terms = { role: "client" as const, vaults: [], generation: 1, office: null };
  const invited = { kind: "invitation", subject: id, ...letter } as const;
  const hash = await server.accept(
    await certify(server.id, invited, issuer.keys, issuer.hash, server.now, terms),
  );
  const own = { kind: "client", subject: id, ...keys } as const;
  await server.accept(await certify(server.id, own, letter, hash, server.now));
  return { id, kid: keys.kid };
}

/** Every question asked from now on was about these, and none about all. */
function askedOnlyAbout(...ids: string[]): void {
  expect(server.asked.length).toBeGreaterThan(0);
  for (const about of server.asked) expect(about).not.toBeNull();
  const asked = new Set(server.asked.flatMap((about) => about ?? []));
  expect([...asked].filter((id) => id !== "").sort()).toEqual([...ids].sort());
}

test("nothing is sealed to a key that was seen taken back when it is asked about only now, and that is left out", async () => {
  const leaver = await server.hire("clerk");
  const vaultId = await firm.beginVault();
  const { open, certificates } = await firm.at(owner);
  const certificate = certified(certificates, leaver);
  const plan = { certificate, reason: "left", compromisedSince: null, recertify: [] } as const;
  await revoke(open, certificates, plan, server.now);
  await requireRevoked((await firm.at(owner)).certificates);
  const isHis = ({ doc }: { doc: Doc }) => fromUtf8(fromBase64url(doc.bytes)).includes(leaver.id);
  server.tamper = (answer) => {
    if (!("revocations" in answer)) return answer;
    const certificates = answer["certificates"] as { doc: Doc }[];
    // The vault's news say nothing of who is no holder; whoever asks about him is shown half of it.
    const shown = "records" in answer ? certificates.filter((one) => !isHis(one)) : certificates;
    return { ...answer, certificates: shown, revocations: [] };
  };
  const vault = await firm.load(owner, vaultId);
  let isSent = false;
  server.before = async (path) => {
    isSent ||= path.endsWith("/records");
  };
  expect(await codeOfError(() => addPerson(vault, certificate, "read"))).toBe("revocation_hidden");
  expect(isSent).toBe(false);
});

describe("a countersignature", () => {
  test("asks for the chains of those who wait, and vouches for them", async () => {
    const old = [await server.hire("client"), await server.hire("client")];
    const waiting = [await redeemed(), await redeemed()];
    const open = server.signIn(owner);
    expect(await countersign(open, server.now)).toBe(2);
    askedOnlyAbout(...waiting.map(({ id }) => id));
    const all = await loadCertificates(open);
    for (const { kid } of waiting) expect(all.isProvisional(kid)).toBe(false);
    for (const { keys } of old) expect(all.isProvisional(keys.kid)).toBe(false);
  });

  test("asks for nothing where nobody waits", async () => {
    await server.hire("client");
    expect(await countersign(server.signIn(owner), server.now)).toBe(0);
    expect(server.asked).toEqual([]);
  });

  test("is not given to a key whose letter fell with a clerk's compromised key", async () => {
    const { kid } = await redeemed();
    const open = server.signIn(owner);
    const fields = { author: owner.keys.kid, certificate: clerk.hash, compromised_since: 0, firm: server.id };
    await server.take(
      await signDocument(REVOCATION, { ...fields, reason: "compromised" }, owner.keys.signing),
    );
    server.asked.length = 0;
    const posts = server.posts.length;
    expect(await countersign(open, server.now)).toBe(0);
    expect(server.posts).toHaveLength(posts);
    expect((await loadCertificates(open)).inForce(kid)).toBe(false);
  });

  test("is given page by page where more wait than may be asked for at once", async () => {
    const some = await redeemed();
    const open = server.signIn(owner);
    const [, answer] = server.certificates.slice(-2);
    const ids = Array.from({ length: MOST_ABOUT }, () => newId());
    const made = await Promise.all(
      ids.map(async (id) => {
        const keys = await holderKeys(randomSeed());
        return certify(
          server.id,
          { kind: "client", subject: id, ...keys },
          owner.keys,
          owner.hash,
          server.now,
        );
      }),
    );
    const claimed = made.map((signed) => ({ ...answer, doc: toDoc(signed) }));
    server.tamper = (told) => {
      const isWaiting = !("revocations" in told);
      return isWaiting ? { certificates: [...claimed, answer] } : told;
    };
    expect(await countersign(open, server.now)).toBe(1);
    askedOnlyAbout(some.id, ...ids);
    for (const about of server.asked) expect(about?.length).toBeLessThanOrEqual(MOST_ABOUT);
  });
});

describe("holders", () => {
  test("a newcomer to a vault is asked for alone", async () => {
    const [client] = [await server.hire("client"), await server.hire("client"), await server.hire("client")];
    const vault = await firm.load(owner, await firm.beginVault());
    const certificate = (await loadCertificates(vault.open, [client.id])).person(client.keys.kid);
    server.asked.length = 0;
    await addPerson(vault, certificate, "write");
    askedOnlyAbout(client.id);
    expect((await firm.load(client, vault.id)).title).toBe("Lohn");
  });

  test("a clerk joins a team without the clients of its vaults", async () => {
    await server.hire("client");
    const { vault, team } = await firm.teamVault(clerk);
    const later = await server.hire("clerk");
    const open = server.signIn(owner);
    server.asked.length = 0;
    const certificate = (await loadCertificates(open, [])).person(later.keys.kid);
    await addMember(await openTeam(open, { id: team, name: "Alle" }), certificate);
    askedOnlyAbout(later.id);
    expect((await firm.load(later, vault)).title).toBe("Lohn");
  });

  test("a team is asked for with its chain, and with no other team's", async () => {
    const other = await firm.beginTeam(clerk);
    const team = await firm.beginTeam(clerk);
    const vault = await firm.load(owner, await firm.beginVault());
    server.asked.length = 0;
    await addTeam(vault, { id: team, name: "Alle" }, "write");
    askedOnlyAbout(team);
    expect([...vault.certificates.teams.keys()]).toEqual([team]);
    expect(team).not.toBe(other);
    expect((await firm.load(clerk, vault.id)).title).toBe("Lohn");
  });
});

test("new keys for all that is due need the firm's own keys, and what each vault brings", async () => {
  const client = await server.hire("client");
  const { vault, team } = await firm.teamVault(clerk);
  const opened = await firm.load(owner, vault);
  await addPerson(opened, (await loadCertificates(opened.open, [client.id])).person(client.keys.kid), "read");
  await removeMember(await openTeam(server.signIn(owner), { id: team, name: "Alle" }), clerk.keys.kid);
  const before = server.chain(vault).epochs.size;
  server.asked.length = 0;
  server.now += DAY_S;
  expect((await rotateAll(server.signIn(owner))).failed).toEqual([]);
  askedOnlyAbout();
  expect(server.chain(vault).epochs.size).toBeGreaterThan(before);
  expect((await firm.load(client, vault)).title).toBe("Lohn");
});

test("a certificate whose issuer is left out of the narrow answer is refused", async () => {
  const client = await server.hire("client", clerk);
  const open = server.signIn(owner);
  server.tamper = (told) => {
    const { certificates } = told as { certificates?: { doc: unknown }[] };
    const isShown = ({ doc }: { doc: unknown }) =>
      JSON.stringify(doc) !== JSON.stringify(server.certificates[3]?.doc);
    return certificates === undefined ? told : { ...told, certificates: certificates.filter(isShown) };
  };
  expect(await codeOfError(() => loadCertificates(open, [client.id]))).toBe("certificate_issuer");
});

test("a team with a new key leaves vaults readable that do not name it", async () => {
  const [one, other] = [await firm.beginTeam(clerk), await firm.beginTeam(clerk)];
  const vault = await firm.load(owner, await firm.beginVault());
  await addPerson(vault, (await loadCertificates(vault.open, [])).person(clerk.keys.kid), "read");
  const open = server.signIn(owner);
  const all = await loadCertificates(open);
  const fields = {
    author: owner.keys.kid,
    certificate: clerk.hash,
    compromised_since: null,
    firm: server.id,
  };
  await server.take(await signDocument(REVOCATION, { ...fields, reason: "left" }, owner.keys.signing));
  const done = await rotateEach(open, all, [one, other, vault.id]);
  expect(done).toEqual({ rotated: [one, other, vault.id], failed: [] });
});
