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
class Member:
    """Of the firm's staff, or of a client's people."""

    role: str
    username: str
    name: str


@dataclass(frozen=True)
class Client:
    """A client with one dossier; its documents lie in `documents/<number>/<dossier>`."""

    number: str
    name: str
    dossier: str
    users: tuple[Member, ...]


OWNER = Member("owner", "inhaberin", "Martina Muster")
CLERK = Member("clerk", "sachbearbeiter", "Bernd Beispiel")
LEADER = Member("office_leader", "bueroleitung", "Lena Leitner")
OFFICE = "Büro Musterstadt"
# Through it the staff hold all dossiers.
TEAM = "Alle Mitarbeiter"
CLIENTS = (
    Client(
        "10001",
        "Jürgen und Käthe Mustermann",
        "Einkommensteuer 2024",
        (Member("client", "juergen", "Jürgen Mustermann"), Member("client", "kaethe", "Käthe Mustermann")),
    ),
    Client(
        "10002",
        "Gärtnerei Ährenfeld e. K.",
        "Buchführung 2025",
        (Member("client", "aehrenfeld", "Anton Ährenfeld"),),
    ),
)
