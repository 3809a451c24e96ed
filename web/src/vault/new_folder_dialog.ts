/** The dialog "Neuer Ordner". */

import { find } from "../ui/dom";
import { atWork, clearErrors, field, filled, onSubmit } from "../ui/form";
import { now } from "../ui/format";
import { texts } from "../ui/texts";
import { makeFolder } from "./commit";
import type { VerbContext } from "./verb_context";

const dialog = (): HTMLDialogElement => find<HTMLDialogElement>("dialog#new-folder");

export function askForFolder(): void {
  clearErrors();
  dialog().showModal();
}

/** Makes the folder in the one shown when the dialog's form is sent. */
export function listenForFolders(page: VerbContext): void {
  const form = find<HTMLFormElement>('form[data-form="new-folder"]');
  onSubmit(form, () => void atWork(find("[data-submit]", form), () => addFolder(page), "folder-name"));
}

async function addFolder(page: VerbContext): Promise<void> {
  const entries = filled(["folder-name"]);
  if (entries === null) return;
  const { "folder-name": name } = entries;
  try {
    await makeFolder(page.vault, page.folder(), name, now());
  } catch (error) {
    if (!page.isOver(error)) throw error;
    dialog().close();
    page.fail(error);
    return;
  }
  field("folder-name").value = "";
  dialog().close();
  page.changed(texts().vault.folderMade(name));
}
