/** The keys of machines: certified by an owner as what they are. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { certifyMachine, machineKid, machineOf } from "../src/ceremonies/machine";
import { toBase64url } from "../src/crypto/base64";
import { signingKeyFromSeed } from "../src/crypto/ed25519";
import type { Open } from "../src/keyring/keyring";
import { certificatesOf } from "../src/keyring/root";
import type { Certificates } from "../src/seals/certificates";
import { logKeys, logSubject } from "../src/seals/log_keys";
import { FirmServer, randomSeed } from "./firm_server";
import { kept } from "./kept_store";
import { codeOfError } from "./vectors";

vi.mock("../src/keyring/store", () => import("./kept_store"));

let server: FirmServer;
let open: Open;
let key: string;

const certificates = (): Promise<Certificates> => certificatesOf(server.id, open.root, []);

beforeEach(async () => {
  kept.clear();
  server = await FirmServer.found();
  open = server.signIn(server.owner);
  key = toBase64url((await signingKeyFromSeed(randomSeed())).publicKey);
});
afterEach(() => vi.unstubAllGlobals());

test("the log's key is certified for the log, also when it is renewed", async () => {
  await certifyMachine(open, await certificates(), "log", key, server.now);
  const renewed = toBase64url((await signingKeyFromSeed(randomSeed())).publicKey);
  await certifyMachine(open, await certificates(), "log", renewed, server.now);
  const known = await certificates();
  expect(machineOf(known, "log", machineKid(key)).subject).toBe(logSubject(server.id));
  expect(logKeys(known, server.id)).toEqual({ certified: [key, renewed], revoked: [] });
});

test("a server's key is not the log's, nor the log's the server's", async () => {
  await certifyMachine(open, await certificates(), "service", key, server.now);
  const known = await certificates();
  expect(logKeys(known, server.id).certified).toEqual([]);
  expect(await codeOfError(() => certifyMachine(open, known, "log", key, server.now))).toBe(
    "certificate_conflict",
  );
  const log = toBase64url((await signingKeyFromSeed(randomSeed())).publicKey);
  await certifyMachine(open, known, "log", log, server.now);
  const both = await certificates();
  expect(await codeOfError(() => certifyMachine(open, both, "service", log, server.now))).toBe(
    "certificate_conflict",
  );
});
