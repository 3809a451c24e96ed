/** German texts about ways back and ways on: another firm, a lost key. */

import { type Problem, problem } from "./problem";

const files = (count: number): string =>
  count === 1 ? "1 Datei" : `${count.toLocaleString("de-DE")} Dateien`;

export const WAYS_PROBLEMS_DE = {
  not_a_card: problem(
    "Das ist keine Übernahme-Karte.",
    "Sie enthält eine Zeile, die mit age1pq1 beginnt. Bitte lassen Sie sich die Karte noch einmal schicken.",
  ),
  own_card: problem(
    "Diese Karte gehört zu Ihrer eigenen Kanzlei.",
    "Es wurde nichts gepackt. Bitten Sie die andere Kanzlei um ihre Karte: „Akte übernehmen“ zeigt sie.",
  ),
  too_large_here: problem(
    "Das ist zu groß für den Browser.",
    "Ab 2 GB nehmen Sie bitte das Programm siegel: „siegel vault hand-over“ und „siegel vault take-in“. Es macht nach einer Unterbrechung weiter.",
  ),
  unreadable_here: problem(
    "Sie können nicht alles öffnen.",
    "Das Paket wäre nicht vollständig. Bitte lassen Sie jemanden packen, der alles öffnen kann.",
  ),
  not_a_zip: problem(
    "Das ist kein vollständiges Paket.",
    "Bitte lassen Sie sich die Datei noch einmal schicken.",
  ),
  package_incomplete: problem(
    "Im Paket fehlt etwas.",
    "Es wurde nichts übernommen. Wählen Sie die ZIP-Datei oder alle Dateien des Paketes.",
  ),
  package_foreign: problem(
    "Das Paket ist für einen anderen Schlüssel.",
    "Öffnen kann es nur, von wem die Karte war. Es wurde nichts übernommen. Bitte lassen Sie es für Ihre Karte packen.",
  ),
  package_damaged: problem(
    "Das Paket ist beschädigt oder verändert.",
    "Es wurde nichts übernommen. Bitte lassen Sie es sich noch einmal schicken.",
  ),
  pin_invalid: problem(
    "Die Kennung stimmt nicht.",
    "Sie hat 43 Zeichen, große und kleine sind verschieden. Es wurde nichts geändert. Bitte vergleichen Sie sie Zeichen für Zeichen.",
  ),
  takein_taken: problem(
    "Hier liegt schon etwas anderes mit diesem Namen.",
    "Es wurde nichts übernommen. Bitte öffnen Sie zuerst einen leeren Ordner.",
  ),
} satisfies Readonly<Record<string, Problem>>;

export const WAYS_DE = {
  files,
  card: "Übernahme-Karte",
  cardCode: "QR-Code der Übernahme-Karte",
  cardHead: (firm: string) => `Siegel: Empfänger für eine Übergabe an ${firm}`,
  copied: "Kopiert.",
  compare: "Bitte vergleichen Sie zuerst die Wörter am Telefon.",
  packing: (done: number, all: number) => `${done.toLocaleString("de-DE")} von ${files(all)} gepackt …`,
  packed: (count: number) => `Das Paket ist gespeichert: ${files(count)}.`,
  checking: (done: number, all: number) => `${done.toLocaleString("de-DE")} von ${files(all)} geprüft …`,
  taking: (done: number, all: number) => `${done.toLocaleString("de-DE")} von ${files(all)} übernommen …`,
  taken: (count: number) => `Übernommen: ${files(count)}.`,
  renewing: (count: number) => `Neue Schlüssel: ${count}. Bitte lassen Sie diese Seite offen.`,
  recoveryDone: (count: number, left: number, waiting: number) => {
    const done = `Der Wiederherstellungsschlüssel ist ersetzt. Neue Schlüssel: ${count}`;
    if (left > 0) return `${done}, nicht geöffnet: ${left}. Versuchen Sie es noch einmal.`;
    return waiting === 0
      ? `${done}.`
      : `${done}. Steht noch aus: ${waiting === 1 ? "ein Tresor oder Team, geht" : `${waiting} Tresore und Teams, gehen`} beim nächsten Schlüsselwechsel über.`;
  },
  lostVaults: (count: number) => (count === 1 ? "1 eigener Tresor" : `${count} eigene Tresore`),
  lostOpen: (name: string) => `Wieder öffnen: ${name}`,
  lostDone: (name: string, count: number, left: number) =>
    left === 0
      ? `${name} hat wieder Zugang. Tresore: ${count}.`
      : `${name} hat wieder Zugang zu ${count} von ${count + left} Tresoren. Laden Sie die Seite neu, und versuchen Sie es noch einmal.`,
  notTaken: (names: string) => `Nicht übernommen wurden: ${names}.`,
};
