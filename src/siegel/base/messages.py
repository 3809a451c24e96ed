"""German and English texts of the errors any request may meet."""

from siegel.base.errors import Messages

MESSAGES: Messages = {
    "busy": (
        "Der Server ist gerade beschäftigt. Es wurde nichts geändert. Bitte versuchen Sie es gleich noch einmal.",
        "The server is busy. Nothing was changed. Please try again in a moment.",
    ),
    "disk_full": (
        "Der Speicher des Servers ist voll. Es ging nichts verloren. Bitte sagen Sie Ihrer Kanzlei Bescheid.",
        "The server's disk is full. Nothing was lost. Please tell your firm.",
    ),
    "throttled": (
        "Zu viele Versuche. Bitte warten Sie eine Minute.",
        "Too many attempts. Please wait a minute.",
    ),
    "bad_request": (
        "Diese Anfrage war nicht zu verstehen. Es wurde nichts geändert.",
        "This request could not be understood. Nothing was changed.",
    ),
    "not_found": (
        "Das gibt es nicht, oder es ist Ihnen nicht zugewiesen.",
        "This does not exist, or it is not assigned to you.",
    ),
    "signed_out": (
        "Sie sind nicht angemeldet, oder Ihre Sitzung ist abgelaufen. Bitte melden Sie sich an.",
        "You are not signed in, or your session has expired. Please sign in.",
    ),
    "csrf": (
        "Diese Seite war zu lange offen. Es wurde nichts geändert. Bitte laden Sie die Seite neu.",
        "This page was open for too long. Nothing was changed. Please reload it.",
    ),
    "unexpected": (
        "Das hat nicht geklappt. Der Fehler liegt bei uns. Gespeicherte Dateien sind unverändert.",
        "That did not work. The fault is ours. Stored files are unchanged.",
    ),
    "log_unsigned": (
        "Das Protokoll wird zurzeit nicht signiert, darum gibt es noch keinen Nachweis für diesen Eintrag. Er ist"
        " gespeichert. Bitte sagen Sie Ihrem Systempartner Bescheid.",
        "The log is not being signed at the moment, so there is no proof of this entry yet. It is stored. Please tell"
        " your IT partner.",
    ),
    "witness_invalid": (
        "Das ist kein Schlüssel eines Zeugen, oder der Name ist leer oder zu lang. Bitte übernehmen Sie beides"
        " so, wie das Programm des Zeugen es zeigt.",
        "This is no witness's key, or the name is empty or too long. Please take both as the witness's"
        " program shows them.",
    ),
    "witnesses_full": (
        "Mehr als 20 Zeugen hat ein Protokoll nicht. Die schon bekannten bestätigen es weiter; es wurde nichts"
        " geändert.",
        "A log has no more than 20 witnesses. Those already known go on confirming it; nothing was changed.",
    ),
    "cosignature_invalid": (
        "Diese Bestätigung passt nicht: unbekannter Zeuge, falsche Unterschrift oder eine Uhr, die falsch geht."
        " Bitte stellen Sie die Uhr, und versuchen Sie es noch einmal.",
        "This confirmation does not fit: an unknown witness, a wrong signature, or a clock that is wrong."
        " Please set the clock and try again.",
    ),
}
