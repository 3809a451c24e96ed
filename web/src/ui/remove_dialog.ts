/** Asks back before somebody is taken out of a vault or a team, and says what that means. */

import { find, write } from "./dom";
import { atWork, clearErrors, onSubmit } from "./form";

/** What the dialog says; `work` is done once it is confirmed, and its refusals are shown in it. */
export interface Removal {
  readonly title: string;
  readonly loses: string;
  readonly renews: string;
  readonly button: string;
  readonly work: () => Promise<void>;
}

/** Resolves when the dialog is closed: whether it was confirmed and the work is done. */
export function askToRemove({ title, loses, renews, button, work }: Removal): Promise<boolean> {
  const dialog = find<HTMLDialogElement>("dialog#remove-holder");
  const form = find<HTMLFormElement>("form", dialog);
  const submit = find("[data-submit]", form);
  write("[data-remove-title]", title, dialog);
  write("[data-remove-loses]", loses, dialog);
  write("[data-remove-renews]", renews, dialog);
  submit.textContent = button;
  clearErrors();
  dialog.showModal();
  return new Promise((resolve) => {
    const closed = new AbortController();
    const confirmed = async (): Promise<void> => {
      await work();
      resolve(true);
      dialog.close();
    };
    onSubmit(form, () => void atWork(submit, confirmed, "remove-whom"), closed.signal);
    const forget = (): void => {
      closed.abort();
      resolve(false);
    };
    dialog.addEventListener("close", forget, { signal: closed.signal });
  });
}
