"""German and English texts of the errors of keys and chains, the scanner's absence included."""

from siegel.base.errors import Messages

MESSAGES: Messages = {
    "stale": (
        "Inzwischen hat jemand anders etwas geändert. Das Programm holt den neuen Stand und versucht es noch einmal.",
        "Somebody else has changed something meanwhile. The program fetches the news and tries again.",
    ),
    "document_refused": (
        "Eine signierte Angabe hält der Prüfung nicht stand ({reason}). Es wurde nichts geändert.",
        "A signed statement does not hold ({reason}). Nothing was changed.",
    ),
    "clock_wrong": (
        "Die Uhr dieses Geräts geht um mehr als fünf Minuten falsch. Bitte stellen Sie sie richtig und versuchen Sie es"
        " noch einmal. Es wurde nichts geändert.",
        "The clock of this device is wrong by more than five minutes. Please set it and try again."
        " Nothing was changed.",
    ),
    "wraps_incomplete": (
        "Der Schlüssel des Tresors ist nicht genau für die Zugriffsberechtigten versiegelt. Es wurde nichts geändert.",
        "The vault's key is not sealed for exactly those who may use it. Nothing was changed.",
    ),
    "access_requested": (
        "Sie haben den Zugriff schon verlangt. Die Wartezeit läuft weiter.",
        "You have asked for access already. The wait goes on.",
    ),
    "vault_id_taken": (
        "Diesen Tresor gibt es schon. Es wurde nichts geändert.",
        "This vault exists already. Nothing was changed.",
    ),
    "team_name_invalid": (
        "Der Name eines Teams hat 1 bis 100 Zeichen in einer Zeile.",
        "A team's name has 1 to 100 characters in one line.",
    ),
    "team_exists": (
        "Ein Team „{name}“ gibt es schon.",
        "There is a team “{name}” already.",
    ),
    "last_owner": (
        "Der letzte Inhaber kann seinen Schlüssel nicht zurückziehen: niemand könnte mehr Schlüssel beglaubigen."
        " Das geht nur mit dem Stammschlüssel der Kanzlei.",
        "The last owner's key cannot be taken back: nobody could certify keys any more. Only the firm's root key can.",
    ),
    "emergency_generation": (
        "Für diese Person gibt es inzwischen einen neueren Schlüssel. Bitte laden Sie die Seite neu und beginnen Sie"
        " von vorn. Es wurde nichts geändert.",
        "There is a newer key for this person by now. Please load the page again and start over. Nothing was changed.",
    ),
    "emergency_key_in_force": (
        "Der bisherige Schlüssel dieser Person gilt noch. Er muss im selben Schritt widerrufen werden. Es wurde nichts"
        " geändert.",
        "This person's present key is still in force. It has to be taken back in the same step. Nothing was changed.",
    ),
    "invitation_exists": (
        "Diese Einladung gibt es schon. Bitte stellen Sie eine neue aus.",
        "This invitation exists already. Please make a new one.",
    ),
    "invitation_unknown": (
        "Diese Einladung gibt es nicht. Bitte prüfen Sie die Kennung im Brief.",
        "There is no such invitation. Please check the id in the letter.",
    ),
    "invitation_gone": (
        "Diese Einladung ist abgelaufen oder wurde schon eingelöst. Bitte rufen Sie Ihre Kanzlei an.",
        "This invitation has expired or was redeemed already. Please telephone your firm.",
    ),
    "no_scanner": (
        "Die Virenprüfung ist gerade nicht erreichbar. Ungeprüft nimmt Siegel keine Dateien an. Bitte versuchen Sie es"
        " später noch einmal.",
        "The virus scanner cannot be reached. Siegel accepts no files unscanned. Please try again later.",
    ),
    "scanner_not_certified": (
        "Die Virenprüfung ist für Ihre Kanzlei nicht beglaubigt. Es werden keine Dateien angenommen.",
        "The virus scanner is not certified for your firm. No files are accepted.",
    ),
}
