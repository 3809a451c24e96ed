/** The firm of hierarchy.json: offices, a team, revocations and holders at a moment, as Python tells of them. */

import { describe, expect, test } from "vitest";
import { fromBase64url, toBase64url } from "../src/crypto/base64";
import { Certificates } from "../src/seals/certificates";
import { VaultChain } from "../src/seals/chain";
import { EpochSeeds } from "../src/seals/epochs";
import { holderKeys } from "../src/seals/keys";
import { membersOf, presently } from "../src/seals/members";
import { addTeams } from "../src/seals/teams";
import { acceptedOf, entryOf } from "../src/wire/codec";
import type { CertificateAnswer, EntryAnswer, RevocationAnswer } from "../src/wire/evidence";
import { codeOfError, expectCode, vectors } from "./vectors";

interface Judged {
  readonly name: string;
  /** Null for what stands. */
  readonly code: string | null;
}

type ChainName = "team" | "vault";

const firm = vectors<{
  firm: string;
  root: string;
  people: Record<string, { seed: string; kid: string }>;
  certificates: CertificateAnswer[];
  revocations: RevocationAnswer[];
  chains: Record<
    ChainName,
    { id: string; head: string; entries: EntryAnswer[]; seeds: Record<string, string> }
  >;
  steps: {
    log_index: number;
    time: number;
    in_force: string[];
    provisional: string[];
    chains: Partial<Record<ChainName, { due: boolean; members: Record<string, string> }>>;
  }[];
  fallen_by: { key: string; since: number | null; falls: string[] }[];
  opens: { epoch: number; key: string; age: string }[];
  hearsay_rosters: { name: string; vault: string; entries: EntryAnswer[]; at: number; due: boolean }[];
  broken_revocations: (Judged & { revocation: RevocationAnswer })[];
  broken_certificates: (Judged & { certificate: CertificateAnswer })[];
  broken_entries: (Judged & {
    chain: ChainName | "";
    vault: string;
    after: number;
    teams: boolean;
    extra: CertificateAnswer[];
    entry: EntryAnswer;
  })[];
}>("hierarchy");

const LAST = firm.steps.at(-1)?.log_index ?? 0;
const certificates = firm.certificates.map(acceptedOf);
const revocations = firm.revocations.map(acceptedOf);
const chains = {
  team: firm.chains.team.entries.map(entryOf),
  vault: firm.chains.vault.entries.map(entryOf),
};

/** What a client knows that has seen the log up to a place. */
async function known(at: number): Promise<Certificates> {
  const isIn = ({ logIndex }: { logIndex: number }) => logIndex <= at;
  const found = await Certificates.verify(
    firm.firm,
    firm.root,
    certificates.filter(isIn),
    revocations.filter(isIn),
  );
  const entries = chains.team.filter(isIn);
  await addTeams(found, [{ id: firm.chains.team.id, entries }]);
  return found;
}

async function replayed(name: ChainName, store: Certificates, at = LAST): Promise<VaultChain> {
  const chain = VaultChain.begin(store, firm.chains[name].id);
  for (const entry of chains[name]) if (entry.logIndex <= at) await chain.apply(entry);
  return chain;
}

const kidsOf = (store: Certificates) => [...new Set(store.all().map(({ kid }) => kid))].sort();

describe("the log of a firm", () => {
  test.each(firm.steps)("at $log_index", async ({ log_index: at, time, ...told }) => {
    const [then, now] = [await known(at), await known(LAST)];
    expect(kidsOf(then).filter((kid) => then.inForce(kid))).toEqual(told.in_force);
    expect(kidsOf(then).filter((kid) => now.inForce(kid, at))).toEqual(told.in_force);
    expect(kidsOf(then).filter((kid) => then.isProvisional(kid))).toEqual(told.provisional);
    for (const name of ["team", "vault"] as const) {
      const chain = await replayed(name, then, at);
      const { due, members } = told.chains[name] ?? { due: null, members: {} };
      const roster = chain.roster ?? { holders: [] };
      for (const store of [then, now]) {
        const found = [...membersOf(roster, store, { logIndex: at, time }).values()];
        expect(Object.fromEntries(found.map(({ key, rights }) => [key, rights]))).toEqual(members);
      }
      if (due !== null) expect(chain.isRotationDue(presently(time))).toBe(due);
    }
  });

  test("does not depend on the order in which it is told", async () => {
    const store = await Certificates.verify(firm.firm, firm.root, []);
    await store.add([...certificates].reverse(), [...revocations].reverse());
    await store.add(certificates, revocations);
    const whole = await known(LAST);
    expect(kidsOf(store).filter((kid) => store.inForce(kid))).toEqual(
      kidsOf(whole).filter((kid) => whole.inForce(kid)),
    );
  });

  test("ends at its heads", async () => {
    const store = await known(LAST);
    for (const name of ["team", "vault"] as const)
      expect((await replayed(name, store)).head).toBe(firm.chains[name].head);
  });

  test.each(firm.fallen_by)("would fall with $key since $since", async ({ key, since, falls }) => {
    expect((await known(LAST)).fallenBy(key, since).map(({ kid }) => kid)).toEqual(falls);
  });

  test.each(firm.hearsay_rosters)("with a roster that names $name", async ({ vault, entries, at, due }) => {
    const chain = VaultChain.begin(await known(LAST), vault);
    for (const entry of entries) await chain.apply(entryOf(entry));
    expect(chain.isRotationDue(presently(at))).toBe(due);
  });

  test("lets a member open what his team holds", async () => {
    const store = await known(LAST);
    const [own, through] = firm.opens;
    if (own === undefined || through === undefined) throw new Error("two wraps");
    const { identity } = await holderKeys(fromBase64url(firm.people["new"]?.seed ?? ""));
    const team = new EpochSeeds(await replayed("team", store), identity);
    team.addWrap(own.epoch, fromBase64url(own.age));
    const certificate = store.of(through.key);
    const keys = await team.keysOf(certificate?.generation ?? 0);
    expect(keys.recipient).toBe(certificate?.recipient);
    const vault = new EpochSeeds(await replayed("vault", store), identity);
    const holder = { key: through.key, identity: async () => keys.identity };
    vault.addWrap(through.epoch, fromBase64url(through.age), holder);
    for (const [epoch, seed] of Object.entries(firm.chains.vault.seeds))
      if (Number(epoch) <= through.epoch) expect(toBase64url(await vault.seedOf(Number(epoch)))).toBe(seed);
      else expect(await codeOfError(() => vault.seedOf(Number(epoch)))).toBe("wrap_missing");
  });
});

describe("who may", () => {
  test.each(firm.broken_revocations)("revoke: $name ($code)", async ({ revocation, code }) => {
    const all = [...revocations, acceptedOf(revocation)];
    await expectCode(() => Certificates.verify(firm.firm, firm.root, certificates, all), code);
  });

  test.each(firm.broken_certificates)("certify: $name ($code)", async ({ certificate, code }) => {
    const all = [...certificates, acceptedOf(certificate)];
    await expectCode(() => Certificates.verify(firm.firm, firm.root, all, revocations), code);
  });

  test.each(firm.broken_entries)("write: $name ($code)", async (told) => {
    const { chain: name, vault, after, teams, extra, entry, code } = told;
    const store = await known(LAST);
    const chain = VaultChain.begin(store, vault);
    const before = name === "" || name === null ? [] : chains[name].slice(0, after);
    for (const item of before) await chain.apply(item);
    await store.add(extra.map(acceptedOf));
    if (!teams) store.teams.clear();
    await expectCode(() => chain.apply(entryOf(entry)), code);
    expect(chain.seq).toBe(before.length + (code === null ? 1 : 0));
  });
});
