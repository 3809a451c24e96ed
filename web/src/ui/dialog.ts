/** Dialogs that do one thing: they stay open while it is done, and say inside what went wrong. */

import { find, maybe } from "./dom";
import { atWork, clearErrors, showFault } from "./form";
import { isSignedOut } from "./session";
import { isExpected, problemText } from "./texts";

interface DialogWork {
  /**
   * Runs when the form is sent. The dialog closes when it is done; when it fails, the dialog says why. False keeps it
   * open: what was filled in is not enough.
   */
  readonly submit: (button: HTMLElement, signal: AbortSignal) => Promise<unknown>;
  /** The field that errors are about; without it they stand below the text. */
  readonly field?: string;
  /** Whether after this error the dialog can do nothing any more: it closes, and the error is thrown. */
  readonly isOver?: (error: unknown) => boolean;
}

/** Opens `dialog#id`; true when its work was done, false when the person left it. @throws what is over. */
export async function runDialog(id: string, { submit, field, isOver }: DialogWork): Promise<boolean> {
  const dialog = find<HTMLDialogElement>(`dialog#${id}`);
  const form = find<HTMLFormElement>("form", dialog);
  const closing = new AbortController();
  const { signal } = closing;
  let isDone = false;
  let problem: unknown = null;
  clearErrors();
  sayProblem(dialog, null);
  const run = async (button: HTMLElement): Promise<void> => {
    try {
      if ((await submit(button, signal)) === false) return;
      isDone = true;
    } catch (error) {
      if (signal.aborted) return;
      if (!(isOver?.(error) ?? false) && !isSignedOut(error)) {
        if (field === undefined) sayProblem(dialog, error);
        else showFault(error, field);
        return;
      }
      problem = error;
    }
    dialog.close();
  };
  form.addEventListener(
    "submit",
    (event) => {
      event.preventDefault();
      const button = event.submitter ?? maybe("[data-submit]:not([hidden])", form);
      if (!(button instanceof HTMLElement)) return;
      sayProblem(dialog, null);
      void atWork(button, () => run(button));
    },
    { signal },
  );
  return new Promise((resolve, reject) => {
    dialog.addEventListener(
      "close",
      () => {
        closing.abort();
        if (problem === null) resolve(isDone);
        else reject(problem);
      },
      { once: true },
    );
    dialog.showModal();
  });
}

/** Puts an error where the dialog has a place for it; null takes it away. */
export function sayProblem(dialog: HTMLElement, error: unknown): void {
  const region = maybe("[data-dialog-error]", dialog);
  if (region === null) return;
  region.hidden = error === null;
  region.textContent = "";
  if (error === null) return;
  if (!isExpected(error)) reportError(error);
  const { title, text } = problemText(error);
  region.textContent = `${title} ${text}`.trim();
}
