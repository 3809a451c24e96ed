// long because: every text of the pages has its one place, and both languages the same order
/** German texts. */

import { problem } from "./problem";
import { TREE_DE, TREE_PROBLEMS_DE } from "./texts_tree_de";

export const DE = {
  tree: TREE_DE,
  problems: {
    ...TREE_PROBLEMS_DE,
    unexpected: problem(
      "Das hat nicht geklappt.",
      "Ein unerwarteter Fehler ist aufgetreten. Ihre Daten sind unverändert. Bitte laden Sie die Seite neu; bleibt der Fehler, rufen Sie Ihre Kanzlei an.",
    ),
    refused: problem("Das ist nicht möglich.", ""),
    integrity: problem(
      "Die Prüfung ist fehlgeschlagen.",
      "Der Server hat Daten geschickt, die nicht zu den Unterschriften passen. Es wurde nichts geöffnet und nichts gespeichert. Bitte arbeiten Sie hier nicht weiter und rufen Sie Ihre Kanzlei an.",
    ),
    vault_rolled_back: problem(
      "Der Tresor zeigt einen älteren Stand.",
      "Dieses Gerät hat schon einen neueren Stand gesehen. Bitte arbeiten Sie hier nicht weiter und rufen Sie Ihre Kanzlei an.",
    ),
    self_record_rolled_back: problem(
      "Der Server zeigt einen älteren Stand.",
      "Dieses Gerät kennt einen neueren Merkzettel Ihrer Geräte. Bitte arbeiten Sie hier nicht weiter und rufen Sie Ihre Kanzlei an.",
    ),
    revocation_hidden: problem(
      "Der Server verschweigt einen Widerruf.",
      "Ein Schlüssel wird als gültig gezeigt, dessen Widerruf eines Ihrer Geräte schon gesehen hat. Bitte arbeiten Sie hier nicht weiter und rufen Sie Ihre Kanzlei an.",
    ),
    scanner_key_expired: problem(
      "Bitte prüfen Sie die Uhr dieses Geräts.",
      "Nach ihr gilt der Schlüssel der Virenprüfung nicht. Stimmen Uhrzeit und Datum, dann rufen Sie bitte Ihre Kanzlei an. Es wurde nichts gespeichert.",
    ),
    self_record_full: problem(
      "Der Merkzettel Ihrer Geräte ist voll.",
      "Was dieses Gerät gesehen hat, erfahren Ihre anderen Geräte nicht mehr. Sonst ändert sich nichts.",
    ),
    vault_forked: problem(
      "Der Verlauf des Tresors ist ein anderer.",
      "Er passt nicht zu dem, was dieses Gerät schon gesehen hat. Bitte arbeiten Sie hier nicht weiter und rufen Sie Ihre Kanzlei an.",
    ),
    certificate_root: problem(
      "Der Hauptschlüssel der Kanzlei ist ein anderer.",
      "Er passt nicht zu dem, den dieses Gerät kennt. Bitte arbeiten Sie hier nicht weiter und rufen Sie Ihre Kanzlei an.",
    ),
    root_rolled_back: problem(
      "Der Server zeigt einen älteren Hauptschlüssel.",
      "Dieser Browser kennt schon einen neueren. Laden Sie nichts hoch und rufen Sie die Kanzlei an.",
    ),
    root_link: problem(
      "Der Wechsel des Hauptschlüssels ist nicht bewiesen.",
      "Laden Sie nichts hoch und rufen Sie die Kanzlei an.",
    ),
    root_differs: problem(
      "Der Hauptschlüssel der Kanzlei ist ein anderer.",
      "Er passt nicht zu dem, den Sie beim ersten Mal erhalten haben. Bitte melden Sie sich nicht an und rufen Sie Ihre Kanzlei an.",
    ),
    title_differs: problem(
      "Der Name des Tresors stimmt nicht.",
      "Der Server zeigt einen anderen Namen als den versiegelten. Bitte arbeiten Sie hier nicht weiter und rufen Sie Ihre Kanzlei an.",
    ),
    not_allowed: problem(
      "Das dürfen Sie nicht.",
      "Diesen Schlüssel kann nur jemand sperren, dessen Rolle es erlaubt. Bitte wenden Sie sich an die Inhaberin oder den Inhaber der Kanzlei.",
    ),
    needs_root: problem(
      "Der Hauptschlüssel fehlt.",
      "Nur mit dem Hauptschlüssel der Kanzlei können Sie eine Inhaberin oder einen Inhaber einladen. Er steht auf dem Notfallblatt und in der Datei der Einrichtung.",
    ),
    no_key: problem(
      "Diese Person hat noch keinen Schlüssel.",
      "Sie war noch nie eingeladen. Bitte laden Sie sie ein.",
    ),
    holder_there: problem("Schon dabei.", "Diese Person oder dieses Team hat bereits Zugriff."),
    holder_gone: problem(
      "Nicht mehr dabei.",
      "Diese Person oder dieses Team hat keinen Zugriff mehr. Bitte laden Sie die Seite neu.",
    ),
    offline: problem(
      "Keine Verbindung.",
      "Der Server ist gerade nicht erreichbar. Ihre Eingaben sind noch da. Bitte prüfen Sie Ihre Internetverbindung und versuchen Sie es noch einmal.",
    ),
    name_empty: problem("Dieser Name geht nicht.", "Bitte geben Sie einen Namen ein, nicht nur Punkte."),
    name_too_long: problem(
      "Dieser Name ist zu lang.",
      "Ein Name darf höchstens 255 Bytes lang sein, das sind meist 255 Zeichen. Bitte kürzen Sie ihn.",
    ),
    name_character: problem(
      "Dieser Name geht nicht.",
      "Ein Name darf weder Schrägstriche noch unsichtbare Steuerzeichen enthalten. Bitte benennen Sie die Datei um.",
    ),
    name_not_nfc: problem(
      "Dieser Name geht nicht.",
      "Er enthält Zeichen in einer ungewöhnlichen Schreibweise. Bitte benennen Sie die Datei um.",
    ),
    name_taken: problem("Diesen Namen gibt es hier schon.", "Bitte wählen Sie einen anderen Namen."),
    download_cancelled: problem("Abgebrochen.", "Der Browser hat das Herunterladen beendet."),
    no_worker: problem(
      "Herunterladen ist in diesem Fenster nicht möglich.",
      "Der Browser lässt den nötigen Dienst nicht zu, etwa in einem privaten Fenster. Bitte nehmen Sie ein gewöhnliches Fenster.",
    ),
    source_gone: problem(
      "Die Datei ist nicht mehr zur Hand.",
      "Sie wurde verschlüsselt, bevor diese Seite neu geladen wurde. Bitte wählen Sie sie noch einmal aus.",
    ),
    name_is_file: problem(
      "So heißt hier schon eine Datei.",
      "Der Ordner kann hier nicht angelegt werden. Bitte benennen Sie ihn um.",
    ),
    name_is_folder: problem(
      "So heißt hier schon ein Ordner.",
      "Die Datei wurde nicht gespeichert. Bitte benennen Sie sie um.",
    ),
    too_large: problem(
      "Die Datei ist zu groß.",
      "Eine Datei muss kleiner als 2 GB sein. Es wurde nichts hochgeladen. Bitte teilen Sie die Datei auf.",
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
    row_unreadable: problem(
      "Diese Fassung lässt sich nicht lesen.",
      "Sie wurde für Sie nicht richtig versiegelt. Alle anderen können Sie weiter öffnen.",
    ),
    passphrase_needed: problem(
      "Diese Datei ist mit einem Passwort geschützt.",
      "Bitte geben Sie das Passwort der Datei ein.",
    ),
    wrong_passphrase: problem(
      "Das Passwort der Datei stimmt nicht.",
      "Bitte geben Sie es noch einmal ein. Es gilt das Passwort, das Sie hatten, als die Datei entstand.",
    ),
    not_a_key_file: problem(
      "Das ist keine Schlüsseldatei von Siegel.",
      "Oder sie ist beschädigt. Bitte wählen Sie die Datei von Ihrem USB-Stick.",
    ),
    key_file_damaged: problem(
      "Die Schlüsseldatei ist beschädigt.",
      "Sie lässt sich nicht öffnen. Bitte nehmen Sie eine andere Kopie der Datei.",
    ),
    foreign_key_file: problem(
      "Diese Datei gehört zu einer anderen Kanzlei.",
      "Bitte wählen Sie die Datei dieser Kanzlei.",
    ),
    key_closed: problem("Ihr Schlüssel ist geschlossen.", "Bitte geben Sie Ihr Passwort ein."),
    passkey_cancelled: problem(
      "Es wurde kein Passkey benutzt.",
      "Versuchen Sie es noch einmal, oder nehmen Sie Ihr Passwort.",
    ),
    passkey_there: problem(
      "Auf diesem Gerät gibt es schon einen Passkey von Ihnen.",
      "Sie brauchen keinen zweiten.",
    ),
    passkey_no_prf: problem(
      "Dieser Passkey kann Ihren Schlüssel nicht öffnen.",
      "Gerät oder Browser sind dafür zu alt. Bitte nehmen Sie ein anderes Gerät oder Ihr Passwort.",
    ),
    no_sheet: problem(
      "In dieser Datei steht kein Hauptschlüssel.",
      "Nehmen Sie die Datei aus der Einrichtung der Kanzlei, oder das Notfallblatt.",
    ),
    sheet_invalid: problem(
      "Der Schlüssel stimmt nicht.",
      "Bitte vergleichen Sie beide Schlüssel Zeichen für Zeichen mit dem Notfallblatt Ihrer Kanzlei. Es wurde nichts geändert.",
    ),
    share_damaged: problem(
      "Dieser Teil des Notfallblatts stimmt nicht.",
      "Bitte vergleichen Sie beide Teile Zeichen für Zeichen mit dem Papier.",
    ),
    share_mixed: problem(
      "Diese Teile gehören nicht zusammen.",
      "Sie stammen aus zwei verschiedenen Teilungen. Bitte nehmen Sie zwei Teile, die zusammen gemacht wurden.",
    ),
    share_same: problem(
      "Das ist zweimal derselbe Teil.",
      "Bitte geben Sie zwei verschiedene Teile des Notfallblatts ein.",
    ),
    share_wrong: problem(
      "Diese Teile ergeben kein Notfallblatt.",
      "Einer der beiden wurde verändert. Bitte nehmen Sie den dritten Teil.",
    ),
    needs_recovery: problem(
      "Der Wiederherstellungsschlüssel fehlt.",
      "Ohne ihn öffnet sich kein Tresor. Er steht auf dem Notfallblatt und in der Datei der Einrichtung.",
    ),
    wrong_code: problem(
      "Der Code passt nicht zu dieser Einladung.",
      "Bitte vergleichen Sie ihn mit Ihrem Brief oder scannen Sie den QR-Code noch einmal.",
    ),
    code_invalid: problem(
      "Das ist nicht vollständig.",
      "Die Nummer hat 8 Zeichen, der Code 26. Beide stehen in Ihrem Brief.",
    ),
    weak_parameters: problem(
      "Der Server verlangt eine unsichere Anmeldung.",
      "Ihr Passwort wurde nicht übertragen. Bitte rufen Sie Ihre Kanzlei an.",
    ),
    wrong_password: problem(
      "Ihr Schlüssel lässt sich nicht öffnen.",
      "Das Passwort stimmt, aber der gespeicherte Schlüssel passt nicht dazu. Bitte rufen Sie Ihre Kanzlei an.",
    ),
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
    trayTitle: (done: number, all: number, refused: number) =>
      `Hochladen: ${done} von ${all} fertig${refused > 0 ? `, ${refused} abgewiesen` : ""}`,
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
  },
  list: {
    unreadable: "Nicht lesbar",
    select: (name: string) => `„${name}“ auswählen`,
    nothing: (filter: string) => `Nichts gefunden zu „${filter}“`,
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
  form: {
    empty: "Bitte ausfüllen.",
    busy: "Einen Moment …",
    username:
      "Ein Benutzername hat 3 bis 64 Zeichen: kleine Buchstaben a bis z, Ziffern, Punkt, Binde- und Unterstrich, vorn ein Buchstabe oder eine Ziffer.",
  },
  password: {
    nothing: "Noch nichts eingegeben.",
    levels: ["Sehr schwach", "Schwach", "Mittel", "Stark", "Sehr stark"],
    refused: "Dieses Passwort geht nicht. Die Liste zeigt, was noch fehlt.",
    different: "Die beiden Eingaben sind verschieden.",
  },
  shell: {
    keyOpen: "Ihr Schlüssel ist offen",
    keyOpenDetail: "auf diesem Gerät, bis Sie sich abmelden",
    keyClosed: "Ihr Schlüssel ist geschlossen",
    keyClosedDetail: "Ein Tresor fragt nach Ihrem Passwort.",
    extended: "Sie bleiben angemeldet.",
    theme: {
      light: "Darstellung: hell. Zu dunkel wechseln",
      dark: "Darstellung: dunkel. Zu „Wie im System“ wechseln",
      system: "Darstellung: wie im System. Zu hell wechseln",
    },
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
  signIn: {
    chooseFile: "Bitte wählen Sie Ihre Schlüsseldatei.",
  },
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
  redeem: {
    greeting: (name: string) => `Guten Tag, ${name}.`,
  },
  invite: {
    noDossier: "Bitte wählen Sie mindestens eine Akte.",
    letter: "Einladung",
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
  log: {
    held: (size: number, before: number) =>
      before === 0
        ? `Dieser Browser kennt das Protokoll jetzt bis Eintrag ${grouped(size)}.`
        : `Dieser Browser kannte ${grouped(before)} Einträge. Das Protokoll ist daraus gewachsen.`,
    proven: (steps: number, size: number) =>
      `In diesem Browser geprüft: Der Eintrag steht in dem Protokoll mit ${grouped(size)} Einträgen (${steps} Schritte).`,
    notProven: (code: string) =>
      `Der Beweis gilt nicht (${code}). Laden Sie die Seite neu; bleibt es dabei, rufen Sie die Kanzleileitung an.`,
    problems: {
      "tlog.rollback":
        "Es hat weniger Einträge als früher: Einträge wurden entfernt, oder ein alter Stand wurde zurückgespielt.",
      "tlog.split_view": "Es zeigt bei gleich vielen Einträgen andere Einträge als früher.",
      "tlog.proof": "Es ist nicht aus dem früheren Stand gewachsen: Alte Einträge wurden verändert.",
      "tlog.origin": "Es ist ein anderes Protokoll als früher.",
      "tlog.key": "Es wird mit einem anderen Schlüssel signiert als früher.",
    },
    other: "Seine Unterschrift gilt nicht.",
  },
};

function grouped(count: number): string {
  return count.toLocaleString("de-DE");
}
