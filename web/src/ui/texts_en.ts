// long because: every text of the pages has its one place, and both languages the same order
/** English texts. */

import { problem } from "./problem";
import type { Texts } from "./texts";
import { TREE_EN, TREE_PROBLEMS_EN } from "./texts_tree_en";

export const EN: Texts = {
  tree: TREE_EN,
  problems: {
    ...TREE_PROBLEMS_EN,
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
    scanner_key_expired: problem(
      "Please check the clock of this device.",
      "By it the virus scanner's key is not valid. If time and date are right, please call your firm. Nothing was stored.",
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
      "Only somebody whose role allows it can block this key. Please ask an owner of the firm.",
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
    trayTitle: (done, all, refused) =>
      `Upload: ${done} of ${all} done${refused > 0 ? `, ${refused} refused` : ""}`,
    sealing: (percent) => `encrypting, ${percent} %`,
    sending: (percent) => `uploading, ${percent} %`,
    scanning: "Virus scan running",
    saved: (name) => `“${name}” is saved.`,
    refusedLive: (name, why) => `“${name}”: ${why}`,
    folderMade: (name) => `The folder “${name}” has been made.`,
    version: (number) => `Version ${number}`,
    resealedBy: (name: string, when: string) => `sealed anew by ${name}, ${when}`,
    viewVersion: (version) => `View ${version.toLowerCase()}`,
    saveVersion: (version) => `Download ${version.toLowerCase()}`,
    current: "current",
  },
  list: {
    unreadable: "Unreadable",
    select: (name) => `Select “${name}”`,
    nothing: (filter) => `Nothing found for “${filter}”`,
    found: (shown, all) => `${shown.toLocaleString("en-GB")} of ${all.toLocaleString("en-GB")} found`,
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
  form: {
    empty: "Please fill this in.",
    busy: "One moment …",
    username:
      "A user name has 3 to 64 characters: small letters a to z, digits, full stop, hyphen and underscore, beginning with a letter or digit.",
  },
  password: {
    nothing: "Nothing entered yet.",
    levels: ["Very weak", "Weak", "Fair", "Strong", "Very strong"],
    refused: "This password is not possible. The list shows what is missing.",
    different: "The two entries are different.",
  },
  shell: {
    keyOpen: "Your key is open",
    keyOpenDetail: "on this device, until you sign out",
    keyClosed: "Your key is closed",
    keyClosedDetail: "A vault will ask for your password.",
    extended: "You stay signed in.",
    theme: {
      light: "Appearance: light. Change to dark",
      dark: "Appearance: dark. Change to “As in the system”",
      system: "Appearance: as in the system. Change to light",
    },
  },
  access: {
    passwordChanged: problem(
      "Your password has been changed.",
      "All other sessions have ended. From now on only the new password counts.",
    ),
    qr: "QR code for your app",
    recoveryTitle: "Recovery codes",
    recoveryFile: "Siegel-recovery-codes",
  },
  signIn: {
    chooseFile: "Please choose your key file.",
  },
  setUp: {
    noToken: problem(
      "This link is not complete.",
      "Please open the whole link that your provider has given you.",
    ),
    saveFirst: problem(
      "Something is still missing.",
      "Please save the key file and the emergency sheet and tick the box.",
    ),
    keyFile: "Siegel-main-key",
    dailyFile: "Siegel-key",
    sheet: "Siegel-emergency-sheet",
    fingerprint: (text) => `Fingerprint ${text}`,
  },
  emergency: {
    somebodyNew: "Somebody new",
    username: "3 to 64 characters: lower-case letters, digits, dot, hyphen and underscore.",
    progress: (count: number) => `Taken over: ${count}. Please keep this page open.`,
    done: (taken: number, left: number) =>
      left === 0
        ? `Vaults and teams taken over: ${taken}.`
        : `Vaults and teams taken over: ${taken}. Not opened: ${left}.`,
  },
  redeem: {
    greeting: (name) => `Welcome, ${name}.`,
  },
  invite: {
    noDossier: "Please choose at least one dossier.",
    letter: "Invitation",
  },
  revoke: {
    title: (name) => `Revoke the key of ${name}?`,
    whose: (name, print) => `${name}, fingerprint ${print}`,
    typed: (name) => `Please type “${name}”.`,
    done: (name) => `The key of ${name} is revoked.`,
    others: (names) => `Somebody else must confirm these anew: ${names}`,
    machine: (kind) => (kind === "scanner" ? "Virus scanner" : "Without a name"),
  },
  compare: {
    title: (name) => `Confirm the key of ${name}?`,
    qr: "QR code of the fingerprint",
    done: (name) => `The key of ${name} is confirmed.`,
  },
  renewing: {
    progress: (done, all) =>
      `${done.toLocaleString("en-GB")} of ${all === 1 ? "1 vault has" : `${all.toLocaleString("en-GB")} vaults have`} new keys`,
    done: (count) =>
      count === 1
        ? "1 vault has new keys. Done."
        : `${count.toLocaleString("en-GB")} vaults have new keys. Done.`,
    failed: (count) =>
      `${count === 1 ? "1 vault" : `${count.toLocaleString("en-GB")} vaults`} could not be renewed now. That will happen as soon as somebody writes into it.`,
  },
  holders: {
    rights: { hold: "for emergencies only", read: "read", write: "read and write", manage: "manage" },
    trusted: (days) => `trusted person, reads only after a request and ${days} days`,
    trustedTeam: "A trusted person is somebody, not a team.",
    recovery: "The firm's recovery",
    team: (name) => `Team ${name}`.trim(),
    invited: "invited",
    until: (day) => `until ${day}`,
    over: "no access any more",
    rightOf: (name) => `Right of ${name}`,
    untilOf: (name) => `${name}: limited until`,
    save: (name) => `Save the access of ${name}`,
    remove: (name) => `Remove ${name}`,
    askTitle: (name) => `Remove ${name}?`,
    losesVault: (name) => `From now on ${name} opens this vault no more.`,
    renewsVault: "The vault gets new keys, at the latest when somebody writes to it.",
    losesTeam: (name, team) => `From now on ${name} opens no vault that only team ${team} may open.`,
    renewsTeam: "The team gets new keys at once, its vaults one after another.",
    changed: (name) => `The access of ${name} is changed.`,
    removed: (name) => `${name} has no access any more.`,
    added: "Access is given.",
    newKeys: (names) => `New key: ${names}`,
  },
  trust: {
    title: "Emergency folder",
    waits: (name, until) =>
      `${name} asks for access as a trusted person. If nobody objects, the vault opens on ${until}.`,
    open: (name, since) => `${name} can read as a trusted person since ${since}.`,
  },
  letter: {
    subject: "Your access to our firm's cloud",
    greeting: (name) => `Dear ${name},`,
    intro:
      "a personal access is waiting for you. We use it to exchange documents. They are encrypted on your own device.",
    stepsTitle: "How to set up your access",
    steps: [
      "Scan the QR code with the camera of your phone. Or open the address on your computer and enter number and code.",
      "Choose a password. We do not know it and cannot reset it.",
      "Done. From now on you sign in with user name and password.",
    ],
    address: "Address",
    number: "Number",
    code: "Code",
    username: "User name",
    validUntil: "Valid until",
    signIn: "Sign in",
    warning:
      "The code is valid only once. Please do not pass it on, and destroy this letter once your access is set up.",
    questions: (phone) =>
      phone === "" ? "Any questions? Please call us." : `Any questions? Please call us: ${phone}.`,
    closing: "Yours sincerely",
  },
  root: {
    from: (old, next) => `Fingerprint before ${old}, now ${next}.`,
    saveFirst: "First save the new emergency sheet and tick the box.",
    done: (print) => `The main key is replaced. Its fingerprint is ${print}.`,
  },
  sheet: {
    title: "Emergency sheet",
    warning:
      "This sheet is protected by no password. Whoever has it can issue the firm's keys anew and open its vaults. Put it into a safe, not beside the stick. Do not scan or copy it.",
    rootTitle: "Main key",
    rootText: "It certifies the owner's key and the recovery key.",
    recoveryTitle: "Recovery",
    recoveryText: "It opens the firm's vaults when all other keys are lost.",
    typed: "For typing: all in one line, without the blanks.",
    firm: "Firm",
    owner: "Owner",
    server: "Address",
    made: "Made on",
    print: "Fingerprint of the main key",
    fingerprint: "Fingerprint in full",
    shareTitle: (number) => `Emergency sheet, share ${number} of 3`,
    shareWarning:
      "This share alone opens nothing. Two of the three together do what the whole emergency sheet does. Keep the shares in different places, never two together.",
    share: (number) => `Share ${number}`,
    shareText: "In an emergency open the address above and type two shares.",
    shareFile: (number, slug) => `Emergency-sheet-share-${number}-${slug}`,
  },
  log: {
    held: (size: number, before: number) =>
      before === 0
        ? `This browser now knows the log up to entry ${grouped(size)}.`
        : `This browser knew ${grouped(before)} entries. The log has grown from there.`,
    proven: (steps: number, size: number) =>
      `Checked in this browser: the entry stands in the log of ${grouped(size)} entries (${steps} steps).`,
    notProven: (code: string) =>
      `The proof does not hold (${code}). Reload the page; if it stays so, call the head of the firm.`,
    problems: {
      "tlog.rollback":
        "It has fewer entries than before: entries were removed, or an old state was restored.",
      "tlog.split_view": "With as many entries as before it shows other ones.",
      "tlog.proof": "It has not grown from the earlier state: old entries were altered.",
      "tlog.origin": "It is another log than before.",
      "tlog.key": "It is signed with another key than before.",
    },
    other: "Its signature does not hold.",
  },
};

function grouped(count: number): string {
  return count.toLocaleString("en-GB");
}
