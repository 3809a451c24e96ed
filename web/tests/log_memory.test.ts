/** What a browser knew of the firm's log outlives its sign-out: it comes back with the self-record. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { toBase64url } from "../src/crypto/base64";
import type { Open } from "../src/keyring/keyring";
import { joinLog, noteLog } from "../src/keyring/log_memory";
import { HiddenError, heldOf, watchLog } from "../src/keyring/log_watch";
import { recallSelf, shareSelf } from "../src/keyring/memory";
import { signDocument } from "../src/seals/documents";
import { certify } from "../src/seals/issue";
import { logSubject } from "../src/seals/log_keys";
import { REVOCATION } from "../src/seals/revocations";
import { parseVerifierKey } from "../src/tlog";
import type { ShownBeginning } from "../src/tlog/origins";
import { FirmServer } from "./firm_server";
import { kept } from "./kept_store";
import { codeOfError, vectors } from "./vectors";

vi.mock("../src/keyring/store", () => import("./kept_store"));

interface Answer {
  readonly key: string;
  readonly checkpoint: string;
  readonly proof: readonly string[];
  readonly begun: readonly ShownBeginning[];
}

interface Case {
  readonly name: string;
  readonly held: string;
  readonly answer: Answer;
  readonly loss: { readonly known: number; readonly kept: number; readonly is_hidden: boolean } | null;
  readonly code: string | null;
}

const known = vectors<{ log: string; origins: readonly Case[] }>("log");
const named = (name: string): Case => {
  const found = known.origins.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};

class MapShelf extends Map<string, string> {
  getItem(name: string): string | null {
    return this.get(name) ?? null;
  }
  setItem(name: string, value: string): void {
    this.set(name, value);
  }
}

let server: FirmServer;
let open: Open;
let firm: string;
let shelf: MapShelf;

/** Sees the head, writes it into the self-record, and signs out: nothing is left here. */
async function seenAndSignedOut({ held, answer }: Case): Promise<void> {
  server.log = () => ({ key: known.log, checkpoint: held, proof: [], begun: [] });
  await watchLog(firm, shelf);
  await noteLog(open, shelf);
  await shareSelf(open);
  kept.clear();
  shelf.clear();
  // A fresh browser asks for the newest head first, and then for the proof from the head it learns.
  server.log = (since) => ({ ...answer, proof: since === 0 || since === 60 ? [] : answer.proof });
  await recallSelf(open);
}

beforeEach(async () => {
  kept.clear();
  shelf = new MapShelf();
  server = await FirmServer.found();
  open = server.signIn(server.owner);
  firm = open.session.firm.id;
});
afterEach(() => vi.unstubAllGlobals());

describe("after a sign-out", () => {
  test("a log that has what was seen before is believed", async () => {
    await seenAndSignedOut(named("held before the backup"));
    await joinLog(open, shelf);
    expect(await watchLog(firm, shelf)).toMatchObject({ head: { size: 60 }, lost: [] });
  });

  test("a log with another past is found, and stays found with every page", async () => {
    await seenAndSignedOut(named("the past is another one"));
    await watchLog(firm, shelf); // the start page comes first, and knows nothing yet
    expect(await codeOfError(() => joinLog(open, shelf))).toBe("log_differs");
    for (const _ of [1, 2]) expect(await codeOfError(() => watchLog(firm, shelf))).toBe("tlog.proof");
  });

  test("entries that are gone since are told, for ever", async () => {
    await seenAndSignedOut(named("held between"));
    await joinLog(open, shelf);
    const lost = [{ known: 40, kept: 30, isHidden: false }];
    for (const _ of [1, 2]) expect(await watchLog(firm, shelf)).toMatchObject({ lost });
    expect(heldOf(firm, shelf)?.lost).toEqual(lost);
  });

  test("entries that are hidden are found with every page", async () => {
    await seenAndSignedOut(named("held more than is cited"));
    expect(await codeOfError(() => joinLog(open, shelf))).toBe("log_differs");
    for (const _ of [1, 2]) await expect(watchLog(firm, shelf)).rejects.toBeInstanceOf(HiddenError);
  });

  test("the key of the log is held against the certificates", async () => {
    const own = toBase64url((await parseVerifierKey(known.log)).publicKey);
    await seenAndSignedOut(named("held before the backup"));
    server.log = () => ({
      key: known.log,
      checkpoint: named("held before the backup").held,
      proof: [],
      begun: [],
    });
    await joinLog(open, shelf);
    expect((await watchLog(firm, shelf))?.isCertified).toBe(false);
    const { owner } = server;
    const client = server.signIn(await server.hire("client"));
    const of = { kind: "service", subject: logSubject(firm), signingKey: own, recipient: null } as const;
    const certificate = await server.accept(await certify(firm, of, owner.keys, owner.hash, server.now));
    await joinLog(client, shelf);
    expect((await watchLog(firm, shelf))?.isCertified).toBe(true);
    const fields = {
      author: owner.keys.kid,
      certificate,
      compromised_since: null,
      firm,
      reason: "compromised",
    } as const;
    await server.take(await signDocument(REVOCATION, fields, owner.keys.signing));
    expect(await codeOfError(() => joinLog(client, shelf))).toBe("log_differs");
    expect(await codeOfError(() => watchLog(firm, shelf))).toBe("tlog.revoked");
  });

  test("a log that is signed no more is found", async () => {
    await seenAndSignedOut(named("held before the backup"));
    server.log = () => ({ key: null, checkpoint: null, proof: [], begun: [] });
    expect(await codeOfError(() => joinLog(open, shelf))).toBe("log_differs");
  });
});

test("a growing log is put into the record once an hour, and never a smaller one", async () => {
  const { held, answer } = named("held before the backup");
  const noted = () => kept.get(`head:${firm}`);
  server.log = () => ({ key: known.log, checkpoint: held, proof: [], begun: [] });
  await watchLog(firm, shelf);
  await noteLog(open, shelf, 0);
  expect(noted()).toMatchObject({ seq: 20 });
  server.log = () => answer;
  await watchLog(firm, shelf);
  await noteLog(open, shelf, 3_599_999);
  expect(noted()).toMatchObject({ seq: 20 });
  await noteLog(open, shelf, 3_600_000);
  expect(noted()).toMatchObject({ seq: 60 });
});
