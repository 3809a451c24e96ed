/** The panel of new keys: how far teams and vaults are, going on and stopping. */

import { countDue, type Done, rotateAll } from "../ceremonies/rotate_all";
import type { Open } from "../keyring/keyring";
import { onKeyClosed } from "../keyring/presence";
import { find, write } from "../ui/dom";
import { showProblem } from "../ui/message";
import { texts } from "../ui/texts";
import { openKey } from "../ui/unlock";

export class Renewing {
  private readonly panel = find("[data-renewing]");
  private readonly startButton = find("[data-renewing-start]", this.panel);
  private readonly stopButton = find("[data-renewing-stop]", this.panel);
  private running: AbortController | null = null;

  listen(): void {
    this.startButton.addEventListener("click", () => void this.ask());
    this.stopButton.addEventListener("click", () => this.running?.abort());
    onKeyClosed(() => this.running?.abort());
  }

  private async ask(): Promise<void> {
    try {
      const key = await openKey();
      if (key !== null) await this.run(key.open);
    } catch (error) {
      showProblem(error);
    }
  }

  /** Renews all that is due; ends when it is done, stopped, or has failed. */
  async run(open: Open): Promise<void> {
    if (this.running !== null) return;
    this.running = new AbortController();
    this.draw();
    try {
      await this.renew(open, this.running.signal);
    } catch (error) {
      if (!this.running.signal.aborted) showProblem(error);
    } finally {
      this.running = null;
      this.draw();
    }
  }

  private async renew(open: Open, signal: AbortSignal): Promise<void> {
    const { teams, vaults } = await countDue();
    const isTeam = new Set(teams);
    let rotated = 0;
    const show = (done: Done): void => {
      rotated = done.rotated.filter((id) => !isTeam.has(id)).length;
      const failed = done.failed.length;
      this.show(rotated, Math.max(vaults, rotated), failed);
    };
    show({ rotated: [], failed: [] });
    for (const part of ["actions", "hint"]) find(`[data-renewing-${part}]`, this.panel).hidden = false;
    const { failed } = await rotateAll(open, show, signal);
    write("[data-renewing-text]", texts().renewing.done(rotated), this.panel);
    find("[data-renewing-actions]", this.panel).hidden = failed.length === 0;
  }

  private show(rotated: number, all: number, failed: number): void {
    const bar = find<HTMLProgressElement>("[data-renewing-bar]", this.panel);
    bar.max = Math.max(all, 1);
    bar.value = rotated;
    write("[data-renewing-text]", texts().renewing.progress(rotated, all), this.panel);
    const line = find("[data-renewing-failed]", this.panel);
    line.hidden = failed === 0;
    line.textContent = texts().renewing.failed(failed);
  }

  private draw(): void {
    const isRunning = this.running !== null;
    this.startButton.hidden = isRunning;
    this.stopButton.hidden = !isRunning;
    find("[data-renewing-bar]", this.panel).hidden = !isRunning;
  }
}
