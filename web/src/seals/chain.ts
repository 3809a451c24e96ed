/**
 * A vault's chain: every change is a record that cites the one before (docs/formats.md, section 3, "Record").
 *
 * `VaultChain` replays what the server sends and refuses whatever its author had no right to write. It knows
 * no keys of the vault: names and contents are opened elsewhere, against the hashes kept here.
 */

import { join } from "../crypto/bytes";
import type { Certificates, VerifiedCertificate } from "./certificates";
import {
  type Change,
  type Epoch,
  hashOf,
  type Manifest,
  RECORD,
  type Rights,
  type Roster,
  read,
  type Signed,
  sameHash,
  type VaultRecord,
  verifySigned,
} from "./documents";
import { must } from "./errors";
import { Examination } from "./examination";
import { type EffectiveHolder, membersOf } from "./members";

/** A record with the documents it names, as accepted by the log. */
export interface Entry {
  readonly record: Signed;
  readonly roster?: Signed;
  readonly epoch?: Signed;
  /** The previous epoch's seed, an age file sealed to this epoch. */
  readonly previousSeed?: Uint8Array;
  /** In the order of the changes that name them. */
  readonly manifests?: readonly Signed[];
  readonly acceptedAt: number;
  readonly logIndex: number;
}

export interface AcceptedEpoch extends Epoch {
  readonly hash: string;
  readonly logIndex: number;
  readonly previousSeed: Uint8Array | null;
}

export interface FileVersion {
  readonly manifest: Manifest;
  readonly manifestHash: string;
  readonly acceptedAt: number;
}

export interface FolderNode {
  readonly kind: "folder";
  readonly id: string;
  readonly parent: string;
  readonly row: string;
  readonly epoch: number;
  readonly author: string;
  readonly acceptedAt: number;
}

export interface FileNode {
  readonly kind: "file";
  readonly id: string;
  readonly parent: string;
  readonly versions: readonly FileVersion[];
}

export type Node = FileNode | FolderNode;

/** What one record changes; taken over only after all of it has been found right. */
export interface Step {
  readonly genesis?: Extract<Change, { kind: "genesis" }>;
  readonly roster?: { readonly roster: Roster; readonly hash: string };
  readonly epoch?: AcceptedEpoch;
  readonly nodes?: ReadonlyMap<string, Node>;
}

/** The last record of a chain: what a client remembers, and never goes back behind. */
export interface Head {
  readonly seq: number;
  readonly head: string;
}

/** The hash that record 1 cites. */
export function beginningOf(firm: string, vault: string): string {
  return hashOf(join("siegel-vault@v1", firm, vault));
}

export class VaultChain {
  readonly firm: string;
  readonly vault: string;
  seq = 0;
  head: string;
  dossier: string | null = null;
  isPersonal = false;
  rootRow = "";
  roster: Roster | null = null;
  rosterHash: string | null = null;
  readonly epochs = new Map<number, AcceptedEpoch>();
  readonly nodes = new Map<string, Node>();
  /** The keys of every roster since the current epoch began: whoever of them it was sealed for could read it. */
  private sealedFor: ReadonlySet<string> = new Set();
  private readonly heads: string[] = [];
  private readonly certificates: Certificates;

  private constructor(certificates: Certificates, vault: string, head: string) {
    this.certificates = certificates;
    this.firm = certificates.firm;
    this.vault = vault;
    this.head = head;
  }

  static begin(certificates: Certificates, vault: string): VaultChain {
    return new VaultChain(certificates, vault, beginningOf(certificates.firm, vault));
  }

  /** @throws IntegrityError (`record_shape`) before record 1. */
  get epoch(): AcceptedEpoch {
    const epoch = this.epochs.get(this.epochs.size);
    must(epoch !== undefined, "record_shape", "the chain has not begun");
    return epoch;
  }

  /** Who belongs to the vault now, with the keys that count now. @throws IntegrityError (`roster_holder`). */
  holders(): readonly EffectiveHolder[] {
    return [...this.members().values()];
  }

  rightsOf(kid: string): Rights | null {
    return this.members().get(kid)?.rights ?? null;
  }

  /**
   * Whether the next writer must begin a new epoch first: somebody the current one was sealed for belongs no more,
   * or was an invitation that has been redeemed since. It makes no difference whether he was there when it began.
   */
  isRotationDue(): boolean {
    const { logIndex } = this.epoch;
    const now = this.members();
    return [...this.sealedFor].some((key) => {
      const redemption = this.certificates.redemptionOf(key);
      if (redemption !== null && redemption.logIndex > logIndex) return true;
      return !now.has(redemption?.kid ?? key);
    });
  }

  /** Verifies one entry and moves the head. @throws IntegrityError; the chain is then unchanged. */
  async apply(entry: Entry): Promise<void> {
    const record = read(RECORD, entry.record.bytes);
    this.checkLink(record);
    const author = this.authorOf(record, entry);
    await verifySigned(RECORD, entry.record, author.signing_key);
    const step = await new Examination(this, this.certificates, entry, record, author).step();
    this.take(step);
    this.seq = record.seq;
    this.head = hashOf(entry.record.bytes);
    this.heads.push(this.head);
  }

  /**
   * The replay reached the head the server claims, and nothing less or other than what was seen here before.
   * @throws IntegrityError (`vault_rolled_back`, `vault_forked`).
   */
  requireHead(claimed: Head, seen: Head | null): void {
    must(
      seen === null || this.seq >= seen.seq,
      "vault_rolled_back",
      "the vault ends before what was seen earlier",
    );
    const isSame = seen === null || this.heads[seen.seq - 1] === seen.head;
    must(isSame, "vault_forked", "the vault's history is not the one seen before");
    const isReached = claimed.seq === this.seq && sameHash(claimed.head, this.head);
    must(isReached, "vault_forked", "the vault's records do not end at its head");
  }

  private members(): ReadonlyMap<string, EffectiveHolder> {
    return this.roster === null ? new Map() : membersOf(this.roster, this.certificates);
  }

  private checkLink(record: VaultRecord): void {
    const isOurs = record.firm === this.firm && record.vault === this.vault;
    must(isOurs, "record_vault", "the record is another vault's");
    must(record.seq === this.seq + 1, "record_seq", "a record is missing or repeated");
    must(sameHash(record.previous, this.head), "record_previous", "the record follows another predecessor");
  }

  private authorOf(record: VaultRecord, entry: Entry): VerifiedCertificate {
    const author = this.certificates.person(record.author);
    const wasCertified = this.certificates.since(author.kid) <= entry.logIndex;
    must(wasCertified, "record_author", "the author was certified only after the record");
    return author;
  }

  private take({ genesis, roster, epoch, nodes }: Step): void {
    if (genesis !== undefined) {
      this.dossier = genesis.dossier;
      this.isPersonal = genesis.vault_kind === "personal";
      this.rootRow = genesis.row;
    }
    if (roster !== undefined) {
      this.roster = roster.roster;
      this.rosterHash = roster.hash;
    }
    const keys = this.roster?.holders.map(({ key }) => key) ?? [];
    if (epoch !== undefined) {
      this.epochs.set(epoch.epoch, epoch);
      this.sealedFor = new Set(keys);
    } else if (roster !== undefined) {
      this.sealedFor = new Set([...this.sealedFor, ...keys]);
    }
    for (const [id, node] of nodes ?? []) this.nodes.set(id, node);
  }
}
