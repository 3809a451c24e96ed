"""kill -9 at any moment of appending: no effect without its entry, no entry without effect, no gap, a whole tree."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from siegel.lib.tlog import Frontier, Node, entry_hash
from siegel.lib.tlog.tree import tree_root
from tests.postgres import cluster

ROUNDS = 6
EFFECTS = "SELECT CAST(name AS INTEGER) FROM base_tenant"
ENTRIES = 'SELECT "index", leaf, hashes FROM base_auditentry ORDER BY "index"'
CHILD = """
import os, sys
import django
django.setup()
from django.core.management import call_command
from django.utils import timezone
from siegel.base import audit
from siegel.base.actions import action
from siegel.base.models import Tenant

if sys.argv[1] == "prepare":
    call_command("migrate", verbosity=0)
    Tenant.objects.create(id="t" * 22, slug="muster", name="0", created_at=timezone.now())
    sys.exit()

@action
def count(*, tenant, times):
    if times == 5:  # now and then with its index, before what waits
        audit.in_turn(tenant)
    tenant.name = str(int(tenant.name) + times)
    tenant.save(update_fields=["name"])
    for _ in range(times):
        audit.record("base.counted", tenant=tenant)

tenant = Tenant.objects.get()
print("ready", flush=True)
if sys.argv[1] == "sequence":
    from siegel.base.audit import sequencer
    while True:
        sequencer.sequence(tenant.pk)
if sys.argv[1] == "keep":  # as the worker does it, through whatever happens
    import time
    from siegel.base.audit import sequencer
    sequencer.keep(time.sleep)
while True:
    tenant.refresh_from_db()
    count(tenant=tenant, times=1 + int(tenant.name) % 7)
"""


@pytest.fixture
def installation(tmp_path: Path) -> dict[str, str]:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "siegel.site.settings",
        "SIEGEL_DATA": str(data),
        "SIEGEL_SECRET_KEY": "a secret key for tests and nothing else",
        "SIEGEL_PEPPER": "a pepper for tests and nothing but tests",
        "SIEGEL_HOSTS": "localhost",
        "SIEGEL_PUBLIC_URL": "http://localhost:8000",
        "SIEGEL_DATABASE": "",
    }


def test_a_writer_killed_at_any_moment_leaves_effects_and_entries_together(installation: dict[str, str]) -> None:
    run_child("prepare", installation)
    path = Path(installation["SIEGEL_DATA"]) / "siegel.sqlite3"
    chance, before = random.Random(5), 0
    for _ in range(ROUNDS):
        with child("write", installation):
            time.sleep(chance.uniform(0.05, 0.4))
        with closing(sqlite3.connect(path)) as database:
            effects, rows = database.execute(EFFECTS).fetchone()[0], database.execute(ENTRIES).fetchall()
        assert len(rows) == effects >= before
        assert_whole(rows)
        before = effects
    assert before > 0


@pytest.mark.postgresql
@pytest.mark.timeout(400)
def test_writer_and_sequencer_killed_at_any_moment_leave_effects_and_entries_together(
    installation: dict[str, str],
) -> None:
    """On PostgreSQL as it is operated, with what is committed on the disk. What waits counts as an entry."""
    chance, before, was_waiting = random.Random(5), 0, False
    with cluster(durable=True) as url, psycopg.connect(url, autocommit=True) as database:
        installation["SIEGEL_DATABASE"] = url
        run_child("prepare", installation)
        for turn in range(ROUNDS):
            with child("write", installation), child("sequence", installation) as sequencer:
                time.sleep(chance.uniform(0.05, 0.4))
                if turn % 2:  # the writer goes on alone
                    sequencer.kill()
                    time.sleep(chance.uniform(0.05, 0.2))
            [effects] = database.execute(EFFECTS).fetchone() or [0]
            rows = database.execute(ENTRIES).fetchall()
            [waiting] = database.execute("SELECT COUNT(*) FROM base_auditpending").fetchone() or [0]
            assert len(rows) + waiting == effects >= before
            assert_whole(rows)
            before, was_waiting = effects, was_waiting or waiting > 0
    assert before > 0
    assert was_waiting


def run_child(task: str, installation: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-c", CHILD, task], env=installation, check=True, timeout=60)


@contextmanager
def child(task: str, installation: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Killed at the end, in the middle of whatever it does."""
    process = subprocess.Popen([sys.executable, "-c", CHILD, task], env=installation, stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout:
        try:
            assert process.stdout.readline() == b"ready\n"
            yield process
        finally:
            process.kill()
            process.wait(10)


def assert_whole(rows: list[tuple[int, bytes, bytes]]) -> None:
    """Index, leaf and hashes of all entries: no gap, and they make their tree."""
    assert [index for index, _, _ in rows] == list(range(len(rows)))
    frontier = Frontier()
    frontier.extend(entry_hash(leaf) for _, leaf, _ in rows)

    def stored(nodes: Sequence[Node]) -> list[bytes]:
        return [rows[(number + 1 << level) - 1][2][32 * level : 32 * level + 32] for level, number in nodes]

    assert tree_root(len(rows), stored) == frontier.root()
