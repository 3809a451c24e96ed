/** What lies where in a vault, under the names that the opened rows give. */

import type { Node, VaultChain } from "../seals/chain";
import { must } from "../seals/errors";
import { ChildIndex } from "./child_index";
import type { OpenedNode } from "./nodes";
import type { RowReader } from "./row_reader";
import { type UnreadableNode, unreadable } from "./unreadable";

const ROWS_AT_ONCE = 256;

export class Listing {
  readonly nodes = new Map<string, OpenedNode>();
  /** Nodes whose latest row we cannot read, as its author sealed none or its epoch does not open: not the vault's end. */
  readonly unreadable = new Map<string, UnreadableNode>();
  private readonly index = new ChildIndex();
  /** Nodes whose rows are to be opened: until they are, also when an answer goes wrong half-way. */
  private readonly changed = new Set<string>();
  private readonly chain: VaultChain;
  private readonly reader: RowReader;

  constructor(chain: VaultChain, reader: RowReader) {
    this.chain = chain;
    this.reader = reader;
  }

  /** The record that was just taken has this node for a subject. */
  note(id: string): void {
    this.changed.add(id);
  }

  /** Opens the rows of what has changed, and lists it anew. @throws IntegrityError (`row_differs`). */
  async open(): Promise<void> {
    const changed = [...this.changed];
    // Many at once, as each alone is mostly waiting.
    for (let at = 0; at < changed.length; at += ROWS_AT_ONCE)
      await Promise.all(changed.slice(at, at + ROWS_AT_ONCE).map((id) => this.openChanged(id)));
  }

  /** Lists all nodes of a chain that was verified before, from rows that the reader was given. */
  restore(): void {
    for (const node of this.chain.nodes.values()) {
      this.index.put(node);
      if (this.isListed(node)) this.list(node, this.reader.opened(node));
      else if (!this.chain.isGone(node.id)) this.changed.add(node.id);
    }
  }

  private async openChanged(id: string): Promise<void> {
    const node = this.chain.nodes.get(id);
    must(node !== undefined, "node_parent", "a changed node that the chain does not have");
    this.index.put(node);
    if (this.isListed(node)) this.list(node, await this.reader.open(node));
    else if (!this.chain.isGone(id)) return;
    this.changed.delete(id);
  }

  /** The server keeps no rows of what is gone, and need not keep those of the trash: what was restored has them again. */
  private isListed(node: Node): boolean {
    return this.chain.isLive(node.id) || this.reader.hasRowsOf(node);
  }

  private list(node: Node, opened: OpenedNode | null): void {
    const { id, parent, removed } = node;
    const before = this.nodes.get(id);
    if (opened !== null) this.unreadable.delete(id);
    else this.unreadable.set(id, unreadable(node));
    // Of a newest version that nobody can read the last readable one is shown, where the file is now.
    const shown = opened ?? (before && { ...before, parent, removed });
    if (shown !== undefined) this.nodes.set(id, shown);
  }

  /** Children of a folder (the vault's id: the top level) that are there: neither removed nor gone. */
  childrenOf(folder: string): readonly OpenedNode[] {
    return this.index.of(folder).flatMap((id) => this.nodes.get(id) ?? []);
  }

  /** What nobody here can name, in a folder. */
  namelessOf(folder: string): readonly UnreadableNode[] {
    if (this.unreadable.size === 0) return [];
    return this.index.of(folder).flatMap((id) => (this.nodes.has(id) ? [] : (this.unreadable.get(id) ?? [])));
  }

  /** What somebody put into the trash, without what lay in it: the latest first. */
  trash(): readonly OpenedNode[] {
    const removed = [...this.nodes.values()].filter(({ id, removed }) => removed && !this.chain.isGone(id));
    return removed.sort((a, b) => (b.removed?.acceptedAt ?? 0) - (a.removed?.acceptedAt ?? 0));
  }
}
