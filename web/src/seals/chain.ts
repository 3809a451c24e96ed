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
  EPOCH,
  type Epoch,
  hashOf,
  MANIFEST,
  type Manifest,
  RECORD,
  type Rights,
  ROSTER,
  type Roster,
  type RosterHolder,
  read,
  readSigned,
  type Signed,
  sameHash,
  type VaultRecord,
} from "./documents";
import { must } from "./errors";

/** A record with the documents it names, as accepted by the log. */
export interface Entry {
  readonly record: Signed;
  readonly roster?: Signed;
  readonly epoch?: Signed;
  /** The previous epoch's seed, an age file sealed to this epoch. */
  readonly previousSeed?: Uint8Array;
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

/** A holder with the key that counts now: an invitation's holder is its first redemption. */
export interface EffectiveHolder extends RosterHolder {
  readonly certificate: VerifiedCertificate;
}

const RANK: { readonly [R in Rights]: number } = { hold: 0, read: 1, write: 2, manage: 3 };

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
  rootRow = "";
  roster: Roster | null = null;
  rosterHash: string | null = null;
  readonly epochs = new Map<number, AcceptedEpoch>();
  readonly nodes = new Map<string, Node>();
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

  get epoch(): AcceptedEpoch {
    const epoch = this.epochs.get(this.epochs.size);
    must(epoch !== undefined, "no_epoch", "the vault has not begun");
    return epoch;
  }

  /** Who belongs to the vault now, with the keys that count now. @throws IntegrityError for an unknown holder. */
  holders(): readonly EffectiveHolder[] {
    return (this.roster?.holders ?? []).map((holder) => this.effective(holder));
  }

  rightsOf(kid: string): Rights | null {
    return this.holders().find((holder) => holder.key === kid)?.rights ?? null;
  }

  /** Whether somebody redeemed an invitation after the current epoch began: its letter may have been read. */
  isRotationDue(): boolean {
    const since = this.epoch.logIndex;
    return (this.roster?.holders ?? []).some(
      ({ key }) => (this.certificates.redemptionOf(key)?.logIndex ?? -1) > since,
    );
  }

  /** Verifies one entry and moves the head. @throws IntegrityError; the chain is then unchanged. */
  async apply(entry: Entry): Promise<void> {
    const claimed = read(RECORD, entry.record.bytes);
    must(
      claimed.firm === this.firm && claimed.vault === this.vault,
      "foreign_record",
      "the record is another vault's",
    );
    must(claimed.seq === this.seq + 1, "wrong_seq", "a record is missing or repeated");
    must(sameHash(claimed.previous, this.head), "wrong_previous", "the record does not follow the last one");
    const author = this.certificates.person(claimed.author);
    const record = await readSigned(RECORD, entry.record, author.signing_key);
    const next = await this.changed(entry, record, author);
    const head = hashOf(entry.record.bytes);
    for (const take of next) take();
    this.seq = record.seq;
    this.head = head;
    this.heads.push(head);
  }

  /** Hash of the record `seq`, or null when the chain has none. */
  headAt(seq: number): string | null {
    return this.heads[seq - 1] ?? null;
  }

  private async changed(
    entry: Entry,
    record: VaultRecord,
    author: VerifiedCertificate,
  ): Promise<readonly (() => void)[]> {
    if (record.seq === 1) return this.begun(entry, record, author);
    const [only] = record.changes;
    if (record.changes.length === 1 && only?.kind === "roster") {
      this.require(author, "manage");
      const roster = await this.newRoster(entry, only, author);
      return [() => this.takeRoster(roster.roster, roster.hash)];
    }
    this.require(author, "write");
    if (record.changes.length === 1 && only?.kind === "epoch") {
      const epoch = await this.newEpoch(entry, only, author, this.rosterHash);
      return [() => this.epochs.set(epoch.epoch, epoch)];
    }
    return this.contents(entry, record, author);
  }

  private async begun(
    entry: Entry,
    record: VaultRecord,
    author: VerifiedCertificate,
  ): Promise<readonly (() => void)[]> {
    const [genesis, roster, epoch] = record.changes;
    must(
      record.changes.length === 3 &&
        genesis?.kind === "genesis" &&
        roster?.kind === "roster" &&
        epoch?.kind === "epoch",
      "wrong_genesis",
      "a vault begins with genesis, roster and epoch",
    );
    const mayBegin = author.kind === "owner" || author.kind === "clerk" || genesis.vault_kind === "personal";
    must(mayBegin, "no_right", "this person may not begin such a vault");
    must(
      (genesis.vault_kind === "dossier") === (genesis.dossier !== null),
      "wrong_genesis",
      "kind and dossier do not fit",
    );
    const first = await this.newRoster(entry, roster, author);
    const creator = first.roster.holders.find(({ key }) => key === author.kid);
    must(creator?.rights === "manage", "no_right", "the creator must manage the vault");
    const begun = await this.newEpoch(entry, epoch, author, first.hash);
    return [
      () => {
        this.dossier = genesis.dossier;
        this.rootRow = genesis.row;
        this.takeRoster(first.roster, first.hash);
        this.epochs.set(1, begun);
      },
    ];
  }

  private takeRoster(roster: Roster, hash: string): void {
    this.roster = roster;
    this.rosterHash = hash;
  }

  private async newRoster(
    entry: Entry,
    change: Extract<Change, { kind: "roster" }>,
    author: VerifiedCertificate,
  ): Promise<{ roster: Roster; hash: string }> {
    must(entry.roster !== undefined, "missing_document", "the roster is missing");
    const roster = await readSigned(ROSTER, entry.roster, author.signing_key);
    const hash = hashOf(entry.roster.bytes);
    must(sameHash(hash, change.hash), "wrong_hash", "the roster is not the one the record names");
    must(
      roster.firm === this.firm && roster.vault === this.vault,
      "foreign_record",
      "the roster is another vault's",
    );
    must(roster.author === author.kid, "wrong_author", "roster and record have different authors");
    must(
      roster.seq === change.seq && roster.seq === (this.roster?.seq ?? 0) + 1,
      "wrong_seq",
      "a roster is missing",
    );
    must(roster.previous === this.rosterHash, "wrong_previous", "the roster does not follow the last one");
    for (const holder of roster.holders) this.checkHolder(holder);
    return { roster, hash };
  }

  private checkHolder(holder: RosterHolder): void {
    const certificate = this.certificates.holder(holder.key);
    must(
      certificate.subject === holder.subject,
      "wrong_holder",
      "the holder's key is certified for somebody else",
    );
    must(
      (holder.rights === "hold") === (certificate.kind === "recovery"),
      "wrong_holder",
      "hold is for the recovery alone",
    );
    must(certificate.recipient !== null, "wrong_holder", "a key that only signs cannot hold a vault");
  }

  private async newEpoch(
    entry: Entry,
    change: Extract<Change, { kind: "epoch" }>,
    author: VerifiedCertificate,
    rosterHash: string | null,
  ): Promise<AcceptedEpoch> {
    must(entry.epoch !== undefined, "missing_document", "the epoch is missing");
    const epoch = await readSigned(EPOCH, entry.epoch, author.signing_key);
    const hash = hashOf(entry.epoch.bytes);
    const before = this.epochs.get(this.epochs.size);
    must(sameHash(hash, change.hash), "wrong_hash", "the epoch is not the one the record names");
    must(
      epoch.firm === this.firm && epoch.vault === this.vault,
      "foreign_record",
      "the epoch is another vault's",
    );
    must(epoch.author === author.kid, "wrong_author", "epoch and record have different authors");
    must(
      epoch.epoch === change.epoch && epoch.epoch === this.epochs.size + 1,
      "wrong_seq",
      "an epoch is missing",
    );
    must(
      epoch.previous === (before?.hash ?? null),
      "wrong_previous",
      "the epoch does not follow the last one",
    );
    must(epoch.roster === rosterHash, "wrong_roster", "the epoch was made for another roster");
    must(
      (entry.previousSeed === undefined) === (before === undefined),
      "missing_document",
      "the sealed previous seed",
    );
    return { ...epoch, hash, logIndex: entry.logIndex, previousSeed: entry.previousSeed ?? null };
  }

  private async contents(
    entry: Entry,
    record: VaultRecord,
    author: VerifiedCertificate,
  ): Promise<readonly (() => void)[]> {
    const fresh = new Map<string, Node>();
    const manifests = hashed(entry.manifests ?? []);
    for (const change of record.changes) {
      must(
        change.kind === "folder" || change.kind === "version",
        "wrong_change",
        `${change.kind} cannot stand here`,
      );
      const parent = fresh.get(change.parent) ?? this.nodes.get(change.parent);
      must(
        change.parent === this.vault || parent?.kind === "folder",
        "wrong_parent",
        "the parent is no folder of this vault",
      );
      const node =
        change.kind === "folder"
          ? this.newFolder(change, author, entry.acceptedAt, fresh)
          : await this.newVersion(change, author, entry.acceptedAt, fresh, manifests);
      fresh.set(node.id, node);
    }
    must(
      manifests.size === record.changes.filter(({ kind }) => kind === "version").length,
      "wrong_hash",
      "manifests that no change names",
    );
    return [...fresh.values()].map((node) => () => this.nodes.set(node.id, node));
  }

  private newFolder(
    change: Extract<Change, { kind: "folder" }>,
    author: VerifiedCertificate,
    acceptedAt: number,
    fresh: ReadonlyMap<string, Node>,
  ): FolderNode {
    const exists = change.node === this.vault || fresh.has(change.node) || this.nodes.has(change.node);
    must(!exists, "node_exists", "the folder's id is taken");
    must(change.epoch === this.epoch.epoch, "old_epoch", "the folder is sealed to an old epoch");
    const { node: id, parent, row, epoch } = change;
    return { kind: "folder", id, parent, row, epoch, author: author.kid, acceptedAt };
  }

  private async newVersion(
    change: Extract<Change, { kind: "version" }>,
    author: VerifiedCertificate,
    acceptedAt: number,
    fresh: ReadonlyMap<string, Node>,
    manifests: ReadonlyMap<string, Signed>,
  ): Promise<FileNode> {
    const signed = manifests.get(change.manifest);
    must(signed !== undefined, "missing_document", "a manifest is missing");
    const manifest = await readSigned(MANIFEST, signed, author.signing_key);
    const before = fresh.get(change.node) ?? this.nodes.get(change.node);
    must(
      change.node !== this.vault && before?.kind !== "folder",
      "node_exists",
      "the id belongs to a folder",
    );
    const last = before?.versions.at(-1);
    must(
      manifest.firm === this.firm && manifest.vault === this.vault,
      "foreign_record",
      "the manifest is another vault's",
    );
    must(manifest.author === author.kid, "wrong_author", "manifest and record have different authors");
    must(manifest.generation === author.generation, "wrong_author", "the manifest names another generation");
    must(
      manifest.node === change.node &&
        manifest.parent === change.parent &&
        manifest.version === change.version,
      "wrong_manifest",
      "manifest and change do not fit",
    );
    must(
      change.version === (before?.versions.length ?? 0) + 1,
      "wrong_version",
      "a version is missing or repeated",
    );
    must(
      before === undefined || before.parent === change.parent,
      "wrong_parent",
      "a version cannot move its file",
    );
    must(
      manifest.previous === (last?.manifestHash ?? null),
      "wrong_previous",
      "the version does not follow the last one",
    );
    must(manifest.epoch === this.epoch.epoch, "old_epoch", "the file is sealed to an old epoch");
    const version = { manifest, manifestHash: change.manifest, acceptedAt };
    return {
      kind: "file",
      id: change.node,
      parent: change.parent,
      versions: [...(before?.versions ?? []), version],
    };
  }

  private require(author: VerifiedCertificate, rights: "manage" | "write"): void {
    const has = this.rightsOf(author.kid);
    must(has !== null && RANK[has] >= RANK[rights], "no_right", `the author has no right to ${rights} here`);
  }

  private effective(holder: RosterHolder): EffectiveHolder {
    const redeemed = this.certificates.redemptionOf(holder.key);
    const certificate = redeemed ?? this.certificates.holder(holder.key);
    return { ...holder, key: certificate.kid, certificate };
  }
}

function hashed(manifests: readonly Signed[]): ReadonlyMap<string, Signed> {
  return new Map(manifests.map((signed) => [hashOf(signed.bytes), signed] as const));
}
