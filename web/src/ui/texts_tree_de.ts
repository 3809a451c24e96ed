/** German texts about what is done with files and folders that are there. */

import { type Problem, problem } from "./problem";

function and(names: readonly string[]): string {
  return new Intl.ListFormat("de", { type: "conjunction" }).format(names);
}

/** How many of what: `files` and `folders` as whole numbers, together more than none. */
function counted(files: number, folders: number): string {
  const all = (files + folders).toLocaleString("de-DE");
  if (folders === 0) return files === 1 ? "1 Datei" : `${all} Dateien`;
  if (files === 0) return `${all} Ordner`;
  return `${all} Elemente`;
}

const days = (count: number): string => (count === 1 ? "einen Tag" : `${count} Tage`);

export const TREE_PROBLEMS_DE = {
  no_right_there: problem(
    "Sie dürfen dort nichts mehr ablegen.",
    "Ihr Zugriff auf den Tresor wurde beendet. Dort wurde nichts gespeichert. Was Sie ablegen wollten, ist noch da, wo es war. Fragen Sie, wer den Tresor verwaltet.",
  ),
  gone_at_source: problem(
    "Die Datei ist nicht mehr da.",
    "Sie wurde endgültig gelöscht, oder Ihr Zugriff darauf wurde beendet. Es wurde nichts geändert. Bitte laden Sie die Seite neu.",
  ),
  reseal_stopped: problem(
    "Angehalten.",
    "Was neu versiegelt ist, bleibt es. Der Rest liegt weiter unter den alten Schlüsseln; mit „Fortsetzen“ geht es weiter.",
  ),
  gone: problem(
    "Das ist nicht mehr da.",
    "Jemand anders hat es inzwischen gelöscht. Es wurde nichts geändert. Sie finden es vielleicht im Papierkorb.",
  ),
  into_itself: problem(
    "Ein Ordner kann nicht in sich selbst liegen.",
    "Es wurde nichts verschoben. Bitte wählen Sie einen anderen Ordner.",
  ),
  held: problem(
    "Diese Datei wartet auf Freigabe.",
    "Sie konnte nicht auf Viren geprüft werden. Die Kanzlei sieht sie sich an und gibt sie frei.",
  ),
  already_here: problem(
    "Das liegt schon hier.",
    "Bitte wählen Sie einen anderen Ordner, oder kopieren Sie es.",
  ),
  unreadable_below: problem(
    "Das lässt sich nicht verschieben.",
    "Etwas davon können Sie nicht öffnen. Es ginge dabei verloren. Kopieren Sie, was Sie öffnen können, oder bitten Sie, wer es abgelegt hat, es noch einmal abzulegen.",
  ),
  no_target: problem("Bitte wählen Sie einen Ordner.", "Ohne ihn geht es nicht weiter."),
} satisfies Readonly<Record<string, Problem>>;

export const TREE_DE = {
  counted,
  quoted: (name: string) => `„${name}“`,
  actionsOf: (name: string) => `Aktionen für „${name}“`,
  renamed: (from: string, to: string) => `„${from}“ heißt jetzt „${to}“.`,
  removeTitle: (what: string) => `${what} löschen?`,
  removeButton: (what: string) => `${what} löschen`,
  removeText: (kept: number) =>
    `Danach liegt alles noch ${days(kept)} im Papierkorb und kann von dort zurückgeholt werden, mit allem, was darin ist. Dann wird es endgültig gelöscht.`,
  removed: (what: string, one: boolean) => `${what} ${one ? "liegt" : "liegen"} jetzt im Papierkorb.`,
  targetTitle: (what: string) => `${what} kopieren oder verschieben`,
  restoreTitle: (name: string) => `Wohin mit „${name}“?`,
  here: "schon hier",
  itself: "liegt in der Auswahl",
  readOnly: "nur lesen",
  people: (count: number) => (count === 1 ? "1 Person" : `${count} Personen`),
  personal: "persönlich",
  loading: "wird geöffnet …",
  readersTitle: (count: number, one: boolean) =>
    `Danach ${count === 1 ? "kann 1 Person" : `können ${count} Personen`} ${one ? "das" : "diese Dateien"} lesen:`,
  readersSame: "Am Zugriff ändert sich nichts.",
  readersNew: (names: readonly string[]) =>
    names.length === 1
      ? `${names[0]} gehört zu den Mandanten und konnte das bisher nicht lesen. Prüfen Sie, ob es für diese Person bestimmt ist.`
      : `${and(names)} gehören zu den Mandanten und konnten das bisher nicht lesen. Prüfen Sie, ob es für sie bestimmt ist.`,
  readersOther:
    "Die Dateien werden dafür auf Ihrem Gerät neu verschlüsselt. Dort steht, dass Sie sie abgelegt haben.",
  earlier: (count: number) =>
    count === 1
      ? "1 frühere Fassung mitnehmen"
      : `${count.toLocaleString("de-DE")} frühere Fassungen mitnehmen`,
  earlierHint: (kept: number, mayMove: boolean) =>
    `Wer dort lesen kann, sieht sie dann auch. Ohne Häkchen kommt nur die neueste Fassung mit.${mayMove ? ` Beim Verschieben liegen die früheren dann mit der alten Datei im Papierkorb und werden nach ${kept === 1 ? "einem Tag" : `${kept} Tagen`} endgültig gelöscht.` : ""} Lassen Sie diese Seite offen, bis alles angekommen ist: Sonst kann dort eine frühere Fassung als neueste stehen bleiben.`,
  and,
  copied: (what: string) => `${what} kopiert.`,
  moved: (what: string) => `${what} verschoben.`,
  movedTo: (what: string, folder: string) => `${what} nach „${folder}“ verschoben.`,
  copying: (done: number, all: number, name: string) => `${done} von ${all}: „${name}“`,
  copyBegun: (what: string) => `${what}: Das Kopieren läuft. Bitte lassen Sie diese Seite offen.`,
  copiedPart: (done: number, all: number) =>
    `${done} von ${all} kopiert. Was fehlt, steht in der Liste unten. An der alten Stelle wurde nichts gelöscht.`,
  copiedNotMoved: (all: number) =>
    `${counted(all, 0)} kopiert, der Rest übersprungen. An der alten Stelle wurde nichts gelöscht.`,
  changedMeanwhile:
    "Alles ist kopiert. An der alten Stelle kam inzwischen etwas Neues dazu. Dort wurde nichts gelöscht.",
  noted: (what: string) => `${what} gemerkt. Strg+V legt sie im geöffneten Ordner ab.`,
  nothingNoted: "Es ist nichts gemerkt. Strg+C oder Strg+X merkt die Auswahl.",
  trashMeta: (who: string, when: string, left: string) => `gelöscht von ${who}, ${when} · ${left}`,
  trashLeft: (left: number) => (left <= 0 ? "wird bald endgültig gelöscht" : `noch ${days(left)}`),
  trashFrom: (folder: string) => `aus „${folder}“`,
  restore: (name: string) => `„${name}“ zurückholen`,
  purge: (name: string) => `„${name}“ endgültig löschen`,
  restored: (name: string) => `„${name}“ ist wieder da.`,
  purgeTitle: (what: string) => `${what} endgültig löschen?`,
  purged: (what: string) => `${what} endgültig gelöscht.`,
  clashTitle: (name: string) => `„${name}“ gibt es hier schon`,
  clashMore: (more: number) =>
    more === 1 ? "Für 1 weitere Datei gleich entscheiden" : `Für ${more} weitere Dateien gleich entscheiden`,
  lockTitle: (name: string) => `„${name}“ sperren`,
  lockText: (hours: number) =>
    `Solange kann niemand anders eine neue Fassung ablegen, umbenennen, verschieben oder löschen. Die Sperre endet von selbst nach ${hours === 1 ? "1 Stunde" : `${hours} Stunden`}.`,
  lock: "Sperren",
  unlock: "Sperre aufheben",
  locked: (name: string) => `„${name}“ ist für andere gesperrt.`,
  unlocked: (name: string) => `„${name}“ ist wieder frei.`,
  lockedBy: (who: string, since: string, reason: string) =>
    `Gesperrt von ${who} seit ${since}${reason === "" ? "" : ` · ${reason}`}`,
  byYou: "Ihnen",
  heldFile: "wartet auf Freigabe",
  releasedBy: (who: string, when: string) => `Nicht prüfbar, freigegeben von ${who}, ${when}`,
  releaseTitle: (name: string) => `„${name}“ freigeben?`,
  released: (name: string) => `„${name}“ ist freigegeben und als nicht prüfbar gekennzeichnet.`,
  restoreVersion: (version: string) => `${version} wiederherstellen`,
  versionRestored: (version: string) => `${version} ist wieder die aktuelle.`,
  restoredFrom: (version: string) => `Aus ${version} wiederhergestellt`,
  free: (size: string) => `Für neue Dateien stehen noch ${size} zur Verfügung.`,
  full: "Der Speicher ist voll. Bitte löschen Sie etwas endgültig.",
  onlyYou: "Zugriff: nur Sie persönlich!",
  onlyYouAnd: "Zugriff: nur Sie persönlich, mit Wiederherstellung durch die Inhaber der Kanzlei",
  reseal: {
    count: (number: number, size: string) =>
      number === 0
        ? "Alles liegt unter dem heutigen Schlüssel."
        : number === 1
          ? `1 Fassung liegt unter einem alten Schlüssel (${size}).`
          : `${number.toLocaleString("de-DE")} Fassungen liegen unter alten Schlüsseln (${size}).`,
    told: (done: number, of: number) =>
      `${done.toLocaleString("de-DE")} von ${of.toLocaleString("de-DE")} Fassungen neu versiegelt.`,
    failed: (number: number) =>
      `Nicht möglich bei ${number.toLocaleString("de-DE")}; sie bleiben, wie sie sind. Versuchen Sie es später noch einmal.`,
    others: (number: number) =>
      number === 1
        ? "Bei 1 war jemand anders schneller."
        : `Bei ${number.toLocaleString("de-DE")} war jemand anders schneller.`,
    line: "Alte Inhalte neu versiegeln",
    busy: "Das Neu-Versiegeln läuft schon. Sie sehen es unten in der Liste.",
  },
  folderGone: "Der Ordner wurde gelöscht. Sie sind jetzt eine Ebene höher.",
  activity: {
    of: (name: string) => `Was ist mit „${name}“ geschehen?`,
    ofVault: "Was ist geschehen?",
    server: "Server",
    said: (kind: string, what: string): string => ACTIVITY[kind]?.(what) ?? `${what}: ${kind}`,
    record: (words: readonly string[]) => words.join("; "),
    folder: (name: string) => `Ordner „${name}“ angelegt`,
    added: (name: string, version: number) =>
      version === 1 ? `„${name}“ abgelegt` : `„${name}“: Fassung ${version} abgelegt`,
    copied: (name: string, version: number) =>
      version === 1 ? `„${name}“ als Kopie abgelegt` : `„${name}“: Fassung ${version} wiederhergestellt`,
    placed: (name: string) => `„${name}“ umbenannt, verschoben oder zurückgeholt`,
    removed: (name: string) => `„${name}“ in den Papierkorb gelegt`,
    purged: "Etwas endgültig gelöscht",
    released: (name: string) => `„${name}“ als nicht prüfbar freigegeben`,
    resealed: (name: string, version: number) => `„${name}“ neu versiegelt (Fassung ${version})`,
    roster: "Zugriff geändert",
    readmitted: "Zugang wiederhergestellt, mit dem Notfallblatt der Kanzlei",
    epoch: "Neue Schlüssel",
    genesis: "Tresor angelegt",
    somewhere: "etwas ohne lesbaren Namen",
  },
};

const ACTIVITY: { readonly [kind: string]: (what: string) => string } = {
  "vault.version_fetched": (what) => `${what} abgerufen`,
  "vault.node_locked": (what) => `${what} gesperrt`,
  "vault.node_unlocked": (what) => `Sperre von ${what} aufgehoben`,
  "vault.lock_broken": (what) => `Fremde Sperre von ${what} aufgehoben`,
  "vault.renamed": () => "Tresor umbenannt",
  "vault.trash_emptied": () => "Papierkorb geleert, weil die Zeit um war",
  "vault.handed_over": () => "Für eine andere Kanzlei gepackt",
  "vault.taken_in": () => "Von einer anderen Kanzlei übernommen",
  "vault.upload_refused": () => "Eine Datei bei der Virenprüfung abgewiesen",
};
