/** The tray of running uploads: per file seal → send → scan → done, or why it was refused. */

import { clone, find, write } from "../ui/dom";
import { formatSize, pageLanguage } from "../ui/format";
import { problemText, texts } from "../ui/texts";
import { isFinal, type Stage, type TrayItem } from "./upload_item";

/** What the tray is about. */
export type Deed = "both" | "copy" | "mixed" | "reseal" | "upload";

const ORDER: readonly Stage[] = ["seal", "send", "scan", "done"];
/** Up to so many files are followed step by step; of more a look now and then is enough, as drawing takes longer than sealing. */
const FEW = 10;
const LOOK_MS = 300;
/** What ends by the person's own wish is no mishap. */
const STOPPED = ["cancelled", "reseal_stopped"];
/** Lines of files that wait or are done; those of refused ones stay. */
const MOST_LINES = 40;

/** Whoever carries items: uploads, copies into another vault, sealing anew. Asked about its own items only. */
export interface TrayWork {
  retry(item: TrayItem): void;
  cancel(item: TrayItem): void;
}

export class TrayView {
  private readonly all = new Set<TrayItem>();
  /** Those that have a line. */
  private readonly items = new Map<TrayItem, HTMLElement>();
  private readonly later = new Set<TrayItem>();
  private looking: ReturnType<typeof setTimeout> | undefined;
  private readonly counts = { done: 0, refused: 0 };
  private readonly lastStage = new Map<TrayItem, Stage>();
  private readonly tray = find("[data-tray]");
  private readonly works = new Map<TrayItem, TrayWork>();

  constructor() {
    find("[data-tray-fold]", this.tray).addEventListener("click", ({ currentTarget }) => {
      const list = find("[data-tray-items]", this.tray);
      list.hidden = !list.hidden;
      (currentTarget as HTMLElement).setAttribute("aria-expanded", String(!list.hidden));
    });
    find("[data-tray-close]", this.tray).addEventListener("click", () => this.close());
    find("[data-tray-stop]", this.tray).addEventListener("click", () => this.stop());
    if (matchMedia("(max-width: 48em)").matches) find("[data-tray-fold]", this.tray).click();
  }

  /** `work`: what can stop the item, and try it again. */
  show(item: TrayItem, work: TrayWork): void {
    this.all.add(item);
    this.works.set(item, work);
    if (this.all.size <= FEW) {
      this.showNow(item);
      return;
    }
    this.tray.hidden = false;
    this.later.add(item);
    this.looking ??= setTimeout(() => {
      this.looking = undefined;
      const items = [...this.later];
      this.later.clear();
      for (const one of items) this.showNow(one);
      this.drawTitle();
    }, LOOK_MS);
  }

  private showNow(item: TrayItem): void {
    const before = this.lastStage.get(item);
    const isNewStage = before !== item.stage;
    this.lastStage.set(item, item.stage);
    if (isNewStage) this.recount(before, item.stage);
    const element = this.items.get(item) ?? this.added(item);
    if (element !== null) this.draw(element, item, isNewStage);
    if (!isNewStage) return;
    this.announce(item);
    if (this.all.size <= FEW) this.drawTitle();
  }

  private draw(element: HTMLElement, item: TrayItem, isNewStage: boolean): void {
    this.drawProgress(element, item);
    const told = find("[data-told]", element);
    told.hidden = item.told === undefined;
    if (told.textContent !== item.told) told.textContent = item.told ?? "";
    if (!isNewStage) return;
    this.drawStages(element, item);
    this.drawProblem(element, item);
  }

  private recount(before: Stage | undefined, now: Stage): void {
    for (const stage of ["done", "refused"] as const)
      this.counts[stage] += Number(now === stage) - Number(before === stage);
  }

  /** Room for one more line: where there is none, what is done makes some, and what waits has to wait. */
  private hasRoomFor(item: TrayItem): boolean {
    if (item.stage === "refused" || this.items.size < MOST_LINES) return true;
    if (item.stage === "waiting" || item.stage === "done") return false;
    for (const stage of ["done", "waiting"]) {
      const least = [...this.items.keys()].filter((shown) => shown.stage === stage);
      const gone = stage === "done" ? least[0] : least.at(-1);
      if (gone === undefined) continue;
      this.items.get(gone)?.remove();
      this.items.delete(gone);
      return true;
    }
    return true;
  }

  private added(item: TrayItem): HTMLElement | null {
    this.tray.hidden = false;
    if (!this.hasRoomFor(item)) return null;
    const element = clone("tray-item");
    write("[data-name]", item.name, element);
    write("[data-size]", formatSize(item.file.size, pageLanguage()), element);
    find("progress", element).setAttribute("aria-label", item.name);
    find("[data-retry]", element).addEventListener("click", () => this.works.get(item)?.retry(item));
    const cancel = find("[data-cancel]", element);
    cancel.setAttribute("aria-label", texts().vault.cancel(item.name));
    cancel.addEventListener("click", () => this.works.get(item)?.cancel(item));
    this.items.set(item, element);
    find("[data-tray-items]", this.tray).append(element);
    return element;
  }

  private drawProgress(element: HTMLElement, item: TrayItem): void {
    const bar = find<HTMLProgressElement>("progress", element);
    const percent = Math.floor(item.progress * 100);
    // A bar without a value moves all the time: forty of them keep a processor busy.
    if (item.stage === "scan" && this.all.size <= FEW) bar.removeAttribute("value");
    else bar.value = item.stage === "scan" ? 100 : percent;
    bar.hidden = item.stage === "refused";
    const { vault } = texts();
    if (item.stage === "seal") write('[data-stage="seal"] [data-word]', vault.sealing(percent), element);
    if (item.stage === "send") write('[data-stage="send"] [data-word]', vault.sending(percent), element);
  }

  private drawStages(element: HTMLElement, item: TrayItem): void {
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

  private drawProblem(element: HTMLElement, item: TrayItem): void {
    const isRefused = item.stage === "refused" && item.problem !== null;
    const isStopped = STOPPED.includes(item.problem?.code ?? "");
    element.classList.toggle("bad", isRefused && !isStopped);
    find(".sg-stages", element).hidden = isRefused || item.told !== undefined;
    const title = find("[data-problem-title]", element);
    title.classList.toggle("fg-alarm", !isStopped);
    const text = find("[data-problem]", element);
    title.hidden = !isRefused;
    text.hidden = !isRefused;
    const retry = find("[data-retry]", element);
    retry.hidden = !isRefused || isFinal(item.problem);
    retry.textContent = isStopped ? texts().vault.goOn : texts().vault.tryAgain;
    if (item.problem === null) return;
    const problem = problemText(item.problem);
    title.textContent = problem.title;
    text.textContent = problem.text;
  }

  /** Stage changes that matter to somebody who does not see the tray; per cents do not. */
  private announce(item: TrayItem): void {
    const { vault } = texts();
    if (item.stage === "done") write("[data-live]", item.told ?? vault.saved(item.name));
    if (item.stage === "refused" && item.problem !== null) {
      write("[data-live]", vault.refusedLive(item.name, problemText(item.problem).title));
    }
  }

  private drawTitle(): void {
    const { done, refused } = this.counts;
    write("[data-tray-title]", texts().vault.trayTitle(done, this.all.size, refused, this.deed()), this.tray);
    find("[data-tray-stop]", this.tray).hidden = done + refused === this.all.size;
    const lines = [...this.items.keys()].filter(({ stage }) => stage !== "done" && stage !== "refused");
    const waiting = this.all.size - done - refused - lines.length;
    const rest = find("[data-tray-rest]", this.tray);
    rest.hidden = waiting <= 0;
    rest.textContent = texts().transfers.rest(waiting);
  }

  private deed(): Deed {
    const deeds = new Set<Deed>([...this.all].map(({ deed }) => deed ?? "upload"));
    const [one = "upload"] = deeds;
    if (deeds.size === 1) return one;
    return deeds.has("reseal") ? "mixed" : "both";
  }

  /** Stops all that is not settled. What is there already stays; the rest can be tried again. */
  private stop(): void {
    for (const item of [...this.all].reverse())
      if (item.stage !== "done" && item.stage !== "refused") this.works.get(item)?.cancel(item);
  }

  /** Takes what is settled out of the tray; what runs stays. */
  private close(): void {
    for (const item of this.all) {
      if (item.stage !== "done" && item.stage !== "refused") continue;
      this.items.get(item)?.remove();
      this.items.delete(item);
      this.all.delete(item);
      this.lastStage.delete(item);
      this.works.delete(item);
      this.counts[item.stage] -= 1;
    }
    if (this.all.size === 0) this.tray.hidden = true;
    this.drawTitle();
  }
}
