/** German texts. */

interface Problem {
  readonly title: string;
  readonly text: string;
}

const problem = (title: string, text: string): Problem => ({ title, text });

export const DE = {
  problems: {
    unexpected: problem(
      "Das hat nicht geklappt.",
      "Ein unerwarteter Fehler ist aufgetreten. Ihre Daten sind unverändert. Bitte laden Sie die Seite neu; bleibt der Fehler, rufen Sie Ihre Kanzlei an.",
    ),
    refused: problem("Das ist nicht möglich.", ""),
    integrity: problem(
      "Die Prüfung ist fehlgeschlagen.",
      "Der Server hat Daten geschickt, die nicht zu den Unterschriften passen. Es wurde nichts geöffnet und nichts gespeichert. Bitte arbeiten Sie hier nicht weiter und rufen Sie Ihre Kanzlei an.",
    ),
    rolled_back: problem(
      "Der Tresor zeigt einen älteren Stand.",
      "Dieses Gerät hat schon einen neueren Stand gesehen. Bitte arbeiten Sie hier nicht weiter und rufen Sie Ihre Kanzlei an.",
    ),
    wrong_root: problem(
      "Der Hauptschlüssel der Kanzlei ist ein anderer.",
      "Er passt nicht zu dem, den Sie beim ersten Mal erhalten haben. Bitte melden Sie sich nicht an und rufen Sie Ihre Kanzlei an.",
    ),
    swapped_label: problem(
      "Der Name des Tresors stimmt nicht.",
      "Der Server zeigt einen anderen Namen als den versiegelten. Bitte arbeiten Sie hier nicht weiter und rufen Sie Ihre Kanzlei an.",
    ),
    offline: problem(
      "Keine Verbindung.",
      "Der Server ist gerade nicht erreichbar. Ihre Eingaben sind noch da. Bitte prüfen Sie Ihre Internetverbindung und versuchen Sie es noch einmal.",
    ),
    bad_name: problem(
      "Dieser Name geht nicht.",
      "Ein Name darf höchstens 255 Bytes lang sein und weder Schrägstriche noch unsichtbare Steuerzeichen enthalten. Bitte benennen Sie die Datei um.",
    ),
    name_taken: problem("Diesen Namen gibt es hier schon.", "Bitte wählen Sie einen anderen Namen."),
    name_is_folder: problem(
      "So heißt hier schon ein Ordner.",
      "Die Datei wurde nicht gespeichert. Bitte benennen Sie sie um.",
    ),
    too_large: problem(
      "Die Datei ist zu groß.",
      "Eine Datei darf höchstens 2 GB groß sein. Es wurde nichts hochgeladen. Bitte teilen Sie die Datei auf.",
    ),
    busy: problem(
      "Gerade ändern andere diesen Tresor.",
      "Bitte versuchen Sie es in einer Minute noch einmal.",
    ),
    cancelled: problem("Abgebrochen.", "Die Datei wurde nicht gespeichert."),
    infected: problem(
      "Abgewiesen: Schadsoftware gefunden",
      "Nicht gespeichert. Bitte öffnen Sie die Datei auch am Rechner nicht.",
    ),
    not_scannable: problem(
      "Abgewiesen: nicht prüfbar",
      "Die Datei ist verschlüsselt oder zu tief verpackt und kann nicht auf Viren geprüft werden. Nicht gespeichert. Bitte laden Sie sie ohne Kennwort oder entpackt hoch.",
    ),
    failed: problem(
      "Die Virenprüfung hat nicht geklappt.",
      "Nicht gespeichert. Bitte versuchen Sie es noch einmal.",
    ),
    passphrase: problem(
      "Das Kennwort der Schlüsseldatei stimmt nicht.",
      "Bitte geben Sie es noch einmal ein.",
    ),
    not_a_key_file: problem(
      "Das ist keine Schlüsseldatei von Siegel.",
      "Oder sie ist beschädigt. Bitte wählen Sie die Datei von Ihrem USB-Stick.",
    ),
    foreign_firm: problem(
      "Diese Datei gehört zu einer anderen Kanzlei.",
      "Bitte wählen Sie die Datei dieser Kanzlei.",
    ),
    wrong_code: problem(
      "Der Code passt nicht zu dieser Einladung.",
      "Bitte vergleichen Sie ihn mit Ihrem Brief oder scannen Sie den QR-Code noch einmal.",
    ),
    bad_code: problem("Der Code ist nicht vollständig.", "Er hat 26 Zeichen und steht in Ihrem Brief."),
    weak_parameters: problem(
      "Der Server verlangt eine unsichere Anmeldung.",
      "Ihr Passwort wurde nicht übertragen. Bitte rufen Sie Ihre Kanzlei an.",
    ),
    wrong_key: problem(
      "Ihr Schlüssel lässt sich nicht öffnen.",
      "Das Passwort stimmt, aber der gespeicherte Schlüssel passt nicht dazu. Bitte rufen Sie Ihre Kanzlei an.",
    ),
  },
  vault: {
    opening: (name: string, percent: number) => `„${name}“ wird geöffnet, ${percent} %`,
    opened: (name: string) => `„${name}“ ist geprüft und geöffnet.`,
    seal: "verschlüsseln",
    send: "hochladen",
    scan: "Virenprüfung",
    sealed: "verschlüsselt",
    sent: "hochgeladen",
    scanned: "geprüft",
    done: "fertig",
    cancel: (name: string) => `„${name}“ abbrechen`,
    vaultAccess: (count: number) => `Zugriff: ${count === 1 ? "1 Person" : `${count} Personen`}`,
    clean: (when: string) => `Geprüft ${when}`,
    folder: "Ordner",
    noValue: "–",
    you: "Sie",
    selected: (count: number, size: string) =>
      `${count === 1 ? "1 Datei" : `${count.toLocaleString("de-DE")} Dateien`} ausgewählt · ${size}`,
    nothingSelected: "Nichts ausgewählt",
    used: (files: number, size: string) =>
      `${files === 1 ? "1 Datei" : `${files.toLocaleString("de-DE")} Dateien`}, zusammen ${size}`,
    trayTitle: (done: number, all: number, refused: number) =>
      `Hochladen: ${done} von ${all} fertig${refused > 0 ? `, ${refused} abgewiesen` : ""}`,
    sealing: (percent: number) => `verschlüsselt gerade, ${percent} %`,
    sending: (percent: number) => `lädt hoch, ${percent} %`,
    scanning: "Virenprüfung läuft",
    saved: (name: string) => `„${name}“ ist gespeichert.`,
    refusedLive: (name: string, why: string) => `„${name}“: ${why}`,
    folderMade: (name: string) => `Der Ordner „${name}“ ist angelegt.`,
    verified: "Unverändert seit Eingang",
    version: (number: number) => `Fassung ${number}`,
    current: "aktuell",
    leaving: "Es werden noch Dateien hochgeladen.",
    noPreview: "Für diese Art von Datei gibt es keine Vorschau. Bitte laden Sie sie herunter.",
  },
};
