/** A page in steps: sections `[data-step]`, one of them shown, and their list `[data-steps]`. */

import { find, findAll, maybe } from "./dom";

/** Shows the step and takes the reader to its heading. */
export function showStep(name: string): void {
  const section = find(`[data-step="${name}"]`);
  for (const other of findAll("[data-step]")) other.hidden = other !== section;
  markStep(name);
  maybe("h1[tabindex], h2[tabindex]", section)?.focus();
}

export function shownStep(): string {
  return find("[data-step]:not([hidden])").dataset["step"] ?? "";
}

function markStep(name: string): void {
  let isDone = true;
  for (const item of findAll("[data-steps] [data-step-for]")) {
    const isCurrent = item.dataset["stepFor"] === name;
    if (isCurrent) isDone = false;
    item.classList.toggle("is-done", isDone);
    if (isCurrent) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  }
}
