"""What a log's own entries say of its beginnings after restores. The beginnings themselves: `beginnings`."""

from collections.abc import Iterator

from siegel.base.models import AuditEntry
from siegel.seals.log_origins import BEGUN_KIND, Statement


def statements(tenant_id: str) -> list[Statement]:
    """What the log's entries say of its beginnings, the oldest first."""
    return [Statement.parse(leaf) for _, leaf in begun(tenant_id)]


def begun(tenant_id: str) -> Iterator[tuple[int, bytes]]:
    """The entries with which it began anew: index and leaf."""
    rows = AuditEntry.objects.filter(tenant=tenant_id, weighty=True).order_by("index").values_list("index", "leaf")
    mark = f'"kind":"{BEGUN_KIND}"'.encode()
    yield from ((index, bytes(leaf)) for index, leaf in rows.iterator(100) if mark in bytes(leaf))
