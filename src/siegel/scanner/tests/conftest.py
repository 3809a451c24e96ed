from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from siegel.scanner.engine import Engine
from siegel.scanner.findings import Finding
from siegel.scanner.limits import Limits
from siegel.scanner.sandbox import Nursery
from siegel.scanner.scan import Scan
from siegel.scanner.spool import MemoryFile

CLAMD = Path("/usr/sbin/clamd")
NO_DATABASE = Path("/nonexistent")  # so that tests use our own signatures on every machine

Judge = Callable[..., Finding]


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if not CLAMD.exists():
        pytest.skip("clamd is not installed (clamav-daemon)")
    engine = Engine(CLAMD, tmp_path_factory.mktemp("spool"), official=NO_DATABASE)
    engine.start()
    assert engine.wait_ready(60)
    yield engine
    engine.stop()


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    nursery = Nursery()
    nursery.start()
    yield nursery
    nursery.stop()


@pytest.fixture(scope="session")
def judge(engine: Engine, nursery: Nursery) -> Judge:
    """Judges bytes as an upload; `limits` other than the product's may be given."""

    def judge(content: bytes, limits: Limits | None = None) -> Finding:
        with MemoryFile() as file:
            file.write(content)
            return Scan(engine, nursery, limits or Limits()).judge(file)

    return judge


def children(pid: int) -> list[int]:
    """Process ids of the children of `pid`, whichever of its threads started them (proc(5))."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for listed in lists for child in listed.read_text().split()]


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))
