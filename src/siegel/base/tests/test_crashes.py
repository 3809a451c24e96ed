"""kill -9 at any moment of appending: no effect without its entry, no entry without effect, no gap, a whole tree."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from siegel.lib.tlog import Frontier, entry_hash
from siegel.lib.tlog.tree import tree_root

ROUNDS = 6
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
    tenant.name = str(int(tenant.name) + times)
    tenant.save(update_fields=["name"])
    for _ in range(times):
        audit.record("base.counted", tenant=tenant)

tenant = Tenant.objects.get()
print("ready", flush=True)
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
    }


def test_a_writer_killed_at_any_moment_leaves_effects_and_entries_together(installation: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-c", CHILD, "prepare"], env=installation, check=True, timeout=60)
    path = Path(installation["SIEGEL_DATA"]) / "siegel.sqlite3"
    chance, before = random.Random(5), 0
    for _ in range(ROUNDS):
        writer = subprocess.Popen([sys.executable, "-c", CHILD, "write"], env=installation, stdout=subprocess.PIPE)
        assert writer.stdout is not None
        with writer.stdout:
            assert writer.stdout.readline() == b"ready\n"
            time.sleep(chance.uniform(0.05, 0.4))
            writer.send_signal(signal.SIGKILL)
            writer.wait(10)
        effects = _whole(path)
        assert effects >= before
        before = effects
    assert before > 0


def _whole(path: Path) -> int:
    """How often it counted; every count has its entry, and the entries make their tree."""
    with sqlite3.connect(path) as database:
        (effects,) = database.execute("SELECT CAST(name AS INTEGER) FROM base_tenant").fetchone()
        rows = database.execute('SELECT "index", leaf, hashes FROM base_auditentry ORDER BY "index"').fetchall()
    database.close()
    assert [index for index, _, _ in rows] == list(range(effects))
    frontier = Frontier()
    frontier.extend(entry_hash(leaf) for _, leaf, _ in rows)

    def stored(nodes: list[tuple[int, int]]) -> list[bytes]:
        return [rows[(number + 1 << level) - 1][2][32 * level : 32 * level + 32] for level, number in nodes]

    assert tree_root(effects, stored) == frontier.root()  # type: ignore[arg-type]  # nodes are named tuples
    return int(effects)
