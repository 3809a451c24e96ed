/** English texts. */

import type { Texts } from "./texts";

const problem = (title: string, text: string) => ({ title, text });

export const EN: Texts = {
  problems: {
    unexpected: problem(
      "That did not work.",
      "An unexpected error occurred. Your data are unchanged. Please reload the page; if the error stays, call your firm.",
    ),
    refused: problem("That is not possible.", ""),
    integrity: problem(
      "The verification failed.",
      "The server sent data that do not fit the signatures. Nothing was opened and nothing was saved. Please stop working here and call your firm.",
    ),
    rolled_back: problem(
      "The vault shows an older state.",
      "This device has already seen a newer one. Please stop working here and call your firm.",
    ),
    wrong_root: problem(
      "The firm's main key is a different one.",
      "It is not the one you received the first time. Please do not sign in, and call your firm.",
    ),
    swapped_label: problem(
      "The name of the vault is wrong.",
      "The server shows another name than the sealed one. Please stop working here and call your firm.",
    ),
    offline: problem(
      "No connection.",
      "The server cannot be reached at the moment. Your entries are still there. Please check your internet connection and try again.",
    ),
    bad_name: problem(
      "This name is not possible.",
      "A name may be 255 bytes long at most and may contain neither slashes nor invisible control characters. Please rename the file.",
    ),
    name_taken: problem("This name is taken.", "Please choose another name."),
    name_is_folder: problem("A folder has this name.", "The file was not saved. Please rename it."),
    too_large: problem(
      "The file is too large.",
      "A file may have 2 GB at most. Nothing was uploaded. Please split the file.",
    ),
    busy: problem("Others are changing this vault.", "Please try again in a minute."),
    cancelled: problem("Cancelled.", "The file was not saved."),
    infected: problem(
      "Refused: malware found",
      "Not saved. Please do not open the file on your computer either.",
    ),
    not_scannable: problem(
      "Refused: cannot be scanned",
      "The file is encrypted or packed too deeply and cannot be scanned for viruses. Not saved. Please upload it without a password, or unpacked.",
    ),
    failed: problem("The virus scan did not work.", "Not saved. Please try again."),
    passphrase: problem("The password of the key file is wrong.", "Please enter it again."),
    not_a_key_file: problem(
      "This is no Siegel key file.",
      "Or it is damaged. Please choose the file on your USB stick.",
    ),
    foreign_firm: problem("This file belongs to another firm.", "Please choose this firm's file."),
    wrong_code: problem(
      "The code does not belong to this invitation.",
      "Please compare it with your letter or scan the QR code again.",
    ),
    bad_code: problem("The code is not complete.", "It has 26 characters and stands in your letter."),
    weak_parameters: problem(
      "The server asks for an insecure sign-in.",
      "Your password was not sent. Please call your firm.",
    ),
    wrong_key: problem(
      "Your key cannot be opened.",
      "The password is right, but the stored key does not fit. Please call your firm.",
    ),
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
    cancel: (name) => `Cancel “${name}”`,
    vaultAccess: (count) => `Access: ${count === 1 ? "1 person" : `${count} people`}`,
    clean: (when) => `Scanned ${when}`,
    folder: "Folder",
    noValue: "–",
    you: "You",
    selected: (count, size) =>
      `${count === 1 ? "1 file" : `${count.toLocaleString("en-GB")} files`} selected · ${size}`,
    nothingSelected: "Nothing selected",
    used: (files, size) =>
      `${files === 1 ? "1 file" : `${files.toLocaleString("en-GB")} files`}, ${size} in all`,
    trayTitle: (done, all, refused) =>
      `Upload: ${done} of ${all} done${refused > 0 ? `, ${refused} refused` : ""}`,
    sealing: (percent) => `encrypting, ${percent} %`,
    sending: (percent) => `uploading, ${percent} %`,
    scanning: "Virus scan running",
    saved: (name) => `“${name}” is saved.`,
    refusedLive: (name, why) => `“${name}”: ${why}`,
    folderMade: (name) => `The folder “${name}” has been made.`,
    verified: "Unchanged since arrival",
    version: (number) => `Version ${number}`,
    current: "current",
    leaving: "Files are still being uploaded.",
    noPreview: "There is no preview for this kind of file. Please download it.",
  },
};
