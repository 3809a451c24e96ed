/** English texts about what went wrong. */

import { problem } from "./problem";
import type { PROBLEMS_DE } from "./texts_problems_de";
import { TREE_PROBLEMS_EN } from "./texts_tree_en";
import { WAYS_PROBLEMS_EN } from "./texts_ways_en";

export const PROBLEMS_EN: typeof PROBLEMS_DE = {
  ...TREE_PROBLEMS_EN,
  ...WAYS_PROBLEMS_EN,
  unexpected: problem(
    "That did not work.",
    "An unexpected error occurred. Your data are unchanged. Please reload the page; if the error stays, call your firm.",
  ),
  refused: problem("That is not possible.", ""),
  integrity: problem(
    "The verification failed.",
    "The server sent data that do not fit the signatures. Nothing was opened and nothing was saved. Please stop working here and call your firm.",
  ),
  vault_rolled_back: problem(
    "The vault shows an older state.",
    "This device has already seen a newer one. Please stop working here and call your firm.",
  ),
  self_record_rolled_back: problem(
    "The server shows an older state.",
    "This device knows a newer note of your devices. Please stop working here and call your firm.",
  ),
  revocation_hidden: problem(
    "The server hides a revocation.",
    "A key is shown as good whose revocation one of your devices has already seen. Please stop working here and call your firm.",
  ),
  subject_has_key: problem(
    "The server shows a second key in somebody's name.",
    "The present one was not revoked. Somebody may be posing as this person. Please stop working here and call your firm.",
  ),
  scanner_key_expired: problem(
    "Please check the clock of this device.",
    "By it the virus scanner's key is not valid. If time and date are right, please call your firm. Nothing was stored.",
  ),
  log_differs: problem(
    "The log is not the one that your other devices know.",
    "Entries are missing or were changed. Please tell the firm's owner before you go on.",
  ),
  self_record_full: problem(
    "The note of your devices is full.",
    "Your other devices no longer learn what this one has seen. Nothing else changes.",
  ),
  vault_forked: problem(
    "The vault's history is a different one.",
    "It does not fit what this device has already seen. Please stop working here and call your firm.",
  ),
  certificate_root: problem(
    "The firm's main key is a different one.",
    "It does not fit the one this device knows. Please stop working here and call your firm.",
  ),
  root_rolled_back: problem(
    "The server shows an older main key.",
    "This browser knows a newer one already. Upload nothing and telephone the firm.",
  ),
  root_link: problem("The change of the main key is not proven.", "Upload nothing and telephone the firm."),
  root_differs: problem(
    "The firm's main key is a different one.",
    "It is not the one you received the first time. Please do not sign in, and call your firm.",
  ),
  title_differs: problem(
    "The name of the vault is wrong.",
    "The server shows another name than the sealed one. Please stop working here and call your firm.",
  ),
  not_allowed: problem(
    "You may not do that.",
    "Only somebody whose role allows it can revoke this key. Please ask an owner of the firm.",
  ),
  needs_root: problem(
    "The root key is missing.",
    "Only with the firm's root key can you invite an owner. It is on the emergency sheet and in the set-up file.",
  ),
  no_key: problem("This person has no key yet.", "They have never been invited. Please invite them."),
  holder_there: problem("Already there.", "This person or team already has access."),
  holder_gone: problem(
    "No longer there.",
    "This person or team no longer has access. Please load the page again.",
  ),
  offline: problem(
    "No connection.",
    "The server cannot be reached at the moment. Your entries are still there. Please check your internet connection and try again.",
  ),
  name_empty: problem("This name is not possible.", "Please enter a name, not only dots."),
  name_too_long: problem(
    "This name is too long.",
    "A name may be 255 bytes long at most, mostly 255 characters. Please shorten it.",
  ),
  name_character: problem(
    "This name is not possible.",
    "A name may contain neither slashes nor invisible control characters. Please rename the file.",
  ),
  name_not_nfc: problem(
    "This name is not possible.",
    "It contains characters in an unusual spelling. Please rename the file.",
  ),
  name_taken: problem("This name is taken.", "Please choose another name."),
  download_cancelled: problem("Cancelled.", "The browser has ended the download."),
  no_worker: problem(
    "Downloads are not possible in this window.",
    "The browser does not allow the service that they need, perhaps as this window is a private one. Please use an ordinary one.",
  ),
  source_gone: problem(
    "The file is no longer at hand.",
    "It was encrypted before this page was loaded anew. Please choose it again.",
  ),
  name_is_file: problem(
    "There is a file of this name here already.",
    "The folder cannot be made here. Please rename it.",
  ),
  name_is_folder: problem("A folder has this name.", "The file was not saved. Please rename it."),
  too_large: problem(
    "The file is too large.",
    "A file must be smaller than 2 GB. Nothing was uploaded. Please split the file.",
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
  row_unreadable: problem(
    "This version cannot be read.",
    "It was not sealed rightly for you. All others can still be opened.",
  ),
  passphrase_needed: problem(
    "This file is protected by a password.",
    "Please enter the password of the file.",
  ),
  wrong_passphrase: problem(
    "The password of the file is wrong.",
    "Please enter it again. It is the password you had when the file was made.",
  ),
  not_a_key_file: problem(
    "This is no Siegel key file.",
    "Or it is damaged. Please choose the file on your USB stick.",
  ),
  key_file_damaged: problem(
    "The key file is damaged.",
    "It cannot be opened. Please take another copy of the file.",
  ),
  foreign_key_file: problem("This file belongs to another firm.", "Please choose this firm's file."),
  key_closed: problem("Your key is closed.", "Please enter your password."),
  passkey_cancelled: problem("No passkey was used.", "Try again, or use your password."),
  passkey_there: problem("This device has a passkey of yours already.", "You do not need a second one."),
  passkey_no_prf: problem(
    "This passkey cannot open your key.",
    "Device or browser are too old for it. Please use another device, or your password.",
  ),
  no_sheet: problem(
    "This file holds no main key.",
    "Take the file from the firm's set-up, or the emergency sheet.",
  ),
  sheet_invalid: problem(
    "The key is not right.",
    "Please compare both keys with your firm's emergency sheet, letter by letter. Nothing was changed.",
  ),
  share_damaged: problem(
    "This share of the emergency sheet is not right.",
    "Please compare both shares with the paper, letter by letter.",
  ),
  share_mixed: problem(
    "These shares do not belong together.",
    "They were made at two different times. Please take two shares that were made together.",
  ),
  share_same: problem(
    "This is the same share twice.",
    "Please enter two different shares of the emergency sheet.",
  ),
  share_wrong: problem(
    "These shares give no emergency sheet.",
    "One of them was altered. Please take the third share.",
  ),
  needs_recovery: problem(
    "The recovery key is missing.",
    "Without it no vault opens. It is on the emergency sheet and in the set-up file.",
  ),
  wrong_code: problem(
    "The code does not belong to this invitation.",
    "Please compare it with your letter or scan the QR code again.",
  ),
  code_invalid: problem(
    "That is not complete.",
    "The number has 8 characters, the code 26. Both stand in your letter.",
  ),
  weak_parameters: problem(
    "The server asks for an insecure sign-in.",
    "Your password was not sent. Please call your firm.",
  ),
  wrong_password: problem(
    "Your key cannot be opened.",
    "The password is right, but the stored key does not fit. Please call your firm.",
  ),
};
