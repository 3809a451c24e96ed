"""Who lives in the demonstration."""

from __future__ import annotations

from dataclasses import dataclass

FIRM_SLUG = "muster"
FIRM_NAME = "Kanzlei Muster"
FIRM_PLACE = "Musterstadt"
# RFC 2606: nobody has an address there.
MAIL_HOST = "beispiel.example"
SECOND_SLUG = "neu"
SECOND_NAME = "Neue Kanzlei"


@dataclass(frozen=True)
class Staff:
    role: str
    username: str
    name: str


@dataclass(frozen=True)
class ClientUser:
    username: str
    name: str


@dataclass(frozen=True)
class Client:
    """A client with one dossier; its documents lie in `documents/<number>/<dossier>`."""

    number: str
    name: str
    dossier: str
    users: tuple[ClientUser, ...]


OWNER = Staff("owner", "inhaberin", "Martina Muster")
CLERK = Staff("clerk", "sachbearbeiter", "Bernd Beispiel")
LEADER = Staff("office_leader", "bueroleitung", "Lena Leitner")
OFFICE = "Büro Musterstadt"
# Through it the staff hold all dossiers.
TEAM = "Alle Mitarbeiter"
CLIENTS = (
    Client(
        "10001",
        "Jürgen und Käthe Mustermann",
        "Einkommensteuer 2024",
        (ClientUser("juergen", "Jürgen Mustermann"), ClientUser("kaethe", "Käthe Mustermann")),
    ),
    Client(
        "10002",
        "Gärtnerei Ährenfeld e. K.",
        "Buchführung 2025",
        (ClientUser("aehrenfeld", "Anton Ährenfeld"),),
    ),
)
