/** English texts about what is done with files and folders that are there. */

import { problem } from "./problem";
import type { TREE_DE, TREE_PROBLEMS_DE } from "./texts_tree_de";

function and(names: readonly string[]): string {
  return new Intl.ListFormat("en", { type: "conjunction" }).format(names);
}

function counted(files: number, folders: number): string {
  const all = (files + folders).toLocaleString("en-US");
  if (folders === 0) return files === 1 ? "1 file" : `${all} files`;
  if (files === 0) return folders === 1 ? "1 folder" : `${all} folders`;
  return `${all} items`;
}

const days = (count: number): string => (count === 1 ? "one day" : `${count} days`);

export const TREE_PROBLEMS_EN: typeof TREE_PROBLEMS_DE = {
  no_right_there: problem(
    "You may put nothing there any more.",
    "Your access to the vault has ended. Nothing was stored there. What you wanted to put there is still where it was. Ask whoever manages the vault.",
  ),
  gone_at_source: problem(
    "The file is not there any more.",
    "It was deleted for good, or your access to it has ended. Nothing was changed. Please reload the page.",
  ),
  reseal_stopped: problem(
    "Stopped.",
    "What is sealed anew stays so. The rest still lies under the old keys; “Continue” goes on.",
  ),
  gone: problem(
    "This is no longer here.",
    "Somebody else has deleted it meanwhile. Nothing was changed. You may find it in the trash.",
  ),
  into_itself: problem("A folder cannot lie in itself.", "Nothing was moved. Please choose another folder."),
  held: problem(
    "This file waits to be released.",
    "It could not be checked for viruses. Your firm will look at it and release it.",
  ),
  already_here: problem("It is already here.", "Please choose another folder, or copy it."),
  unreadable_below: problem(
    "This cannot be moved.",
    "You cannot open some of it, and moving would lose that. Copy what you can open, or ask whoever put it there to put it there again.",
  ),
  no_target: problem("Please choose a folder.", "Without one we cannot go on."),
};

export const TREE_EN: typeof TREE_DE = {
  counted,
  quoted: (name) => `“${name}”`,
  actionsOf: (name) => `Actions for “${name}”`,
  renamed: (from, to) => `“${from}” is now called “${to}”.`,
  removeTitle: (what) => `Delete ${what}?`,
  removeButton: (what) => `Delete ${what}`,
  removeText: (kept) =>
    `Everything then stays in the trash for ${days(kept)} and can be brought back from there, with all that is in it. After that it is deleted for good.`,
  removed: (what, one) => `${what} ${one ? "is" : "are"} now in the trash.`,
  targetTitle: (what) => `Copy or move ${what}`,
  restoreTitle: (name) => `Where shall “${name}” go?`,
  here: "already here",
  itself: "lies in the selection",
  readOnly: "read only",
  people: (count) => (count === 1 ? "1 person" : `${count} people`),
  personal: "personal",
  loading: "opening …",
  readersTitle: (count, one) =>
    `Afterwards ${count === 1 ? "1 person" : `${count} people`} can read ${one ? "this" : "these files"}:`,
  readersSame: "Access does not change.",
  readersNew: (names) =>
    names.length === 1
      ? `${names[0]} is a client and could not read this before. Check whether it is meant for them.`
      : `${and(names)} are clients and could not read this before. Check whether it is meant for them.`,
  readersOther: "Your device encrypts the files anew for this. There it will say that you put them there.",
  earlier: (count) =>
    count === 1
      ? "Take 1 earlier version along"
      : `Take ${count.toLocaleString("en-GB")} earlier versions along`,
  earlierHint: (kept, mayMove) =>
    `Who can read there sees them then, too. Unticked, only the newest version comes along.${mayMove ? ` When moving, the earlier ones then lie in the trash with the old file, and are deleted for good after ${kept === 1 ? "one day" : `${kept} days`}.` : ""} Keep this page open until all has arrived: otherwise an earlier version may stay there as the newest.`,
  and,
  copied: (what) => `${what} copied.`,
  moved: (what) => `${what} moved.`,
  movedTo: (what, folder) => `${what} moved to “${folder}”.`,
  copying: (done, all, name) => `${done} of ${all}: “${name}”`,
  copyBegun: (what) => `${what}: copying. Please keep this page open.`,
  copiedPart: (done, all) =>
    `${done} of ${all} copied. What is missing stands in the list below. Nothing was deleted at the old place.`,
  copiedNotMoved: (all) =>
    `${counted(all, 0)} copied, the rest skipped. Nothing was deleted at the old place.`,
  changedMeanwhile:
    "All of it is copied. Something new has come to the old place meanwhile. Nothing was deleted there.",
  noted: (what) => `${what} noted. Ctrl+V puts them into the open folder.`,
  nothingNoted: "Nothing is noted. Ctrl+C or Ctrl+X notes the selection.",
  trashMeta: (who, when, left) => `deleted by ${who}, ${when} · ${left}`,
  trashLeft: (left) => (left <= 0 ? "will soon be deleted for good" : `${days(left)} left`),
  trashFrom: (folder) => `from “${folder}”`,
  restore: (name) => `Bring “${name}” back`,
  purge: (name) => `Delete “${name}” for good`,
  restored: (name) => `“${name}” is back.`,
  purgeTitle: (what) => `Delete ${what} for good?`,
  purged: (what) => `${what} deleted for good.`,
  clashTitle: (name) => `“${name}” is already here`,
  clashMore: (more) => (more === 1 ? "Do the same for 1 more file" : `Do the same for ${more} more files`),
  lockTitle: (name) => `Lock “${name}”`,
  lockText: (hours) =>
    `Until then nobody else can add a version, rename, move or delete it. The lock ends by itself after ${hours === 1 ? "1 hour" : `${hours} hours`}.`,
  lock: "Lock",
  unlock: "Unlock",
  locked: (name) => `“${name}” is locked for others.`,
  unlocked: (name) => `“${name}” is free again.`,
  lockedBy: (who, since, reason) => `Locked by ${who} since ${since}${reason === "" ? "" : ` · ${reason}`}`,
  byYou: "you",
  heldFile: "waits to be released",
  releasedBy: (who, when) => `Not scannable, released by ${who}, ${when}`,
  releaseTitle: (name) => `Release “${name}”?`,
  released: (name) => `“${name}” is released and marked as not scannable.`,
  restoreVersion: (version) => `Restore ${version}`,
  versionRestored: (version) => `${version} is the current one again.`,
  restoredFrom: (version) => `Restored from ${version}`,
  free: (size) => `${size} are still free for new files.`,
  full: "The storage is full. Please delete something for good.",
  onlyYou: "Access: only you personally!",
  onlyYouAnd: "Access: only you personally, with recovery by the owners of the firm",
  reseal: {
    count: (number, size) =>
      number === 0
        ? "Everything lies under the present key."
        : number === 1
          ? `1 version lies under an old key (${size}).`
          : `${number.toLocaleString("en-GB")} versions lie under old keys (${size}).`,
    told: (done, of) =>
      `${done.toLocaleString("en-GB")} of ${of.toLocaleString("en-GB")} versions sealed anew.`,
    failed: (number) =>
      `Not possible for ${number.toLocaleString("en-GB")}; they stay as they are. Try again later.`,
    others: (number) =>
      number === 1
        ? "With 1 somebody else was quicker."
        : `With ${number.toLocaleString("en-GB")} somebody else was quicker.`,
    line: "Seal old contents anew",
    busy: "Sealing anew is running already. You see it in the list below.",
  },
  folderGone: "The folder was deleted. You are one level higher now.",
  activity: {
    of: (name) => `What happened to “${name}”?`,
    ofVault: "What happened?",
    server: "Server",
    said: (kind, what) => ACTIVITY[kind]?.(what) ?? `${what}: ${kind}`,
    record: (words) => words.join("; "),
    folder: (name) => `Folder “${name}” made`,
    added: (name, version) => (version === 1 ? `“${name}” added` : `“${name}”: version ${version} added`),
    copied: (name, version) =>
      version === 1 ? `“${name}” added as a copy` : `“${name}”: version ${version} restored`,
    placed: (name) => `“${name}” renamed, moved or brought back`,
    removed: (name) => `“${name}” put into the trash`,
    purged: "Something deleted for good",
    released: (name) => `“${name}” released as not scannable`,
    resealed: (name, version) => `“${name}” sealed anew (version ${version})`,
    roster: "Access changed",
    readmitted: "Access restored, with the emergency sheet of the firm",
    epoch: "New keys",
    genesis: "Vault begun",
    somewhere: "something without a readable name",
  },
};

const ACTIVITY: { readonly [kind: string]: (what: string) => string } = {
  "vault.version_fetched": (what) => `${what} fetched`,
  "vault.node_locked": (what) => `${what} locked`,
  "vault.node_unlocked": (what) => `Lock of ${what} ended`,
  "vault.lock_broken": (what) => `Lock of ${what} broken`,
  "vault.renamed": () => "Vault renamed",
  "vault.trash_emptied": () => "Trash emptied, as its time was over",
  "vault.handed_over": () => "Packed for another firm",
  "vault.taken_in": () => "Taken in from another firm",
  "vault.upload_refused": () => "A file refused by the virus scan",
};
