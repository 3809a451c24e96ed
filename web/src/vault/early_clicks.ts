/** What is pressed in the vault's head while the vault is still being opened: the last of it is done once the vault is there. */

import { find } from "../ui/dom";

/** What to call when the vault is open, or when it will not be. */
export interface EarlyClicks {
  perform(): void;
  drop(): void;
}

/** Takes clicks on buttons that are not shown as disabled. Files cannot be dropped yet: the pointer says so. */
export function keepEarlyClicks(): EarlyClicks {
  const over = new AbortController();
  const { signal } = over;
  let wanted: HTMLButtonElement | null = null;
  const take = (button: HTMLButtonElement | null): void => {
    wanted?.removeAttribute("aria-busy");
    wanted = button;
    wanted?.setAttribute("aria-busy", "true");
  };
  find(".sg-vaulthead").addEventListener(
    "click",
    ({ target }) => {
      const button = target instanceof Element ? target.closest("button") : null;
      const waits = button !== null && !button.matches("[data-toolbar-more]");
      if (waits && button.getAttribute("aria-disabled") !== "true") take(button);
    },
    { signal },
  );
  for (const kind of ["dragover", "drop"] as const)
    find("[data-drop]").addEventListener(
      kind,
      (event) => {
        // Else the browser leaves the page for the file.
        event.preventDefault();
        if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "none";
      },
      { signal },
    );
  const end = (isOpen: boolean): void => {
    const button = wanted;
    over.abort();
    take(null);
    if (isOpen) button?.click();
  };
  return { perform: () => end(true), drop: () => end(false) };
}
