/** The tray of running uploads: per file seal → send → scan → done, or why it was refused. */

import { clone, find, write } from "../ui/dom";
import { formatSize, pageLanguage } from "../ui/format";
import { isExpected, problemText, texts } from "../ui/texts";
import type { Stage, UploadItem, Uploads } from "./upload";

const ORDER: readonly Stage[] = ["seal", "send", "scan", "done"];
/** Codes that another try cannot change; nor can it change a name that is not allowed. */
const FINAL = new Set(["infected", "not_scannable", "too_large", "scan_too_large", "name_is_folder"]);

export class TrayView {
  private readonly items = new Map<UploadItem, HTMLElement>();
  private readonly lastStage = new Map<UploadItem, Stage>();
  private readonly tray = find("[data-tray]");
  private uploads: Uploads | null = null;

  constructor() {
    find("[data-tray-fold]", this.tray).addEventListener("click", ({ currentTarget }) => {
      const list = find("[data-tray-items]", this.tray);
      list.hidden = !list.hidden;
      (currentTarget as HTMLElement).setAttribute("aria-expanded", String(!list.hidden));
    });
    find("[data-tray-close]", this.tray).addEventListener("click", () => this.close());
    if (matchMedia("(max-width: 48em)").matches) find("[data-tray-fold]", this.tray).click();
  }

  serve(uploads: Uploads): void {
    this.uploads = uploads;
  }

  show(item: UploadItem): void {
    const element = this.items.get(item) ?? this.added(item);
    const isNewStage = this.lastStage.get(item) !== item.stage;
    this.lastStage.set(item, item.stage);
    this.drawProgress(element, item);
    if (!isNewStage) return;
    this.drawStages(element, item);
    this.drawProblem(element, item);
    this.announce(item);
    this.drawTitle();
  }

  private added(item: UploadItem): HTMLElement {
    const element = clone("tray-item");
    write("[data-name]", item.name, element);
    write("[data-size]", formatSize(item.file.size, pageLanguage()), element);
    find("progress", element).setAttribute("aria-label", item.name);
    find("[data-retry]", element).addEventListener("click", () => this.uploads?.retry(item));
    const cancel = find("[data-cancel]", element);
    cancel.setAttribute("aria-label", texts().vault.cancel(item.name));
    cancel.addEventListener("click", () => this.uploads?.cancel(item));
    this.items.set(item, element);
    find("[data-tray-items]", this.tray).append(element);
    this.tray.hidden = false;
    return element;
  }

  private drawProgress(element: HTMLElement, item: UploadItem): void {
    const bar = find<HTMLProgressElement>("progress", element);
    const percent = Math.floor(item.progress * 100);
    if (item.stage === "scan") bar.removeAttribute("value");
    else bar.value = percent;
    bar.hidden = item.stage === "refused";
    const { vault } = texts();
    if (item.stage === "seal") write('[data-stage="seal"] [data-word]', vault.sealing(percent), element);
    if (item.stage === "send") write('[data-stage="send"] [data-word]', vault.sending(percent), element);
  }

  private drawStages(element: HTMLElement, item: UploadItem): void {
    const { vault } = texts();
    const at = ORDER.indexOf(item.stage);
    const done = [vault.sealed, vault.sent, vault.scanned, vault.done];
    const words = [vault.seal, vault.send, item.stage === "scan" ? vault.scanning : vault.scan, vault.done];
    ORDER.forEach((stage, i) => {
      const part = find(`[data-stage="${stage}"]`, element);
      const isDone = i < at || item.stage === "done";
      part.classList.toggle("done", isDone);
      part.toggleAttribute("aria-current", false);
      if (i === at && !isDone) part.setAttribute("aria-current", "step");
      if (isDone) write("[data-word]", done[i] ?? "", part);
      else if (i !== at || stage === "scan") write("[data-word]", words[i] ?? "", part);
    });
    find("progress", element).classList.toggle("ok", item.stage === "done");
    find("progress", element).classList.toggle("seal", item.stage === "seal");
    find("[data-cancel]", element).hidden =
      item.stage === "done" || item.stage === "refused" || item.stage === "scan";
  }

  private drawProblem(element: HTMLElement, item: UploadItem): void {
    const isRefused = item.stage === "refused" && item.problem !== null;
    element.classList.toggle("bad", isRefused);
    find(".sg-stages", element).hidden = isRefused;
    const title = find("[data-problem-title]", element);
    const text = find("[data-problem]", element);
    title.hidden = !isRefused;
    text.hidden = !isRefused;
    find("[data-retry]", element).hidden = !isRefused || isFinal(item.problem);
    if (item.problem === null) return;
    const problem = problemText(item.problem);
    title.textContent = problem.title;
    text.textContent = problem.text;
  }

  /** Stage changes that matter to somebody who does not see the tray; per cents do not. */
  private announce(item: UploadItem): void {
    const { vault } = texts();
    if (item.stage === "done") write("[data-live]", vault.saved(item.name));
    if (item.stage === "refused" && item.problem !== null) {
      write("[data-live]", vault.refusedLive(item.name, problemText(item.problem).title));
    }
  }

  private drawTitle(): void {
    const all = [...this.items.keys()];
    const done = all.filter(({ stage }) => stage === "done").length;
    const refused = all.filter(({ stage }) => stage === "refused").length;
    write("[data-tray-title]", texts().vault.trayTitle(done, all.length, refused), this.tray);
  }

  /** Takes what is settled out of the tray; what runs stays. */
  private close(): void {
    for (const [item, element] of this.items) {
      if (item.stage !== "done" && item.stage !== "refused") continue;
      element.remove();
      this.items.delete(item);
    }
    if (this.items.size === 0) this.tray.hidden = true;
    this.drawTitle();
  }
}

function isFinal(error: unknown): boolean {
  return isExpected(error) && (FINAL.has(error.code) || error.code.startsWith("name_"));
}
