/** What happened in a vault, or with one file: the log's entries, with the names as they open here. */

import type { Change, VaultRecord } from "../seals/documents";
import { founderLine } from "../seals/readmission";
import { sayProblem } from "../ui/dialog";
import { clone, find, write } from "../ui/dom";
import { atWork } from "../ui/form";
import { formatWhen, now, pageLanguage } from "../ui/format";
import { texts } from "../ui/texts";
import { type ActivityAnswer, vaultApi } from "../wire/vault_api";
import type { OpenedNode } from "./nodes";
import type { VerbContext } from "./verb_context";

/** More than this in one record is counted, not named. */
const NAMED = 5;

export class ActivityView {
  private readonly page: VerbContext;
  private readonly dialog = find<HTMLDialogElement>("dialog#activity");
  private node: OpenedNode | null = null;
  private before: number | null = null;

  constructor(page: VerbContext) {
    this.page = page;
    const older = find("[data-older]", this.dialog);
    older.addEventListener("click", () => void atWork(older, () => this.more()));
  }

  /** Of one file or folder; without one of the whole vault. */
  async show(node: OpenedNode | null): Promise<void> {
    const { activity } = texts().tree;
    this.node = node;
    this.before = null;
    write("[data-title]", node === null ? activity.ofVault : activity.of(node.row.name), this.dialog);
    find("[data-entries]", this.dialog).replaceChildren();
    sayProblem(this.dialog, null);
    await this.more();
    if (!this.dialog.open) this.dialog.showModal();
  }

  private async more(): Promise<void> {
    try {
      const { entries } = await vaultApi.activity(this.page.vault.id, this.before, this.node?.id ?? null);
      this.before = entries.at(-1)?.index ?? this.before;
      await this.page.vault.history.recall(entries.map(({ seq }) => seq));
      const list = find("[data-entries]", this.dialog);
      list.append(...entries.map((entry) => this.item(entry, this.node)));
      find("[data-older]", this.dialog).hidden = entries.length < PAGE;
      find("[data-empty]", this.dialog).hidden = list.childElementCount > 0;
    } catch (error) {
      if (!this.dialog.open || this.page.isOver(error)) throw error;
      sayProblem(this.dialog, error);
    }
  }

  /** The latest things that happened with a file, for its details. */
  async latest(node: OpenedNode, count: number): Promise<readonly HTMLElement[]> {
    const { entries } = await vaultApi.activity(this.page.vault.id, null, node.id);
    const latest = entries.slice(0, count);
    await this.page.vault.history.recall(latest.map(({ seq }) => seq));
    return latest.map((entry) => this.item(entry, node));
  }

  /** `asked`: what the list is about; of a record of many only this is told. */
  private item(entry: ActivityAnswer, asked: OpenedNode | null): HTMLElement {
    const item = clone("activity-item");
    write("[data-what]", this.inWords({ ...entry, node: entry.node ?? asked?.id ?? null }), item);
    const who = this.nameOf(entry);
    write("[data-meta]", `${formatWhen(entry.at, now(), pageLanguage())} · ${who}`, item);
    return item;
  }

  private nameOf({ by, name }: ActivityAnswer): string {
    if (by === null) return texts().tree.activity.server;
    return by === this.page.vault.open.session.person.id
      ? texts().vault.you
      : (name ?? texts().vault.noValue);
  }

  private inWords({ kind, seq, node, version }: ActivityAnswer): string {
    const { activity } = texts().tree;
    const record = seq === null ? undefined : this.page.vault.history.get(seq);
    // Many entries may come of one record, one for each version: each says its own.
    const about = record && (node ? ofNode(record, node, version ?? null) : record.changes);
    if (about !== undefined && about.length > 0) {
      const words = about.slice(0, NAMED).map((change) => this.said(change, record?.author ?? ""));
      return activity.record(about.length > NAMED ? [...words, "…"] : words);
    }
    return activity.said(
      kind,
      node ? texts().tree.quoted(this.called(node)) : texts().tree.activity.somewhere,
    );
  }

  private said(change: Change, author: string): string {
    const { activity } = texts().tree;
    switch (change.kind) {
      case "roster":
        return this.isReturn(author) ? activity.readmitted : activity.roster;
      case "folder":
        return activity.folder(this.called(change.node));
      case "version": {
        const { manifest } = this.page.vault.chain.versionOf(change.manifest)?.version ?? {};
        const isCopy = manifest !== undefined && manifest.copied_from !== null;
        return (isCopy ? activity.copied : activity.added)(this.called(change.node), change.version);
      }
      case "place":
        return activity.placed(this.called(change.node));
      case "remove":
        return activity.removed(this.called(change.node));
      case "release":
        return activity.released(this.called(change.node));
      case "reseal":
        return activity.resealed(this.called(change.node), change.version);
      default:
        return activity[change.kind === "purge" ? "purged" : change.kind];
    }
  }

  /** In a vault of one's own nobody but the founder changes the roster, but who gives him his place back (ADR 0035). */
  private isReturn(author: string): boolean {
    const { chain, certificates } = this.page.vault;
    const founder = chain.roster === null ? null : founderLine(chain.roster);
    return chain.kind === "personal" && certificates.person(author).subject !== founder?.subject;
  }

  private called(node: string): string {
    return this.page.vault.nodes.get(node)?.row.name ?? texts().tree.activity.somewhere;
  }
}

const PAGE = 100;

/** What a record did with one node, to one version of it where one is meant. */
function ofNode(record: VaultRecord, node: string, version: number | null): readonly Change[] {
  return record.changes.filter(
    (change) =>
      "node" in change &&
      change.node === node &&
      (version === null || !("version" in change) || change.version === version),
  );
}
