/** German texts about what went wrong: what happened, what it means, what to do. */

import { problem } from "./problem";
import { TREE_PROBLEMS_DE } from "./texts_tree_de";
import { WAYS_PROBLEMS_DE } from "./texts_ways_de";

export const PROBLEMS_DE = {
  ...TREE_PROBLEMS_DE,
  ...WAYS_PROBLEMS_DE,
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
  subject_has_key: problem(
    "Der Server zeigt einen zweiten Schlüssel im Namen einer Person.",
    "Der bisherige ist nicht widerrufen. Vielleicht gibt sich jemand als diese Person aus. Bitte arbeiten Sie hier nicht weiter und rufen Sie Ihre Kanzlei an.",
  ),
  scanner_key_expired: problem(
    "Bitte prüfen Sie die Uhr dieses Geräts.",
    "Nach ihr gilt der Schlüssel der Virenprüfung nicht. Stimmen Uhrzeit und Datum, dann rufen Sie bitte Ihre Kanzlei an. Es wurde nichts gespeichert.",
  ),
  log_differs: problem(
    "Das Protokoll ist nicht das, das Ihre anderen Geräte kennen.",
    "Einträge fehlen oder wurden geändert. Bitte sagen Sie der Kanzleileitung Bescheid, bevor Sie weiterarbeiten.",
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
    "Diesen Schlüssel kann nur jemand widerrufen, dessen Rolle es erlaubt. Bitte wenden Sie sich an die Inhaberin oder den Inhaber der Kanzlei.",
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
  busy: problem("Gerade ändern andere diesen Tresor.", "Bitte versuchen Sie es in einer Minute noch einmal."),
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
};
