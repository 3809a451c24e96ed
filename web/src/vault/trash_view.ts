/** The trash: what was deleted and by whom, to be brought back, or by managers deleted for good. */

import { sayProblem } from "../ui/dialog";
import { clone, find, write } from "../ui/dom";
import { atWork } from "../ui/form";
import { formatWhen, now, pageLanguage } from "../ui/format";
import { texts } from "../ui/texts";
import { kindOf } from "./kinds";
import type { OpenedNode } from "./nodes";
import { askForTarget } from "./target_dialog";
import { restoreNode } from "./tree_changes";
import type { VerbContext } from "./verb_context";
import { askToPurge } from "./verb_dialogs";

const DAY_S = 24 * 3600;

export class TrashView {
  private readonly page: VerbContext;
  private readonly dialog = find<HTMLDialogElement>("dialog#trash");

  constructor(page: VerbContext) {
    this.page = page;
  }

  async show(): Promise<void> {
    await this.page.vault.refresh();
    sayProblem(this.dialog, null);
    this.draw();
    if (!this.dialog.open) this.dialog.showModal();
  }

  private draw(): void {
    const removed = this.page.vault.trash();
    find("[data-rows-removed]", this.dialog).replaceChildren(...removed.map((node) => this.item(node)));
    find("[data-empty]", this.dialog).hidden = removed.length > 0;
  }

  private item(node: OpenedNode): HTMLElement {
    const { tree, vault: words } = texts();
    const item = clone("removed-item");
    const { acceptedAt, author } = node.removed ?? { acceptedAt: 0, author: "" };
    const when = formatWhen(acceptedAt, now(), pageLanguage());
    const left = Math.ceil((acceptedAt + this.page.vault.state.trashDays * DAY_S - now()) / DAY_S);
    const folder = this.page.vault.nodes.get(node.parent)?.row.name;
    const isOwn = author === this.page.vault.open.keys.kid;
    const meta = tree.trashMeta(isOwn ? tree.byYou : this.page.nameOf(author), when, tree.trashLeft(left));
    write("[data-name]", node.row.name, item);
    write("[data-meta]", folder === undefined ? meta : `${tree.trashFrom(folder)} · ${meta}`, item);
    const icon = node.kind === "folder" ? "bi-folder-fill" : kindOf(node.row.name).icon;
    find("[data-icon]", item).className = `bi ${icon}`;
    const restore = find("[data-restore]", item);
    restore.setAttribute("aria-label", tree.restore(node.row.name || words.unreadable));
    restore.hidden = !this.page.mayWrite;
    restore.addEventListener("click", () => void atWork(restore, () => this.restore(node)));
    const purge = find("[data-purge]", item);
    purge.setAttribute("aria-label", tree.purge(node.row.name));
    purge.hidden = !this.page.vault.mayManage;
    purge.addEventListener("click", () => void this.purge(node));
    return item;
  }

  /** Back to where it was; if that is gone, to where the person says. */
  private async restore(node: OpenedNode): Promise<void> {
    const { vault } = this.page;
    try {
      if (!vault.isFolder(node.parent)) {
        await this.besides(() => askForTarget(this.page, [node], "restore"));
        return;
      }
      await restoreNode(vault, node, node.parent);
      const said = texts().tree.restored(node.row.name);
      this.page.changed(said);
      this.draw();
      write("[data-said]", said, this.dialog);
      find("[data-close]", this.dialog).focus();
    } catch (error) {
      if (!this.page.isOver(error)) sayProblem(this.dialog, error);
      else {
        this.dialog.close();
        this.page.fail(error);
      }
    }
  }

  private async purge(node: OpenedNode): Promise<void> {
    await this.besides(() => askToPurge(this.page, node));
  }

  /** Another dialog takes the place of this one: never two on top of each other. */
  private async besides(other: () => Promise<unknown>): Promise<void> {
    this.dialog.close();
    try {
      await other();
      await this.show();
    } catch (error) {
      this.page.fail(error);
    }
  }
}
