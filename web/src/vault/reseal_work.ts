/** Sealing anew as one line of the tray: how far it is, stop, and go on. */

import { RefusedError } from "../seals/errors";
import { problemText, texts } from "../ui/texts";
import { bytesOf, oldContents } from "./old_contents";
import type { OpenedVault } from "./opened";
import { type Resealing, resealAll } from "./reseal";
import type { TrayWork } from "./tray_view";
import type { TrayItem } from "./upload_item";

interface Handlers {
  /** The line has changed. */
  changed(item: TrayItem): void;
  /** All was tried, in words. */
  settled(said: string): void;
  /** It went no further, and the line says why. */
  failed(error: unknown): void;
}

export class ResealWork implements TrayWork {
  private readonly vault: OpenedVault;
  private readonly handlers: Handlers;
  private running: AbortController | null = null;
  private count = 0;

  constructor(vault: OpenedVault, handlers: Handlers) {
    this.vault = vault;
    this.handlers = handlers;
  }

  get isBusy(): boolean {
    return this.running !== null;
  }

  /** Begins a new line. */
  start(): void {
    if (this.isBusy) return;
    this.count -= 1;
    const file = { size: bytesOf(oldContents(this.vault)) };
    const begun = { stage: "waiting", progress: 0, problem: null } as const;
    // Below zero, where no upload counts.
    void this.run({
      id: this.count,
      name: texts().tree.reseal.line,
      file,
      deed: "reseal",
      told: "",
      ...begun,
    });
  }

  /** Goes on where it was stopped. */
  retry(item: TrayItem): void {
    if (!this.isBusy && item.stage === "refused") void this.run(item);
  }

  cancel(): void {
    this.running?.abort();
  }

  private async run(item: TrayItem): Promise<void> {
    const running = new AbortController();
    this.running = running;
    this.show(item, { stage: "seal", problem: null });
    try {
      const told = await resealAll(this.vault, running.signal, (now) => this.tell(item, now));
      this.tell(item, told);
      if (running.signal.aborted) throw new RefusedError("reseal_stopped", "stopped by the person");
      this.show(item, { stage: "done", progress: 1 });
      this.handlers.settled(inWords(told));
    } catch (error) {
      const problem = error instanceof Error ? error : new Error(String(error));
      this.show(item, { stage: "refused", problem });
      this.handlers.failed(error);
    } finally {
      this.running = null;
    }
  }

  private tell(item: TrayItem, now: Resealing): void {
    this.show(item, { told: inWords(now), progress: now.share });
  }

  private show(
    item: TrayItem,
    now: Partial<Pick<TrayItem, "problem" | "progress" | "stage" | "told">>,
  ): void {
    Object.assign(item, now);
    this.handlers.changed(item);
  }
}

function inWords({ done, failed, of, others }: Resealing): string {
  const { reseal } = texts().tree;
  const [first] = failed;
  const why = first instanceof Error ? ` ${problemText(first).title}` : "";
  return [
    reseal.told(done, of),
    ...(others > 0 ? [reseal.others(others)] : []),
    ...(failed.length > 0 ? [`${reseal.failed(failed.length)}${why}`] : []),
  ].join(" ");
}
