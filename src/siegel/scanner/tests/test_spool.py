"""Memory for plaintext: bounded, given back, and nameless."""

from __future__ import annotations

import os
from threading import Thread

import pytest

from siegel.scanner.spool import Budget, MemoryFile

from .conftest import open_descriptors


def test_what_is_reserved_is_given_back() -> None:
    budget = Budget(100)
    for _ in range(3):
        with budget.reserved(100, timeout_s=0) as got:
            assert got
            with budget.reserved(1, timeout_s=0) as more:
                assert not more


def test_a_reservation_waits_for_another_to_end() -> None:
    budget, results = Budget(100), []

    def wait() -> None:
        with budget.reserved(60, timeout_s=10) as got:
            results.append(got)

    with budget.reserved(60, timeout_s=0):
        waiting = Thread(target=wait)
        waiting.start()
        assert results == []
    waiting.join(10)
    assert results == [True]


def test_a_reader_sees_everything_changes_nothing_and_keeps_its_own_position() -> None:
    with MemoryFile() as file:
        file.write(b"plain")
        file.write(memoryview(b"text"))
        assert file.size_bytes == 9
        with file.reader() as first, file.reader() as second:
            assert os.read(first, 100) == b"plaintext"
            assert os.read(second, 5) == b"plain"
            with pytest.raises(OSError, match="Bad file descriptor"):
                os.write(first, b"x")


def test_a_memory_file_is_gone_with_its_context() -> None:
    before = open_descriptors()
    with MemoryFile() as file, file.reader():
        assert os.readlink(f"/proc/self/fd/{file.fd}").endswith("(deleted)")
    assert open_descriptors() == before
