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
export async function runDialog(id: string, work: DialogWork): Promise<boolean> {
  const dialog = find<HTMLDialogElement>(`dialog#${id}`);
  const form = find<HTMLFormElement>("form", dialog);
  const closing = new AbortController();
  const { signal } = closing;
  const end: End = { isDone: false, problem: null };
  clearErrors();
  sayProblem(dialog, null);
  const listener = (event: SubmitEvent): void => {
    event.preventDefault();
    const button = event.submitter ?? maybe("[data-submit]:not([hidden])", form);
    if (!(button instanceof HTMLElement)) return;
    sayProblem(dialog, null);
    void atWork(button, () => attempt(dialog, work, { button, signal, end }));
  };
  form.addEventListener("submit", listener, { signal });
  const closed = new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  dialog.showModal();
  await closed;
  closing.abort();
  if (end.problem !== null) throw end.problem;
  return end.isDone;
}

/** How a dialog ended. */
interface End {
  isDone: boolean;
  problem: unknown;
}

interface Attempt {
  readonly button: HTMLElement;
  readonly signal: AbortSignal;
  readonly end: End;
}

/** One try: closes the dialog when its work is done or can never be; else says inside what is wrong. */
async function attempt(
  dialog: HTMLDialogElement,
  { submit, field, isOver }: DialogWork,
  { button, signal, end }: Attempt,
): Promise<void> {
  try {
    if ((await submit(button, signal)) === false) return;
    end.isDone = true;
  } catch (error) {
    if (signal.aborted) return;
    if (!(isOver?.(error) ?? false) && !isSignedOut(error)) {
      if (field === undefined) sayProblem(dialog, error);
      else showFault(error, field);
      return;
    }
    end.problem = error;
  }
  dialog.close();
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
