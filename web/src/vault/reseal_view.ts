/** Old contents are sealed anew from a dialog: how many, how far, stop and go on. */

import { sayProblem } from "../ui/dialog";
import { find, write } from "../ui/dom";
import { formatSize, pageLanguage } from "../ui/format";
import { showStatus } from "../ui/message";
import { problemText, texts } from "../ui/texts";
import { bytesOf, oldContents } from "./old_contents";
import { type Resealing, resealAll } from "./reseal";
import type { VerbContext } from "./verb_context";

export class ResealView {
  private readonly page: VerbContext;
  private readonly dialog = find<HTMLDialogElement>("dialog#reseal");
  private running: AbortController | null = null;
  /** The record up to which was looked for what is old: rows are selected more often than anything is written. */
  private marked = -1;

  constructor(page: VerbContext) {
    this.page = page;
    find("[data-reseal-start]", this.dialog).addEventListener("click", () => void this.run());
    find("[data-reseal-stop]", this.dialog).addEventListener("click", () => this.running?.abort());
    this.dialog.addEventListener("close", () => this.running?.abort());
    window.addEventListener("beforeunload", (event) => {
      if (this.running !== null) event.preventDefault();
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
    await this.page.vault.refresh();
    sayProblem(this.dialog, null);
    this.draw();
    if (!this.dialog.open) this.dialog.showModal();
  }

  private draw(): void {
    const old = oldContents(this.page.vault);
    const size = formatSize(bytesOf(old), pageLanguage());
    write("[data-reseal-count]", texts().tree.reseal.count(old.length, size), this.dialog);
    find("progress", this.dialog).hidden = true;
    this.turn(false, old.length > 0);
  }

  private turn(isRunning: boolean, isToDo: boolean): void {
    find("[data-reseal-start]", this.dialog).hidden = isRunning || !isToDo;
    find("[data-reseal-stop]", this.dialog).hidden = !isRunning;
  }

  private async run(): Promise<void> {
    if (this.running !== null) return;
    const running = new AbortController();
    this.running = running;
    sayProblem(this.dialog, null);
    this.turn(true, true);
    try {
      this.tell(await resealAll(this.page.vault, running.signal, (told) => this.tell(told)), true);
    } catch (error) {
      if (this.page.isOver(error)) {
        this.dialog.close();
        this.page.fail(error);
        return;
      }
      sayProblem(this.dialog, error);
    } finally {
      this.running = null;
      this.turn(false, oldContents(this.page.vault).length > 0);
    }
    this.mark();
  }

  private tell({ done, failed, of }: Resealing, isEnd = false): void {
    const { reseal } = texts().tree;
    const bar = find<HTMLProgressElement>("progress", this.dialog);
    bar.hidden = false;
    bar.max = Math.max(1, of);
    bar.value = done + failed.length;
    const [first] = failed;
    const why = first instanceof Error ? ` ${problemText(first).title}` : "";
    const said = reseal.told(done, of) + (failed.length > 0 ? ` ${reseal.failed(failed.length)}${why}` : "");
    write("[data-reseal-count]", said, this.dialog);
    if (!isEnd) return;
    this.page.changed(reseal.done(done));
    showStatus(reseal.done(done));
  }
}
