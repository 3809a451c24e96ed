"""Splitting the emergency sheet on the command line."""

import stat
from dataclasses import replace
from pathlib import Path

from siegel.agent.tests.server import Server
from siegel.agent.tests.test_main import Run, online, run
from siegel.seals.derive import Seed
from siegel.seals.keyfile import write_key_file
from siegel.seals.shares import Share, combine

__all__ = ["online", "run"]


def test_two_of_the_three_files_give_root_and_recovery_back(run: Run, online: Server) -> None:
    root, recovery = Seed.generate(), Seed.generate()
    key_file = online.key_file(online.firm.owner)
    Path("set-up.txt").write_bytes(write_key_file(replace(key_file, root_seed=root, recovery_seed=recovery), None))
    Path("out").mkdir()
    assert run("key", "split", "set-up.txt", "out") == 0
    files = sorted(Path("out").iterdir())
    assert len(files) == 3
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    one, _, three = (Share.parse(file.read_text()) for file in files)
    assert combine(one, three) == (root, recovery)
    assert run("key", "split", "set-up.txt", "out") == 1


def test_a_daily_key_file_holds_no_sheet(run: Run, online: Server) -> None:
    Path("key.txt").write_bytes(write_key_file(online.key_file(online.firm.owner), None))
    Path("out").mkdir()
    assert run("key", "split", "key.txt", "out") == 1
    assert not list(Path("out").iterdir())
