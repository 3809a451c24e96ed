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
  const warning = find("[data-session-end]");
  const home = warning.parentElement;
  let focusedBefore: HTMLElement | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const show = (isRenewable: boolean): void => {
    // What stands outside an open dialog can be neither clicked nor read.
    const place = maybe("dialog[open]") ?? home;
    if (warning.parentElement !== place) place?.prepend(warning);
    for (const part of ["[data-session-extend]", "[data-session-renewable]"])
      find(part, warning).hidden = !isRenewable;
    find("[data-session-final]", warning).hidden = isRenewable;
    warning.hidden = false;
  };

  const hide = (): void => {
    const hadFocus = warning.contains(document.activeElement);
    warning.hidden = true;
    if (hadFocus) focusedBefore?.focus();
  };

  const askIn = (seconds: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), seconds * 1000);
  };

  const ask = async (): Promise<void> => {
    try {
      const { left_s, renewable } = await api.sessionLeft();
      if (left_s <= WARN_S) show(renewable);
      else hide();
      askIn(left_s > WARN_S ? left_s - WARN_S : Math.min(AGAIN_S, left_s + 1));
    } catch (error) {
      if (isSignedOut(error)) await leave();
      else askIn(AGAIN_S);
    }
  };

  const extend = async (): Promise<void> => {
    try {
      await api.session();
      showStatus(texts().shell.extended);
    } catch {
      // Whether the session has ended or the line is bad, the next question tells.
    }
    await ask();
  };

  warning.addEventListener("focusin", ({ relatedTarget }) => {
    if (relatedTarget instanceof HTMLElement && !warning.contains(relatedTarget))
      focusedBefore = relatedTarget;
  });
  find("[data-session-extend]", warning).addEventListener("click", () => void extend());
  askIn(Math.max(0, leftS - WARN_S));
}
