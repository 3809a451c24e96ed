/** One entry of a vault's chain under examination: every rule of docs/formats.md, section 3, "Record". */

import { type CertificateKind, PERSONS, STAFF, type VerifiedCertificate } from "./certificate";
import type { Certificates } from "./certificates";
import { Contents } from "./contents";
import {
  type ChangeOf,
  EPOCH,
  hashOf,
  type Kind,
  MANIFEST,
  type Rights,
  ROSTER,
  type Roster,
  read,
  type Signed,
  type VaultKind,
  type VaultRecord,
  verifySigned,
} from "./documents";
import type { AcceptedEpoch, Entry, Step } from "./entries";
import { must } from "./errors";
import { type EffectiveHolder, linesOf, type Moment, managesAll, rightsOf } from "./members";
import type { Deed, FileVersion, Node } from "./nodes";
import { isReadmission, mayReadmit } from "./readmission";

const WRITERS: readonly Rights[] = ["write", "manage"];
/** Who may found and change a team. */
const RULERS: readonly CertificateKind[] = ["office_leader", "owner"];
const MAY_BEGIN: { readonly [K in VaultKind]: readonly CertificateKind[] } = {
  dossier: STAFF,
  personal: PERSONS,
  team: RULERS,
};

/**
 * Verifies that whoever holds `signingKey` signed each of these manifests. Whose they are is known before: the record that
 * names them by their hashes is signed by the same key. So a reader may do it later, as long as it does (ADR 0026).
 */
export type VerifyManifests = (manifests: readonly Signed[], signingKey: string | null) => Promise<void>;

/** At once, and all together, as each alone is mostly waiting. @throws IntegrityError (`signature_invalid`). */
export async function verifyManifests(
  manifests: readonly Signed[],
  signingKey: string | null,
): Promise<void> {
  await Promise.all(manifests.map((signed) => verifySigned(MANIFEST, signed, signingKey)));
}

/** The chain that the entry continues, as it stands before it. */
interface Before {
  readonly vault: string;
  readonly kind: VaultKind | null;
  readonly roster: Roster | null;
  readonly rosterHash: string | null;
  /** @throws IntegrityError (`record_shape`) before record 1. */
  readonly epoch: AcceptedEpoch;
  readonly nodes: ReadonlyMap<string, Node>;
  versionOf(manifestHash: string): { readonly node: string; readonly version: FileVersion } | undefined;
  releaseOf(manifestHash: string): Deed | null;
}

export class Examination {
  private readonly chain: Before;
  private readonly certificates: Certificates;
  private readonly entry: Entry;
  private readonly record: VaultRecord;
  private readonly author: VerifiedCertificate;
  private readonly moment: Moment;
  private readonly verify: VerifyManifests;

  /** The record is the chain's next one and signed by `author`; all else is still to be examined. */
  constructor(
    chain: Before,
    certificates: Certificates,
    entry: Entry,
    record: VaultRecord,
    author: VerifiedCertificate,
    verify: VerifyManifests,
  ) {
    this.verify = verify;
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
    if (kind === "personal") this.checkPersonal(roster, null);
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
    const readmits = mayReadmit(this.author, before, kind, this.certificates, this.moment);
    if (!readmits) this.requireRights(before, kind, ["manage"]);
    this.requireDocuments({ roster: true });
    const roster = await this.newRoster(change, before.seq + 1, kind, { roster: before, hash: rosterHash });
    const isAllowed = !readmits || isReadmission(before, roster, this.certificates);
    must(isAllowed, "roster_holder", "an owner gives the founder his place back, and changes nothing else");
    if (kind === "personal") this.checkPersonal(roster, before);
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
    this.requireDocuments({
      manifests: changes.filter(({ kind }) => kind === "version" || kind === "reseal").length,
    });
    const manifests = this.entry.manifests ?? [];
    const contents = new Contents(this.before(roster, kind), {
      author: this.author,
      acceptedAt: this.entry.acceptedAt,
      logIndex: this.entry.logIndex,
      manifests: manifests.values(),
      manifest: (signed, hash) => this.cited(MANIFEST, signed, hash),
    });
    for (const change of changes) contents.apply(change);
    await this.verify(manifests, this.author.signing_key);
    return { nodes: contents.fresh, releases: contents.releases };
  }

  /** What a record of contents builds upon. */
  private before(roster: Roster, kind: VaultKind) {
    const { chain } = this;
    return {
      vault: this.record.vault,
      epoch: chain.epoch.epoch,
      manages: this.hasRights(roster, kind, ["manage"]),
      node: (id: string) => chain.nodes.get(id),
      versionOf: (manifest: string) => chain.versionOf(manifest),
      isReleased: (manifest: string) => chain.releaseOf(manifest) !== null,
    };
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
    must(this.hasRights(roster, kind, rights), "record_rights", "the author may not make this change");
  }

  private hasRights(roster: Roster, kind: VaultKind, rights: readonly Rights[]): boolean {
    const own = this.lineRights(roster);
    return (own !== null && rights.includes(own)) || managesAll(this.author.kind, kind);
  }

  private lineRights(roster: Roster): Rights | null {
    return rightsOf(this.author.kid, roster, this.certificates, this.moment);
  }

  /** The document a change names, with its author's signature. */
  private async named<T extends { author: string; firm: string; vault: string }>(
    kind: Kind<T>,
    signed: Signed | undefined,
    hash: string,
  ): Promise<T> {
    const document = this.cited(kind, signed, hash);
    if (signed !== undefined) await verifySigned(kind, signed, this.author.signing_key);
    return document;
  }

  /** The document a change names: its hash, its firm and vault, and its author, who is the record's. */
  private cited<T extends { author: string; firm: string; vault: string }>(
    kind: Kind<T>,
    signed: Signed | undefined,
    hash: string,
  ): T {
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
    const mayBeTeam = of === "dossier" || (of === "personal" && STAFF.includes(this.author.kind));
    must(
      !isTeam || mayBeTeam,
      "roster_holder",
      "a team holds dossiers' vaults, and those of the staff's own",
    );
    must(
      certificate?.kind !== "invitation" || certificate.vaults.includes(this.record.vault),
      "roster_holder",
      "the invitation does not name this vault",
    );
  }

  /** Only the founder manages; so nobody else is the author of the next roster, but who gives him his place back. */
  private checkPersonal({ holders }: Roster, before: Roster | null): void {
    const isManager = ({ rights }: { readonly rights: Rights }): boolean => rights === "manage";
    const founder = before?.holders.find(isManager)?.subject ?? this.author.subject;
    const managers = holders.filter(isManager);
    const isFounders = managers.length === 1 && managers[0]?.subject === founder;
    must(isFounders, "roster_holder", "a personal vault is managed by its founder alone");
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
    for (const { line, rights, until, wait_days, certificate } of linesOf(
      before,
      this.certificates,
      this.moment,
    )) {
      const stays = certificate.kind === "owner" || certificate.kind === "recovery";
      const isKept = holders.some(
        (holder) =>
          holder.key === line &&
          holder.rights === rights &&
          holder.until === until &&
          holder.wait_days === wait_days,
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
}

const HELD_BY: { readonly [K in VaultKind]: readonly CertificateKind[] } = {
  dossier: [...PERSONS, "recovery", "invitation", "team"],
  personal: [...PERSONS, "recovery", "team"],
  team: [...STAFF, "recovery", "invitation"],
};

/** Who may stand in a roster, and how. */
function checkLine({ rights, until, certificate: { kind, role } }: EffectiveHolder, of: VaultKind): void {
  const redeemed = role ?? kind;
  const mayHold = HELD_BY[of].includes(kind) && !(of === "team" && redeemed === "client");
  must(mayHold, "roster_holder", `a ${redeemed} that holds no ${of}`);
  must((kind === "recovery") === (rights === "hold"), "roster_holder", "recovery holds, and only recovery");
  must(of !== "team" || rights !== "write", "roster_holder", "nothing is written in a team");
  // A person of whom the key is known: not somebody who is still to come, and nobody whose access ends by itself.
  const mayBeTrusted = PERSONS.includes(kind) && of !== "team" && until === null;
  must(rights !== "trusted" || mayBeTrusted, "roster_holder", "whom one trusts is a person, without an end");
  const stays = redeemed === "recovery" || redeemed === "owner";
  must(!stays || until === null, "roster_holder", "the access of owners and recovery does not end");
}
