/** Shows in red that the log is not the one this browser knows. */

import { TlogError } from "../tlog";
import { WireError } from "../wire/http";
import { find, maybe, write } from "./dom";
import { type Seen, watchLog } from "./log_watch";
import { texts } from "./texts";

/** Watches, and tells what was seen; null when nothing could be told (no line, signed out) or the alarm is shown. */
export async function watchAndTell(firm: string): Promise<Seen | null> {
  try {
    return await watchLog(firm);
  } catch (error) {
    // Whatever else goes wrong is an answer that no honest server gives.
    if (!(error instanceof WireError)) showAlarm(error instanceof TlogError ? error.code : "unreadable");
    return null;
  }
}

function showAlarm(code: string): void {
  const { problems, other } = texts().log;
  const known = Object.hasOwn(problems, code) ? problems[code as keyof typeof problems] : other;
  write("[data-log-problem]", `${known} (${code})`);
  find("[data-log-watch]").hidden = false;
  // What the server says of its own log does not count beside what this browser has seen.
  maybe("[data-tone]")?.classList.add("alarm");
}
