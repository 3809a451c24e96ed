"""PostgreSQL itself crashes, is stopped at once, or has no room left, in the middle of appending.

Never an effect without its entry nor an entry without effect, no gap; and the sequencer goes on by itself.
"""

import os
import random
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest

from siegel.base.tests.test_crashes import EFFECTS, ENTRIES, assert_whole, child, installation, run_child
from tests.postgres import SETTINGS, Server, server

__all__ = ["installation"]

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(500)]

ROUNDS = 3
BACK_S = 40.0


def standing(running: Server) -> tuple[int, int, int]:
    """Effects, entries in their place, entries that wait; whole, whenever one looks."""
    with closing(running.connected()) as database, database.transaction():
        database.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        [effects] = database.execute(EFFECTS).fetchone() or [0]
        rows = database.execute(ENTRIES).fetchall()
        [waiting] = database.execute("SELECT COUNT(*) FROM base_auditpending").fetchone() or [0]
    assert_whole(rows)
    assert len(rows) + waiting == effects
    return effects, len(rows), waiting


def until_nothing_waits(running: Server) -> None:
    deadline = time.monotonic() + BACK_S
    while standing(running)[2]:
        assert time.monotonic() < deadline, "the sequencer did not come back"
        time.sleep(0.1)


def kill_a_backend(running: Server, chance: random.Random) -> None:
    """Whereupon the server ends all others, too, and recovers."""
    with closing(running.connected()) as database:
        query = "SELECT pid FROM pg_stat_activity WHERE datname = 'siegel' AND pid <> pg_backend_pid() ORDER BY pid"
        pids = [pid for (pid,) in database.execute(query).fetchall()]
        os.kill(chance.choice(pids), signal.SIGKILL)
        with suppress(psycopg.OperationalError):
            while True:
                database.execute("SELECT 1")


@pytest.mark.parametrize("way", ["backend killed", "server stopped at once"])
def test_a_database_that_crashes_in_the_middle_of_an_append_loses_nothing(
    installation: dict[str, str], way: str
) -> None:
    chance, before = random.Random(7), 0
    with server(SETTINGS) as running:
        installation["SIEGEL_DATABASE"] = running.url
        run_child("prepare", installation)
        with child("keep", installation) as keeper:
            for _ in range(ROUNDS):
                with child("write", installation) as writer:
                    time.sleep(chance.uniform(0.1, 0.6))
                    if way == "backend killed":
                        kill_a_backend(running, chance)
                    else:
                        running.stop(signal.SIGQUIT)
                        running.start()
                    assert writer.wait(BACK_S)  # it says so, by ending
                effects, _, _ = standing(running)
                assert effects >= before
                before = effects
            until_nothing_waits(running)
            assert keeper.poll() is None
    assert before > 0


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of its own with room for a cluster and little more."""
    folder = tempfile.mkdtemp(prefix="siegel-small-")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", folder], check=False)
    if mounted.returncode:
        os.rmdir(folder)
        pytest.skip("a full disk is tried where a small file system may be mounted (root)")
    try:
        yield Path(folder)
    finally:
        subprocess.run(["umount", folder], check=True)
        os.rmdir(folder)


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as ballast, suppress(OSError):
        while True:
            ballast.write(bytes(4096))


def test_a_full_disk_stops_actions_and_loses_nothing(installation: dict[str, str], small_disk: Path) -> None:
    home, ballast = small_disk / "home", small_disk / "ballast"
    home.mkdir()
    small_disk.chmod(0o755)
    with server(SETTINGS, home) as running:
        installation["SIEGEL_DATABASE"] = running.url
        run_child("prepare", installation)
        with child("keep", installation) as keeper:
            with child("write", installation) as writer:
                time.sleep(0.5)
                fill(ballast)
                assert writer.wait(BACK_S)
            assert os.statvfs(small_disk).f_bavail * 4096 < 1 << 20
            full = None if running.process.poll() is not None else standing(running)
            ballast.unlink()
            if full is None:  # not even the WAL had room
                running.start()
            effects, _, _ = standing(running)
            assert full is None or full[0] == effects > 0
            with child("write", installation):
                time.sleep(0.5)
            assert standing(running)[0] > effects
            until_nothing_waits(running)
            assert keeper.poll() is None
