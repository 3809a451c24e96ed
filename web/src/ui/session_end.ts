/** Warns a minute before the session ends, and lets the person go on (WCAG 2.2.1). The server alone knows when that is. */

import { api } from "../wire/api";
import { find, maybe } from "./dom";
import { showStatus } from "./message";
import { isSignedOut, leave } from "./session";
import { texts } from "./texts";

const WARN_S = 60;
/** How often the page asks while the warning stands, and when the server did not answer. */
const AGAIN_S = 10;

/** `leftS`: seconds that were left when the page was made; what was used since, here or in another tab, adds to it. */
export function watchSessionEnd(leftS: number): void {
  new SessionEnd().askIn(Math.max(0, leftS - WARN_S));
}

class SessionEnd {
  private readonly warning = find("[data-session-end]");
  private readonly home = this.warning.parentElement;
  private focusedBefore: HTMLElement | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.warning.addEventListener("focusin", ({ relatedTarget }) => {
      if (relatedTarget instanceof HTMLElement && !this.warning.contains(relatedTarget))
        this.focusedBefore = relatedTarget;
    });
    find("[data-session-extend]", this.warning).addEventListener("click", () => void this.extend());
  }

  askIn(seconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), seconds * 1000);
  }

  private async ask(): Promise<void> {
    try {
      const { left_s, renewable } = await api.sessionLeft();
      if (left_s <= WARN_S) this.show(renewable);
      else this.hide();
      this.askIn(left_s > WARN_S ? left_s - WARN_S : Math.min(AGAIN_S, left_s + 1));
    } catch (error) {
      if (isSignedOut(error)) await leave();
      else this.askIn(AGAIN_S);
    }
  }

  private async extend(): Promise<void> {
    try {
      await api.session();
      showStatus(texts().shell.extended);
    } catch {
      // Whether the session has ended or the line is bad, the next question tells.
    }
    await this.ask();
  }

  private show(isRenewable: boolean): void {
    // What stands outside an open dialog can be neither clicked nor read.
    const place = maybe("dialog[open]") ?? this.home;
    if (this.warning.parentElement !== place) place?.prepend(this.warning);
    for (const part of ["[data-session-extend]", "[data-session-renewable]"])
      find(part, this.warning).hidden = !isRenewable;
    find("[data-session-final]", this.warning).hidden = isRenewable;
    this.warning.hidden = false;
  }

  private hide(): void {
    const hadFocus = this.warning.contains(document.activeElement);
    this.warning.hidden = true;
    if (hadFocus) this.focusedBefore?.focus();
  }
}
