/** Keeps a vault as new as its chain on the server, while somebody looks at the page. */

import { WireError } from "../wire/http";
import { vaultApi } from "../wire/vault_api";
import type { OpenedVault } from "./opened";

const POLL_MS = 5000;
/** A page that nobody looks at only has to learn that the session has ended. */
const HIDDEN_POLL_MS = 60_000;

/** Asks for the head every few seconds; a lost line is no news. `changed` is called after news, `fail` ends nothing. */
export function followVault(vault: OpenedVault, changed: () => void, fail: (error: unknown) => void): void {
  /** Of the head: what it was when the locks shown were asked for. */
  let shownLocks = 0;
  const catchUp = async (): Promise<void> => {
    try {
      const { head, locks = shownLocks } = await vaultApi.head(vault.id);
      if (document.hidden || (head === vault.chain.head && locks === shownLocks)) return;
      const isLocks = locks !== shownLocks;
      shownLocks = locks;
      if ((await vault.refresh(true)) || isLocks) changed();
    } catch (error) {
      if (error instanceof WireError && error.status === 0) return;
      fail(error);
    }
  };
  const poll = (): void => {
    if (vault.broken !== null) return;
    setTimeout(() => void catchUp().finally(poll), document.hidden ? HIDDEN_POLL_MS : POLL_MS);
  };
  document.addEventListener("visibilitychange", () => void (!document.hidden && catchUp()));
  poll();
}
