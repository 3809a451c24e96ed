/** English texts of the vault page. */

import type { VAULT_DE } from "./texts_vault_de";

const TRAY = {
  both: "Upload and copy",
  copy: "Copy",
  mixed: "Transfer and seal anew",
  reseal: "Seal anew",
  upload: "Upload",
} as const;

export const VAULT_EN: typeof VAULT_DE = {
  ownVault: {
    renamed: (name: string) => `The vault is now called “${name}”.`,
  },
  preview: {
    cutText: "Only the beginning is shown. Download the file to see all of it.",
    office: "Texts and tables are shown, without pictures, layout and formulas.",
    officeCut:
      "Only the beginning is shown: texts and tables, without pictures, layout and formulas. Download the file to see all of it.",
    mailHtml: "Siegel does not show pictures, colours and links of the mail. Nothing is loaded.",
    badPage: "This page cannot be shown.",
    unnamed: "without a name",
    image: "Image",
    save: (name: string) => `Save “${name}”`,
    problems: {
      damaged: "This file cannot be shown. Download it and open it with your own program.",
      no_view: "Siegel does not show files of this kind. Download the file.",
      protected: "This file is protected by a password. Download it to open it.",
      too_large: "This file is too large to be shown in the browser. Download it.",
    },
  },
  notice: {
    nobody: "Choose at least one person.",
    sent: (count: number) => (count === 1 ? "One mail is on its way." : `${count} mails are on their way.`),
  },
  vault: {
    opening: (name, percent) => `Opening “${name}”, ${percent} %`,
    opened: (name) => `“${name}” has been verified and opened.`,
    seal: "encrypt",
    send: "upload",
    scan: "virus scan",
    sealed: "encrypted",
    sent: "uploaded",
    scanned: "scanned",
    done: "done",
    goOn: "Continue",
    tryAgain: "Try again",
    cancel: (name) => `Cancel “${name}”`,
    vaultAccess: (count) => `Access: ${count === 1 ? "1 person" : `${count} people`}`,
    alsoTrusted: (count) => `, and ${count === 1 ? "1 trusted person" : `${count} trusted people`}`,
    unreadable: "Unreadable",
    noValue: "–",
    you: "You",
    used: (files, size) =>
      files === 0
        ? "No files yet."
        : `${files === 1 ? "1 file" : `${files.toLocaleString("en-GB")} files`}, ${size} in use.`,
    trayTitle: (done, all, refused, deed) =>
      deed === "reseal"
        ? `${TRAY.reseal}${done === all ? ": done" : done + refused === all ? ": stopped" : " …"}`
        : `${TRAY[deed]}: ${done} of ${all} done${refused > 0 ? `, ${refused} ${deed === "upload" ? "refused" : "not"}` : ""}`,
    sealing: (percent) => `encrypting, ${percent} %`,
    sending: (percent) => `uploading, ${percent} %`,
    scanning: "Virus scan running",
    saved: (name) => `“${name}” is saved.`,
    refusedLive: (name, why) => `“${name}”: ${why}`,
    folderMade: (name) => `The folder “${name}” has been made.`,
    version: (number) => `Version ${number}`,
    resealedBy: (name, when) => `sealed anew by ${name}, ${when}`,
    viewVersion: (version) => `View ${version.toLowerCase()}`,
    saveVersion: (version) => `Download ${version.toLowerCase()}`,
    verdict: {
      known: "passed, verified in this browser",
      told: "passed, as the server says. Your browser verifies it when you open the file.",
      held: "cannot be scanned, waiting for release",
      released: "cannot be scanned, released nevertheless",
    },
    current: "current",
  },
  list: {
    unreadable: "Unreadable",
    select: (name) => `Select “${name}”`,
    nothing: (filter) => `Nothing found for “${filter}”`,
    count: (all: number) => (all === 1 ? "1 item" : `${all.toLocaleString("en-US")} items`),
    found: (shown: number, all: number) =>
      `${shown.toLocaleString("en-GB")} of ${all.toLocaleString("en-GB")} found`,
    selected: (chosen, all, files, size) => {
      const within =
        files === chosen ? "" : ` · ${files === 1 ? "1 file" : `${files.toLocaleString("en-GB")} files`}`;
      return `${chosen.toLocaleString("en-GB")} of ${all.toLocaleString("en-GB")} selected${within} · ${size}`;
    },
  },
  transfers: {
    unfinished: (count) =>
      count === 1 ? "1 unfinished upload" : `${count.toLocaleString("en-GB")} unfinished uploads`,
    saved: (name) => `“${name}” has been verified and saved.`,
    reading: (found) => `${found.toLocaleString("en-GB")} files found …`,
    unreadable: (count) =>
      `${count === 1 ? "1 entry" : `${count.toLocaleString("en-GB")} entries`} could not be read and ${count === 1 ? "is" : "are"} missing.`,
    rest: (count) =>
      count === 1 ? "1 more file is waiting." : `${count.toLocaleString("en-GB")} more files are waiting.`,
  },
};
