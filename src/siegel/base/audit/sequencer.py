"""PostgreSQL: entries wait as rows of their own until one after the other they get their place in the tree (ADR 0028).

Whoever holds the log's lock is its sequencer, and the lock ends with his transaction: two can be started, and one that
is killed leaves nothing behind. The worker takes in what waits many times a second; an action in turn does so before
it takes indexes for itself; and so does whoever reads the log for people.
"""

import time
from collections.abc import Callable, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import structlog
from django.db import DatabaseError, close_old_connections, connection, transaction

from siegel.base import locks
from siegel.base.audit import noting, tree

if TYPE_CHECKING:
    from siegel.base.models import AuditEntry

log = structlog.get_logger("siegel.audit")

BATCH = 1000
# A poll, because NOTIFY makes commits wait for each other: one lock for the whole database, held while it syncs.
LOOK_EVERY_S = 0.05
AGAIN_AFTER_S = 1.0

# One way to the database for three: what was noted is asked for, and the entries are written only if it is nothing.
_PEND = "INSERT INTO base_auditpending (tenant_id, leaf, personal, salt) SELECT * FROM (VALUES {}) AS waiting WHERE "
_PEND += noting.NOTHING
_TAKE = """
    DELETE FROM base_auditpending WHERE id IN
        (SELECT id FROM base_auditpending WHERE tenant_id = %s ORDER BY id LIMIT %s)
    RETURNING id, leaf, personal, salt
"""


def is_used() -> bool:
    """Whether entries may wait. SQLite has one writer at a time anyway: there every action is in turn."""
    return connection.vendor == "postgresql"


def pend(entries: Sequence["AuditEntry"]) -> bool:
    """Part of an action's transaction: the entries wait, in this order. False if it changed a watched row: they do not.

    All of them go to the database at once, which is two thirds of what an action pays for its entries.
    """
    rows = [(one.tenant_id, bytes(one.leaf), bytes(one.personal), bytes(one.salt)) for one in entries]
    with connection.cursor() as cursor:
        cursor.execute(_PEND.format(", ".join(["(%s, %s, %s, %s)"] * len(rows))), list(chain.from_iterable(rows)))
        return bool(cursor.rowcount)


def take_turn(tenant_id: str) -> int:
    """Part of a transaction: nobody else appends until its end. What was committed before stands; the log's size."""
    locks.alone(f"log/{tenant_id}")
    if is_used():
        _take_in(tenant_id)
    return tree.size_of(tenant_id)


def sequence(tenant_id: str) -> int:
    """Takes in what waits, in a transaction of its own; how many entries."""
    with transaction.atomic():
        locks.alone(f"log/{tenant_id}")
        return _take_in(tenant_id)


def catch_up(tenant_id: str) -> None:
    """Before the log is read: nothing that was committed until now is missing in it."""
    if is_used() and tenant_id in waiting(tenant_id):
        sequence(tenant_id)


def waiting(tenant_id: str | None = None) -> list[str]:
    """The tenants, or this one, with entries that wait."""
    from siegel.base.models import AuditPending

    pending = AuditPending.objects.all() if tenant_id is None else AuditPending.objects.filter(tenant=tenant_id)
    return list(pending.order_by("tenant").values_list("tenant", flat=True).distinct())


def keep(is_ended: Callable[[float], bool]) -> None:
    """The worker's sequencer, until `is_ended`, which waits so many seconds, says so."""
    pause_s = LOOK_EVERY_S
    while not is_ended(pause_s):
        began = time.monotonic()
        try:
            for tenant_id in waiting():
                sequence(tenant_id)
            pause_s = max(0.0, LOOK_EVERY_S - (time.monotonic() - began))
        except DatabaseError as error:  # away or full: what waits is safe, and the next round tries again
            log.error("sequencing failed", error=type(error).__name__)
            close_old_connections()
            pause_s = AGAIN_AFTER_S


def _take_in(tenant_id: str) -> int:
    """Under the log's lock. Rows that become visible later get later indexes, whatever their ids."""
    from siegel.base.models import AuditEntry

    size, count = tree.size_of(tenant_id), 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [tenant_id, BATCH])
            rows = sorted(cursor.fetchall())
        if rows:
            tree.append(
                [
                    AuditEntry(tenant_id=tenant_id, index=index, leaf=leaf, personal=personal, salt=salt)
                    for index, (_, leaf, personal, salt) in enumerate(rows, size + count)
                ]
            )
        count += len(rows)
        if len(rows) < BATCH:
            return count
