/** Keys that press a button of the vault page, or lead to its filter. */

import { isTyping, maybe } from "../ui/dom";

const KEYS = new Map([
  ["u", "upload"],
  ["Backspace", "up"],
]);

export function listenForKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (isTyping(event.target) || maybe("dialog[open]") !== null) return;
    if (event.key === "/") {
      event.preventDefault();
      maybe("[data-filter]")?.focus();
      return;
    }
    const action = KEYS.get(event.key);
    if (action === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    maybe(`.sg-vaulthead [data-action="${action}"]`)?.click();
  });
}
