/** The list's states, of which exactly one is shown. */

import { findAll } from "../ui/dom";

type ListState = "broken" | "empty" | "list" | "loading" | "locked";

export function showState(state: ListState): void {
  for (const part of findAll("[data-state]")) part.hidden = part.dataset["state"] !== state;
}
