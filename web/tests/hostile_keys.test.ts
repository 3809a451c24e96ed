/** A server, together with a clerk, that shows a second key in somebody's name: it is refused beside the one in force. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadCertificates } from "../src/ceremonies/directory";
import { Certificates } from "../src/seals/certificates";
import { type Signed, signDocument } from "../src/seals/documents";
import { newId } from "../src/seals/ids";
import { certify, recertify } from "../src/seals/issue";
import { holderKeys } from "../src/seals/keys";
import { REVOCATION } from "../src/seals/revocations";
import { acceptedOf } from "../src/wire/codec";
import { FirmServer, type Person, randomSeed } from "./firm_server";
import { kept } from "./kept_store";
import { codeOfError } from "./vectors";

vi.mock("../src/keyring/store", () => import("./kept_store"));

let server: FirmServer;
let clerk: Person;
let client: Person;

beforeEach(async () => {
  kept.clear();
  server = await FirmServer.found();
  clerk = await server.hire("clerk");
  client = await server.hire("client", clerk);
});
afterEach(() => vi.unstubAllGlobals());

const load = (by: Person) => loadCertificates(server.signIn(by));

/** A key of the clerk's own, in the client's name. */
async function second(generation = 2): Promise<Signed> {
  const subject = { kind: "client", subject: client.id, ...(await holderKeys(randomSeed())) } as const;
  return certify(server.id, subject, clerk.keys, clerk.hash, server.now, { generation });
}

async function letter(): Promise<Signed> {
  const subject = { kind: "invitation", subject: client.id, ...(await holderKeys(randomSeed())) } as const;
  const more = { generation: 2, role: "client", vaults: [newId()] } as const;
  return certify(server.id, subject, clerk.keys, clerk.hash, server.now, more);
}

function taken(by: Person, hash: string, since: number | null = null): Promise<Signed> {
  const { id: firm } = server;
  const fields = {
    author: by.keys.kid,
    certificate: hash,
    compromised_since: since,
    firm,
    reason: "lost",
  } as const;
  return signDocument(REVOCATION, fields, by.keys.signing);
}

describe("a second key", () => {
  test.each([1, 2])("beside the one in force is refused by everybody: generation %i", async (generation) => {
    server.smuggle(await second(generation));
    for (const who of [server.owner, client])
      expect(await codeOfError(() => load(who))).toBe("subject_has_key");
  });

  test("is refused by who knew the client before, too", async () => {
    const certificates = await load(server.owner);
    server.smuggle(await second());
    const news = server.certificates.slice(-1).map(acceptedOf);
    expect(await codeOfError(() => certificates.add(news))).toBe("subject_has_key");
    expect(certificates.all().filter(({ subject }) => subject === client.id).length).toBe(1);
  });

  test("is not led up to by a letter", async () => {
    server.smuggle(await letter());
    expect(await codeOfError(() => load(server.owner))).toBe("subject_has_key");
  });

  test("counts once the first was taken back, which everybody sees", async () => {
    await server.take(await taken(clerk, client.hash));
    await server.accept(await second());
    const certificates = await load(server.owner);
    expect(certificates.inForce(client.keys.kid)).toBe(false);
    expect(certificates.revocationOf(client.keys.kid)?.author).toBe(clerk.keys.kid);
    server.revocations.pop();
    expect(await codeOfError(() => load(client))).toBe("subject_has_key");
  });

  test("does not count at the place of that, or before it", async () => {
    await server.take(await taken(clerk, client.hash));
    const [revocation] = server.revocations.map(acceptedOf);
    const known = server.certificates.map(acceptedOf);
    server.smuggle(await second());
    const [late] = server.certificates.slice(-1).map(acceptedOf);
    if (revocation === undefined || late === undefined) throw new Error("nothing was taken");
    for (const before of [0, 1]) {
      const moved = { ...late, logIndex: revocation.logIndex - before };
      const all = [...known, moved];
      const verify = () => Certificates.verify(server.id, server.root.kid, all, [revocation]);
      // One place earlier lies the client's own certificate.
      expect(await codeOfError(verify)).toBe("subject_has_key");
    }
  });

  test("needs the end of a fallen one, which could be certified anew", async () => {
    const partner = await server.hire("owner", {
      keys: server.root,
      hash: server.ofKind("root")[0]?.hash ?? "",
    });
    await server.take(await taken(partner, clerk.hash, 0));
    const fallen = (await load(partner)).of(client.keys.kid);
    if (fallen === null) throw new Error("the client is not there");
    expect((await load(partner)).inForce(client.keys.kid)).toBe(false);
    const subject = { kind: "client", subject: client.id, ...(await holderKeys(randomSeed())) } as const;
    const more = { generation: 2 };
    const next = await certify(server.id, subject, partner.keys, partner.hash, server.now, more);
    expect(await codeOfError(() => server.accept(next))).toBe("subject_has_key");
    await server.take(await taken(partner, client.hash));
    await server.accept(next);
    const again = await recertify(fallen, partner.keys, partner.hash, server.now);
    expect(await codeOfError(() => server.accept(again))).toBe("certificate_revoked");
  });

  test("has the number that follows", async () => {
    await server.take(await taken(clerk, client.hash));
    for (const generation of [1, 3])
      expect(await codeOfError(async () => server.accept(await second(generation)))).toBe(
        "certificate_generation",
      );
  });
});

test("a certificate has its place behind its issuer's", async () => {
  const known = server.certificates.map(acceptedOf);
  const place = server.ofKind("clerk")[0]?.logIndex ?? 0;
  const moved = known.map((item) => (item.logIndex === place + 1 ? { ...item, logIndex: place } : item));
  const verify = () => Certificates.verify(server.id, server.root.kid, moved);
  expect(await codeOfError(verify)).toBe("certificate_place");
});
