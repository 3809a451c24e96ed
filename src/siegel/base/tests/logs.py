"""A log with a notary of its own, and what an attacker does to it who rules the database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from siegel.base import audit
from siegel.base.actions import action
from siegel.base.audit import checkpoints, tree
from siegel.base.models import AuditEntry, Tenant
from siegel.lib.tlog import Frontier, entry_hash
from siegel.notary.process import running


@contextmanager
def notary(folder: Path) -> Iterator[None]:
    """The log key's process, in a thread; its socket is where the settings say."""
    socket: Path = settings.LOG_KEY_SOCKET
    socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with running(socket, folder / "log.key", folder / "state"):
        yield
    shutil.rmtree(socket.parent, ignore_errors=True)


@action
def note(*, tenant: Tenant, times: int = 1, about: dict[str, Any] | None = None) -> int:
    """Entries without effect; the last one's index."""
    audit.in_turn(tenant)
    for _ in range(times):
        entry = audit.record("base.waved", tenant=tenant, about=about, personal={"to": "Jörg"})
    return entry.index


def grow(tenant: Tenant, times: int = 1) -> None:
    """More entries, and a signed head over them."""
    note(tenant=tenant, times=times)
    checkpoints.sign_head(tenant.pk)


def entry_at(tenant: Tenant, index: int) -> AuditEntry:
    return AuditEntry.objects.get(tenant=tenant, index=index)


def drop_log_triggers() -> None:
    table = " ON base_auditentry" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in ("fixed", "emptied", "kept"):
            cursor.execute(f"DROP TRIGGER base_auditentry_{name}{table}")


class Attacker:
    """Rules the database: the triggers stop a program's mistake, not him."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        drop_log_triggers()

    def cut(self, size: int) -> None:
        AuditEntry.objects.filter(tenant=self.tenant, index__gte=size).delete()

    def alter(self, index: int, /, **values: Any) -> None:
        AuditEntry.objects.filter(tenant=self.tenant, index=index).update(**values)

    def rebuild(self) -> None:
        """All indexes and hashes again, so that the tables fit each other."""
        frontier = Frontier()
        entries = list(AuditEntry.objects.filter(tenant=self.tenant).order_by("index"))
        AuditEntry.objects.filter(tenant=self.tenant).delete()
        for index, entry in enumerate(entries):
            entry.index, entry.pk = index, None
            [entry.hashes] = tree.completed(frontier, [entry_hash(bytes(entry.leaf))])
        AuditEntry.objects.bulk_create(entries)
