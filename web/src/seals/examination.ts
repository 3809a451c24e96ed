/** One entry of a vault's chain under examination: every rule of docs/formats.md, section 3, "Record". */

import { type CertificateKind, PERSONS, STAFF, type VerifiedCertificate } from "./certificate";
import type { Certificates } from "./certificates";
import type { AcceptedEpoch, Entry, FileNode, FolderNode, Node, Step, VaultChain } from "./chain";
import {
  type Change,
  EPOCH,
  hashOf,
  type Kind,
  MANIFEST,
  type Manifest,
  type Rights,
  ROSTER,
  type Roster,
  read,
  type Signed,
  type VaultKind,
  type VaultRecord,
  verifySigned,
} from "./documents";
import { must } from "./errors";
import { type EffectiveHolder, linesOf, type Moment, managesAll, rightsOf } from "./members";

type ChangeOf<K extends Change["kind"]> = Extract<Change, { kind: K }>;

const WRITERS: readonly Rights[] = ["write", "manage"];
/** Who may found and change a team. */
const RULERS: readonly CertificateKind[] = ["office_leader", "owner"];
const MAY_BEGIN: { readonly [K in VaultKind]: readonly CertificateKind[] } = {
  dossier: STAFF,
  personal: PERSONS,
  team: RULERS,
};

/** A manifest, and the verification of its signature under way. */
interface Given {
  readonly signed: Signed;
  readonly verified: Promise<void>;
}

export class Examination {
  private readonly chain: VaultChain;
  private readonly certificates: Certificates;
  private readonly entry: Entry;
  private readonly record: VaultRecord;
  private readonly author: VerifiedCertificate;
  private readonly moment: Moment;
  private readonly fresh = new Map<string, Node>();

  /** The record is the chain's next one and signed by `author`; all else is still to be examined. */
  constructor(
    chain: VaultChain,
    certificates: Certificates,
    entry: Entry,
    record: VaultRecord,
    author: VerifiedCertificate,
  ) {
    this.chain = chain;
    this.certificates = certificates;
    this.entry = entry;
    this.record = record;
    this.author = author;
    this.moment = { logIndex: entry.logIndex, time: entry.acceptedAt };
  }

  /** What the entry changes. @throws IntegrityError with the code of the rule it breaks. */
  step(): Promise<Step> {
    const kinds = this.record.changes.map(({ kind }) => kind);
    if (this.record.seq === 1 || kinds.includes("genesis")) return this.genesis();
    if (kinds.includes("roster")) return this.rosterChange();
    if (kinds.includes("epoch")) return this.epochChange();
    return this.contents();
  }

  private async genesis(): Promise<Step> {
    const [genesis, rosterChange, epochChange, ...more] = this.record.changes;
    must(
      genesis?.kind === "genesis" &&
        rosterChange?.kind === "roster" &&
        epochChange?.kind === "epoch" &&
        more.length === 0 &&
        this.record.seq === 1,
      "record_shape",
      "record 1, and only it, is genesis, roster, epoch",
    );
    const { vault_kind: kind } = genesis;
    const mayBegin = MAY_BEGIN[kind].includes(this.author.kind);
    must(mayBegin, "record_rights", `a ${this.author.kind} may not begin this`);
    this.requireDocuments({ roster: true, epoch: true });
    const roster = await this.newRoster(rosterChange, 1, kind, null);
    if (kind === "personal") this.checkPersonal(roster);
    else this.checkFounded(roster);
    const isIn = this.lineRights(roster) === "manage";
    must(isIn, "record_rights", "whoever begins a chain stands in its roster");
    const epoch = await this.newEpoch(epochChange, kind, null, rosterChange.hash);
    return { genesis, roster: { roster, hash: rosterChange.hash }, epoch };
  }

  private async rosterChange(): Promise<Step> {
    const change = this.alone("roster");
    const { roster: before, rosterHash, kind } = this.standing();
    this.requireMayRule(kind);
    this.requireRights(before, kind, ["manage"]);
    this.requireDocuments({ roster: true });
    const roster = await this.newRoster(change, before.seq + 1, kind, { roster: before, hash: rosterHash });
    if (kind === "personal") this.checkPersonal(roster);
    else this.checkKept(before, roster);
    return { roster: { roster, hash: change.hash } };
  }

  private async epochChange(): Promise<Step> {
    const change = this.alone("epoch");
    const { roster, rosterHash, kind } = this.standing();
    this.requireMayRule(kind);
    this.requireRights(roster, kind, kind === "team" ? ["manage"] : WRITERS);
    this.requireDocuments({ epoch: true, previousSeed: true });
    return { epoch: await this.newEpoch(change, kind, this.chain.epoch, rosterHash) };
  }

  private async contents(): Promise<Step> {
    const { kind, roster } = this.standing();
    must(kind !== "team", "record_shape", "a team has no contents");
    this.requireRights(roster, kind, WRITERS);
    const { changes } = this.record;
    this.requireDocuments({ manifests: changes.filter(({ kind }) => kind === "version").length });
    // All at once, as each alone is mostly waiting; judged one after the other, in the order of the changes.
    const manifests = (this.entry.manifests ?? []).map((signed) => {
      const verified = verifySigned(MANIFEST, signed, this.author.signing_key);
      verified.catch(() => undefined);
      return { signed, verified };
    });
    for (const change of changes) {
      if (change.kind === "folder") this.fresh.set(change.node, this.newFolder(change));
      if (change.kind === "version")
        this.fresh.set(change.node, await this.newVersion(change, manifests.shift()));
    }
    return { nodes: this.fresh };
  }

  private standing(): { readonly roster: Roster; readonly rosterHash: string; readonly kind: VaultKind } {
    const { roster, rosterHash, kind } = this.chain;
    must(roster !== null && rosterHash !== null && kind !== null, "record_shape", "the chain has not begun");
    return { roster, rosterHash, kind };
  }

  /** A team is changed by who rules: its writer's right to rotate does not exist. */
  private requireMayRule(kind: VaultKind): void {
    const mayRule = kind !== "team" || RULERS.includes(this.author.kind);
    must(mayRule, "record_rights", `a ${this.author.kind} changes no team`);
  }

  /** The record's only change, which is of `kind`. */
  private alone<K extends "epoch" | "roster">(kind: K): ChangeOf<K> {
    const [change, ...others] = this.record.changes;
    const isAlone = others.length === 0 && change?.kind === kind;
    must(isAlone, "record_shape", "a change of roster or epoch stands alone in its record");
    return change as ChangeOf<K>;
  }

  /** The entry has exactly the documents its changes name. */
  private requireDocuments(named: {
    roster?: true;
    epoch?: true;
    previousSeed?: true;
    manifests?: number;
  }): void {
    const { roster, epoch, previousSeed, manifests } = this.entry;
    must(
      (roster !== undefined) === (named.roster ?? false) &&
        (epoch !== undefined) === (named.epoch ?? false) &&
        (previousSeed !== undefined) === (named.previousSeed ?? false) &&
        (manifests?.length ?? 0) === (named.manifests ?? 0),
      "record_documents",
      "a document is missing or too many",
    );
  }

  /** The roster is looked at in any case: what it names must be sound, whoever writes. */
  private requireRights(roster: Roster, kind: VaultKind, rights: readonly Rights[]): void {
    const own = this.lineRights(roster);
    const may = (own !== null && rights.includes(own)) || managesAll(this.author.kind, kind);
    must(may, "record_rights", "the author may not make this change");
  }

  private lineRights(roster: Roster): Rights | null {
    return rightsOf(this.author.kid, roster, this.certificates, this.moment);
  }

  /** The document a change names: its hash, its firm and vault, its author, who is the record's, and his signature. */
  private async named<T extends { author: string; firm: string; vault: string }>(
    kind: Kind<T>,
    signed: Signed | undefined,
    hash: string,
    verified?: Promise<void>,
  ): Promise<T> {
    must(
      signed !== undefined && hashOf(signed.bytes) === hash,
      "record_documents",
      "a document is not the one the record names",
    );
    const document = read(kind, signed.bytes);
    const { author, firm, vault } = this.record;
    const isOurs = document.firm === firm && document.vault === vault;
    must(isOurs, "record_documents", "a document of another vault");
    must(document.author === author, "record_documents", "a document by another author");
    await (verified ?? verifySigned(kind, signed, this.author.signing_key));
    return document;
  }

  private async newRoster(
    change: ChangeOf<"roster">,
    seq: number,
    kind: VaultKind,
    before: { readonly roster: Roster; readonly hash: string } | null,
  ): Promise<Roster> {
    const roster = await this.named(ROSTER, this.entry.roster, change.hash);
    must(
      roster.seq === seq && change.seq === seq && roster.previous === (before?.hash ?? null),
      "roster_previous",
      "the roster does not follow the current one",
    );
    for (const { key } of roster.holders) this.checkWritten(key, kind);
    const lines = linesOf(roster, this.certificates, this.moment);
    const isEachOnce = new Set(lines.map(({ key }) => key)).size === lines.length;
    must(isEachOnce, "roster_holder", "two lines mean one holder");
    const known = new Set(before?.roster.holders.map(({ key }) => key));
    for (const line of lines) {
      checkLine(line, kind);
      const counts = known.has(line.line) || this.certificates.inForce(line.key, this.moment.logIndex);
      must(counts, "roster_holder", "a new holder whose key does not count");
    }
    return roster;
  }

  /** What is wrong whomever the line means: a team where none holds, an invitation to another vault. */
  private checkWritten(key: string, of: VaultKind): void {
    const certificate = this.certificates.of(key);
    const isTeam = certificate?.kind === "team";
    must(!isTeam || of === "dossier", "roster_holder", "a team holds vaults of dossiers only");
    must(
      certificate?.kind !== "invitation" || certificate.vaults.includes(this.record.vault),
      "roster_holder",
      "the invitation does not name this vault",
    );
  }

  /** Only the author holds, with recovery; so nobody else can ever be the author of the next roster. */
  private checkPersonal({ holders }: Roster): void {
    const isAlone = holders.every(({ key, rights }) => key === this.author.kid || rights === "hold");
    must(isAlone, "roster_holder", "a personal vault has one holder besides recovery");
  }

  /** Somebody holds who can never be lost: an owner who manages, and recovery. */
  private checkFounded(roster: Roster): void {
    const lines = linesOf(roster, this.certificates, this.moment);
    const isManaged = lines.some(
      ({ rights, certificate }) => rights === "manage" && certificate.kind === "owner",
    );
    const isHeld = lines.some(({ rights }) => rights === "hold");
    must(isManaged && isHeld, "roster_holder", "a dossier or team begins without an owner or recovery");
  }

  /** Only an owner takes the line of an owner or of recovery away, or changes it. */
  private checkKept(before: Roster, { holders }: Roster): void {
    if (this.author.kind === "owner") return;
    for (const { line, rights, until, certificate } of linesOf(before, this.certificates, this.moment)) {
      const stays = certificate.kind === "owner" || certificate.kind === "recovery";
      const isKept = holders.some(
        (holder) => holder.key === line && holder.rights === rights && holder.until === until,
      );
      must(!stays || isKept, "roster_holder", "somebody else than an owner removes an owner or recovery");
    }
  }

  private async newEpoch(
    change: ChangeOf<"epoch">,
    kind: VaultKind,
    before: AcceptedEpoch | null,
    rosterHash: string,
  ): Promise<AcceptedEpoch> {
    const epoch = await this.named(EPOCH, this.entry.epoch, change.hash);
    const number = (before?.epoch ?? 0) + 1;
    must(
      epoch.epoch === number && change.epoch === number && epoch.previous === (before?.hash ?? null),
      "epoch_previous",
      "the epoch does not follow the current one",
    );
    must(epoch.roster === rosterHash, "epoch_roster", "the epoch was made for another roster");
    const certified = kind === "team" ? this.certificates.teamKey(epoch.vault, number) : null;
    must(
      kind !== "team" || certified?.recipient === epoch.recipient,
      "team_differs",
      "the team's key is certified as another one",
    );
    const { logIndex, previousSeed = null } = this.entry;
    return { ...epoch, hash: change.hash, logIndex, previousSeed };
  }

  private newFolder(change: ChangeOf<"folder">): FolderNode {
    this.checkNew(change.node, change.parent);
    this.checkCurrent(change.epoch);
    const { node: id, parent, row, epoch } = change;
    return {
      kind: "folder",
      id,
      parent,
      row,
      epoch,
      author: this.author.kid,
      acceptedAt: this.entry.acceptedAt,
    };
  }

  private async newVersion(change: ChangeOf<"version">, given: Given | undefined): Promise<FileNode> {
    const { node: id, parent, manifest: manifestHash } = change;
    const versions = this.versionsBefore(change);
    const manifest = await this.named(MANIFEST, given?.signed, manifestHash, given?.verified);
    this.checkManifest(manifest, change, versions.at(-1)?.manifestHash ?? null);
    const { acceptedAt, logIndex } = this.entry;
    const version = { manifest, manifestHash, acceptedAt, logIndex };
    return { kind: "file", id, parent, versions: [...versions, version] };
  }

  /** The versions that this one follows: none for a new file. */
  private versionsBefore({ node, parent, version }: ChangeOf<"version">): FileNode["versions"] {
    if (version === 1) {
      this.checkNew(node, parent);
      return [];
    }
    const before = this.chain.nodes.get(node);
    must(
      before?.kind === "file" && !this.fresh.has(node),
      "node_version",
      "a further version of something that is no file",
    );
    must(
      version === before.versions.length + 1 && parent === before.parent,
      "node_version",
      "the version does not follow the latest one, or its folder changed",
    );
    return before.versions;
  }

  private checkManifest(manifest: Manifest, change: ChangeOf<"version">, previous: string | null): void {
    const { node, parent, version } = change;
    must(
      manifest.node === node && manifest.parent === parent && manifest.version === version,
      "manifest_mismatch",
      "the manifest is for another node or version",
    );
    must(manifest.previous === previous, "manifest_mismatch", "the manifest follows another version");
    must(
      manifest.generation === this.author.generation,
      "manifest_mismatch",
      "the manifest names another generation of its author",
    );
    this.checkCurrent(manifest.epoch);
  }

  private checkNew(node: string, parent: string): void {
    const isTaken = node === this.record.vault || this.find(node) !== undefined;
    must(!isTaken, "node_exists", "the id of a new node is taken");
    const isFolder = parent === this.record.vault || this.find(parent)?.kind === "folder";
    must(isFolder, "node_parent", "the parent is no folder of this vault");
  }

  private checkCurrent(epoch: number): void {
    must(epoch === this.chain.epoch.epoch, "epoch_not_current", "sealed under an epoch that is not current");
  }

  private find(node: string): Node | undefined {
    return this.fresh.get(node) ?? this.chain.nodes.get(node);
  }
}

const HELD_BY: { readonly [K in VaultKind]: readonly CertificateKind[] } = {
  dossier: [...PERSONS, "recovery", "invitation", "team"],
  personal: [...PERSONS, "recovery", "invitation"],
  team: [...STAFF, "recovery", "invitation"],
};

/** Who may stand in a roster, and how. */
function checkLine({ rights, until, certificate: { kind, role } }: EffectiveHolder, of: VaultKind): void {
  const redeemed = role ?? kind;
  const mayHold = HELD_BY[of].includes(kind) && !(of === "team" && redeemed === "client");
  must(mayHold, "roster_holder", `a ${redeemed} that holds no ${of}`);
  must((kind === "recovery") === (rights === "hold"), "roster_holder", "recovery holds, and only recovery");
  must(of !== "team" || rights !== "write", "roster_holder", "nothing is written in a team");
  const stays = redeemed === "recovery" || redeemed === "owner";
  must(!stays || until === null, "roster_holder", "the access of owners and recovery does not end");
}
