/** What is to be sealed anew, and why; it is done from the tray, as uploads are. */

import { find, write } from "../ui/dom";
import { formatSize, pageLanguage } from "../ui/format";
import { showStatus } from "../ui/message";
import { isLeaving } from "../ui/session";
import { texts } from "../ui/texts";
import { bytesOf, oldContents } from "./old_contents";
import { ResealWork } from "./reseal_work";
import type { VerbContext } from "./verb_context";

export class ResealView {
  private readonly page: VerbContext;
  private readonly dialog = find<HTMLDialogElement>("dialog#reseal");
  private readonly work: ResealWork;
  /** The record up to which was looked for what is old: rows are selected more often than anything is written. */
  private marked = -1;

  constructor(page: VerbContext) {
    this.page = page;
    this.work = new ResealWork(page.vault, {
      changed: (item) => page.track(item, this.work),
      settled: (said) => this.settle(said),
      failed: (error) => {
        if (page.isOver(error)) page.fail(error);
      },
    });
    find("[data-reseal-start]", this.dialog).addEventListener("click", () => {
      this.dialog.close();
      this.work.start();
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.work.isBusy && !isLeaving()) event.preventDefault();
    });
  }

  /** The button is there for those who manage the vault, as long as something is to be done. */
  mark(): void {
    const { vault } = this.page;
    if (this.marked === vault.chain.seq) return;
    this.marked = vault.chain.seq;
    find('[data-page-verb="reseal"]').hidden = !vault.mayManage || oldContents(vault).length === 0;
  }

  async show(): Promise<void> {
    const { reseal } = texts().tree;
    if (this.work.isBusy) {
      showStatus(reseal.busy);
      return;
    }
    await this.page.vault.refresh();
    const old = oldContents(this.page.vault);
    const size = formatSize(bytesOf(old), pageLanguage());
    write("[data-reseal-count]", reseal.count(old.length, size), this.dialog);
    find("[data-reseal-start]", this.dialog).hidden = old.length === 0;
    if (!this.dialog.open) this.dialog.showModal();
  }

  private settle(said: string): void {
    this.mark();
    this.page.changed(said);
  }
}
