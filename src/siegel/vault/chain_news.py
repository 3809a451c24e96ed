"""What is new in a vault or team since a record, page by page."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Sum
from django.db.models.functions import Length

from siegel.keys.queries import ENTRIES_PER_PAGE, Entry, entries_since
from siegel.vault.models import Node, Placement, Vault, Version
from siegel.vault.queries import Shown

# Nodes in one page of news: a record may bring hundreds. About 6 MB on the wire; a page costs 60 ms besides.
NODES_PER_PAGE = 4000
# Bytes of their rows in one page, which is put together in memory.
ROW_BYTES_PER_PAGE = 8 << 20


@dataclass(frozen=True)
class SealedRow:
    """A row of a node that the record `seq` brought; version 0 for folders and places."""

    node: str
    version: int
    seq: int
    row: bytes


class SealedVersion(NamedTuple):
    """A version's signed manifest and its sealed row; no row of what is purged."""

    seq: int
    version: int
    node: str
    manifest_bytes: bytes | memoryview
    manifest_sig: bytes | memoryview
    row: bytes | memoryview


@dataclass(frozen=True)
class News:
    """Records of a vault and what came with them: versions by record; sealed rows of what is not purged."""

    entries: Sequence[Entry]
    rows: Sequence[SealedRow]
    versions: dict[int, list[SealedVersion]]
    more: bool


def news_since(shown: Shown, since: int, *, brief: bool = False) -> News:
    """The next records after `since`: no more than any of the three bounds of a page allows, but at least one.

    `brief`: one, though more follow.
    """
    entries, vault = entries_since(shown.chain, since, 1 if brief else ENTRIES_PER_PAGE), shown.vault
    if not entries:
        return News([], [], {}, more=False)
    if vault is None:
        return News(entries, [], {}, more=entries[-1].record.seq < shown.chain.head_seq)
    entries = _page(entries, _loads(vault, (entries[0].record.seq, entries[-1].record.seq)))
    span = (entries[0].record.seq, entries[-1].record.seq)
    versions: dict[int, list[SealedVersion]] = defaultdict(list)
    found = Version.objects.filter(vault=vault, seq__range=span).order_by("pk")
    # as tuples: of thousands of them objects would cost more than all else
    for values in found.values_list("seq", "version", "node__node", "manifest_bytes", "manifest_sig", "row"):
        versions[values[0]].append(SealedVersion(*values))
    rows = [SealedRow(one.node, one.version, one.seq, bytes(one.row)) for some in versions.values() for one in some]
    sealed = [*_named_rows(vault, span), *(row for row in rows if row.row)]
    return News(entries, sealed, versions, more=span[1] < shown.chain.head_seq)


def _named_rows(vault: Vault, span: tuple[int, int]) -> list[SealedRow]:
    """Rows of folders and places, as far as they are there. Two queries."""
    folders = Node.objects.filter(vault=vault, seq__range=span, kind="folder", purged=False).order_by("pk")
    places = Placement.objects.filter(vault=vault, seq__range=span).exclude(row=b"").order_by("pk")
    values = [*folders.values_list("node", "seq", "row"), *places.values_list("node", "seq", "row")]
    return [SealedRow(node, 0, seq, bytes(row or b"")) for node, seq, row in values]


@dataclass
class _Load:
    """What comes with a record: how many files and folders, and the bytes of their rows."""

    nodes: int = 0
    row_bytes: int = 0


def _loads(vault: Vault, span: tuple[int, int]) -> dict[int, _Load]:
    """By record, from `span[0]` to `span[1]`."""
    loads: dict[int, _Load] = defaultdict(_Load)
    folders = Node.objects.filter(vault=vault, kind="folder")
    for rows in (Version.objects.filter(vault=vault), folders, Placement.objects.filter(vault=vault)):
        sums = rows.filter(seq__range=span).values_list("seq").annotate(Count("pk"), row_bytes=Sum(Length("row")))
        for seq, nodes, row_bytes in sums:
            loads[seq].nodes += nodes
            loads[seq].row_bytes += row_bytes or 0
    return loads


def _page(entries: Sequence[Entry], loads: Mapping[int, _Load]) -> Sequence[Entry]:
    """As many as fit, at least one."""
    nodes = row_bytes = 0
    for taken, entry in enumerate(entries):
        load = loads.get(entry.record.seq, _Load())
        nodes, row_bytes = nodes + load.nodes, row_bytes + load.row_bytes
        if taken and (nodes > NODES_PER_PAGE or row_bytes > ROW_BYTES_PER_PAGE):
            return entries[:taken]
    return entries
