"""German and English texts of the vault's errors. None names a file: the server does not know its name."""

from siegel.base.errors import Messages

MESSAGES: Messages = {
    "upload_bad": (
        "Der Upload war nicht zu verstehen. Es wurde nichts gespeichert.",
        "The upload could not be understood. Nothing was stored.",
    ),
    "small_replaces": (
        "Was neu versiegelt wird, lässt sich nur einzeln senden. Es wurde nichts gespeichert.",
        "What is sealed anew can only be sent one by one. Nothing was stored.",
    ),
    "too_many_uploads": (
        "Es sind schon sehr viele Dateien unterwegs. Bitte warten Sie, bis einige fertig sind. Abgebrochene Uploads"
        " verfallen nach einem Tag.",
        "A great many files are already under way. Please wait until some have finished. Uploads that were broken off"
        " expire after a day.",
    ),
    "upload_version": (
        "Dieses Programm spricht eine andere Fassung des Upload-Protokolls. Bitte laden Sie die Seite neu.",
        "This program speaks another version of the upload protocol. Please reload the page.",
    ),
    "upload_offset": (
        "Der Upload steht an einer anderen Stelle. Er wird von dort fortgesetzt.",
        "The upload stands at another place. It continues from there.",
    ),
    "upload_busy": (
        "Diese Datei wird gerade schon übertragen. Bitte warten Sie einen Moment.",
        "This file is already being transferred. Please wait a moment.",
    ),
    "upload_cut": (
        "Die Verbindung ist abgebrochen. Was angekommen ist, bleibt erhalten; der Upload geht von dort weiter.",
        "The connection was lost. What has arrived is kept; the upload goes on from there.",
    ),
    "upload_incomplete": (
        "Die Datei ist noch nicht vollständig angekommen. Bitte setzen Sie den Upload fort.",
        "The file has not arrived completely. Please continue the upload.",
    ),
    "upload_unchecked": (
        "Die Datei ist noch nicht auf Viren geprüft. Ungeprüft wird nichts veröffentlicht.",
        "The file has not been scanned for viruses. Nothing is published unscanned.",
    ),
    "too_large": (
        "Eine Datei muss kleiner als 2 GB sein. Es wurde nichts gespeichert.",
        "A file must be smaller than 2 GB. Nothing was stored.",
    ),
    "too_many": (
        "Das sind zu viele Dateien auf einmal. Höchstens {most} gehen in einem Schritt. Bitte teilen Sie sie auf.",
        "These are too many files at once. At most {most} go in one step. Please split them up.",
    ),
    "payload_differs": (
        "Die angekommenen Daten sind nicht die gesendeten. Es wurde nichts veröffentlicht. Bitte laden Sie noch einmal"
        " hoch.",
        "What arrived is not what was sent. Nothing was published. Please upload again.",
    ),
    "manifest_differs": (
        "Die Angaben zur Datei passen nicht zu den angekommenen Daten. Es wurde nichts veröffentlicht.",
        "The statement about the file does not match what arrived. Nothing was published.",
    ),
    "thumbnail_differs": (
        "Ein versiegeltes Vorschaubild passt nicht zu seiner Unterschrift. Es wurde nichts veröffentlicht. Bitte laden"
        " Sie die Seite neu und die Datei noch einmal hoch.",
        "A sealed thumbnail does not match its signature. Nothing was published. Please reload the page and upload the"
        " file again.",
    ),
    "row_differs": (
        "Ein versiegelter Eintrag passt nicht zu seiner Unterschrift. Es wurde nichts geändert.",
        "A sealed row does not match its signature. Nothing was changed.",
    ),
    "held": (
        "Diese Datei wartet auf Freigabe: Sie ließ sich nicht auf Viren prüfen. Geöffnet wird sie erst, wenn jemand aus"
        " der Kanzlei sie freigibt.",
        "This file awaits release: it could not be scanned for viruses. It opens only once somebody of the firm"
        " releases it.",
    ),
    "node_locked": (
        "Diese Datei ist bis {until} von {name} gesperrt. Es wurde nichts geändert. Bitte sprechen Sie sich ab, oder"
        " warten Sie so lange.",
        "This file is locked by {name} until {until}. Nothing was changed. Please talk to each other, or wait until"
        " then.",
    ),
    "quota_exceeded": (
        "Der Speicherplatz reicht nicht: {used} von {limit} MB sind belegt, {free} MB sind frei. Es wurde nichts"
        " gespeichert. Bitte leeren Sie den Papierkorb, oder sprechen Sie mit der Kanzleileitung.",
        "There is not enough space: {used} of {limit} MB are taken, {free} MB are free. Nothing was stored. Please"
        " empty the trash, or talk to the head of the firm.",
    ),
    "dossier_differs": (
        "Der Tresor ist für eine andere Akte unterschrieben. Es wurde nichts geändert.",
        "The vault was signed for another dossier. Nothing was changed.",
    ),
    "header_invalid": (
        "Der versiegelte Schlüssel der Datei hat nicht die verlangte Form. Es wurde nichts veröffentlicht.",
        "The file's sealed key does not have the required form. Nothing was published.",
    ),
    "infected": (
        "Diese Datei enthält Schadsoftware. Sie wurde abgewiesen und nirgends gespeichert.",
        "This file contains malware. It was refused and is stored nowhere.",
    ),
    "not_scannable": (
        "Diese Datei lässt sich nicht auf Viren prüfen, zum Beispiel weil sie verschlüsselt oder zu tief verschachtelt"
        " ist. Sie wurde abgewiesen und nicht gespeichert.",
        "This file cannot be scanned for viruses, for example because it is encrypted or nested too deeply."
        " It was refused and not stored.",
    ),
    "scan_failed": (
        "Die Virenprüfung hat kein Ergebnis geliefert. Die Datei ist angekommen, aber nicht veröffentlicht."
        " Bitte versuchen Sie es gleich noch einmal.",
        "The virus scan gave no result. The file has arrived but is not published. Please try again in a moment.",
    ),
    "scan_too_large": (
        "Diese Datei ist zu groß für die Virenprüfung dieses Servers. Ungeprüft wird nichts veröffentlicht."
        " Bitte teilen Sie die Datei auf.",
        "This file is too large for this server's virus scan. Nothing is published unscanned. Please split the file.",
    ),
    "scanner_key_gone": (
        "Der Schlüssel der Virenprüfung wurde inzwischen erneuert. Die Datei wird mit dem neuen noch einmal vorgelegt.",
        "The virus scanner's key was renewed meanwhile. The file is presented again with the new one.",
    ),
    "banner_no_scanner": (
        "Die Virenprüfung ist nicht erreichbar. Dateien können gerade nicht hochgeladen werden.",
        "The virus scanner cannot be reached. Files cannot be uploaded at the moment.",
    ),
    "banner_test_signatures": (
        "Die Virenprüfung läuft nur mit Testsignaturen. Echte Schadsoftware wird nicht erkannt.",
        "The virus scanner runs with test signatures only. Real malware is not detected.",
    ),
}
