/** German texts of the vault page: its list, uploads, previews. */

const TRAY = {
  both: "Hochladen und Kopieren",
  copy: "Kopieren",
  mixed: "Übertragen und neu versiegeln",
  reseal: "Neu versiegeln",
  upload: "Hochladen",
} as const;

export const VAULT_DE = {
  ownVault: {
    renamed: (name: string) => `Der Tresor heißt jetzt „${name}“.`,
  },
  preview: {
    cutText: "Gezeigt wird nur der Anfang. Laden Sie die Datei herunter, um alles zu sehen.",
    office: "Gezeigt werden Texte und Tabellen, ohne Bilder, Layout und Formeln.",
    officeCut:
      "Gezeigt wird nur der Anfang: Texte und Tabellen, ohne Bilder, Layout und Formeln. Laden Sie die Datei herunter, um alles zu sehen.",
    mailHtml: "Bilder, Farben und Verweise der Mail zeigt Siegel nicht an. Es wird nichts nachgeladen.",
    badPage: "Diese Seite lässt sich nicht anzeigen.",
    unnamed: "ohne Namen",
    image: "Bild",
    save: (name: string) => `„${name}“ speichern`,
    problems: {
      damaged:
        "Diese Datei lässt sich nicht anzeigen. Laden Sie sie herunter, und öffnen Sie sie mit Ihrem eigenen Programm.",
      no_view: "Dateien dieser Art zeigt Siegel nicht an. Laden Sie die Datei herunter.",
      protected: "Diese Datei ist mit einem Passwort geschützt. Laden Sie sie herunter, um sie zu öffnen.",
      too_large: "Diese Datei ist für die Ansicht im Browser zu groß. Laden Sie sie herunter.",
    },
  },
  notice: {
    nobody: "Wählen Sie mindestens eine Person aus.",
    sent: (count: number) => (count === 1 ? "Eine Mail ist unterwegs." : `${count} Mails sind unterwegs.`),
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
    goOn: "Fortsetzen",
    tryAgain: "Noch einmal versuchen",
    cancel: (name: string) => `„${name}“ abbrechen`,
    vaultAccess: (count: number) => `Zugriff: ${count === 1 ? "1 Person" : `${count} Personen`}`,
    alsoTrusted: (count: number) =>
      `, dazu ${count === 1 ? "1 Vertrauensperson" : `${count} Vertrauenspersonen`}`,
    unreadable: "Nicht lesbar",
    noValue: "–",
    you: "Sie",
    used: (files: number, size: string) =>
      files === 0
        ? "Noch keine Dateien."
        : `${files === 1 ? "1 Datei" : `${files.toLocaleString("de-DE")} Dateien`}, ${size} belegt.`,
    trayTitle: (done: number, all: number, refused: number, deed: keyof typeof TRAY) =>
      deed === "reseal"
        ? `${TRAY.reseal}${done === all ? ": fertig" : done + refused === all ? ": angehalten" : " …"}`
        : `${TRAY[deed]}: ${done} von ${all} fertig${refused > 0 ? `, ${refused} ${deed === "upload" ? "abgewiesen" : "nicht"}` : ""}`,
    sealing: (percent: number) => `verschlüsselt gerade, ${percent} %`,
    sending: (percent: number) => `lädt hoch, ${percent} %`,
    scanning: "Virenprüfung läuft",
    saved: (name: string) => `„${name}“ ist gespeichert.`,
    refusedLive: (name: string, why: string) => `„${name}“: ${why}`,
    folderMade: (name: string) => `Der Ordner „${name}“ ist angelegt.`,
    version: (number: number) => `Fassung ${number}`,
    resealedBy: (name: string, when: string) => `neu versiegelt von ${name}, ${when}`,
    viewVersion: (version: string) => `${version} ansehen`,
    saveVersion: (version: string) => `${version} herunterladen`,
    current: "aktuell",
    verdict: {
      known: "bestanden, in diesem Browser nachgeprüft",
      told: "bestanden, laut Server. Ihr Browser prüft es beim Öffnen nach.",
      held: "nicht prüfbar, wartet auf Freigabe",
      released: "nicht prüfbar, trotzdem freigegeben",
    },
  },
  list: {
    unreadable: "Nicht lesbar",
    select: (name: string) => `„${name}“ auswählen`,
    nothing: (filter: string) => `Nichts gefunden zu „${filter}“`,
    count: (all: number) => (all === 1 ? "1 Eintrag" : `${all.toLocaleString("de-DE")} Einträge`),
    found: (shown: number, all: number) =>
      `${shown.toLocaleString("de-DE")} von ${all.toLocaleString("de-DE")} gefunden`,
    selected: (chosen: number, all: number, files: number, size: string) => {
      const within =
        files === chosen ? "" : ` · ${files === 1 ? "1 Datei" : `${files.toLocaleString("de-DE")} Dateien`}`;
      return `${chosen.toLocaleString("de-DE")} von ${all.toLocaleString("de-DE")} ausgewählt${within} · ${size}`;
    },
  },
  transfers: {
    unfinished: (count: number) =>
      count === 1
        ? "1 angefangene Übertragung"
        : `${count.toLocaleString("de-DE")} angefangene Übertragungen`,
    saved: (name: string) => `„${name}“ ist geprüft und gespeichert.`,
    reading: (found: number) => `${found.toLocaleString("de-DE")} Dateien gefunden …`,
    unreadable: (count: number) =>
      `${count === 1 ? "1 Eintrag ließ" : `${count.toLocaleString("de-DE")} Einträge ließen`} sich nicht lesen und ${count === 1 ? "fehlt" : "fehlen"}.`,
    rest: (count: number) =>
      count === 1 ? "1 weitere Datei wartet." : `${count.toLocaleString("de-DE")} weitere Dateien warten.`,
  },
};
