/** What only a vault of one's own has: a name that the server does not know, and its founder may change. */

import { renameOwnVault } from "../ceremonies/own_vault";
import { runDialog } from "../ui/dialog";
import { find, maybe } from "../ui/dom";
import { field, filled } from "../ui/form";
import { texts } from "../ui/texts";
import type { OpenedVault } from "./opened";
import type { VerbContext } from "./verb_context";

/** Shows the opened name where the server could only say whose vault it is. */
export function drawTitle(vault: OpenedVault): void {
  const title = find("[data-vault-title]");
  if (title.textContent === vault.title) return;
  document.title = document.title.replace(title.textContent ?? "", vault.title);
  title.textContent = vault.title;
}

/** Its founder may give it another name. */
export function listenForRenaming(page: VerbContext): void {
  const button = maybe('[data-action="rename-vault"]');
  if (button === null) return;
  button.removeAttribute("aria-disabled");
  button.addEventListener("click", () => {
    field("vault-name").value = page.vault.title;
    runDialog("rename-vault", {
      field: "vault-name",
      isOver: (error) => page.isOver(error),
      submit: () => rename(page),
    }).catch((error: unknown) => page.fail(error));
  });
}

async function rename(page: VerbContext): Promise<boolean> {
  const entries = filled(["vault-name"]);
  if (entries === null) return false;
  await renameOwnVault(page.vault, entries["vault-name"]);
  page.changed(texts().ownVault.renamed(page.vault.title));
  return true;
}
