/**
 * A vault, opened: its chain replayed and verified, its rows opened, its epochs at hand.
 *
 * `refresh` takes the news of the server, `write` adds to the vault. Both move the one chain, and so take turns. News
 * that do not verify break the vault: it takes none any more, and nothing is written to it.
 */

import type { Bytes } from "../crypto/bytes";
import { type Open, rememberHead, requireRevoked, seenHead } from "../keyring/keyring";
import { Certificates } from "../seals/certificates";
import { type FileVersion, VaultChain, type VerifyManifests } from "../seals/chain";
import { EpochSeeds, type WrapHolder } from "../seals/epochs";
import { IntegrityError, must, RefusedError, UnlockError } from "../seals/errors";
import { type AccessRequest, verifyEvents } from "../seals/events";
import { type EffectiveHolder, type Moment, presently, teamMembers } from "../seals/members";
import { type FileRow, requireShown, type ShownVault, type VaultRow } from "../seals/rows";
import type { Scanned } from "../seals/scanning";
import { addTeams } from "../seals/teams";
import { now } from "../ui/format";
import { acceptedEvent, addDirectory, entryOf, fromWire } from "../wire/codec";
import type { Directory } from "../wire/evidence";
import { WireError } from "../wire/http";
import { type News, vaultApi } from "../wire/vault_api";
import { Evidence } from "./evidence";
import { History } from "./history";
import { Listing } from "./listing";
import { foldName } from "./names";
import type { OpenedFile, OpenedNode } from "./nodes";
import { rotationOf } from "./rotation";
import { RowReader } from "./row_reader";
import { stateOf, type VaultState } from "./state";
import { teamIdentity } from "./team_keys";
import type { UnreadableNode } from "./unreadable";

export type { OpenedFile, OpenedNode } from "./nodes";

/** An epoch's seed, sealed for somebody whose identity is at hand. */
export interface HeldWrap {
  readonly epoch: number;
  readonly age: Bytes;
  readonly holder: WrapHolder;
}

const ATTEMPTS = 10;

export class OpenedVault {
  readonly open: Open;
  readonly id: string;
  readonly chain: VaultChain;
  readonly certificates: Certificates;
  readonly seeds: EpochSeeds;
  readonly nodes: Map<string, OpenedNode>;
  /** As `Listing.unreadable`. */
  readonly unreadable: Map<string, UnreadableNode>;
  /** Payloads with commitments that a scanner's verified verdict called clean. */
  private readonly clean = new Set<string>();
  /** Of trusted people, verified; `waitingOf` says which stand. */
  requests: readonly AccessRequest[] = [];
  sealed: VaultRow | null = null;
  /** What a personal vault is called since it was named anew. */
  private renamed: string | null = null;
  private turn: Promise<unknown> = Promise.resolve();
  private breach: IntegrityError | null = null;
  /** The server's word; it alone knows of an invitation redeemed after the epoch that it was not made for. */
  private isDue = false;
  /** What the server says besides the chain: who keeps what locked, and the vault's settings. */
  state: VaultState = stateOf(null);
  private readonly names = new Map<string, string>();
  /** What each record did, for who asks what happened. */
  readonly history: History;
  readonly reader: RowReader;
  readonly evidence = new Evidence();
  /** Puts off the signatures of manifests; unless set they are verified as they come. */
  later: VerifyManifests | undefined;
  /** Records and changes of nodes that were replayed in this page. */
  replayed = 0;
  private readonly listing: Listing;

  /** Of a chain that has just begun, or was verified before. */
  constructor(open: Open, certificates: Certificates, chain: VaultChain) {
    this.open = open;
    this.id = chain.vault;
    this.certificates = certificates;
    this.chain = chain;
    this.history = new History(chain);
    this.seeds = new EpochSeeds(this.chain, open.keys.identity);
    this.reader = new RowReader(this.chain, this.seeds);
    this.listing = new Listing(this.chain, this.reader);
    ({ nodes: this.nodes, unreadable: this.unreadable } = this.listing);
  }

  /**
   * Replays the vault from its beginning. `known`: certificates that were verified before, for whoever loads one vault
   * after the other. `wraps`: those that open besides the person's own. @throws IntegrityError, WireError.
   */
  static async load(
    open: Open,
    id: string,
    known?: Certificates,
    wraps: readonly HeldWrap[] = [],
  ): Promise<OpenedVault> {
    const certificates = known ?? (await Certificates.verify(open.session.firm.id, open.root, []));
    const vault = new OpenedVault(open, certificates, VaultChain.begin(certificates, id));
    for (const { epoch, age, holder } of wraps) vault.seeds.addWrap(epoch, age, holder);
    await vault.refresh();
    return vault;
  }

  /** Why nothing of the vault can be trusted any more; null while all has verified. */
  get broken(): IntegrityError | null {
    return this.breach;
  }

  /** The sealed title; of a personal vault the last one that its founder gave it. */
  get title(): string {
    return this.renamed ?? this.sealed?.title ?? "";
  }

  /** What the vault was begun for. @throws IntegrityError before anything was loaded. */
  get about(): VaultRow {
    must(this.sealed !== null, "record_shape", "the chain has not begun");
    return this.sealed;
  }

  /** Takes what is new; true when something was. `isBackground`: the page asks by itself, not the person. */
  refresh(isBackground = false): Promise<boolean> {
    return this.inTurn(() => this.takeNews(isBackground));
  }

  /** Takes news that were asked for already, and those that follow them. */
  begin(first: Promise<News>): Promise<boolean> {
    return this.inTurn(() => this.takeNews(false, first));
  }

  /** Takes these alone, whatever follows them. */
  takePage(news: News): Promise<void> {
    return this.inTurn(() => this.settle(this.take(news)));
  }

  /** Shows the nodes of a chain that was verified before; their rows are with the reader. */
  restore(sealed: VaultRow): void {
    this.sealed = sealed;
    this.listing.restore();
  }

  /** What was found wrong with something that had been taken breaks the vault. */
  async settle(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (error instanceof IntegrityError) this.breach = error;
      throw error;
    }
  }

  /** Takes what the server says of keys and teams besides this vault's news. @throws IntegrityError. */
  learn(directory: Directory): Promise<void> {
    return this.inTurn(() => addDirectory(this.certificates, directory));
  }

  /** One at a time: two that apply the same record would see a repeated one. @throws what broke the vault. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(() => {
      if (this.breach !== null) throw this.breach;
      return work();
    });
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async takeNews(isBackground: boolean, first?: Promise<News>): Promise<boolean> {
    const before = this.chain.seq;
    let coming = first ?? vaultApi.news(this.id, before, isBackground);
    for (;;) {
      const news = await coming;
      const last = this.chain.seq + news.records.length;
      // Comes while these are verified.
      if (news.more) coming = vaultApi.news(this.id, last, isBackground);
      coming.catch(() => undefined);
      await this.settle(this.take(news));
      if (!news.more) break;
    }
    await requireRevoked(this.certificates);
    await rememberHead(this.id, this.chain);
    for (const [team, chain] of this.certificates.teams) await rememberHead(team, chain);
    return this.chain.seq > before;
  }

  private async take(news: News): Promise<void> {
    await addDirectory(this.certificates, news);
    this.evidence.take(news, this.chain.logIndex);
    for (const [team, chain] of this.certificates.teams) chain.requireHead(chain, await seenHead(team));
    for (const { id, name } of news.people) this.names.set(id, name);
    for (const { row } of news.rows) this.reader.add(fromWire(row));
    const entries = news.records.map(entryOf);
    for (const entry of entries) {
      const record = await this.chain.apply(entry, this.later);
      this.history.add(record);
      this.replayed += 1 + record.changes.length;
      for (const change of record.changes) if ("node" in change) this.listing.note(change.node);
    }
    // A team's chain is not beside itself in its news; the next vault is judged by the same certificates.
    if (this.certificates.teams.has(this.id)) await addTeams(this.certificates, [{ id: this.id, entries }]);
    must(news.records.length > 0 || !news.more, "answer_invalid", "more news, and none of them");
    if (!news.more) this.chain.requireHead(news, await seenHead(this.id));
    for (const wrap of news.wraps) this.takeWrap(wrap);
    const events = (news.events ?? []).map(acceptedEvent);
    this.requests = await verifyEvents(events, this.id, this.certificates);
    this.isDue = news.due;
    this.state = stateOf(news);
    // A node may be gone by the next page of the news, and its rows with it.
    if (news.more) return;
    if (this.chain.seq > 0) this.sealed ??= await this.reader.vault();
    this.renamed = await this.reader.title(this.state.title);
    await this.listing.open();
  }

  /** One's own wrap; or that of a team, which opens with the team's key of that generation. Another's opens never. */
  private takeWrap({ epoch, key, age }: News["wraps"][number]): void {
    if (key === this.open.keys.kid) this.seeds.addWrap(epoch, fromWire(age));
    else this.seeds.addWrap(epoch, fromWire(age), { key, identity: this.identityOfTeam(key) });
  }

  private identityOfTeam(key: string): () => Promise<string> {
    const certificate = this.certificates.of(key);
    return async () => {
      if (certificate?.kind !== "team")
        throw new UnlockError("wrap_not_ours", "the wrap is not for this key");
      const { subject, generation } = certificate;
      return teamIdentity(this.open, subject, generation, (team) => OpenedVault.load(this.open, team));
    };
  }

  /** The file as it was in one of its versions. @throws RefusedError (`row_unreadable`), IntegrityError. */
  async openVersion(file: OpenedFile, signed: FileVersion): Promise<OpenedFile> {
    const opened = await this.reader.version(file.node, signed);
    if (opened === null)
      throw new RefusedError("row_unreadable", "nobody here can read the row of this version");
    return opened;
  }

  /** What its author said of a version, under the name it had then; null where nobody here can read it. */
  async rowOf(node: string, signed: FileVersion): Promise<FileRow | null> {
    return this.reader.fileRow(node, signed);
  }

  hasRow(signed: FileVersion): boolean {
    return this.reader.hasRow(signed);
  }

  /**
   * Adds to the vault: `attempt` signs for the present head and epoch, and sends. When somebody was quicker, the news
   * are taken and it is called again. @throws RefusedError (`busy`), IntegrityError, WireError.
   */
  async write(attempt: () => Promise<unknown>): Promise<void> {
    await this.untilTaken(async () => {
      await this.rotate();
      return this.isTaken(attempt);
    });
  }

  /** Begins the next epoch if one is due, as `write` would: said before something long is done for it. */
  async rotateIfDue(): Promise<void> {
    await this.untilTaken(() => this.rotate());
  }

  private async untilTaken(attempt: () => Promise<boolean>): Promise<void> {
    for (let number = 1; !(await this.inTurn(attempt)); number++)
      if (number === ATTEMPTS) throw new RefusedError("busy", "others keep changing the vault");
  }

  /** False when a new epoch was due and somebody else was quicker. It is due, too, where the current one is spoilt. */
  private async rotate(): Promise<boolean> {
    const moment = this.present();
    const isDue = this.isDue || this.chain.isRotationDue(moment) || !(await this.seeds.isWhole());
    if (!isDue) return true;
    const append = await rotationOf(this, moment);
    return this.isTaken(() => vaultApi.append(this.id, append));
  }

  /** Fields of the record that would follow now. */
  recordFields<C>(changes: readonly C[]) {
    const { firm, seq, head } = this.chain;
    return { author: this.open.keys.kid, changes, firm, previous: head, seq: seq + 1, vault: this.id };
  }

  /** Whether the server took what is sent; else somebody was quicker. The news have been taken in both cases. */
  private async isTaken(send: () => Promise<unknown>): Promise<boolean> {
    let isStale = false;
    try {
      await send();
    } catch (error) {
      isStale = error instanceof WireError && error.code === "stale";
      if (!isStale) throw error;
    }
    await this.takeNews(false);
    return !isStale;
  }

  /** As `Listing.childrenOf`. */
  childrenOf(folder: string): readonly OpenedNode[] {
    return this.listing.childrenOf(folder);
  }

  /** As `Listing.namelessOf`. */
  namelessOf(folder: string): readonly UnreadableNode[] {
    return this.listing.namelessOf(folder);
  }

  /** As `Listing.trash`. */
  trash(): readonly OpenedNode[] {
    return this.listing.trash();
  }

  /** Files that are there, and the sealed bytes of all payloads that are kept, each once, as the server counts them. */
  stored(): { readonly files: number; readonly sizeBytes: number } {
    const { chain } = this;
    const files = [...chain.nodes.values()].filter((node) => node.kind === "file");
    const kept = files.filter(({ id }) => !chain.isGone(id)).flatMap(({ versions }) => versions);
    const sizes = new Map(kept.map(({ manifest }) => [manifest.payload_hash, manifest.payload_size]));
    const sizeBytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    return { files: files.filter(({ id }) => chain.isLive(id)).length, sizeBytes };
  }

  /** What a folder has under a name, as `foldName` compares names. */
  fileNamed(folder: string, name: string): OpenedNode | undefined {
    const folded = foldName(name);
    return this.childrenOf(folder).find((node) => foldName(node.row.name) === folded);
  }

  /** What the server calls the person with this key; null when it names nobody. */
  nameOf(kid: string): string | null {
    const certificate = this.certificates.of(kid);
    return certificate === null ? null : (this.names.get(certificate.subject) ?? null);
  }

  /** @throws IntegrityError (`title_differs`) unless the server shows the vault as what it was begun for. */
  requireShown(shown: ShownVault): void {
    requireShown(this.about, this.chain.dossier, shown);
  }

  /** The moment that a plan is made for. */
  present(): Moment {
    return presently(now());
  }

  /** People who can read the vault, by themselves or through a team; without the firm's recovery. Each once. */
  readers(): readonly EffectiveHolder[] {
    const moment = this.present();
    const people = this.chain
      .holders(moment)
      .filter(({ rights }) => rights !== "trusted")
      .flatMap((holder) =>
        holder.certificate.kind === "team"
          ? [...teamMembers(holder.subject, this.certificates, moment).values()]
          : [holder],
      )
      .filter(({ certificate }) => certificate.kind !== "recovery");
    return [...new Map(people.map((holder) => [holder.subject, holder])).values()];
  }

  countReaders(): number {
    return this.readers().length;
  }

  /** Whether the firm's recovery holds the vault's keys. */
  get isRecoverable(): boolean {
    return this.chain.holders(this.present()).some(({ certificate }) => certificate.kind === "recovery");
  }

  /** Whether the person may purge, break locks and change who has access. */
  get mayManage(): boolean {
    const { keys, session } = this.open;
    const isOwner = session.person.role === "owner" && this.chain.kind === "dossier";
    return isOwner || this.chain.rightsOf(keys.kid, this.present()) === "manage";
  }

  /** Whether it is the vault itself or a folder that is there. */
  isFolder(id: string): boolean {
    return id === this.id || (this.chain.nodes.get(id)?.kind === "folder" && this.chain.isLive(id));
  }

  /** Remembers that a verified verdict about this payload and commitment said clean. */
  noteClean({ payload_hash, commitment }: Scanned): void {
    this.clean.add(`${payload_hash} ${commitment}`);
  }

  isKnownClean({ payload_hash, commitment }: Scanned): boolean {
    return this.clean.has(`${payload_hash} ${commitment}`);
  }
}
