/**
 * A vault, opened: its chain replayed and verified, its rows opened, its epochs at hand.
 *
 * `refresh` takes the news of the server; nothing of an answer is used before all of it has verified.
 */

import type { Bytes } from "../crypto/bytes";
import { type Open, rememberHead, seenHead } from "../keyring/keyring";
import { Certificates } from "../seals/certificates";
import { type FileNode, type FolderNode, VaultChain } from "../seals/chain";
import { hashOf, RECORD, read, sameHash, signDocument } from "../seals/documents";
import { EpochSeeds, nextEpoch } from "../seals/epochs";
import { IntegrityError, must, RefusedError } from "../seals/errors";
import { type FileRow, type FolderRow, openRow } from "../seals/rows";
import { api, type News } from "../wire/api";
import { acceptedCertificate, appendOf, entryOf, fromWire } from "../wire/codec";
import { WireError } from "../wire/http";

const ROTATIONS = 10;

interface OpenedFolder {
  readonly kind: "folder";
  readonly id: string;
  readonly parent: string;
  readonly row: FolderRow;
  readonly author: string;
  readonly acceptedAt: number;
}

export interface OpenedFile {
  readonly kind: "file";
  readonly id: string;
  readonly parent: string;
  readonly row: FileRow;
  readonly node: FileNode;
  readonly author: string;
  readonly acceptedAt: number;
}

export type OpenedNode = OpenedFile | OpenedFolder;

export class OpenedVault {
  readonly open: Open;
  readonly id: string;
  readonly chain: VaultChain;
  readonly certificates: Certificates;
  readonly seeds: EpochSeeds;
  readonly nodes = new Map<string, OpenedNode>();
  /** Nodes whose author sealed no row that can be read: that hides one node, not the vault. */
  readonly unreadable = new Set<string>();
  title = "";
  /** The server's word; it alone knows of an invitation redeemed after the epoch that it was not made for. */
  private isDue = false;
  private readonly names = new Map<string, string>();
  private readonly rows = new Map<string, Bytes>();
  /** Nodes that are new in the chain; kept until they are opened, also when an answer goes wrong half-way. */
  private readonly changed = new Set<string>();

  private constructor(open: Open, id: string, certificates: Certificates) {
    this.open = open;
    this.id = id;
    this.certificates = certificates;
    this.chain = VaultChain.begin(certificates, id);
    this.seeds = new EpochSeeds(this.chain, open.keys.identity);
  }

  /** Replays the vault from its beginning. @throws IntegrityError, WireError. */
  static async load(open: Open, id: string): Promise<OpenedVault> {
    const vault = new OpenedVault(open, id, await Certificates.verify(open.session.firm.id, open.root, []));
    await vault.refresh();
    return vault;
  }

  /** Takes what is new; true when something was. */
  async refresh(): Promise<boolean> {
    const before = this.chain.seq;
    for (;;) {
      const news = await api.news(this.id, this.chain.seq);
      await this.take(news);
      if (!news.more) break;
    }
    await rememberHead(this.id, this.chain);
    return this.chain.seq > before;
  }

  private async take(news: News): Promise<void> {
    await this.certificates.add(news.certificates.map(acceptedCertificate));
    for (const { id, name } of news.people) this.names.set(id, name);
    for (const { node, version, row } of news.rows) this.rows.set(`${node}/${version}`, fromWire(row));
    for (const answer of news.records) {
      const entry = entryOf(answer);
      await this.chain.apply(entry);
      for (const change of read(RECORD, entry.record.bytes).changes)
        if ("node" in change) this.changed.add(change.node);
    }
    if (!news.more) this.chain.requireHead(news, await seenHead(this.id));
    for (const { epoch, age } of news.wraps) this.seeds.addWrap(epoch, fromWire(age));
    this.isDue = news.due;
    await this.openRows();
  }

  private async openRows(): Promise<void> {
    if (this.title === "" && this.chain.seq > 0) this.title = await this.openTitle();
    for (const id of this.changed) {
      const node = this.chain.nodes.get(id);
      const opened = node && (await (node.kind === "folder" ? this.openFolder(node) : this.openFile(node)));
      if (opened) this.nodes.set(id, opened);
      else this.unreadable.add(id);
      this.changed.delete(id);
    }
  }

  /** The sealed title; the server's readable one must be the same, else it could swap the labels of vaults. */
  private async openTitle(): Promise<string> {
    const place = {
      kind: "vault",
      firm: this.chain.firm,
      vault: this.id,
      node: this.id,
      version: 0,
      epoch: 1,
    } as const;
    const { title } = await openRow(
      (await this.seeds.keysOf(1)).rowKey,
      place,
      this.sealedRow(this.id, 0, this.chain.rootRow),
    );
    return title;
  }

  private async openFolder({ id, parent, author, acceptedAt, epoch, row }: FolderNode) {
    const opened = await this.openNamed("folder", id, 0, epoch, row);
    return opened && ({ kind: "folder", id, parent, row: opened, author, acceptedAt } as const);
  }

  private async openFile(node: FileNode) {
    const last = node.versions.at(-1);
    must(last !== undefined, "node_version", "a file without a version");
    const { version, epoch, author, row } = last.manifest;
    const opened = await this.openNamed("file", node.id, version, epoch, row);
    const { id, parent } = node;
    return (
      opened &&
      ({ kind: "file", id, parent, row: opened, node, author, acceptedAt: last.acceptedAt } as const)
    );
  }

  /** The row as its author sealed it; null when that is none. What the server withheld or altered is an error. */
  private async openNamed<K extends "file" | "folder">(
    kind: K,
    node: string,
    version: number,
    epoch: number,
    hash: string,
  ) {
    const sealed = this.sealedRow(node, version, hash);
    const { rowKey } = await this.seeds.keysOf(epoch);
    const place = { kind, firm: this.chain.firm, vault: this.id, node, version, epoch };
    try {
      return await openRow(rowKey, place, sealed);
    } catch (error) {
      if (error instanceof IntegrityError) return null;
      throw error;
    }
  }

  private sealedRow(node: string, version: number, hash: string): Bytes {
    const row = this.rows.get(`${node}/${version}`);
    must(row !== undefined, "row_differs", "a row is missing");
    must(sameHash(hashOf(row), hash), "row_differs", "a row is not the one that was signed");
    return row;
  }

  /**
   * Begins the next epoch if it is due. Somebody else may be quicker; then his counts.
   * @throws RefusedError (`busy`) when the server never has enough of new epochs.
   */
  async rotateIfDue(): Promise<void> {
    for (let attempt = 1; this.isDue || this.chain.isRotationDue(); attempt++) {
      if (attempt > ROTATIONS) throw new RefusedError("busy", "a new epoch is due again and again");
      const { keys } = this.open;
      const next = await nextEpoch(this.chain, await this.seeds.seedOf(this.chain.epoch.epoch), keys);
      const change = {
        kind: "epoch",
        epoch: this.chain.epoch.epoch + 1,
        hash: hashOf(next.epoch.bytes),
      } as const;
      const fields = this.recordFields([change]);
      const record = await signDocument(RECORD, fields, keys.signing);
      await this.append(() => api.append(this.id, appendOf({ record, ...next })));
    }
  }

  /** Fields of the record that would follow now. */
  recordFields<C>(changes: readonly C[]) {
    const { firm, seq, head } = this.chain;
    return { author: this.open.keys.kid, changes, firm, previous: head, seq: seq + 1, vault: this.id };
  }

  /** Sends a record; true when it was taken, false when somebody was quicker and the news have been taken instead. */
  async append(send: () => Promise<unknown>): Promise<boolean> {
    try {
      await send();
    } catch (error) {
      if (!(error instanceof WireError) || error.code !== "stale") throw error;
      await this.refresh();
      return false;
    }
    await this.refresh();
    return true;
  }

  /** Children of a folder (the vault's id: the top level). */
  childrenOf(folder: string): readonly OpenedNode[] {
    return [...this.nodes.values()].filter(({ parent }) => parent === folder);
  }

  fileNamed(folder: string, name: string): OpenedNode | undefined {
    return this.childrenOf(folder).find((node) => node.row.name === name);
  }

  /** What the server calls the person with this key; null when it names nobody. */
  nameOf(kid: string): string | null {
    const [certificate] = this.certificates.of(kid);
    return certificate === undefined ? null : (this.names.get(certificate.subject) ?? null);
  }

  /** @throws IntegrityError (`title_differs`) when the server shows another title than the sealed one. */
  requireTitle(shown: string): void {
    if (shown !== this.title)
      throw new IntegrityError("title_differs", "the server shows another title than the sealed one");
  }
}
