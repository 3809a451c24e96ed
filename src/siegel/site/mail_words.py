"""Words for mails and what became of them, for the page „Postausgang“. Pure."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siegel.site.words import Sentence

STATES: dict[str, Sentence] = {
    "waiting": Sentence("hourglass-split", _("Wartet")),
    "sending": Sentence("hourglass-split", _("Wird gesendet")),
    "sent": Sentence("check-lg", _("Vom Mailserver angenommen"), "ok"),
    "written": Sentence("file-earmark", _("Als Datei abgelegt"), "ok"),
    "refused": Sentence("envelope-x", _("Abgelehnt"), "alarm"),
    "parked": Sentence("pause-circle", _("Angehalten"), "late"),
    "dropped": Sentence("slash-circle", _("Entfallen: kein Zugriff mehr")),
}
KINDS: dict[str, str | Promise] = {
    "address_changed": _("Adresse geändert"),
    "confirm_address": _("Adresse bestätigen"),
    "notice": _("Benachrichtigung"),
    "digest": _("Neue Dateien"),
    "log_head": _("Stand des Protokolls"),
    "readmitted": _("Eigener Tresor wieder da"),
}
PROBLEMS: dict[str, str | Promise] = {
    "unreachable": _("Der Mailserver antwortet nicht."),
    "disconnected": _("Der Mailserver hat die Verbindung abgebrochen."),
    "certificate": _("Das Zertifikat des Mailservers ist nicht gültig. Es wurde nichts übertragen."),
    "tls": _("Der Mailserver kann keine verschlüsselte Verbindung aufbauen. Es wurde nichts übertragen."),
    "no_tls": _("Der Mailserver bietet keine Verschlüsselung oder Anmeldung an. Es wurde nichts übertragen."),
    "login": _("Der Mailserver hat Benutzername oder Passwort abgelehnt."),
    "sender": _("Der Mailserver lässt unsere Absenderadresse nicht zu."),
    "server": _("Der Mailserver hat die Annahme verweigert."),
    "recipient": _("Der Mailserver nimmt für diese Adresse nichts an."),
    "content": _("Der Mailserver hat die Mail zurückgewiesen."),
    "utf8": _("Der Mailserver kennt keine Adressen mit Umlauten vor dem @."),
    "folder": _("Der Ordner für Mails lässt sich nicht beschreiben."),
    "interrupted": _("Die Übertragung wurde unterbrochen. Die Mail wird noch einmal gesendet."),
}


def problem(code: str, reply: int | None) -> str:
    """What went wrong, with the server's three digits where it gave some."""
    text = str(PROBLEMS[code])
    return text + " " + gettext("(Antwort %(reply)s)") % {"reply": reply} if reply else text
