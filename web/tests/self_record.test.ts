/** self.json read back; and what a new device notices of a server that lies. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadCertificates } from "../src/ceremonies/directory";
import { beginDossierVault } from "../src/ceremonies/dossier";
import { revoke } from "../src/ceremonies/revoke";
import { fromBase64url } from "../src/crypto/base64";
import type { Open } from "../src/keyring/keyring";
import { recallSelf, shareSelf } from "../src/keyring/memory";
import type { Head } from "../src/seals/entries";
import { newId } from "../src/seals/ids";
import { holderKeys } from "../src/seals/keys";
import { hashOfSeen, joinedSeen, openSelf, type Seen, seenIn } from "../src/seals/self_record";
import { makeFolder } from "../src/vault/commit";
import { OpenedVault } from "../src/vault/opened";
import { FirmServer } from "./firm_server";
import { kept } from "./kept_store";
import { codeOfError, expectCode, vectors } from "./vectors";

vi.mock("../src/keyring/store", () => import("./kept_store"));

interface SeenWire {
  readonly heads: Record<string, Head>;
  readonly revoked: Record<string, number>;
}

const told = vectors<{
  firm: string;
  person: string;
  root: string;
  seed: string;
  hash: string;
  seen: SeenWire;
  seen_hash: string;
  cases: { name: string; age: string; number: number; code: string | null }[];
  joins: { ours: SeenWire; theirs: SeenWire; joined: SeenWire | null; code: string | null }[];
}>("self");

const seenOf = ({ heads, revoked }: SeenWire): Seen => ({
  heads: new Map(Object.entries(heads)),
  revoked: new Map(Object.entries(revoked)),
});

describe("a self-record", () => {
  test.each(told.cases)("$name", async ({ age, number, code }) => {
    const { firm, person, root, seed } = told;
    const own = { firm, person, root, keys: await holderKeys(fromBase64url(seed)) };
    const opening = () => openSelf(own, fromBase64url(age), number);
    if (code !== null) return expectCode(opening, code);
    const { record, hash } = await opening();
    expect(hash).toBe(told.hash);
    expect(seenIn(record)).toEqual(seenOf(told.seen));
    expect(hashOfSeen(seenIn(record))).toBe(told.seen_hash);
  });

  test.each(told.joins)("is joined with what the device knows", async ({ ours, theirs, joined, code }) => {
    const joining = async () => joinedSeen(seenOf(ours), seenOf(theirs));
    if (code !== null) return expectCode(joining, code);
    expect(joined === null ? null : await joining()).toEqual(joined === null ? null : seenOf(joined));
  });
});

describe("a new device", () => {
  const NAMES = { client_name: "Müller", client_number: "10001", title: "Lohn" };
  let server: FirmServer;
  let open: Open;
  let vault: string;

  beforeEach(async () => {
    kept.clear();
    server = await FirmServer.found();
    open = server.signIn(server.owner);
    vault = await beginDossierVault(open, await loadCertificates(open), newId(), NAMES);
    await OpenedVault.load(open, vault);
  });
  afterEach(() => vi.unstubAllGlobals());

  const load = () => OpenedVault.load(open, vault);

  test("notices that a vault was rolled back", async () => {
    await makeFolder(await load(), vault, "Januar", server.now);
    await load();
    await shareSelf(open);
    kept.clear();
    server.tamper = (answer) => rolledBack(answer);
    await load();
    kept.clear();
    await recallSelf(open);
    expect(await codeOfError(load)).toBe("vault_rolled_back");
  });

  test("notices that a revocation is hidden", async () => {
    const clerk = await server.hire("clerk");
    const certificates = await loadCertificates(open);
    const known = certificates.of(clerk.keys.kid);
    if (known === null) throw new Error("the clerk is not certified");
    const plan = { certificate: known, reason: "left", compromisedSince: null, recertify: [] } as const;
    await revoke(open, certificates, plan, server.now);
    await loadCertificates(open);
    await shareSelf(open);
    kept.clear();
    await recallSelf(open);
    server.tamper = (answer) => ({ ...answer, revocations: [] });
    expect(await codeOfError(() => loadCertificates(open))).toBe("revocation_hidden");
  });

  test("that has seen a newer record takes no older one, and not none", async () => {
    await shareSelf(open);
    await makeFolder(await load(), vault, "Januar", server.now);
    await load();
    await shareSelf(open);
    expect(server.selfRecords.map(({ number }) => number)).toEqual([1, 2]);
    for (const older of [server.selfRecords[0], { number: 0, age: null }]) {
      server.tamper = () => older;
      expect(await codeOfError(() => recallSelf(open))).toBe("self_record_rolled_back");
    }
  });

  test("writes nothing when it has seen nothing new", async () => {
    await shareSelf(open);
    await load();
    await shareSelf(open);
    expect(server.selfRecords.length).toBe(1);
  });

  function rolledBack(answer: Record<string, unknown>): unknown {
    const records = answer["records"];
    if (!Array.isArray(records) || records.length < 2) return answer;
    const head = server.chain(vault).headAt(1);
    return { ...answer, records: records.slice(0, 1), seq: 1, head };
  }
});
