/** The list of vaults: opens the names of people's own vaults here, as no server knows them, and begins new ones. */

import { beginOwnVault } from "../ceremonies/own_vault";
import { type Open, reopen } from "../keyring/keyring";
import { joinMemory } from "../keyring/memory";
import { runDialog } from "../ui/dialog";
import { find, findAll } from "../ui/dom";
import { atWork, field, filled } from "../ui/form";
import { hideMessage, showProblem } from "../ui/message";
import { openKey } from "../ui/unlock";
import { NameColumn } from "../vault/name_column";
import { api } from "../wire/api";

const links = findAll<HTMLAnchorElement>("a[data-personal]");
const closed = find("[data-closed]");

function openTitles(open: Open): void {
  closed.hidden = true;
  new NameColumn(open, showProblem).show(links);
}

async function begin(): Promise<boolean> {
  const entries = filled(["new-vault-name"]);
  if (entries === null) return false;
  const key = await openKey();
  if (key === null) return false;
  const { "new-vault-name": name } = entries;
  const isRecoverable = field("new-vault-recovery").checked;
  const id = await beginOwnVault(key.open, key.certificates, name, { isRecoverable });
  location.assign(`/tresore/${id}`);
  return true;
}

async function start(): Promise<void> {
  if (links.length === 0) return;
  const open = await reopen(await api.session());
  if (open === null) {
    closed.hidden = false;
    return;
  }
  await joinMemory(open, showProblem);
  openTitles(open);
}

find('[data-action="new-vault"]').addEventListener("click", () => {
  hideMessage();
  field("new-vault-name").value = "";
  runDialog("new-vault", { field: "new-vault-name", submit: begin }).catch(showProblem);
});
const openButton = find('[data-action="open-titles"]');
openButton.addEventListener("click", () => {
  const show = async (): Promise<void> => {
    const key = await openKey();
    if (key !== null) openTitles(key.open);
  };
  void atWork(openButton, show);
});
start().catch(showProblem);
