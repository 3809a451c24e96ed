"""Erasing personal parts: on lawful request, or after their time. The leaf stays, and with it every proof."""

import json
from collections.abc import Iterable, Iterator

from django.db import connection

from siegel.base.actions import action
from siegel.base.audit.entries import Actor, in_turn, record
from siegel.base.models import AuditEntry, Tenant
from siegel.seals.canonical import JsonInput

ERASED_KIND = "base.personal_erased"
RANGES_PER_ENTRY = 2000
_CHUNK = 500


@action
def erase_personal_parts(*, tenant: Tenant, indexes: Iterable[int], reason: str, by: Actor | None = None) -> int:
    """Empties who, what and address of these entries, and says so in the log. How many entries it was.

    ValueError for an entry that the log does not have; erased ones may be named again.
    """
    in_turn(tenant)
    wanted = sorted(set(indexes))
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        if _empty(tenant, chunk) != len(chunk):
            raise ValueError("an entry that the log does not have")
    ranges = list(_ranges(wanted))
    for start in range(0, max(len(ranges), 1), RANGES_PER_ENTRY):
        about: dict[str, JsonInput] = {"entries": ranges[start : start + RANGES_PER_ENTRY], "reason": reason}
        record(ERASED_KIND, tenant=tenant, by=by, about=about)
    return len(wanted)


def _empty(tenant: Tenant, indexes: list[int]) -> int:
    """On PostgreSQL by a function of the database: the program itself may not update entries."""
    if connection.vendor != "postgresql":
        return AuditEntry.objects.filter(tenant=tenant, index__in=indexes).update(personal=b"", salt=b"")
    with connection.cursor() as cursor:
        cursor.execute("SELECT base_auditentry_empty(%s, %s)", [tenant.pk, indexes])
        return int(cursor.fetchone()[0])


def erased_ranges(leaf: bytes) -> list[tuple[int, int]]:
    """From an erasure's leaf: first and last index of each run of entries that it emptied."""
    ranges: list[list[int]] = json.loads(leaf)["about"].get("entries", [])
    return [(first, last) for first, last in ranges]


def entries_about(tenant: Tenant, person_id: str) -> Iterator[int]:
    """The entries by a person, or whose ids name him."""
    mark = f'"{person_id}"'.encode()
    for index, leaf in (
        AuditEntry.objects.filter(tenant=tenant).order_by("index").values_list("index", "leaf").iterator()
    ):
        if mark in bytes(leaf):
            yield index


def _ranges(indexes: list[int]) -> Iterator[list[int]]:
    first = last = -1
    for index in indexes:
        if index != last + 1 or first < 0:
            if first >= 0:
                yield [first, last]
            first = index
        last = index
    if first >= 0:
        yield [first, last]
