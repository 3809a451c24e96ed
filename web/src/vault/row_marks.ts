/** What a row of the list says besides its file: locked, waiting, not scannable; and the button of its menu. */

import { clone, find } from "../ui/dom";
import { texts } from "../ui/texts";
import { describeLock, lockOf } from "./locks";
import type { OpenedFile, OpenedNode } from "./nodes";
import type { OpenedVault } from "./opened";
import type { Told } from "./pane_view";

export function markRow(vault: OpenedVault, node: OpenedNode, row: HTMLElement): void {
  const badges = find("[data-badges]", row);
  badges.append(...badgesOf(vault, node));
  const button = clone("row-menu-button");
  button.setAttribute("aria-label", texts().tree.actionsOf(node.row.name));
  button.title = texts().tree.actionsOf(node.row.name);
  badges.after(button);
}

export function badgesOf(vault: OpenedVault, node: OpenedNode): readonly HTMLElement[] {
  if (node.kind !== "file") return [];
  const badges: HTMLElement[] = [];
  const lock = lockOf(vault, node.id);
  if (lock !== null) {
    const badge = clone("badge-locked");
    // The reason is sealed: what is said of it follows.
    describeLock(vault, lock).then(
      (said) => {
        badge.title = said;
      },
      (error: unknown) => reportError(error),
    );
    badges.push(badge);
  }
  if (vault.chain.isReleased(node.signed)) badges.push(clone("badge-released"));
  else if (isHeld(vault, node)) badges.push(clone("badge-held"));
  return badges;
}

/** What is told of the scan of a file that was not opened here: what is published at all has passed, or is held back. */
export function toldOf(vault: OpenedVault, file: OpenedFile): Told {
  if (vault.chain.isReleased(file.signed)) return "released";
  return isHeld(vault, file) ? "held" : "told";
}

/** The server's hint; whoever opens the file sees for himself. */
export function isHeld(vault: OpenedVault, node: OpenedNode): boolean {
  if (node.kind !== "file" || vault.chain.isReleased(node.signed)) return false;
  return vault.state.held.has(`${node.id}/${node.signed.manifest.version}`);
}
