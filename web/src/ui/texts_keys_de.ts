/** German texts about keys: setting up, revoking, renewing, the emergency sheet. */

import { problem } from "./problem";

export const KEYS_DE = {
  setUp: {
    noToken: problem(
      "Dieser Link ist nicht vollständig.",
      "Bitte öffnen Sie den ganzen Link, den Sie von Ihrem Systempartner bekommen haben.",
    ),
    saveFirst: problem(
      "Es fehlt noch etwas.",
      "Bitte speichern Sie Schlüsseldatei und Notfallblatt und setzen Sie das Häkchen.",
    ),
    keyFile: "Siegel-Hauptschlüssel",
    dailyFile: "Siegel-Schlüssel",
    sheet: "Siegel-Notfallblatt",
    fingerprint: (text: string) => `Kennung ${text}`,
  },
  emergency: {
    somebodyNew: "Jemand Neues",
    username: "3 bis 64 Zeichen: kleine Buchstaben, Ziffern, Punkt, Strich und Unterstrich.",
    progress: (count: number) => `Übernommen: ${count}. Bitte lassen Sie diese Seite offen.`,
    done: (taken: number, left: number) =>
      left === 0
        ? `Tresore und Teams übernommen: ${taken}.`
        : `Tresore und Teams übernommen: ${taken}. Nicht geöffnet: ${left}.`,
  },
  revoke: {
    title: (name: string) => `Schlüssel von ${name} widerrufen?`,
    whose: (name: string, print: string) => `${name}, Kennung ${print}`,
    typed: (name: string) => `Bitte tippen Sie „${name}“.`,
    done: (name: string) => `Der Schlüssel von ${name} ist widerrufen.`,
    others: (names: string) => `Das muss jemand anders neu bestätigen: ${names}`,
    machine: (kind: string): string => (kind === "scanner" ? "Virenprüfung" : "Ohne Namen"),
  },
  compare: {
    title: (name: string) => `Schlüssel von ${name} bestätigen?`,
    qr: "QR-Code der Kennung",
    done: (name: string) => `Der Schlüssel von ${name} ist bestätigt.`,
  },
  renewing: {
    progress: (done: number, all: number) =>
      `${done.toLocaleString("de-DE")} von ${all === 1 ? "1 Tresor hat" : `${all.toLocaleString("de-DE")} Tresoren haben`} neue Schlüssel`,
    done: (count: number) =>
      count === 1
        ? "1 Tresor hat neue Schlüssel. Fertig."
        : `${count.toLocaleString("de-DE")} Tresore haben neue Schlüssel. Fertig.`,
    failed: (count: number) =>
      `${count === 1 ? "1 Tresor ließ" : `${count.toLocaleString("de-DE")} Tresore ließen`} sich jetzt nicht erneuern. Das geschieht, sobald wieder jemand hineinschreibt.`,
  },
  root: {
    from: (old: string, next: string) => `Kennung bisher ${old}, jetzt ${next}.`,
    saveFirst: "Speichern Sie zuerst das neue Notfallblatt und setzen Sie das Häkchen.",
    done: (print: string) => `Der Hauptschlüssel ist gewechselt. Seine Kennung ist ${print}.`,
  },
  sheet: {
    title: "Notfallblatt",
    warning:
      "Dieses Blatt ist durch kein Passwort geschützt. Wer es hat, kann Schlüssel der Kanzlei neu ausstellen und ihre Tresore öffnen. Legen Sie es in einen Safe, nicht zum Stick. Scannen oder kopieren Sie es nicht.",
    rootTitle: "Hauptschlüssel",
    rootText: "Er beglaubigt den Schlüssel der Kanzleileitung und den der Wiederherstellung.",
    recoveryTitle: "Wiederherstellung",
    recoveryText: "Sie öffnet die Tresore der Kanzlei, wenn alle anderen Schlüssel verloren sind.",
    typed: "Zum Abtippen: alles in einer Zeile, ohne die Leerzeichen.",
    firm: "Kanzlei",
    owner: "Inhaber/in",
    server: "Adresse",
    made: "Ausgestellt am",
    print: "Kennung des Hauptschlüssels",
    fingerprint: "Kennung in voller Länge",
    shareTitle: (number: number) => `Notfallblatt, Teil ${number} von 3`,
    shareWarning:
      "Dieser Teil allein öffnet nichts. Zwei der drei Teile zusammen ersetzen das ganze Notfallblatt. Bewahren Sie die Teile an verschiedenen Orten auf, nie zwei zusammen.",
    share: (number: number) => `Teil ${number}`,
    shareText: "Im Notfall öffnen Sie die Adresse oben und tippen zwei Teile ab.",
    shareFile: (number: number, slug: string) => `Notfallblatt-Teil-${number}-${slug}`,
  },
};
