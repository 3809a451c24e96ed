/** Shows in red that the log is not the one this browser knows. */

import { TlogError } from "../tlog";
import { WireError } from "../wire/http";
import { find, maybe, write } from "./dom";
import { type Seen, watchLog } from "./log_watch";
import { isSignedOut } from "./session";
import { texts } from "./texts";

/** Watches, and tells what was seen; null when nothing could be told (no line, nobody signs) or the alarm is shown. */
export async function watchAndTell(firm: string): Promise<Seen | null> {
  try {
    return await watchLog(firm);
  } catch (error) {
    if (error instanceof TlogError) showAlarm(error);
    else if (!(error instanceof WireError) && !isSignedOut(error)) throw error;
    return null;
  }
}

function showAlarm({ code }: TlogError): void {
  const { problems, other } = texts().log;
  const known = Object.hasOwn(problems, code) ? problems[code as keyof typeof problems] : other;
  write("[data-log-problem]", `${known} (${code})`);
  find("[data-log-watch]").hidden = false;
  // What the server says of its own log does not count beside what this browser has seen.
  maybe("[data-tone]")?.classList.add("alarm");
}
