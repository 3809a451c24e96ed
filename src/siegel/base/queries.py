"""Reading the log for people."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Max

from siegel.base.models import AuditEntry, Tenant

# Of the personal part: who acted stands in a column of its own, addresses are not for the list.
_NOT_SUBJECT = {"by", "address", "email"}


@dataclass(frozen=True)
class AuditLine:
    """An entry as people read it. `number` counts from 1: the last line's number is the number of entries."""

    number: int
    at: datetime
    kind: str
    who: str
    about: str
    attested_by: str


def audit_lines(tenant: Tenant, *, before: int | None = None, limit: int) -> Sequence[AuditLine]:
    """The newest `limit` lines, or those below the number `before`; newest first. One query."""
    entries = AuditEntry.objects.filter(tenant=tenant)
    if before is not None:
        entries = entries.filter(index__lt=before - 1)
    return [_line(entry) for entry in entries.order_by("-index").only("index", "leaf", "personal")[:limit]]


def entry_count(tenant: Tenant) -> int:
    """How many entries the log has; indexes have no gaps, so the last one tells."""
    last = AuditEntry.objects.filter(tenant=tenant).aggregate(last=Max("index"))["last"]
    return 0 if last is None else int(last) + 1


def _line(entry: AuditEntry) -> AuditLine:
    leaf = json.loads(bytes(entry.leaf))
    personal: dict[str, str] = json.loads(bytes(entry.personal) or b"{}")
    return AuditLine(
        number=entry.index + 1,
        at=datetime.fromtimestamp(leaf["at"], UTC),
        kind=leaf["kind"],
        who=personal.get("by", ""),
        # A client who is one person bears one name as both.
        about=" · ".join(dict.fromkeys(text for key, text in sorted(personal.items()) if key not in _NOT_SUBJECT)),
        attested_by=leaf["attested_by"],
    )
