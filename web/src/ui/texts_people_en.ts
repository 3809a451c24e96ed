/** English texts about people. */

import { problem } from "./problem";
import type { PEOPLE_DE } from "./texts_people_de";

export const PEOPLE_EN: typeof PEOPLE_DE = {
  signIn: {
    chooseFile: "Please choose your key file.",
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
  password: {
    nothing: "Nothing entered yet.",
    levels: ["Very weak", "Weak", "Fair", "Strong", "Very strong"],
    refused: "This password is not possible. The list shows what is missing.",
    different: "The two entries are different.",
  },
  redeem: {
    greeting: (name) => `Welcome, ${name}.`,
  },
  invite: {
    noDossier: "Please choose at least one dossier.",
    letter: "Invitation",
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
};
