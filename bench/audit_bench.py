"""The audit log on SQLite as it is operated (WAL, full synchronisation): appending, size, a log of a million entries.

Appending: actions that write one entry, and actions that write a thousand, through the same door; the peer is the same
action without tree and state hashes, in turns, so that both meet the same machine. Entries are like those of the
product; their personal part and salt do not count for the size. The million is written in batches; its proofs are read
through the product's own queries, wall clock, median; the whole is verified as the worker does it, in CPU seconds.
"""

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from bench.figures import at_most

SIZE = 1_000_000
BATCH = 1000
SINGLES = 40
BATCHES = 2
PROOFS = 500
ROUNDS = 12

Figure = dict[str, Any]


def measure() -> list[Figure]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from siegel.base.models import Tenant

    call_command("migrate", verbosity=0)
    tenants = [Tenant.objects.create(slug=f"firm{n}", name="Muster", created_at=timezone.now()) for n in range(3)]
    single = _compare(tenants[0], 1, SINGLES)
    batch = _compare(tenants[1], BATCH, BATCHES)
    return [
        _ratio("audit.append_single", "entries/s", *single),
        _ratio("audit.append_batch_1000", "entries/s", *batch),
        *_million(tenants[2]),
    ]


def _compare(tenant: Any, times: int, actions: int) -> tuple[float, float]:
    """Entries per second with the tree and without, the better of interleaved rounds."""
    _write(tenant, times)
    rates: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(ROUNDS):
        for with_tree in (True, False):
            with ExitStack() as stack:
                if not with_tree:
                    stack.enter_context(_plain())
                began = time.perf_counter()
                for _ in range(actions):
                    _write(tenant, times)
                rates[with_tree].append(times * actions / (time.perf_counter() - began))
            _repair(tenant)
    return statistics.median(rates[True]), statistics.median(rates[False])


def _write(tenant: Any, times: int) -> None:
    from siegel.base import audit
    from siegel.base.actions import action

    @action
    def work() -> None:
        for number in range(times):
            audit.record(
                "vault.version_fetched",
                tenant=tenant,
                about={"node": "ZdLWuREyTVSNvnnyhL2vIg", "vault": "p4jn2OM9RtmA8Vg4T8Ixvw", "version": number % 9 + 1},
                personal={"address": "192.0.2.17", "by": "Maren Tiedemann"},
            )

    work()


@contextmanager
def _plain() -> Iterator[None]:
    """Without tree and states: what a log costs that proves nothing."""
    from siegel.base.audit import states, tree
    from siegel.base.models import AuditEntry

    def insert(entries: list[Any]) -> None:
        AuditEntry.objects.bulk_create(entries)

    with (
        mock.patch.object(tree, "append", insert),
        mock.patch.object(states, "watch"),
        mock.patch.object(states, "changed", return_value=iter(())),
    ):
        yield


def _repair(tenant: Any) -> None:
    """Gives the entries of the peer their hashes, so that the next round can go on."""
    from django.db import connection

    from siegel.base.audit import tree
    from siegel.base.models import AuditEntry
    from siegel.lib.tlog import Frontier, entry_hash

    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER IF EXISTS base_auditentry_fixed")
    bad = AuditEntry.objects.filter(tenant=tenant, hashes=b"").order_by("index")
    if first := bad.first():
        entries = list(bad)
        frontier = Frontier.read(first.index, tree.reader(tenant.pk))
        for entry, held in zip(
            entries, tree.completed(frontier, [entry_hash(bytes(entry.leaf)) for entry in entries]), strict=True
        ):
            entry.hashes = held
        AuditEntry.objects.bulk_update(entries, ["hashes"], batch_size=300)


def _million(tenant: Any) -> list[Figure]:
    from siegel.base.audit import proofs, tree, verification
    from siegel.lib import tlog
    from siegel.notary.process import running

    from django.conf import settings  # isort: skip

    for _ in range(SIZE // BATCH):
        _write(tenant, BATCH)
    places = [random.Random(number).randrange(SIZE) for number in range(PROOFS)]
    read = tree.reader(tenant.pk)
    leaf = [bytes(read([tlog.Node(0, place)])[0]) for place in places]
    root = tlog.tree_root(SIZE, read)
    made = [tlog.inclusion_proof(place, SIZE, read) for place in places]
    cases = list(zip(leaf, places, made, strict=True))
    proving = _median_s(lambda case: tlog.inclusion_proof(case[1], SIZE, read), cases)
    verifying = _median_s(lambda case: tlog.verify_inclusion(case[0], case[1], SIZE, case[2], root), cases)
    folder = Path(settings.DATA)
    settings.LOG_KEY_SOCKET.parent.mkdir(mode=0o700, exist_ok=True)
    with running(settings.LOG_KEY_SOCKET, folder / "log.key", folder / "notary"):
        filing = _median_s(lambda case: proofs.proof_file(tenant.pk, case[1]), cases[:100])
        whole = min(_cpu_s(lambda: verification.verify(tenant.pk)) for _ in range(2))
        if verification.verify(tenant.pk).finding is not None:
            raise RuntimeError("the log does not verify")
    return [
        at_most("audit.inclusion_proof_1m_p50", proving * 1e3, "ms", 1.0, digits=3),
        at_most("audit.verify_inclusion_1m_p50", verifying * 1e6, "µs", 50.0, digits=3),
        at_most("audit.proof_file_1m_p50", filing * 1e3, "ms", None, digits=3),
        at_most("audit.full_verification_1m", whole, "CPU s", 4.0, digits=3),
        at_most("audit.disk_per_entry", _disk_per_entry(tenant), "bytes", 450.0, digits=3),
    ]


def _disk_per_entry(tenant: Any) -> float:
    """Of table and indexes, without personal part and salt."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT SUM(pgsize) FROM dbstat WHERE name LIKE '%%base_%%entry%%'")
        used = cursor.fetchone()[0]
        cursor.execute("SELECT COUNT(*), SUM(length(personal) + length(salt)) FROM base_auditentry")
        count, personal = cursor.fetchone()
    return float((used - personal) / count)


def _median_s(work: Callable[[Any], object], cases: list[Any]) -> float:
    times = []
    for case in cases:
        began = time.perf_counter()
        work(case)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _cpu_s(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _ratio(name: str, unit: str, value: float, peer: float) -> Figure:
    row = at_most(name, value, unit, 0.85, digits=3)
    return row | {
        "peer": "insert without tree",
        "peer_value": peer,
        "ratio": value / peer,
        "held": value / peer >= 0.85,
    }
