/** New keys for vaults and teams, and chains of certificates verified, in this tab: the seconds of each run. */

import { beginChain, holderOf } from "../src/ceremonies/begin";
import { randomBytes } from "../src/crypto/bytes";
import type { Open } from "../src/keyring/keyring";
import type { CertificateKind } from "../src/seals/certificate";
import { Certificates } from "../src/seals/certificates";
import { VaultChain } from "../src/seals/chain";
import type { Accepted } from "../src/seals/documents";
import { fromDoc, hashOf, RECORD, read, type Signed, signDocument } from "../src/seals/documents";
import { EpochSeeds, nextEpoch } from "../src/seals/epochs";
import { newId } from "../src/seals/ids";
import { certificateHash, certify } from "../src/seals/issue";
import { type HolderKeys, holderKeys, type SigningKeys, signingKeys } from "../src/seals/keys";
import { presently } from "../src/seals/members";
import { entryOf, fromWire } from "../src/wire/codec";

const NOW = Math.floor(Date.now() / 1000);

interface Certified {
  readonly keys: SigningKeys;
  readonly hash: string;
}

interface Person extends Certified {
  readonly keys: HolderKeys;
}

/** A firm's certificates, in the order of its log. */
class Firm {
  readonly id = newId();
  readonly accepted: Accepted[] = [];

  async root(): Promise<Certified> {
    const keys = await signingKeys(randomBytes(32));
    const self = { kind: "root", subject: this.id, signingKey: keys.signingKey, recipient: null } as const;
    return { keys, hash: this.accept(await certify(this.id, self, keys, null, NOW)) };
  }

  async certify(kind: CertificateKind, by: Certified, office: string | null = null): Promise<Person> {
    const keys = await holderKeys(randomBytes(32));
    const subject = kind === "recovery" ? this.id : newId();
    const signed = await certify(this.id, { kind, subject, ...keys }, by.keys, by.hash, NOW, { office });
    return { keys, hash: this.accept(signed) };
  }

  private accept(signed: Signed): string {
    this.accepted.push({ signed, acceptedAt: NOW, logIndex: this.accepted.length });
    return certificateHash(signed);
  }
}

/** A chain of so many holders, an owner and recovery among them: its epochs are the owner's to renew. */
async function begun(holders: number) {
  const firm = new Firm();
  const root = await firm.root();
  const owner = await firm.certify("owner", root);
  await firm.certify("recovery", root);
  for (let clerk = 2; clerk < holders; clerk++) await firm.certify("clerk", owner);
  const certificates = await Certificates.verify(firm.id, root.keys.kid, firm.accepted);
  const people = certificates.all().filter(({ kind }) => kind !== "root");
  const lines = people.map((one) =>
    holderOf(one, one.kind === "owner" ? "manage" : one.kind === "recovery" ? "hold" : "read"),
  );
  const open = { keys: owner.keys, session: { firm: { id: firm.id } } } as unknown as Open;
  const row = { client_name: "", client_number: "", title: "Lohn" };
  const { append } = await beginChain(open, {
    id: newId(),
    kind: "dossier",
    dossier: newId(),
    row,
    holders: lines,
  });
  const { record, roster, epoch, wraps = [] } = append;
  const chain = VaultChain.begin(certificates, read(RECORD, fromDoc(record).bytes).vault);
  const documents = { record, ...(roster ? { roster } : {}), ...(epoch ? { epoch } : {}) };
  await chain.apply(entryOf({ ...documents, accepted_at: NOW, log_index: firm.accepted.length }));
  const seeds = new EpochSeeds(chain, owner.keys.identity);
  for (const { key, age } of wraps) if (key === owner.keys.kid) seeds.addWrap(1, fromWire(age));
  return { chain, seeds, owner };
}

/** Seconds that `count` new epochs take for a chain of so many holders: seeds, documents, wraps and records. */
async function measureEpochs(count: number, holders: number): Promise<number> {
  const { chain, seeds, owner } = await begun(holders);
  const earlier = await seeds.toHandDown();
  let wraps = 0;
  const start = performance.now();
  for (let done = 0; done < count; done++) {
    const next = await nextEpoch(chain, earlier, owner.keys, presently(NOW));
    const change = { kind: "epoch", epoch: 2, hash: hashOf(next.epoch.bytes) } as const;
    const fields = {
      author: owner.keys.kid,
      firm: chain.firm,
      previous: chain.head,
      seq: 2,
      vault: chain.vault,
    };
    await signDocument(RECORD, { ...fields, changes: [change] }, owner.keys.signing);
    wraps += next.wraps.length;
  }
  const seconds = (performance.now() - start) / 1000;
  if (wraps !== count * holders) throw new Error(`${wraps} wraps`);
  return seconds;
}

/** Milliseconds for root, owner, office leader, clerk: verified from nothing, and shown once more to who knows them. */
async function measureChain(rounds: number): Promise<{ verified: number[]; known: number[] }> {
  const verified: number[] = [];
  const known: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const firm = new Firm();
    const [root, office] = [await firm.root(), newId()];
    const leader = await firm.certify("office_leader", await firm.certify("owner", root), office);
    await firm.certify("clerk", leader, office);
    const start = performance.now();
    const certificates = await Certificates.verify(firm.id, root.keys.kid, firm.accepted);
    verified.push(performance.now() - start);
    const again = performance.now();
    await certificates.add(firm.accepted);
    known.push(performance.now() - again);
  }
  return { verified, known };
}

Object.assign(globalThis, { measureEpochs, measureChain });
