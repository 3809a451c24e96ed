/** German texts about people: signing in, inviting, who has access. */

import { problem } from "./problem";

export const PEOPLE_DE = {
  signIn: {
    chooseFile: "Bitte wählen Sie Ihre Schlüsseldatei.",
  },
  access: {
    passwordChanged: problem(
      "Ihr Passwort ist geändert.",
      "Alle anderen Anmeldungen sind beendet. Ab jetzt gilt nur noch das neue Passwort.",
    ),
    qr: "QR-Code für Ihre App",
    recoveryTitle: "Wiederherstellungscodes",
    recoveryFile: "Siegel-Wiederherstellungscodes",
  },
  password: {
    nothing: "Noch nichts eingegeben.",
    levels: ["Sehr schwach", "Schwach", "Mittel", "Stark", "Sehr stark"],
    refused: "Dieses Passwort geht nicht. Die Liste zeigt, was noch fehlt.",
    different: "Die beiden Eingaben sind verschieden.",
  },
  redeem: {
    greeting: (name: string) => `Guten Tag, ${name}.`,
  },
  invite: {
    noDossier: "Bitte wählen Sie mindestens eine Akte.",
    letter: "Einladung",
  },
  letter: {
    subject: "Ihr Zugang zu unserer Kanzlei-Cloud",
    greeting: (name: string) => `Guten Tag ${name},`,
    intro:
      "für Sie liegt ein persönlicher Zugang bereit. Damit tauschen wir Dokumente aus. Sie werden schon auf Ihrem Gerät verschlüsselt.",
    stepsTitle: "So richten Sie Ihren Zugang ein",
    steps: [
      "Scannen Sie den QR-Code mit der Kamera Ihres Telefons. Oder öffnen Sie am Rechner die Adresse und geben Sie Nummer und Code ein.",
      "Wählen Sie ein Passwort. Wir kennen es nicht und können es nicht zurücksetzen.",
      "Fertig. Künftig melden Sie sich mit Benutzername und Passwort an.",
    ],
    address: "Adresse",
    number: "Nummer",
    code: "Code",
    username: "Benutzername",
    validUntil: "Gültig bis",
    signIn: "Anmeldung",
    warning:
      "Der Code gilt nur einmal. Bitte geben Sie ihn nicht weiter und vernichten Sie diesen Brief, sobald Ihr Zugang eingerichtet ist.",
    questions: (phone: string) =>
      phone === "" ? "Haben Sie Fragen? Rufen Sie uns an." : `Haben Sie Fragen? Rufen Sie uns an: ${phone}.`,
    closing: "Mit freundlichen Grüßen",
  },
  holders: {
    rights: { hold: "nur für Notfälle", read: "lesen", write: "lesen und schreiben", manage: "verwalten" },
    trusted: (days: number) => `Vertrauensperson, liest erst nach Anfrage und ${days} Tagen`,
    trustedTeam: "Eine Vertrauensperson ist ein Mensch, kein Team.",
    recovery: "Wiederherstellung der Kanzlei",
    team: (name: string) => `Team ${name}`.trim(),
    invited: "eingeladen",
    until: (day: string) => `bis ${day}`,
    over: "kein Zugriff mehr",
    rightOf: (name: string) => `Recht von ${name}`,
    untilOf: (name: string) => `${name}: befristet bis`,
    save: (name: string) => `Zugriff von ${name} speichern`,
    remove: (name: string) => `${name} entfernen`,
    askTitle: (name: string) => `${name} entfernen?`,
    losesVault: (name: string) => `${name} öffnet diesen Tresor ab sofort nicht mehr.`,
    renewsVault: "Der Tresor bekommt neue Schlüssel, spätestens beim nächsten Schreiben.",
    losesTeam: (name: string, team: string) =>
      `${name} öffnet ab sofort keinen Tresor mehr, der nur dem Team ${team} freigegeben ist.`,
    renewsTeam: "Das Team bekommt gleich neue Schlüssel, seine Tresore der Reihe nach.",
    changed: (name: string) => `Der Zugriff von ${name} ist geändert.`,
    removed: (name: string) => `${name} hat keinen Zugriff mehr.`,
    added: "Der Zugriff ist gegeben.",
    newKeys: (names: string) => `Neuer Schlüssel: ${names}`,
  },
  trust: {
    title: "Notfall-Ordner",
    waits: (name: string, until: string) =>
      `${name} verlangt Zugriff als Vertrauensperson. Lehnt niemand ab, öffnet sich der Tresor am ${until}.`,
    open: (name: string, since: string) => `${name} kann als Vertrauensperson seit ${since} lesen.`,
  },
};
