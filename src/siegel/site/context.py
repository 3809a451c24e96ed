"""What every template knows: who is here, for which firm, where he may go, how he likes to see it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from siegel.accounts.sessions import left_s, visited
from siegel.firms.doors import standing_of
from siegel.firms.rules import default_digest
from siegel.keys import trusted
from siegel.site.words import initials
from siegel.vault import queries as vault

THEME_COOKIE = "siegel_theme"
THEMES = ("light", "dark", "system")


@dataclass(frozen=True)
class Entry:
    """One place in the navigation; `key`: the letter after `g`; `also`: prefixes of the addresses that belong to it."""

    name: str
    label: str | Promise
    icon: str
    key: str = ""
    also: tuple[str, ...] = ()
    managing: bool = False


START = Entry("desk:start", _("Schreibtisch"), "layout-text-window", "s")
CLIENTS = Entry("firms:clients", _("Mandanten"), "people", "m", ("/mandanten",))
VAULTS = Entry("vault:vaults", _("Tresore"), "safe", "t", ("/tresore",))
STAFF = Entry("keys:staff", _("Mitarbeiter"), "person-badge", "", ("/mitarbeiter",), managing=True)
OUTBOX = Entry("firms:outbox", _("Postausgang"), "envelope-arrow-up", "", ("/postausgang",), managing=True)
LOG = Entry("firms:audit_log", _("Protokoll"), "journal-check", "p", ("/protokoll",), managing=True)
SETTINGS = Entry("vault:settings", _("Einstellungen"), "sliders", "", ("/einstellungen",), managing=True)
HOME = Entry("desk:start", _("Start"), "house", "s")
MY_VAULTS = Entry("vault:vaults", _("Dokumente"), "file-earmark-text", "t", ("/tresore",))
TRUST = Entry("vault:trust", _("Notfall-Ordner"), "hourglass-split", "n", ("/notfall-ordner",))
HELP = Entry("site:help", _("Hilfe"), "question-circle", "", ("/hilfe",))

ENTRIES = {
    "owner": (START, CLIENTS, VAULTS, STAFF, LOG, OUTBOX, SETTINGS),
    "office_leader": (START, CLIENTS, VAULTS, STAFF, LOG),
    "clerk": (START, CLIENTS, VAULTS, STAFF, LOG),
    "client": (HOME, MY_VAULTS, TRUST, HELP),
}
ROLES = {"owner": _("Inhaber/in"), "office_leader": _("Beratungsstellenleitung"), "clerk": _("Sachbearbeitung")}


@dataclass(frozen=True)
class Shell:
    """The frame around a signed-in person's pages."""

    role: str
    display_name: str
    party: str
    firm: Any
    entries: tuple[Entry, ...]
    session_left_s: int

    @property
    def kind(self) -> str:
        return "client" if self.role == "client" else "firm"

    @property
    def template(self) -> str:
        """The frame to extend on pages that firm and clients share."""
        return f"site/shell_{self.kind}.html"

    @property
    def initials(self) -> str:
        return initials(self.display_name)

    @property
    def digest(self) -> str:
        """How often the person hears of new contents as long as he has not chosen."""
        return default_digest(self.role)

    @property
    def subtitle(self) -> str | Promise:
        """What stands under the name: the role for staff, the party for clients."""
        return self.party or ROLES.get(self.role, "")


def theme_of(request: HttpRequest) -> str:
    """How the person likes to see it: `light`, `dark`, or as the system has it."""
    wish = request.COOKIES.get(THEME_COOKIE, "")
    return wish if wish in THEMES else "system"


def shell(request: HttpRequest) -> dict[str, object]:
    """Context processor."""
    return {
        "shell": _shell(request),
        "theme": theme_of(request),
        "scanner_banner": vault.scanner_banner(),
        "access_requests": _access_requests(request),
        "error_reference": getattr(request, "error_reference", ""),
    }


def _access_requests(request: HttpRequest) -> list[trusted.Asked]:
    """What every page tells whoever may object, until the request is refused or the trust ends."""
    person, signed_in = visited(request).person, visited(request).signed_in
    return trusted.asked_of(person) if person is not None and signed_in is not None else []


def _shell(request: HttpRequest) -> Shell | None:
    person, session, standing = visited(request).person, visited(request).signed_in, standing_of(request)
    if person is None or session is None or standing is None:
        return None
    return Shell(
        role=standing.role,
        display_name=standing.display_name,
        party=standing.party,
        firm=person.tenant,
        entries=ENTRIES[standing.role],
        session_left_s=left_s(session)[0],
    )
