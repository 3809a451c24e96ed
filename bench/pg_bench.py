"""The audit log on PostgreSQL as it is operated (fsync on): 24 writers of one firm, and how long a proof takes.

The peer is what one would do without a sequencer: the same action takes the log's lock and appends to the tree in its
own transaction. Both are measured in turns on one cluster; the sequencer runs during both, as the worker's does.
Time to proof, from the commit of an action on: until its entry has its place, a signed head covers it and the proof
file is there. It is asked for once without other writers and once beside all of them.
"""

import os
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.figures import at_most

PROCESSES = 4
THREADS = 6
ROUNDS = 4
SECONDS = 3.0
PROOFS = 100
PAUSE_S = 0.03

Figure = dict[str, Any]


def measure() -> list[Figure]:
    from tests.postgres import VARIABLE, cluster

    with cluster(durable=True) as url:
        os.environ.update({VARIABLE: url, "DJANGO_SETTINGS_MODULE": "tests.settings"})
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connections
        from django.utils import timezone

        from siegel.base.models import Tenant

        call_command("migrate", verbosity=0)
        tenant = Tenant.objects.create(slug="firm", name="Muster", created_at=timezone.now())
        try:
            return _measure(tenant)
        finally:
            connections.close_all()


def _measure(tenant: Any) -> list[Figure]:
    with ExitStack() as stack:
        stack.enter_context(_signing())
        stack.enter_context(_sequencing())
        writers = [stack.enter_context(_writers(tenant, number)) for number in range(PROCESSES)]
        rates: dict[str, list[float]] = {"own": [], "peer": []}
        for _ in range(ROUNDS):
            for kind, found in rates.items():
                found.append(_rate(writers, kind))
                _until_nothing_waits(tenant)
        quiet = _times_to_proof(tenant)
        for one in writers:
            _tell(one, "own", PROOFS * (PAUSE_S + 0.15))
        busy = _times_to_proof(tenant)
        for one in writers:
            _answer(one)
        _until_nothing_waits(tenant)
        _verify(tenant)
    own, peer = statistics.median(rates["own"]), statistics.median(rates["peer"])
    return [
        at_most("pg.append_24_writers", own, "entries/s", 4.0)
        | {
            "peer": "tree under one lock in the transaction",
            "peer_value": round(peer, 1),
            "ratio": own / peer,
            "held": own / peer >= 4.0,
        },
        at_most("pg.time_to_proof_p99", _p99(quiet) * 1e3, "ms", 250.0),
        at_most("pg.time_to_proof_beside_24_writers_p50", statistics.median(busy) * 1e3, "ms", None),
        at_most("pg.time_to_proof_beside_24_writers_p99", _p99(busy) * 1e3, "ms", 250.0),
    ]


@contextmanager
def _signing() -> Iterator[None]:
    from django.conf import settings

    from siegel.notary.process import running

    folder = Path(settings.DATA)
    settings.LOG_KEY_SOCKET.parent.mkdir(mode=0o700, exist_ok=True)
    with running(settings.LOG_KEY_SOCKET, folder / "log.key", folder / "notary"):
        yield


@contextmanager
def _sequencing() -> Iterator[None]:
    """As the worker does it, in a process of its own."""
    code = "import django, time; django.setup(); from siegel.base.audit import sequencer; sequencer.keep(time.sleep)"
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        try:
            yield
        finally:
            process.kill()


@contextmanager
def _writers(tenant: Any, number: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "bench.pg_child", tenant.pk, str(number * THREADS), str(THREADS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            if _answer(process) != "ready":
                raise RuntimeError("a writer did not start")
            yield process
        finally:
            process.kill()


def _rate(writers: list[subprocess.Popen[str]], kind: str) -> float:
    """Actions per second of all."""
    began = time.perf_counter()
    for one in writers:
        _tell(one, kind, SECONDS)
    done = sum(int(_answer(one)) for one in writers)
    return done / (time.perf_counter() - began)


def _tell(writer: subprocess.Popen[str], kind: str, seconds: float) -> None:
    assert writer.stdin is not None
    writer.stdin.write(f"{kind} {seconds}\n")
    writer.stdin.flush()


def _answer(writer: subprocess.Popen[str]) -> str:
    assert writer.stdout is not None
    return writer.stdout.readline().strip()


def _until_nothing_waits(tenant: Any) -> None:
    from siegel.base.audit import sequencer

    while sequencer.waiting(tenant.pk):
        time.sleep(0.02)


def _times_to_proof(tenant: Any) -> list[float]:
    from siegel.base import audit
    from siegel.base.actions import action
    from siegel.base.audit import proofs

    @action
    def act(*, mark: str) -> None:
        audit.record("accounts.signed_out", tenant=tenant, about={"mark": mark})

    times = []
    for _ in range(PROOFS):
        mark = secrets.token_hex(11)
        act(mark=mark)
        began = time.perf_counter()
        while (index := _index_of(tenant, mark)) is None:
            time.sleep(0.002)
        proofs.proof_file(tenant.pk, index)
        times.append(time.perf_counter() - began)
        time.sleep(PAUSE_S)
    return times


def _index_of(tenant: Any, mark: str) -> int | None:
    from siegel.base.models import AuditEntry

    newest = AuditEntry.objects.filter(tenant=tenant).order_by("-index").values_list("index", "leaf")[:300]
    return next((index for index, leaf in newest if mark.encode() in bytes(leaf)), None)


def _verify(tenant: Any) -> None:
    from siegel.base.audit import verification

    if verification.verify(tenant.pk).finding is not None:
        raise RuntimeError("the log does not verify")


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]
