"""Writers of `pg_bench`: `python -m bench.pg_child TENANT FIRST COUNT`, told on standard input what to do.

"own SECONDS" or "peer SECONDS": every writer, a thread with a connection of its own, does actions for so long; the
number of all is printed.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from threading import local
from typing import Any
from unittest import mock


def main(tenant_id: str, first: int, count: int) -> None:
    import django

    django.setup()
    from siegel.base.audit import sequencer
    from siegel.base.models import Tenant

    tenant = Tenant.objects.get(pk=tenant_id)
    names = [f"writer {number}" for number in range(first, first + count)]
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(lambda name: work(tenant, name, time.monotonic() + 1), names))  # connects
        print("ready", flush=True)
        for line in sys.stdin:
            kind, seconds = line.split()
            # The peer: every action waits for the log and appends to its tree in its own transaction.
            peer = mock.patch.object(sequencer, "is_used", return_value=False) if kind == "peer" else nullcontext()
            until = time.monotonic() + float(seconds)
            with peer:
                print(sum(pool.map(lambda name, until=until: work(tenant, name, until), names)), flush=True)


_own = local()


def work(tenant: Any, name: str, until: float) -> int:
    """Actions with an effect of their own, one row, and an entry of usual size."""
    from django.db import connection
    from django.db.models import F

    from siegel.base import audit
    from siegel.base.actions import action
    from siegel.base.jobs.models import Cursor

    @action
    def act() -> None:
        Cursor.objects.filter(pk=_own.row).update(next=F("next") + 1)
        audit.record(
            "accounts.signed_in",
            tenant=tenant,
            about={"method": "password", "person": "ZdLWuREyTVSNvnnyhL2vIg"},
            personal={"address": "192.0.2.17", "by": "Maren Tiedemann"},
        )

    done = 0
    _own.row = Cursor.objects.get_or_create(name=name, tenant=tenant)[0].pk
    with closing(connection):
        while time.monotonic() < until:
            act()
            done += 1
    return done


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
