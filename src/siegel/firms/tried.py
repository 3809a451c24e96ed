"""What somebody wanted who was refused: the kind of thing, by the address, and which, where the reader may see it.

The log keeps the pattern of the address and the ids in it (`accounts.denials`); names are looked up for each reader.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from siegel.accounts.queries import people_of
from siegel.firms.queries import clients_visible_to, dossiers_visible_to, offices_of

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.base.queries import AuditLine

DENIED = "accounts.denied"
# The first that stands in the pattern says what it leads to.
_THINGS: tuple[tuple[str, Promise], ...] = (
    ("/nodes/", _("Datei")),
    ("uploads", _("Datei")),
    ("vaults", _("Tresor")),
    ("tresore/<", _("Tresor")),
    ("einstellungen", _("Einstellungen")),
    ("neue-akte", _("Akte")),
    ("dossiers", _("Akte")),
    ("mandanten", _("Mandant")),
    ("clients", _("Mandant")),
    ("protokoll", _("Protokoll")),
    ("audit", _("Protokoll")),
    ("postausgang", _("Postausgang")),
    ("teams", _("Team")),
    ("offices", _("Beratungsstelle")),
    ("notfallblatt", _("Notfallblatt")),
    ("recovery", _("Notfallblatt")),
    ("zugang/<", _("Zugang")),
    ("people", _("Zugang")),
    ("invitations", _("Einladung")),
    ("einladen", _("Einladung")),
    ("keys", _("Schlüssel")),
    ("systemschluessel", _("Schlüssel")),
    ("mitarbeiter", _("Mitarbeiter")),
)


def tried_thing(line: "AuditLine") -> Promise | None:
    """The kind of thing; None where the address says nothing that people know, and for all other entries."""
    if line.kind != DENIED:
        return None
    route = dict(line.facts).get("route", "")
    return next((word for mark, word in _THINGS if mark in route), None)


def with_tried(lines: Iterable["AuditLine"], reader: "Person") -> Sequence["AuditLine"]:
    """The lines; those about something refused say what it was. No query where nothing was, else at most four."""
    found = list(lines)
    names = _names({name for line in found for name in _asked(line)}, reader)
    return [_told(line, names) for line in found]


def _asked(line: "AuditLine") -> list[str]:
    if line.kind != DENIED:
        return []
    asked: list[str] = json.loads(dict(line.facts).get("asked", "[]"))
    return asked


def _told(line: "AuditLine", names: dict[str, str]) -> "AuditLine":
    thing = tried_thing(line)
    if thing is None:
        return line
    which = dict.fromkeys(names[one] for one in _asked(line) if one in names)
    return replace(line, about=" · ".join([str(thing), *which]))


def _names(ids: set[str], reader: "Person") -> dict[str, str]:
    """Of what the reader may see anyway: his dossiers and clients, people and offices of the firm."""
    if not ids:
        return {}
    names: dict[str, str] = {}
    for one in dossiers_visible_to(reader).filter(vault_id__in=ids).select_related("client"):
        names[str(one.vault_id)] = f"{one.client.name} · {one.title}"
    for visible in (clients_visible_to(reader), people_of(reader.tenant_id), offices_of(reader.tenant)):
        names |= dict(visible.filter(pk__in=ids).values_list("pk", "name"))
    return names
