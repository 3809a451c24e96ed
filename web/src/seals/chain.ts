/**
 * A vault's chain: every change is a record that cites the one before (docs/formats.md, section 3, "Record").
 *
 * `VaultChain` replays what the server sends and refuses whatever its author had no right to write. It knows
 * no keys of the vault: names and contents are opened elsewhere, against the hashes kept here.
 */

import { join } from "../crypto/bytes";
import type { Certificates, VerifiedCertificate } from "./certificates";
import {
  hashOf,
  RECORD,
  type Rights,
  type Roster,
  read,
  sameHash,
  type VaultKind,
  type VaultRecord,
  verifySigned,
} from "./documents";
import type { AcceptedEpoch, Entry, Head, Step } from "./entries";
import { must } from "./errors";
import { Examination, type VerifyManifests, verifyManifests } from "./examination";
import {
  type EffectiveHolder,
  linesOf,
  type Moment,
  membersOf,
  presently,
  rightsOf,
  unexpired,
} from "./members";
import { type Deed, type FileVersion, isGone, isLive, type Node } from "./nodes";
import { CLOCK_LEEWAY_S } from "./scanning";

export type { VerifyManifests } from "./examination";

export type { FileNode, FileVersion, FolderNode, Node } from "./nodes";

/** A roster and the moment from which on it holds. */
interface AcceptedRoster {
  readonly roster: Roster;
  readonly moment: Moment;
}

/** All that a chain's records have come to, but for its nodes: whoever has verified them once goes on from it. */
export interface ChainState {
  readonly seq: number;
  readonly logIndex: number;
  readonly dossier: string | null;
  readonly kind: VaultKind | null;
  readonly rootRow: string;
  readonly rosterHash: string | null;
  readonly rosters: readonly AcceptedRoster[];
  readonly sealings: readonly AcceptedRoster[];
  readonly epochs: readonly AcceptedEpoch[];
  readonly releases: readonly (readonly [string, Deed])[];
  /** The hashes of all records, in their order. */
  readonly heads: readonly string[];
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
  kind: VaultKind | null = null;
  rootRow = "";
  roster: Roster | null = null;
  rosterHash: string | null = null;
  readonly epochs = new Map<number, AcceptedEpoch>();
  readonly nodes = new Map<string, Node>();
  /** Every version, by its manifest's hash. */
  private readonly versions = new Map<string, { readonly node: string; readonly version: FileVersion }>();
  private readonly releases = new Map<string, Deed>();
  private readonly rosters: AcceptedRoster[] = [];
  /** The roster of the current epoch, when it began, and every roster since: who came with one of these was given its seed. */
  private sealings: readonly AcceptedRoster[] = [];
  private readonly heads: string[] = [];
  /** The place of the last record in the log. */
  logIndex = -1;
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

  /** What `resume` goes on from, but for `nodes`. */
  state(): ChainState {
    const { seq, logIndex, dossier, kind, rootRow, rosterHash, rosters, sealings, heads } = this;
    const [epochs, releases] = [[...this.epochs.values()], [...this.releases]];
    return { seq, logIndex, dossier, kind, rootRow, rosterHash, rosters, sealings, epochs, releases, heads };
  }

  /** The chain as it was when its `state` was taken. The caller answers for where both come from. */
  static resume(
    certificates: Certificates,
    vault: string,
    { heads, rosters, epochs, releases, ...state }: ChainState,
    nodes: Iterable<Node>,
  ): VaultChain {
    const chain = new VaultChain(certificates, vault, heads.at(-1) ?? beginningOf(certificates.firm, vault));
    Object.assign(chain, state);
    for (const head of heads) chain.heads.push(head);
    for (const roster of rosters) chain.rosters.push(roster);
    chain.roster = rosters.at(-1)?.roster ?? null;
    for (const epoch of epochs) chain.epochs.set(epoch.epoch, epoch);
    for (const [manifest, deed] of releases) chain.releases.set(manifest, deed);
    for (const node of nodes) {
      chain.nodes.set(node.id, node);
      if (node.kind === "folder") continue;
      for (const version of node.versions.flatMap((one) => [...one.earlier, one]))
        chain.versions.set(version.manifestHash, { node: node.id, version });
    }
    return chain;
  }

  /** @throws IntegrityError (`record_shape`) before record 1. */
  get epoch(): AcceptedEpoch {
    const epoch = this.epochs.get(this.epochs.size);
    must(epoch !== undefined, "record_shape", "the chain has not begun");
    return epoch;
  }

  /** Who belongs at the moment, with the keys that count then. @throws IntegrityError (`roster_holder`). */
  holders(moment: Moment): readonly EffectiveHolder[] {
    return this.roster === null ? [] : [...membersOf(this.roster, this.certificates, moment).values()];
  }

  /** What the current roster lets a person do, by himself or through a team. */
  rightsOf(kid: string, moment: Moment): Rights | null {
    return this.roster === null ? null : rightsOf(kid, this.roster, this.certificates, moment);
  }

  /** How many days a trusted person waits; null where not every roster since `logIndex` trusts him. */
  waitOf(kid: string, logIndex: number): number | null {
    const since = this.rosters.filter(({ moment }) => moment.logIndex > logIndex);
    const days = [this.rosterBefore(logIndex), ...since.map(({ roster }) => roster)].map((roster) => {
      const lines = roster === null ? [] : linesOf(roster, this.certificates, presently(0));
      return lines.find(({ key }) => key === kid)?.wait_days ?? null;
    });
    return days.includes(null) ? null : (days.at(-1) ?? null);
  }

  /** The roster that held before a log index: its own record counts for later ones only. */
  rosterBefore(logIndex: number): Roster | null {
    return this.rosters.findLast(({ moment }) => moment.logIndex < logIndex)?.roster ?? null;
  }

  /**
   * Whether the next writer must begin a new epoch first: the keys that the current one was sealed for are not those that
   * belong at the moment. One was taken back or its time has passed, an invitation was redeemed, a team has a newer key,
   * a holder was removed, or a fallen key was certified anew. To whom the epoch was sealed says its author, who may not
   * have known of all that the log held then. Nor may the author of a later roster: whom he took in, he may have given the
   * seed by the key that he names (ADR 0034).
   */
  isRotationDue(moment: Moment): boolean {
    const given = new Set(this.epoch.sealed_to);
    this.sealings.forEach(({ roster, moment: at }, i) => {
      const before = this.sealings[i - 1];
      if (before === undefined) return;
      const there = membersOf(before.roster, this.certificates, at);
      for (const { key, line } of membersOf(roster, this.certificates, at).values())
        if (!there.has(key)) given.add(key).add(line);
    });
    const now = new Set(this.holders(moment).map(({ key }) => key));
    const isAny = [...given].some((key) => !now.has(key));
    // A letter may be missing five minutes before its end: the clock of the epoch's author may be ahead of ours.
    const owed = unexpired(this.holders(moment), moment.time + CLOCK_LEEWAY_S);
    return isAny || owed.some(({ key }) => !given.has(key));
  }

  /**
   * Verifies one entry and moves the head: the record that it was. `verify` may put the signatures of the manifests off.
   * @throws IntegrityError; the chain is then unchanged.
   */
  async apply(entry: Entry, verify: VerifyManifests = verifyManifests): Promise<VaultRecord> {
    const record = read(RECORD, entry.record.bytes);
    this.checkLink(record);
    const author = this.authorOf(record, entry);
    await verifySigned(RECORD, entry.record, author.signing_key);
    const step = await new Examination(this, this.certificates, entry, record, author, verify).step();
    // Else a server could put a record in behind others and still date it back to when its author was in force.
    const isBehind = entry.logIndex > this.logIndex;
    must(isBehind, "record_place", "the record's place in the log is not behind its predecessor's");
    this.take(step, { logIndex: entry.logIndex, time: entry.acceptedAt });
    this.seq = record.seq;
    this.logIndex = entry.logIndex;
    this.head = hashOf(entry.record.bytes);
    this.heads.push(this.head);
    return record;
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
    const isSame = seen === null || this.headAt(seen.seq) === seen.head;
    must(isSame, "vault_forked", "the vault's history is not the one seen before");
    const isReached = claimed.seq === this.seq && sameHash(claimed.head, this.head);
    must(isReached, "vault_forked", "the vault's records do not end at its head");
  }

  /** The head after record `seq`; null where the chain does not reach. */
  headAt(seq: number): string | null {
    return this.heads[seq - 1] ?? null;
  }

  /** The node and the version that a manifest of this vault is of. */
  versionOf(manifestHash: string): { readonly node: string; readonly version: FileVersion } | undefined {
    return this.versions.get(manifestHash);
  }

  /** Neither the node nor a folder above it lies in the trash, or is gone for ever. */
  isLive(node: string): boolean {
    return isLive((id) => this.nodes.get(id), this.vault, node);
  }

  /** The node, or a folder above it, is gone for ever. */
  isGone(node: string): boolean {
    return isGone((id) => this.nodes.get(id), this.vault, node);
  }

  /** The version whose payload this is: what it was copied from, and that from, to the one that was uploaded and scanned. */
  originOf(version: FileVersion): FileVersion {
    let at = version;
    for (let from = at.manifest.copied_from; from !== null; from = at.manifest.copied_from) {
      const source = this.versions.get(from)?.version;
      must(source !== undefined, "copy_unknown", "a copy of something that is not there");
      at = source;
    }
    return at;
  }

  /** Who released the version with this manifest. */
  releaseOf(manifestHash: string): Deed | null {
    return this.releases.get(manifestHash) ?? null;
  }

  /** Whether it, or a version whose contents it has, was released by the staff although it could not be scanned. */
  isReleased(version: FileVersion): boolean {
    return this.releaseFor(version) !== null;
  }

  /** Who released it, or a version that it was copied from or sealed anew of. */
  releaseFor(version: FileVersion): Deed | null {
    for (let at: FileVersion | undefined = version; at !== undefined; ) {
      const release = this.releases.get(at.manifestHash);
      if (release !== undefined) return release;
      at = this.versions.get(at.manifest.copied_from ?? "")?.version ?? at.earlier.at(-1);
    }
    return null;
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
    const counts = this.certificates.inForce(author.kid, entry.logIndex);
    must(counts, "record_author_revoked", "the author's key did not count any more");
    return author;
  }

  private take({ genesis, roster, epoch, nodes, releases }: Step, moment: Moment): void {
    if (genesis !== undefined) {
      this.dossier = genesis.dossier;
      this.kind = genesis.vault_kind;
      this.rootRow = genesis.row;
    }
    if (roster !== undefined) {
      this.roster = roster.roster;
      this.rosterHash = roster.hash;
      this.rosters.push({ roster: roster.roster, moment });
    }
    if (epoch !== undefined) {
      this.epochs.set(epoch.epoch, epoch);
      this.sealings = [];
    }
    if (this.roster !== null && (epoch !== undefined || roster !== undefined))
      this.sealings = [...this.sealings, { roster: this.roster, moment }];
    for (const [id, node] of nodes ?? []) {
      this.nodes.set(id, node);
      for (const version of node.kind === "file" ? node.versions : [])
        this.versions.set(version.manifestHash, { node: id, version });
    }
    for (const [manifest, deed] of releases ?? []) this.releases.set(manifest, deed);
  }
}
