/** Fields, their errors, and buttons at work. Forms of these pages never submit to the server. */

import { WireError } from "../wire/http";
import { find, findAll, maybe } from "./dom";
import { hideMessage, showProblem } from "./message";
import { isExpected, problemText, texts } from "./texts";

export function field(id: string): HTMLInputElement {
  return find<HTMLInputElement>(`#${id}`);
}

/** What was typed, in NFC and without blanks around it. */
export function entry(id: string): string {
  return field(id).value.trim().normalize("NFC");
}

/** Puts an error below the field and takes the reader there. */
export function showFieldError(id: string, text: string): void {
  const input = field(id);
  input.classList.add("is-invalid");
  input.setAttribute("aria-invalid", "true");
  writeError(id, text);
  input.focus();
}

/** The text alone, for errors of a group of fields. */
export function writeError(id: string, text: string): void {
  const place = find(`[data-error-for="${id}"]`);
  place.textContent = text;
  // Bootstrap shows it beside an invalid field only; here the field may stand in a group.
  place.classList.toggle("d-block", text !== "");
}

export function clearErrors(): void {
  for (const input of findAll("[aria-invalid]")) {
    input.classList.remove("is-invalid");
    input.removeAttribute("aria-invalid");
  }
  for (const error of findAll("[data-error-for]")) writeError(error.dataset["errorFor"] ?? "", "");
  hideMessage();
}

/** The entries of these fields; null, with an error at each empty one, unless all are filled in. */
export function filled<const Id extends string>(ids: readonly Id[]): { readonly [I in Id]: string } | null {
  const empty = ids.filter((id) => entry(id) === "");
  for (const id of empty.toReversed()) showFieldError(id, texts().form.empty);
  if (empty.length > 0) return null;
  return Object.fromEntries(ids.map((id) => [id, entry(id)])) as { [I in Id]: string };
}

/** Fields by the error codes that are about them; or the one field of a dialog, whatever happens: it hides the page. */
type FaultFields = Readonly<Record<string, string>> | string;

/** Shows an error beside its field where `fields` names one, else in the page's message region. */
export function showFault(error: unknown, fields: FaultFields = {}): void {
  const id = fieldOf(error, fields);
  if (id === undefined || maybe(`#${id}`) === null) {
    showProblem(error);
    return;
  }
  if (!isExpected(error)) reportError(error);
  const { title, text } = problemText(error);
  // The server's text says it all; ours continues its title.
  showFieldError(id, error instanceof WireError && error.message !== "" ? text : `${title} ${text}`.trim());
}

function fieldOf(error: unknown, fields: FaultFields): string | undefined {
  if (typeof fields === "string") return fields;
  return isExpected(error) && Object.hasOwn(fields, error.code) ? fields[error.code] : undefined;
}

/** Runs `work` once at a time; meanwhile the button says so. Errors are shown, see `showFault`. */
export async function atWork(
  button: HTMLElement,
  work: () => Promise<void>,
  fields: FaultFields = {},
): Promise<void> {
  if (button.getAttribute("aria-busy") === "true") return;
  clearErrors();
  const label = [...button.childNodes];
  button.setAttribute("aria-busy", "true");
  button.replaceChildren(texts().form.busy);
  try {
    await work();
  } catch (error) {
    showFault(error, fields);
  } finally {
    button.removeAttribute("aria-busy");
    button.replaceChildren(...label);
  }
}

/** Calls `submit` instead of sending the form. */
export function onSubmit(form: HTMLFormElement, submit: () => void, signal?: AbortSignal): void {
  const instead = (event: Event): void => {
    event.preventDefault();
    submit();
  };
  form.addEventListener("submit", instead, signal === undefined ? {} : { signal });
}

/** User names as the server knows them; said before anything is sent. */
export function isUsername(text: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{2,63}$/.test(text);
}
