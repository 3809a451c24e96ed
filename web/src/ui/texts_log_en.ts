/** English texts about the audit log. */

import type { LOG_DE } from "./texts_log_de";

export const LOG_EN: typeof LOG_DE = {
  log: {
    held: (size: number, before: number) =>
      before === 0
        ? `This browser now knows the log up to entry ${grouped(size)}.`
        : `This browser knew ${grouped(before)} entries. The log has grown from there.`,
    proven: (steps: number, size: number) =>
      `Checked in this browser: the entry stands in the log of ${grouped(size)} entries (${steps} steps).`,
    notProven: (code: string) =>
      `The proof does not hold (${code}). Reload the page; if it stays so, call the head of the firm.`,
    lost: (known: number, count: number) =>
      `Of the ${grouped(known)} entries this browser knew up to ${grouped(count)} are lost for ever.`,
    hidden: (count: number) =>
      `It began anew and denies that this browser knew more: up to ${grouped(count)} entries are missing. (tlog.hidden)`,
    same: (older: number, newer: number) =>
      `Computed in this browser: the ${grouped(older)} entries of then stand unchanged at the beginning of today's ${grouped(newer)}.`,
    notAHead: "It is incomplete, altered, or of another log. Best paste the whole mail.",
    gone: (count: number) => `Up to ${grouped(count)} entries are missing.`,
    problems: {
      "tlog.lost": "It began anew after a restore and says that entries have been missing since.",
      "tlog.hidden": "It began anew and denies that entries are missing.",
      "tlog.rollback":
        "It has fewer entries than before: entries were removed, or an old state was restored.",
      "tlog.split_view": "With as many entries as before it shows other ones.",
      "tlog.proof": "It has not grown from the earlier state: old entries were altered.",
      "tlog.origin": "It is another log than before.",
      "tlog.revoked": "Its key was revoked by an owner.",
      "tlog.key": "It is signed with another key than before.",
    },
    other: "Its signature does not hold.",
  },
};

function grouped(count: number): string {
  return count.toLocaleString("en-GB");
}
