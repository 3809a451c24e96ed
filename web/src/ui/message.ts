/** The page's message region and its status line (`[data-message]`, `[data-status]`). */

import { find, maybe, write } from "./dom";
import { isSignedOut, leave } from "./session";
import { isExpected, problemText, type Tone } from "./texts";

const STATUS_MS = 6000;

/** Shows what happened, what it means and what to do, and takes the reader there. */
export function showMessage(tone: Tone, title: string, text: string): void {
  const region = find("[data-message]");
  region.classList.remove("alarm", "lock", "ok");
  region.classList.add(tone);
  write("[data-message-title]", title, region);
  write("[data-message-text]", text, region);
  region.hidden = false;
  region.scrollIntoView({ block: "nearest" });
}

export function hideMessage(): void {
  const region = maybe("[data-message]");
  if (region !== null) region.hidden = true;
}

/** Any error, in words for people; the end of the session leads to the sign-in page. One that is none of ours is a fault of the program: its trace goes to the console. */
export function showProblem(error: unknown): void {
  if (isSignedOut(error)) {
    void leave();
    return;
  }
  const { tone, title, text } = problemText(error);
  if (!isExpected(error)) reportError(error);
  showMessage(tone, title, text);
}

let clearing: ReturnType<typeof setTimeout> | undefined;

/** A success, for six seconds. */
export function showStatus(text: string): void {
  const line = maybe("[data-status]");
  if (line === null) return;
  line.textContent = text;
  clearTimeout(clearing);
  clearing = setTimeout(() => {
    line.textContent = "";
  }, STATUS_MS);
}
