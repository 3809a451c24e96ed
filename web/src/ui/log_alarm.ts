/** Shows in red that the log is not the one this browser knows. */

import { HiddenError, type Seen, watchLog } from "../keyring/log_watch";
import { TlogError } from "../tlog";
import { WireError } from "../wire/http";
import { find, maybe, write } from "./dom";
import { texts } from "./texts";

/** Watches, and tells what was seen; null when nothing could be told (no line, signed out) or the alarm is shown. */
export async function watchAndTell(firm: string): Promise<Seen | null> {
  try {
    const seen = await watchLog(firm);
    if (seen !== null) {
      tellLost(seen);
      find("[data-log-key]").hidden = seen.isCertified !== false;
    }
    return seen;
  } catch (error) {
    // Whatever else goes wrong is an answer that no honest server gives.
    if (error instanceof HiddenError) showProblem(texts().log.hidden(error.loss.known - error.loss.kept));
    else if (!(error instanceof WireError)) showAlarm(error instanceof TlogError ? error.code : "unreadable");
    return null;
  }
}

function showAlarm(code: string): void {
  const { problems, other } = texts().log;
  const known = Object.hasOwn(problems, code) ? problems[code as keyof typeof problems] : other;
  showProblem(`${known} (${code})`);
}

/** Every time anew, for as long as this browser remembers: what is lost does not come back. */
function tellLost({ lost }: Seen): void {
  if (lost.length === 0) return;
  write("[data-log-lost]", lost.map(({ known, kept }) => texts().log.lost(known, known - kept)).join(" "));
  find("[data-log-gap]").hidden = false;
}

function showProblem(text: string): void {
  write("[data-log-problem]", text);
  find("[data-log-watch]").hidden = false;
  // What the server says of its own log does not count beside what this browser has seen.
  maybe("[data-tone]")?.classList.add("alarm");
}
