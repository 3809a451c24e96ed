/** The vectors of trust.json: whom a roster trusts, and what is declared about a vault, as Python tells of it. */

import { describe, expect, test } from "vitest";
import { Certificates } from "../src/seals/certificates";
import { VaultChain } from "../src/seals/chain";
import { verifyEvents } from "../src/seals/events";
import { presently } from "../src/seals/members";
import { acceptedEvent, acceptedOf, entryOf } from "../src/wire/codec";
import type { CertificateAnswer, EntryAnswer } from "../src/wire/evidence";
import { expectCode, vectors } from "./vectors";

interface Judged {
  readonly name: string;
  readonly code: string | null;
}

const told = vectors<{
  firm: string;
  root: string;
  vault: string;
  certificates: CertificateAnswer[];
  entries: EntryAnswer[];
  wraps_for: string[];
  events: CertificateAnswer[];
  requests: { author: string; hash: string; time: number; objection: string | null }[];
  broken_entries: (Judged & { entry: EntryAnswer })[];
  broken_events: (Judged & { event: CertificateAnswer })[];
}>("trust");

const events = told.events.map(acceptedEvent);
const known = () => Certificates.verify(told.firm, told.root, told.certificates.map(acceptedOf));

async function replayed(): Promise<VaultChain> {
  const chain = VaultChain.begin(await known(), told.vault);
  for (const entry of told.entries) await chain.apply(entryOf(entry));
  return chain;
}

test("who is trusted is a member to whom the epoch is sealed", async () => {
  const holders = (await replayed()).holders(presently(2 ** 40));
  expect(holders.map(({ key }) => key).sort()).toEqual(told.wraps_for);
});

test("the events give the requests", async () => {
  const found = await verifyEvents(events, told.vault, await known());
  expect(
    found.map(({ author, hash, acceptedAt, objection }) => ({
      author: author.kid,
      hash,
      time: acceptedAt,
      objection,
    })),
  ).toEqual(told.requests);
});

describe("a roster that trusts", () => {
  test.each(told.broken_entries)("$name", async ({ entry, code }) => {
    const chain = await replayed();
    await expectCode(() => chain.apply(entryOf(entry)), code);
  });
});

describe("one more event", () => {
  test.each(told.broken_events)("$name", async ({ event, code }) => {
    const certificates = await known();
    await expectCode(() => verifyEvents([...events, acceptedEvent(event)], told.vault, certificates), code);
  });
});
