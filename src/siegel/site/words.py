"""Words of the face that depend on a value: sizes, times, greetings, sentences for audit entries. Pure functions."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from siegel.firms.tried import tried_thing

if TYPE_CHECKING:
    from siegel.base.queries import AuditLine

NO_BREAK = "\N{NO-BREAK SPACE}"
UNITS = ("KB", "MB", "GB", "TB")
STEP = 1024  # as the file manager on the office PC counts
WEEK = timedelta(days=6)


def size(size_bytes: int) -> str:
    """„812 Bytes“, „806,1 KB“, „2,0 GB“: one decimal, rounded half up, no-break space."""
    if size_bytes < STEP:
        return ngettext("%(n)s Byte", "%(n)s Bytes", size_bytes).replace(" ", NO_BREAK) % {"n": size_bytes}
    power = 1
    # rounded before compared: what would be shown as 1024,0 belongs to the next unit
    while (tenths := _tenths(size_bytes, power)) >= 10 * STEP and power < len(UNITS):
        power += 1
    return f"{formats.number_format(tenths / 10, 1, use_l10n=True, force_grouping=True)}{NO_BREAK}{UNITS[power - 1]}"


def _tenths(size_bytes: int, power: int) -> int:
    return math.floor(size_bytes * 10 / float(STEP**power) + 0.5)


def when(moment: datetime, now: datetime) -> str:
    """„heute, 08:31“, „So 21:14“ within the last six days, else „02.11.2026, 09:15“; both arguments in local time."""
    clock = f"{moment:%H:%M}"
    if moment.date() == now.date():
        return gettext("heute, %(clock)s").replace(" ", NO_BREAK) % {"clock": clock}
    if timedelta(0) < now.date() - moment.date() <= WEEK:
        return f"{formats.date_format(moment, 'D')}{NO_BREAK}{clock}"
    return f"{day(moment)},{NO_BREAK}{clock}"


def ago(passed: timedelta) -> str:
    """„gerade eben“, „vor 3 Minuten“, „vor 2 Stunden“, „vor 4 Tagen“."""
    minutes = max(int(passed.total_seconds()) // 60, 0)
    if minutes == 0:
        return gettext("gerade eben")
    if minutes < 60:
        return ngettext("vor %(n)s Minute", "vor %(n)s Minuten", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        return ngettext("vor %(n)s Stunde", "vor %(n)s Stunden", minutes // 60) % {"n": minutes // 60}
    return ngettext("vor %(n)s Tag", "vor %(n)s Tagen", minutes // 1440) % {"n": minutes // 1440}


def day(moment: datetime) -> str:
    """„02.11.2026“."""
    return formats.date_format(moment, gettext("d.m.Y"))


def greeting(hour: int) -> str:
    if hour < 11:
        return gettext("Guten Morgen")
    return gettext("Guten Tag") if hour < 18 else gettext("Guten Abend")


def initials(name: str) -> str:
    """First letters of the first and the last word: „Daniela Harms“ gives „DH“."""
    words = [word for word in name.split() if word[0].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@dataclass(frozen=True)
class Sentence:
    """How the face shows one kind of audit entry."""

    icon: str
    text: str | Promise
    tone: str = ""


AUDIT = {
    "base.baseline_noted": Sentence("list-check", _("Ausgangsstand älterer Daten festgehalten"), "lock"),
    "base.log_begun_anew": Sentence("sign-turn-right", _("Protokoll nach Wiederherstellung neu begonnen"), "lock"),
    "base.personal_erased": Sentence("eraser", _("Namen und Adressen in Einträgen gelöscht"), "lock"),
    "base.states_noted": Sentence("list-check", _("Stand geänderter Daten festgehalten")),
    "base.release_served": Sentence("code-square", _("Ausgelieferte Programmdateien festgehalten")),
    "base.witness_added": Sentence("eye", _("Zeuge des Protokolls aufgenommen")),
    "accounts.signed_in": Sentence("box-arrow-in-right", _("Angemeldet")),
    "accounts.signed_out": Sentence("box-arrow-right", _("Abgemeldet")),
    "accounts.person_added": Sentence("person-plus", _("Zugang vorbereitet")),
    "accounts.credential_set": Sentence("key", _("Passwort gesetzt")),
    "accounts.sessions_ended": Sentence("box-arrow-right", _("Andere Sitzungen beendet")),
    "accounts.access_ended": Sentence("slash-circle", _("Zugang beendet"), "lock"),
    "accounts.second_factor_added": Sentence("shield-lock", _("Einmalpasswörter eingerichtet")),
    "accounts.second_factor_removed": Sentence("shield-slash", _("Einmalpasswörter entfernt"), "lock"),
    "accounts.recovery_codes_renewed": Sentence("arrow-repeat", _("Neue Wiederherstellungscodes ausgestellt")),
    "accounts.recovery_code_used": Sentence("life-preserver", _("Wiederherstellungscode benutzt"), "lock"),
    "accounts.passkey_added": Sentence("fingerprint", _("Passkey eingerichtet")),
    "accounts.passkey_removed": Sentence("fingerprint", _("Passkey entfernt")),
    "accounts.address_set": Sentence("envelope-at", _("E-Mail-Adresse geändert")),
    "accounts.mail_wishes_set": Sentence("envelope", _("Benachrichtigungen umgestellt")),
    "base.mail_sent_again": Sentence("envelope-arrow-up", _("E-Mail erneut gesendet")),
    "vault.notified": Sentence("envelope", _("Benachrichtigung verschickt")),
    "accounts.locked": Sentence("lock", _("Konto gesperrt nach 3 falschen Passwörtern"), "alarm"),
    "accounts.denied": Sentence("slash-circle", _("Abgewiesen: steht der Person nicht offen"), "lock"),
    "accounts.sign_in_failed": Sentence("x-circle", _("Anmeldung fehlgeschlagen"), "lock"),
    "accounts.turned_away": Sentence("slash-circle", _("Abgewiesen: Zugang ist gesperrt oder beendet"), "alarm"),
    "accounts.blocked": Sentence("lock", _("Zugang gesperrt"), "lock"),
    "accounts.unblocked": Sentence("unlock", _("Zugang freigegeben")),
    "firms.created": Sentence("building", _("Kanzlei angelegt")),
    "firms.set_up_link_issued": Sentence("link-45deg", _("Link zum Einrichten ausgestellt")),
    "firms.log_mail_set": Sentence("envelope-check", _("Empfänger des täglichen Protokollstands geändert")),
    "firms.vault_attached": Sentence("safe", _("Akte hat ihren Tresor")),
    "firms.client_added": Sentence("person-plus", _("Mandant angelegt")),
    "firms.dossier_added": Sentence("folder-plus", _("Akte angelegt")),
    "firms.staff_added": Sentence("person-badge", _("Mitarbeiter aufgenommen")),
    "firms.client_user_added": Sentence("person-check", _("Mandantenzugang angelegt")),
    "firms.dossier_assigned": Sentence("diagram-3", _("Akte zugewiesen")),
    "firms.dossiers_assigned": Sentence("diagram-3", _("Akten über ein Team zugewiesen")),
    "firms.office_created": Sentence("buildings", _("Beratungsstelle angelegt")),
    "firms.office_renamed": Sentence("buildings", _("Beratungsstelle umbenannt")),
    "firms.staff_moved": Sentence("arrow-left-right", _("Mitarbeiter in andere Beratungsstelle versetzt")),
    "firms.client_moved": Sentence("arrow-left-right", _("Mandant einer anderen Beratungsstelle zugeordnet")),
    "keys.firm_founded": Sentence("patch-check", _("Kanzlei eingerichtet, Schlüssel hinterlegt")),
    "keys.certificate_added": Sentence("key", _("Schlüssel beglaubigt")),
    "keys.invitation_created": Sentence("envelope-paper", _("Einladung ausgestellt")),
    "keys.access_reissued": Sentence("envelope-paper", _("Zugang neu ausgestellt")),
    "keys.revoked": Sentence("slash-circle", _("Schlüssel zurückgezogen"), "alarm"),
    "keys.root_signed_in": Sentence("exclamation-circle", _("Notfallblatt vorgezeigt"), "alarm"),
    "keys.owner_recovered": Sentence("exclamation-circle", _("Mit dem Notfallblatt zum Inhaber gemacht"), "alarm"),
    "keys.root_changed": Sentence("exclamation-circle", _("Hauptschlüssel der Kanzlei gewechselt"), "alarm"),
    "keys.recovery_replaced": Sentence("exclamation-circle", _("Wiederherstellungsschlüssel ersetzt"), "alarm"),
    "keys.team_founded": Sentence("people", _("Team gegründet")),
    "keys.team_changed": Sentence("people", _("Mitglieder eines Teams geändert")),
    "keys.team_rotated": Sentence("arrow-repeat", _("Team hat einen neuen Schlüssel")),
    "keys.invitation_redeemed": Sentence("person-check", _("Einladung eingelöst, Zugang eingerichtet")),
    "keys.countersigned": Sentence("key", _("Neuen Schlüssel bestätigt")),
    "keys.access_requested": Sentence(
        "hourglass-split", _("Vertrauensperson verlangt Zugriff auf einen Tresor"), "lock"
    ),
    "keys.access_objected": Sentence("slash-circle", _("Zugriff einer Vertrauensperson abgelehnt"), "lock"),
    "keys.roster_changed": Sentence("people", _("Zugriff auf einen Tresor geändert")),
    "keys.founder_readmitted": Sentence(
        "life-preserver", _("Zugang zu einem eigenen Tresor wiederhergestellt"), "lock"
    ),
    "keys.epoch_started": Sentence("arrow-repeat", _("Tresor hat einen neuen Schlüssel")),
    "vault.created": Sentence("safe", _("Tresor angelegt")),
    "vault.folder_added": Sentence("folder-plus", _("Ordner angelegt")),
    "vault.node_placed": Sentence("arrows-move", _("Verschoben, umbenannt oder wiederhergestellt")),
    "vault.node_removed": Sentence("trash", _("In den Papierkorb gelegt")),
    "vault.node_purged": Sentence("trash3", _("Endgültig gelöscht"), "lock"),
    "vault.trash_emptied": Sentence("trash3", _("Papierkorb nach Ablauf der Frist geleert")),
    "vault.version_released": Sentence("shield-check", _("Nicht prüfbare Datei freigegeben"), "lock"),
    "vault.version_resealed": Sentence("arrow-repeat", _("Inhalte neu versiegelt")),
    "vault.node_locked": Sentence("lock", _("Datei gesperrt")),
    "vault.node_unlocked": Sentence("unlock", _("Sperre einer Datei aufgehoben")),
    "vault.lock_broken": Sentence("unlock", _("Sperre eines anderen aufgehoben"), "lock"),
    "vault.renamed": Sentence("input-cursor-text", _("Eigener Tresor umbenannt")),
    "vault.settings_changed": Sentence("sliders", _("Einstellungen der Tresore geändert")),
    "vault.upload_refused": Sentence("shield-x", _("Datei abgewiesen: Schadsoftware gefunden"), "alarm"),
    "vault.upload_not_scannable": Sentence("shield-exclamation", _("Datei abgewiesen: nicht prüfbar"), "lock"),
    "vault.version_added": Sentence("upload", _("Datei hochgeladen")),
    "vault.handed_over": Sentence("box-arrow-up-right", _("Akte an eine andere Kanzlei übergeben"), "lock"),
    "vault.taken_in": Sentence("box-arrow-in-down", _("Akte von einer anderen Kanzlei übernommen"), "lock"),
    "vault.version_fetched": Sentence("download", _("Datei abgerufen")),
}
ATTESTED = {"person": _("Person"), "scanner": _("Virenprüfung"), "server": _("Server")}


# Of what an entry says beside: counts that mean something to people. All else are ids, for whoever proves something.
FACTS: dict[str, Promise | str] = {
    "files": _("Dateien"),
    "version": _("Fassung"),
    "nodes": _("Dateien und Ordner"),
    "sessions": _("Anmeldungen"),
    "dossiers": _("Akten"),
    "minutes": _("Minuten"),
    "left": _("Übrige Codes"),
}


def told_facts(facts: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Names and values of the facts that are for people, in the order of the entry."""
    return [(str(FACTS[key]), value) for key, value in facts if key in FACTS]


OF_THE_OPERATOR = {
    "base.baseline_noted",
    "base.log_begun_anew",
    "base.personal_erased",
    "firms.created",
    "firms.set_up_link_issued",
}


def actor(who: str, kind: str) -> str | Promise:
    """Who did it; where nobody was signed in, the operator or the server by itself, or nobody knows who."""
    if kind == "accounts.sign_in_failed":
        return _("unbekannt")
    return who or (_("Systempartner") if kind in OF_THE_OPERATOR else _("Server"))


def audit_sentence(kind: str) -> Sentence:
    """The sentence for a kind; a kind without one is shown by its name rather than hidden."""
    return AUDIT.get(kind) or Sentence("dot", kind)


def report_cells(line: "AuditLine") -> tuple[str, str, str, str]:
    """What happened, who did it, about what, attested by whom: as the page of the log says it."""
    who = gettext("gelöscht") if line.is_erased else str(actor(line.who, line.kind))
    about = line.about or str(tried_thing(line) or "–")
    return str(audit_sentence(line.kind).text), who, about, str(ATTESTED.get(line.attested_by, "–"))
