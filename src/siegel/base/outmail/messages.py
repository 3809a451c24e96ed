"""German and English texts of the errors of mails."""

from siegel.base.errors import Messages

MESSAGES: Messages = {
    "address_invalid": (
        "An diese E-Mail-Adresse lässt sich nichts senden. Bitte prüfen Sie sie, zum Beispiel: name@beispiel.de",
        "Nothing can be sent to this e-mail address. Please check it, for example: name@example.com",
    ),
}
