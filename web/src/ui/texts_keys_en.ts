/** English texts about keys. */

import { problem } from "./problem";
import type { KEYS_DE } from "./texts_keys_de";

export const KEYS_EN: typeof KEYS_DE = {
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
};
