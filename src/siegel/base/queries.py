"""Reading the log for people."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import connection

from siegel.base.audit import sequencer, tree
from siegel.base.models import AuditEntry, Tenant

# Of the personal part: who acted stands in a column of its own, addresses are not for the list.
_NOT_SUBJECT = {"by", "address", "email"}
# So many entries one request looks through for those that match; the page then offers to go on.
SCAN = 200_000
# The time that a leaf states.
_AT_SQLITE = "CAST(json_extract(CAST(leaf AS TEXT), '$.at') AS INTEGER)"
_AT_POSTGRESQL = "CAST(CAST(convert_from(leaf, 'UTF8') AS json) ->> 'at' AS bigint)"


@dataclass(frozen=True)
class AuditLine:
    """An entry as people read it. `number` counts from 1: the last line's number is the number of entries.

    `facts`: what the leaf says beside, ids and numbers; `address`: from where, if it was noted and is not erased.
    """

    number: int
    at: datetime
    kind: str
    who: str
    about: str
    attested_by: str
    address: str = ""
    is_erased: bool = False
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def index(self) -> int:
        """The place in the log, counted from 0 as proofs do."""
        return self.number - 1


@dataclass(frozen=True)
class AuditFilter:
    """What entries must have: ids (one of each group somewhere in the leaf), a kind or beginning of one, a time.

    `since` and `until` in seconds, the latter not included. Empty: all.
    """

    ids: tuple[tuple[str, ...], ...] = ()
    kinds: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None

    def conditions(self) -> tuple[list[str], list[bytes | int]]:
        """SQL and its parameters. Canonical JSON writes a text in one way only, so bytes are looked for."""
        found = _Conditions()
        for group in self.ids:
            found.one_of(f'"{name}"' for name in group)
        if self.kinds:
            found.one_of(f'"kind":"{kind}' for kind in self.kinds)
        at = _AT_POSTGRESQL if connection.vendor == "postgresql" else _AT_SQLITE
        for limit, compared in ((self.since, ">="), (self.until, "<")):
            if limit is not None:
                found.add(f"{at} {compared} %s", limit)
        return found.texts, found.values


@dataclass
class _Conditions:
    texts: list[str] = field(default_factory=list)
    values: list[bytes | int] = field(default_factory=list)

    def add(self, text: str, *values: bytes | int) -> None:
        self.texts.append(text)
        self.values += values

    def one_of(self, marks: Iterable[str]) -> None:
        wanted = [mark.encode() for mark in marks]
        place = "position(%s in leaf) > 0" if connection.vendor == "postgresql" else "instr(leaf, %s) > 0"
        self.add("(" + " OR ".join([place] * len(wanted)) + ")", *wanted)


def audit_lines(
    tenant: Tenant, *, before: int | None = None, limit: int, matching: AuditFilter | None = None
) -> Sequence[AuditLine]:
    """The newest `limit` lines, or those below the number `before`, that match; newest first. One query."""
    return found_lines(tenant, before=before, limit=limit, matching=matching or AuditFilter())[0]


def found_lines(
    tenant: Tenant, *, before: int | None, limit: int, matching: AuditFilter
) -> tuple[Sequence[AuditLine], int]:
    """The lines as above, and the number down to which was looked: above 1 there may be more."""
    texts, values = matching.conditions()
    if before is None:
        sequencer.catch_up(tenant.pk)
    top = tree.size_of(tenant.pk) if before is None else before - 1
    # Without conditions the first `limit` match, so there is no need to bound the search.
    bottom = max(top - SCAN, 0) if texts else 0
    where = " AND ".join(["tenant_id = %s", '"index" < %s', '"index" >= %s', *texts])
    query = f'SELECT "index", leaf, personal FROM base_auditentry WHERE {where} ORDER BY "index" DESC LIMIT %s'  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query, [tenant.pk, top, bottom, *values, limit])
        lines = [_line(index, bytes(leaf), bytes(personal)) for index, leaf, personal in cursor.fetchall()]
    return lines, bottom + 1 if len(lines) < limit else lines[-1].number


def pinned_lines(tenant: Tenant, kinds: frozenset[str], *, limit: int) -> Sequence[AuditLine]:
    """The newest entries of these weighty kinds; found by an index of the few weighty ones."""
    rows = AuditEntry.objects.filter(tenant=tenant, weighty=True).order_by("-index")
    lines = (_line(one.index, bytes(one.leaf), bytes(one.personal)) for one in rows.iterator(100))
    return [line for line, _ in zip((line for line in lines if line.kind in kinds), range(limit), strict=False)]


def audit_line(tenant: Tenant, number: int) -> AuditLine | None:
    """One entry with all that is known of it."""
    entry = AuditEntry.objects.filter(tenant=tenant, index=number - 1).first()
    return _line(entry.index, bytes(entry.leaf), bytes(entry.personal)) if entry else None


def entry_count(tenant: Tenant) -> int:
    """How many entries the log has; indexes have no gaps, so the last one tells."""
    return tree.size_of(tenant.pk)


def _line(index: int, content: bytes, parts: bytes) -> AuditLine:
    leaf = json.loads(content)
    personal: dict[str, str] = json.loads(parts or b"{}")
    return AuditLine(
        number=index + 1,
        at=datetime.fromtimestamp(leaf["at"], UTC),
        kind=leaf["kind"],
        who=personal.get("by", ""),
        # A client who is one person bears one name as both.
        about=" · ".join(dict.fromkeys(text for key, text in sorted(personal.items()) if key not in _NOT_SUBJECT)),
        attested_by=leaf["attested_by"],
        address=personal.get("address", ""),
        is_erased=not parts,
        facts=tuple((key, json.dumps(value, ensure_ascii=False).strip('"')) for key, value in leaf["about"].items()),
    )
