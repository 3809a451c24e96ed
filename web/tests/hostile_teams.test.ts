/** A server that lies about teams and revocations: every lie is refused with the code it meets. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadCertificates } from "../src/ceremonies/directory";
import { beginDossierVault } from "../src/ceremonies/dossier";
import { addPerson, addTeam, removeHolder } from "../src/ceremonies/holders";
import { revoke } from "../src/ceremonies/revoke";
import { addMember, foundTeam, removeMember } from "../src/ceremonies/team";
import { sealSmall } from "../src/crypto/age";
import { toBase64url } from "../src/crypto/base64";
import { CERTIFICATE } from "../src/seals/certificate";
import { Certificates } from "../src/seals/certificates";
import {
  fromDoc,
  hashOf,
  RECORD,
  ROSTER,
  read,
  SCANNER_KEY,
  signDocument,
  toDoc,
  VERDICT,
} from "../src/seals/documents";
import { newId } from "../src/seals/ids";
import { certify } from "../src/seals/issue";
import { holderKeys, signingKeys } from "../src/seals/keys";
import { readScannerKey, readVerdict, requireClean } from "../src/seals/scanning";
import { makeFolder } from "../src/vault/commit";
import { OpenedVault } from "../src/vault/opened";
import { acceptedOf } from "../src/wire/codec";
import type { CertificateAnswer } from "../src/wire/evidence";
import { FirmServer, type Person, randomSeed } from "./firm_server";
import { kept } from "./kept_store";
import { codeOfError } from "./vectors";

vi.mock("../src/keyring/store", () => import("./kept_store"));

const NAMES = { client_name: "Müller", client_number: "10001", title: "Lohn" };

let server: FirmServer;
let clerk: Person;
let vault: string;
let team: string;

/** A vault that the clerk holds through a team alone. */
beforeEach(async () => {
  kept.clear();
  server = await FirmServer.found();
  clerk = await server.hire("clerk");
  const open = server.signIn(server.owner);
  const certificates = await loadCertificates(open);
  const certificate = certificates.of(clerk.keys.kid);
  const members = certificate === null ? [] : [certificate];
  team = await foundTeam(open, certificates, { name: "Alle", office: null, members }, server.now);
  vault = await beginDossierVault(open, certificates, newId(), NAMES);
  await addTeam(await OpenedVault.load(open, vault), { id: team, name: "Alle" }, "write");
});
afterEach(() => vi.unstubAllGlobals());

const load = (by: Person, id = vault) => OpenedVault.load(server.signIn(by), id);
const refusal = () => codeOfError(() => load(clerk));

describe("a team", () => {
  test("whose chain is withheld opens nothing", async () => {
    server.tamper = (answer) => ({ ...answer, teams: [] });
    expect(await refusal()).toBe("team_unknown");
  });

  test("is not a vault's chain", async () => {
    const { entries = [] } = server.chains.get(vault) ?? {};
    server.tamper = (answer) => ({ ...answer, teams: [...(answer.teams ?? []), { id: vault, entries }] });
    expect(await refusal()).toBe("record_shape");
  });

  test("whose history ends before what was seen is refused", async () => {
    await removeHolder(await load(server.owner, team), clerk.keys.kid);
    await load(server.owner);
    server.tamper = (answer) => ({
      ...answer,
      teams: answer.teams?.map(({ id, entries }) => ({ id, entries: entries.slice(0, 1) })),
    });
    expect(await codeOfError(() => load(server.owner))).toBe("vault_rolled_back");
  });

  test("with a record that nobody in charge signed is refused", async () => {
    const [entry] = server.chains.get(vault)?.entries ?? [];
    server.tamper = (answer) => ({
      ...answer,
      teams: answer.teams?.map(({ id, entries }) => ({ id, entries: [...entries, { ...entry }] })),
    });
    // The record of another chain, which says that it is the first.
    expect(await refusal()).toBe("vault_forked");
  });

  test("whose key is substituted is refused", async () => {
    const { recipient } = await holderKeys(randomSeed());
    const mine = await certify(
      server.id,
      { kind: "team", subject: team, signingKey: null, recipient },
      server.owner.keys,
      server.owner.hash,
      server.now,
      { generation: 1 },
    );
    server.tamper = (answer) => {
      const certificates = answer["certificates"] as CertificateAnswer[] | undefined;
      const isTeams = ({ doc }: CertificateAnswer) => read(CERTIFICATE, fromDoc(doc).bytes).kind === "team";
      const shown = certificates?.map((one) => (isTeams(one) ? { ...one, doc: toDoc(mine) } : one));
      return { ...answer, certificates: shown };
    };
    expect(await refusal()).toBe("team_differs");
  });

  test("whose newest generation is hidden by halves is refused", async () => {
    const leaver = await server.hire("clerk");
    const open = server.signIn(server.owner);
    const certificates = await loadCertificates(open);
    await addMember(await load(server.owner, team), certificates.person(leaver.keys.kid));
    await removeMember(await load(server.owner, team), leaver.keys.kid);
    server.tamper = (answer) => ({
      ...answer,
      teams: answer.teams?.map(({ id, entries }) => ({ id, entries: entries.slice(0, -1) })),
    });
    kept.clear();
    const write = async () => makeFolder(await load(clerk), vault, "Neu", server.now);
    expect(await codeOfError(write)).toBe("team_differs");
  });

  test("whose wrap is somebody else's opens nothing, and says why", async () => {
    const { recipient } = (await load(server.owner)).chain.epoch;
    const age = toBase64url(await sealSmall(randomSeed(), [recipient]));
    server.tamper = (answer) => {
      const wraps = answer["wraps"] as { key: string }[] | undefined;
      const isTeams = answer["records"] !== undefined && server.chain(vault).seq === answer["seq"];
      return isTeams && wraps ? { ...answer, wraps: wraps.map((wrap) => ({ ...wrap, age })) } : answer;
    };
    expect(await refusal()).toBe("wrap_not_ours");
  });

  test("is asked for its keys once, however many vaults it holds", async () => {
    const open = server.signIn(server.owner);
    const certificates = await loadCertificates(open);
    const other = await beginDossierVault(open, certificates, newId(), NAMES);
    await addTeam(await OpenedVault.load(open, other), { id: team, name: "Alle" }, "write");
    const asked: string[] = [];
    const answering = globalThis.fetch;
    vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
      asked.push(path);
      return answering(path, init);
    });
    for (const id of [vault, other]) await load(clerk, id);
    expect(asked.filter((path) => path.includes(team)).length).toBe(1);
  });
});

describe("a revocation", () => {
  /** The clerk writes, and his key is taken back. */
  async function revoked(): Promise<void> {
    await makeFolder(await load(clerk), vault, "Vorher", server.now);
    const open = server.signIn(server.owner);
    const certificates = await loadCertificates(open);
    const certificate = certificates.person(clerk.keys.kid);
    const plan = { certificate, reason: "left", compromisedSince: null, recertify: [] } as const;
    await revoke(open, certificates, plan, server.now);
  }

  test("that moves in the log is refused", async () => {
    await revoked();
    const certificates = await Certificates.verify(
      server.id,
      server.root.kid,
      server.certificates.map(acceptedOf),
    );
    const [moved] = server.revocations.map(acceptedOf);
    if (moved === undefined) throw new Error("not revoked");
    await certificates.add([], [moved]);
    expect(await codeOfError(() => certificates.add([], [{ ...moved, logIndex: 9999 }]))).toBe(
      "revocation_moved",
    );
  });

  test("that was withheld while the key certified somebody is refused", async () => {
    const place = server.last;
    await server.hire("clerk");
    await server.hire("client", clerk);
    const { certificates } = server;
    const known = await Certificates.verify(server.id, server.root.kid, certificates.map(acceptedOf));
    await revoked();
    const [late] = server.revocations.map(acceptedOf);
    if (late === undefined) throw new Error("not revoked");
    const shown = { ...late, logIndex: place + 1 };
    expect(await codeOfError(() => known.add([], [shown]))).toBe("certificate_issuer_revoked");
  });

  test("leaves what was written before, and nothing after it", async () => {
    await revoked();
    const names = [...(await load(server.owner)).nodes.values()].map(({ row }) => row.name);
    expect(names).toEqual(["Vorher"]);
    const index = server.chain(vault).epoch.logIndex;
    server.tamper = (answer) => {
      const records = answer["records"] as { log_index: number }[] | undefined;
      const isVaults = records !== undefined && answer["seq"] === server.chain(vault).seq;
      if (!isVaults) return answer;
      return {
        ...answer,
        records: records.map((entry) => (entry.log_index > index ? { ...entry, log_index: 9999 } : entry)),
      };
    };
    expect(await codeOfError(() => load(server.owner))).toBe("record_author_revoked");
  });

  test("makes the next writer rotate, whatever the server says is due", async () => {
    await revoked();
    expect(server.chain(team).epochs.size).toBe(2);
    expect(server.chain(vault).epochs.size).toBe(1);
    await makeFolder(await load(server.owner), vault, "Danach", server.now);
    expect(server.chain(vault).epochs.size).toBe(2);
  });

  test("is not got around by a record that is dated back", async () => {
    const { keys } = clerk;
    const spy = await server.hire("clerk");
    const owners = await load(server.owner);
    await addPerson(owners, owners.certificates.person(keys.kid), "manage");
    const mine = await load(clerk);
    const before = server.last;
    await revoked();
    await makeFolder(await load(server.owner), vault, "Danach", server.now);
    const { chain } = await load(server.owner);
    const { roster, rosterHash, firm, seq, head } = chain;
    if (roster === null || rosterHash === null) throw new Error("no roster");
    const line = { key: spy.keys.kid, rights: "read", subject: spy.id, until: null } as const;
    const holders = [...roster.holders, line].sort((a, b) => (a.key < b.key ? -1 : 1));
    const next = { author: keys.kid, firm, holders, previous: rosterHash, seq: roster.seq + 1, vault };
    const signed = await signDocument(ROSTER, next, keys.signing);
    const change = { kind: "roster", hash: hashOf(signed.bytes), seq: next.seq } as const;
    const fields = { ...mine.recordFields([change]), previous: head, seq: seq + 1 };
    const record = await signDocument(RECORD, fields, keys.signing);
    for (const [place, code] of [
      [server.last + 1, "record_author_revoked"],
      [before, "record_place"],
    ] as const)
      expect(
        await codeOfError(() =>
          chain.apply({ record, roster: signed, acceptedAt: server.now, logIndex: place }),
        ),
      ).toBe(code);
  });

  test("of a scanner ends the use of its keys", async () => {
    const { id: firm, now } = server;
    const scanner = await signingKeys(randomSeed());
    const subject = {
      kind: "scanner",
      subject: newId(),
      signingKey: scanner.signingKey,
      recipient: null,
    } as const;
    await server.accept(await certify(firm, subject, server.owner.keys, server.owner.hash, now));
    const { recipient } = await holderKeys(randomSeed());
    const fields = { firm, not_before: now, not_after: now + 3600, recipient, scanner: scanner.kid };
    const announced = await signDocument(SCANNER_KEY, fields, scanner.signing);
    const open = server.signIn(server.owner);
    const certificates = await loadCertificates(open);
    expect((await readScannerKey(certificates, announced, now)).recipient).toBe(recipient);
    const certificate = certificates.scanner(scanner.kid);
    const plan = { certificate, reason: "compromised", compromisedSince: 0, recertify: [] } as const;
    await revoke(open, certificates, plan, now);
    const after = await loadCertificates(open);
    const about = { commitment: toBase64url(randomSeed()), payload_hash: toBase64url(randomSeed()) };
    const said = { database: "1", engine: "test", reason: null, result: "clean", scanned_at: now } as const;
    const verdict = { ...said, ...about, firm, scanner: scanner.kid };
    const signed = await signDocument(VERDICT, verdict, scanner.signing);
    await requireClean(after, signed, about, server.last - 1);
    expect(await codeOfError(() => requireClean(after, signed, about, server.last))).toBe("scanner_unknown");
    expect(await codeOfError(() => readVerdict(after, signed, about))).toBe("scanner_unknown");
    expect(await codeOfError(() => readScannerKey(after, announced, now))).toBe("scanner_unknown");
  });
});
