"""The stored tree. Each entry carries the hashes of the nodes that it completes, the leaf's first.

Entry i completes node (level, i >> level) for every level up to the number of trailing ones of i. So one insert stores
entry and nodes together, on average 64 bytes of hashes each, and nothing stored ever changes.
"""

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from django.db import connection

from siegel.base.audit.kinds import is_weighty
from siegel.lib.merkle import HASH_SIZE
from siegel.lib.tlog import Frontier, HashReader, Node, StoreError, entry_hash

if TYPE_CHECKING:
    from siegel.base.models import AuditEntry


_INSERT = (
    'INSERT INTO base_auditentry (tenant_id, "index", leaf, hashes, weighty, personal, salt)'
    " VALUES (%s, %s, %s, %s, %s, %s, %s)"
)


# What runs with every action is SQL written out: it costs a fifth of what the ORM takes to build it.


def size_of(tenant_id: str) -> int:
    """How many entries the tenant's log has; indexes have no gaps, so the last one tells."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT MAX("index") FROM base_auditentry WHERE tenant_id = %s', [tenant_id])
        last = cursor.fetchone()[0]
    return 0 if last is None else int(last) + 1


def append(entries: Sequence["AuditEntry"]) -> None:
    """Inserts the entries of one tenant, which follow each other and the last stored one, with their hashes.

    StoreError if the stored hashes are incomplete, OutsideTreeError if the first index is not the next one.
    """
    first, tenant_id = entries[0].index, entries[0].tenant_id
    frontier = Frontier.read(first, reader(tenant_id))
    leaves = [entry_hash(bytes(entry.leaf)) for entry in entries]
    for entry, held in zip(entries, completed(frontier, leaves), strict=True):
        entry.hashes = held
        entry.weighty = is_weighty(bytes(entry.leaf))
    rows = [
        (tenant_id, one.index, bytes(one.leaf), bytes(one.hashes), one.weighty, bytes(one.personal), bytes(one.salt))
        for one in entries
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # one statement: executemany makes one of each row
            cursor.execute(
                _INSERT + ", (%s, %s, %s, %s, %s, %s, %s)" * (len(rows) - 1), list(chain.from_iterable(rows))
            )
        else:
            cursor.executemany(_INSERT, rows)


def completed(frontier: Frontier, leaves: Sequence[bytes]) -> list[bytes]:
    """Appends the leaf hashes to the frontier; for each the joined hashes that its entry carries."""
    first = frontier.size
    held: list[list[bytes]] = [[] for _ in leaves]
    for run in frontier.extend(leaves):
        for number, digest in enumerate(run.hashes, start=run.first):
            held[(number + 1 << run.level) - 1 - first].append(digest)
    return [b"".join(hashes) for hashes in held]


def reader(tenant_id: str) -> HashReader:
    """Reads nodes of the tenant's tree, all of one proof by one query. StoreError for what is not there."""

    def read(nodes: Sequence[Node]) -> list[bytes]:
        wanted = [holder(node) for node in nodes]
        marks = ", ".join(["%s"] * len(wanted))
        query = f'SELECT "index", hashes FROM base_auditentry WHERE tenant_id = %s AND "index" IN ({marks})'  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(query, [tenant_id, *wanted])
            found = {index: bytes(hashes) for index, hashes in cursor.fetchall()}
        return [_of(found.get(holder(node), b""), node.level) for node in nodes]

    return read


def holder(node: Node) -> int:
    """The index of the entry that completes the node, and so holds its hash."""
    return ((node.number + 1) << node.level) - 1


def _of(hashes: bytes, level: int) -> bytes:
    digest = hashes[level * HASH_SIZE : (level + 1) * HASH_SIZE]
    if len(digest) != HASH_SIZE:
        raise StoreError("a hash of the tree is missing")
    return digest
