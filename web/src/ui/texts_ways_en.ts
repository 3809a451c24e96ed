/** English texts about ways back and ways on: another firm, a lost key. */

import { problem } from "./problem";
import type { WAYS_DE, WAYS_PROBLEMS_DE } from "./texts_ways_de";

const files = (count: number): string => (count === 1 ? "1 file" : `${count.toLocaleString("en-GB")} files`);

export const WAYS_PROBLEMS_EN: typeof WAYS_PROBLEMS_DE = {
  not_a_card: problem(
    "This is no hand-over card.",
    "It contains a line that begins with age1pq1. Please have the card sent to you again.",
  ),
  own_card: problem(
    "This card belongs to your own firm.",
    "Nothing was packed. Please ask the other firm for its card: “Take in dossier” shows it.",
  ),
  too_large_here: problem(
    "This is too large for the browser.",
    "From 2 GB on please use the program siegel: “siegel vault hand-over” and “siegel vault take-in”. It goes on after an interruption.",
  ),
  unreadable_here: problem(
    "You cannot open everything.",
    "The package would not be complete. Please have it packed by somebody who can open everything.",
  ),
  not_a_zip: problem("This is no complete package.", "Please have the file sent to you again."),
  package_incomplete: problem(
    "Something is missing in the package.",
    "Nothing was taken in. Choose the ZIP file, or all files of the package.",
  ),
  package_foreign: problem(
    "The package is for another key.",
    "Only whose card it was can open it. Nothing was taken in. Please have it packed for your card.",
  ),
  package_damaged: problem(
    "The package is damaged or altered.",
    "Nothing was taken in. Please have it sent to you again.",
  ),
  pin_invalid: problem(
    "The print is not right.",
    "It has 43 characters; upper and lower case differ. Nothing was changed. Please compare it character by character.",
  ),
  takein_taken: problem(
    "Something else of this name lies here already.",
    "Nothing was taken in. Please open an empty folder first.",
  ),
};

export const WAYS_EN: typeof WAYS_DE = {
  files,
  card: "hand-over card",
  cardCode: "QR code of the take-in card",
  cardHead: (firm: string) => `Siegel: recipient for a hand-over to ${firm}`,
  copied: "Copied.",
  compare: "Please compare the words on the telephone first.",
  packing: (done: number, all: number) => `${done.toLocaleString("en-GB")} of ${files(all)} packed …`,
  packed: (count: number) => `The package is saved: ${files(count)}.`,
  checking: (done: number, all: number) => `${done.toLocaleString("en-GB")} of ${files(all)} verified …`,
  taking: (done: number, all: number) => `${done.toLocaleString("en-GB")} of ${files(all)} taken in …`,
  taken: (count: number) => `Taken in: ${files(count)}.`,
  renewing: (count: number) => `New keys: ${count}. Please leave this page open.`,
  recoveryDone: (count: number, left: number, waiting: number) => {
    const done = `The recovery key is replaced. New keys: ${count}`;
    if (left > 0) return `${done}, not opened: ${left}. Please try again.`;
    return waiting === 0
      ? `${done}.`
      : `${done}. Still to come: ${waiting === 1 ? "one vault or team, goes" : `${waiting} vaults and teams, go`} over with the next change of keys.`;
  },
  lostVaults: (count: number) => (count === 1 ? "1 own vault" : `${count} own vaults`),
  lostOpen: (name: string) => `Open again: ${name}`,
  lostDone: (name: string, count: number, left: number) =>
    left === 0
      ? `${name} has access again. Vaults: ${count}.`
      : `${name} has access to ${count} of ${count + left} vaults again. Load the page anew and try again.`,
  notTaken: (names: string) => `Not taken in: ${names}.`,
};
