"""The unpacker's process: what it may do, and what its death means."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siegel.scanner.findings import CLEAN, Finding, Result, failed, infected, not_scannable
from siegel.scanner.limits import MIB, Limits
from siegel.scanner.sandbox import Nursery, _follow
from siegel.scanner.spool import MemoryFile

from . import samples
from .conftest import children, open_descriptors

Scan = Callable[[int, float], Finding]


def unpack(nursery: Nursery, content: bytes, scan: Scan, limits: Limits | None = None) -> Finding:
    with MemoryFile() as file:
        file.write(content)
        with file.reader() as fd:
            return nursery.unpack(fd, file.size_bytes, limits or Limits(), scan)


def test_every_member_is_handed_out_once_whole_and_read_only(nursery: Nursery) -> None:
    seen: list[bytes] = []

    def scan(fd: int, left_s: float) -> Finding:
        seen.append(os.pread(fd, 100, 0))
        assert left_s > 0
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.write(fd, b"x")
        return CLEAN

    assert unpack(nursery, samples.zipped(b"one", b"two", b"one", b""), scan) == CLEAN
    assert seen == [b"one", b"two"]


def test_unpacking_stops_at_the_first_infected_member(nursery: Nursery) -> None:
    seen = 0

    def scan(fd: int, left_s: float) -> Finding:
        nonlocal seen
        seen += 1
        return infected("Some.Virus")

    assert unpack(nursery, samples.zipped(b"one", b"two", b"three"), scan) == infected("Some.Virus")
    assert seen == 1


def test_an_unpacker_killed_at_work_is_a_failed_scan(nursery: Nursery) -> None:
    assert nursery.pid is not None
    pid = nursery.pid

    def scan(fd: int, left_s: float) -> Finding:
        for child in children(pid):
            os.kill(child, signal.SIGKILL)
        return CLEAN

    assert unpack(nursery, samples.zipped(b"one", b"two"), scan) == failed("unpacker_crashed")
    assert unpack(nursery, samples.zipped(b"one", b"two"), lambda fd, left_s: CLEAN) == CLEAN


def test_a_nursery_that_was_killed_is_started_anew() -> None:
    nursery = Nursery()
    nursery.start()
    try:
        assert nursery.pid is not None
        os.kill(nursery.pid, signal.SIGKILL)
        time.sleep(0.1)
        assert unpack(nursery, samples.zipped(b"one"), lambda fd, left_s: CLEAN) == CLEAN
    finally:
        nursery.stop()


def test_an_unpacker_that_takes_too_long_is_a_limit(nursery: Nursery) -> None:
    def slow(fd: int, left_s: float) -> Finding:
        time.sleep(0.6)
        return CLEAN

    content = samples.zipped(b"one", b"two", b"three")
    assert unpack(nursery, content, slow, replace(Limits(), seconds=1)) == not_scannable("limit_time")


def test_an_unpacker_stuck_in_a_library_is_ended_by_its_alarm(nursery: Nursery) -> None:
    """Left alone by its parent, a child still dies: the alarm needs no cooperation of the code that is stuck."""
    assert nursery.pid is not None
    pid = nursery.pid
    alive_after_s: list[float] = []

    def wait(fd: int, left_s: float) -> Finding:
        started = time.monotonic()
        while children(pid) and time.monotonic() - started < 10:
            time.sleep(0.05)
        alive_after_s.append(time.monotonic() - started)
        return CLEAN

    unpack(nursery, samples.zipped(b"one"), wait, replace(Limits(), seconds=1))
    assert alive_after_s[0] < 5


def test_a_member_that_needs_too_much_memory_is_not_scannable(nursery: Nursery) -> None:
    content = samples.pdf(samples.unique(60 * MIB), filters=2)
    tight = replace(Limits(), memory_bytes=40 * MIB)
    assert unpack(nursery, content, lambda fd, left_s: CLEAN, tight).result is Result.NOT_SCANNABLE
    assert unpack(nursery, content, lambda fd, left_s: CLEAN) == CLEAN


@pytest.mark.parametrize("last_word", [b"nonsense", b"{}", b'["two words"]', b"[1]"])
def test_a_last_word_nobody_expects_is_a_failed_scan(last_word: bytes) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        theirs.send(last_word)
        assert _follow(ours, lambda fd, left_s: CLEAN, time.monotonic() + 5) == failed("unpacker_crashed")


def test_no_descriptor_is_left_behind(nursery: Nursery) -> None:
    before = open_descriptors()
    for _ in range(3):
        unpack(nursery, samples.zipped(b"one", b"two"), lambda fd, left_s: infected("Some.Virus"))
    assert open_descriptors() == before


def test_the_scanner_itself_never_loads_the_libraries_that_read_hostile_input() -> None:
    program = "import sys, siegel.scanner.__main__; sys.exit('pikepdf' in sys.modules or 'libarchive' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0


CONTAINERS = [
    samples.zipped(b"member" * 50),
    samples.pdf(b"file"),
    samples.mail(b"part"),
    samples.archive("7zip", b"x" * 90),
]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(CONTAINERS), st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 255)), max_size=8))
def test_a_damaged_container_never_kills_the_unpacker(
    nursery: Nursery, content: bytes, flips: list[tuple[int, int]]
) -> None:
    damaged = bytearray(content)
    for position, change in flips:
        damaged[position % len(damaged)] ^= change
    finding = unpack(nursery, bytes(damaged), lambda fd, left_s: CLEAN)
    assert finding.result in (Result.CLEAN, Result.NOT_SCANNABLE)
