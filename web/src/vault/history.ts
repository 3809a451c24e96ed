/** What each record of a vault did, for who asks what happened. */

import { hashOf, RECORD, read, sameHash, type VaultRecord } from "../seals/documents";
import { must } from "../seals/errors";
import { fromWire } from "../wire/codec";
import { vaultApi } from "../wire/vault_api";

interface Heads {
  readonly vault: string;
  readonly seq: number;
  headAt(seq: number): string | null;
}

export class History {
  private readonly chain: Heads;
  private readonly records = new Map<number, VaultRecord>();

  constructor(chain: Heads) {
    this.chain = chain;
  }

  add(record: VaultRecord): void {
    this.records.set(record.seq, record);
  }

  get(seq: number): VaultRecord | undefined {
    return this.records.get(seq);
  }

  /**
   * Asks anew for records that were replayed before this page was opened: they are the ones whose hashes the chain has.
   * @throws IntegrityError (`vault_forked`), WireError.
   */
  async recall(seqs: readonly (number | null)[]): Promise<void> {
    for (const seq of seqs) {
      if (seq === null || seq > this.chain.seq || this.records.has(seq)) continue;
      const { records } = await vaultApi.news(this.chain.vault, seq - 1, false);
      for (const { record } of records) this.addKnown(fromWire(record.bytes));
      must(this.records.has(seq), "answer_invalid", "news without the record after that one");
    }
  }

  private addKnown(bytes: Uint8Array): void {
    const record = read(RECORD, bytes);
    if (record.seq > this.chain.seq) return;
    const isKnown = sameHash(hashOf(bytes), this.chain.headAt(record.seq) ?? "");
    must(isKnown, "vault_forked", "the vault's history is not the one seen before");
    this.add(record);
  }
}
