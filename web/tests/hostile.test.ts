/** The browser's client in front of a server that lies about a vault: every lie is refused with the code it meets. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { countersign } from "../src/ceremonies/countersign";
import { loadCertificates } from "../src/ceremonies/directory";
import { invite, type OfferedVault } from "../src/ceremonies/invite";
import { sealSmall } from "../src/crypto/age";
import { fromBase64url, toBase64url } from "../src/crypto/base64";
import { CERTIFICATE } from "../src/seals/certificate";
import {
  type Change,
  fromDoc,
  hashOf,
  RECORD,
  ROSTER,
  read,
  signDocument,
  toDoc,
} from "../src/seals/documents";
import { newId } from "../src/seals/ids";
import { epochKeys, holderKeys } from "../src/seals/keys";
import { makeFolder } from "../src/vault/commit";
import { readFile } from "../src/vault/contents";
import { type OpenedFile, OpenedVault } from "../src/vault/opened";
import { flipped, HostileServer, keysOf, seedOf, signedIn, story } from "./hostile_server";
import { kept } from "./kept_store";
import { codeOfError } from "./vectors";

vi.mock("../src/keyring/store", () => import("./kept_store"));

const FORM = ["not_canonical", "document_invalid", "not_base64", "signature_invalid"];
const NODE = story.files[0]?.node ?? "";
const randomSeed = () => crypto.getRandomValues(new Uint8Array(32));

let server: HostileServer;

beforeEach(() => {
  kept.clear();
  server = new HostileServer("client");
});
afterEach(() => vi.unstubAllGlobals());

async function load(): Promise<OpenedVault> {
  return OpenedVault.load(await signedIn("client"), story.vault);
}

const refusal = (): Promise<string> => codeOfError(load);

/** A record of `who` upon the last one shown. */
async function recordBy(who: string, ...changes: Change[]) {
  const { kid, signing } = await holderKeys(seedOf(who));
  const { seq, head } = server.news;
  const { firm, vault } = story;
  const fields = { author: kid, changes, firm, previous: head, seq: seq + 1, vault };
  return toDoc(await signDocument(RECORD, fields, signing));
}

const folder = (more: Partial<Extract<Change, { kind: "folder" }>> = {}, row = new Uint8Array(60)) => ({
  change: {
    kind: "folder",
    epoch: 2,
    node: newId(),
    parent: story.vault,
    row: hashOf(row),
    ...more,
  } as const,
  row: toBase64url(row),
});

test("an honest server's vault opens, and its file", async () => {
  const vault = await load();
  expect(vault.title).toBe("Jahresabschluss 2025");
  const names = [...vault.nodes.values()].map(({ row }) => row.name).sort();
  expect(names).toEqual(["Alt", "Beleg ä.txt", "Belege"]);
  expect(vault.unreadable.size).toBe(0);
  expect((await readFile(vault, vault.nodes.get(NODE) as OpenedFile, () => undefined)).size).toBe(0);
});

describe("history", () => {
  test("that ends before what was seen is refused", async () => {
    await load();
    server.news.records.pop();
    server.claimHead();
    expect(await refusal()).toBe("vault_rolled_back");
  });

  test("with records withheld behind the true head is refused", async () => {
    server.news.records.pop();
    expect(await refusal()).toBe("vault_forked");
  });

  test("with a record left out, doubled or moved is refused", async () => {
    const honest = [...server.news.records];
    const [a, b, c, ...rest] = honest;
    for (const shown of [
      [a, c, ...rest],
      [a, b, b, c, ...rest],
      [a, c, b, ...rest],
    ]) {
      server.news.records = shown.filter((entry) => entry !== undefined);
      expect(await refusal()).toBe("record_seq");
    }
  });

  test("other than the one seen is refused, also when it is longer", async () => {
    const honest = [...server.news.records];
    const one = folder();
    server.add(
      { record: await recordBy("clerk", one.change) },
      { node: one.change.node, version: 0, row: one.row },
    );
    await load();
    server.news.records = [...honest];
    server.claimHead();
    for (let length = 0; length < 2; length++) {
      const { change, row } = folder();
      server.add({ record: await recordBy("clerk", change) }, { node: change.node, version: 0, row });
      expect(await refusal()).toBe("vault_forked");
    }
  });

  test("that goes wrong breaks the vault: it is read no further, and nothing is written to it", async () => {
    const all = [...server.news.records];
    server.news.records = all.slice(0, 3);
    server.claimHead();
    const vault = await load();
    const spoilt = structuredClone(all);
    const last = spoilt.at(-1);
    if (last !== undefined) last.record = { ...last.record, sig: flipped(last.record.sig) };
    server.news.records = spoilt;
    server.claimHead();
    expect(await codeOfError(() => vault.refresh())).toBe("signature_invalid");
    expect(vault.broken?.code).toBe("signature_invalid");
    server.news.records = all;
    server.claimHead();
    expect(await codeOfError(() => vault.refresh())).toBe("signature_invalid");
    expect(await codeOfError(() => makeFolder(vault, vault.id, "Neu", 1_800_100_000))).toBe(
      "signature_invalid",
    );
    expect(server.sent).toEqual([]);
  });

  test("of which nothing follows although more was promised is refused", async () => {
    server.news.records = [];
    server.news.more = true;
    expect(await refusal()).toBe("answer_invalid");
  });
});

describe("one flipped bit", () => {
  const documents = ["record", "roster", "epoch", "manifests"] as const;
  const parts = documents.flatMap((name) => (["bytes", "sig"] as const).map((part) => [name, part] as const));

  test.each(parts)("in a %s (%s) is refused wherever it stands", async (name, part) => {
    const seen: string[] = [];
    for (let place = 0; place < story.entries.length; place++) {
      server = new HostileServer("client");
      const entry = server.news.records[place] as unknown as Record<string, unknown>;
      const found = entry[name] as
        | { bytes: string; sig: string }
        | { bytes: string; sig: string }[]
        | undefined;
      const [document] = found === undefined ? [] : [found].flat();
      if (document === undefined) continue;
      document[part] = flipped(document[part]);
      kept.clear();
      seen.push(await refusal());
    }
    expect(seen.length).toBeGreaterThan(0);
    for (const code of seen)
      expect([...FORM, "record_documents", "record_previous", "record_author", "record_seq"]).toContain(code);
  });

  test("in a certificate is refused", async () => {
    for (const [place] of story.certificates.entries()) {
      for (const part of ["bytes", "sig"] as const) {
        server = new HostileServer("client");
        const { doc } = server.news.certificates[place] as { doc: { bytes: string; sig: string } };
        doc[part] = flipped(doc[part]);
        expect([...FORM, "certificate_issuer", "certificate_root"]).toContain(await refusal());
      }
    }
  });

  test("in a row is refused", async () => {
    for (const [place] of story.rows.entries()) {
      server = new HostileServer("client");
      const row = server.news.rows[place];
      if (row !== undefined) row.row = flipped(row.row);
      // The first version's row is no longer shown, and so no longer opened.
      const isOpened = row?.node !== NODE || row.version === 2;
      kept.clear();
      if (isOpened) expect(await refusal()).toBe("row_differs");
      else await load();
    }
  });

  test("in a wrap, or in the seed of the epoch before, is refused", async () => {
    for (const wrap of server.news.wraps) wrap.age = flipped(wrap.age);
    // The one wrap of the client, and so nothing leads to the row that says which vault this is.
    expect(await refusal()).toBe("wrap_missing");
    server = new HostileServer("client");
    for (const entry of server.news.records)
      if (entry.previous_seed) entry.previous_seed = flipped(entry.previous_seed);
    expect(await refusal()).toBe("wrap_missing");
  });
});

describe("members and keys", () => {
  test("a wrap with another seed is refused", async () => {
    const { kid: key, recipient } = await keysOf("client");
    const age = toBase64url(await sealSmall(randomSeed(), [recipient]));
    server.news.wraps = [{ epoch: 2, key, age }];
    expect(await refusal()).toBe("wrap_missing");
    server.news.wraps.push({ epoch: 1, key, age });
    expect(await refusal()).toBe("wrap_foreign_seed");
  });

  test("a wrap for somebody else, or none, is refused", async () => {
    const { kid } = story.people["clerk"] ?? {};
    server.news.wraps = story.wraps.filter(({ epoch, key }) => epoch === 2 && key === kid);
    expect(await refusal()).toBe("wrap_missing");
    server.news.wraps = story.wraps.filter(({ epoch, key }) => epoch === 1 && key === kid);
    expect(await refusal()).toBe("wrap_not_ours");
    const { kid: own = "" } = story.people["client"] ?? {};
    server.news.wraps = server.news.wraps.map((wrap) => ({ ...wrap, key: own }));
    expect(await refusal()).toBe("wrap_not_ours");
    server.news.wraps = [];
    expect(await refusal()).toBe("wrap_missing");
  });

  test("the seed of another vault as that of the epoch before is refused", async () => {
    const current = await epochKeys(fromBase64url(story.epoch_seeds["2"] ?? ""));
    for (const entry of server.news.records) {
      if (entry.previous_seed)
        entry.previous_seed = toBase64url(await sealSmall(randomSeed(), [current.recipient]));
    }
    expect(await refusal()).toBe("wrap_missing");
  });

  test("a certificate under another root, or for a substituted key, is refused", async () => {
    for (const [place, shown] of story.certificates.entries()) {
      server = new HostileServer("client");
      const claimed = read(CERTIFICATE, fromDoc(shown.doc).bytes);
      const stranger = await holderKeys(randomSeed());
      const keys = { signing_key: stranger.signingKey, recipient: claimed.recipient && stranger.recipient };
      const forged = await signDocument(CERTIFICATE, { ...claimed, ...keys }, stranger.signing);
      server.news.certificates[place] = { ...shown, doc: toDoc(forged) };
      // Without its root nothing else has an issuer; which of the two is met first depends on the order alone.
      const code = claimed.kind === "root" ? "certificate_root" : "signature_invalid";
      expect(["certificate_issuer", code]).toContain(await refusal());
    }
  });

  test("a second root beside the pinned one is refused, though all else is honest", async () => {
    const root = story.certificates.find(({ doc }) => read(CERTIFICATE, fromDoc(doc).bytes).kind === "root");
    const claimed = read(CERTIFICATE, fromDoc(root?.doc ?? { bytes: "", sig: "" }).bytes);
    const stranger = await holderKeys(randomSeed());
    const forged = { ...claimed, signing_key: stranger.signingKey };
    const doc = toDoc(await signDocument(CERTIFICATE, forged, stranger.signing));
    server.news.certificates.push({ doc, accepted_at: root?.accepted_at ?? 0, log_index: 99 });
    expect(await refusal()).toBe("certificate_root");
  });

  test("a stranger injects neither folder nor roster, a writer no roster", async () => {
    const { change, row } = folder();
    const unknown = await signDocument(
      RECORD,
      {
        author: (await holderKeys(randomSeed())).kid,
        changes: [change],
        firm: story.firm,
        previous: server.news.head,
        seq: server.news.seq + 1,
        vault: story.vault,
      },
      (await holderKeys(randomSeed())).signing,
    );
    server.add({ record: toDoc(unknown) }, { node: change.node, version: 0, row });
    expect(await refusal()).toBe("record_author");
    server = new HostileServer("client");
    const { chain } = await load();
    const { kid, signing } = await keysOf("client");
    const holders = chain.roster?.holders ?? [];
    const fields = {
      author: kid,
      firm: story.firm,
      holders: holders.map((one) => (one.rights === "write" ? { ...one, rights: "manage" as const } : one)),
      previous: chain.rosterHash,
      seq: (chain.roster?.seq ?? 0) + 1,
      vault: story.vault,
    };
    const roster = await signDocument(ROSTER, fields, signing);
    const grab = { kind: "roster", hash: hashOf(roster.bytes), seq: fields.seq } as const;
    server.add({ record: await recordBy("client", grab), roster: toDoc(roster) });
    kept.clear();
    expect(await refusal()).toBe("record_rights");
  });

  test("something new under an old epoch is refused", async () => {
    const { change, row } = folder({ epoch: 1 });
    server.add({ record: await recordBy("clerk", change) }, { node: change.node, version: 0, row });
    expect(await refusal()).toBe("epoch_not_current");
  });

  test("one member's unreadable row hides his node and not the vault", async () => {
    const { change, row } = folder();
    server.add({ record: await recordBy("client", change) }, { node: change.node, version: 0, row });
    const vault = await load();
    expect([...vault.unreadable.keys()]).toEqual([change.node]);
    expect(vault.namelessOf(story.vault).map(({ id }) => id)).toEqual([change.node]);
    expect(vault.nodes.size).toBe(3);
  });

  test("nobody is countersigned whom no verified letter certified", async () => {
    const open = await signedIn("clerk");
    const [certificate] = story.certificates.slice(-2);
    const claimed = read(CERTIFICATE, fromDoc(certificate?.doc ?? { bytes: "", sig: "" }).bytes);
    const stranger = await holderKeys(randomSeed());
    const made = { ...claimed, signing_key: stranger.signingKey, recipient: stranger.recipient };
    const forged = toDoc(await signDocument(CERTIFICATE, made, stranger.signing));
    const waiting = [{ doc: forged, accepted_at: 1_800_100_000, log_index: 99 }];
    server.answers.set("keys/provisional", { certificates: waiting });
    server.answers.set("keys/certificates", {
      certificates: story.certificates,
      revocations: [],
      teams: [],
    });
    expect(await countersign(open, 1_800_100_000)).toBe(0);
    expect(server.sent).toEqual([]);
  });
});

describe("labels", () => {
  const LABELS = {
    title: "Jahresabschluss 2025",
    client_name: "Müller & Söhne",
    client_number: "10001",
  };

  test("other than the sealed ones are refused", async () => {
    const vault = await load();
    const shown = { ...LABELS, dossier: vault.chain.dossier };
    vault.requireShown(shown);
    for (const other of [
      { title: "Lohn 2025" },
      { client_name: "Meyer" },
      { client_number: "10002" },
      { dossier: newId() },
      { dossier: null },
    ])
      expect(await codeOfError(() => vault.requireShown({ ...shown, ...other }))).toBe("title_differs");
  });

  test("nobody is invited into a vault that the server shows under another label", async () => {
    const open = await signedIn("clerk");
    server = new HostileServer("clerk");
    server.answers.set("keys/certificates", {
      certificates: story.certificates,
      revocations: [],
      teams: [],
    });
    const certificates = await loadCertificates(open);
    const dossier = (await OpenedVault.load(open, story.vault)).chain.dossier ?? "";
    const guest = (shown: Omit<OfferedVault, "id">) => ({
      name: "Frau Neu",
      username: "neu",
      role: "client" as const,
      client: newId(),
      vaults: [{ id: story.vault, ...shown }],
    });
    for (const shown of [
      { ...LABELS, title: "Lohn 2025", dossier },
      { ...LABELS, client_name: "Meyer", dossier },
      { ...LABELS, dossier: newId() },
    ])
      expect(await codeOfError(() => invite(open, certificates, guest(shown), 1_800_100_000))).toBe(
        "title_differs",
      );
    expect(server.posted("invitations")).toEqual([]);
    await invite(open, certificates, guest({ ...LABELS, dossier }), 1_800_100_000);
    expect(server.posted("invitations").length).toBe(1);
  });
});
