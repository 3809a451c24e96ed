"""Plaintext while it is being judged: anonymous memory files, counted against one budget.

A memfd has no name, never touches a disk of its own, and vanishes with its last descriptor, also when the process is
killed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from types import TracebackType
from typing import Self

GIB = 1 << 30


class MemoryFile:
    """Write once, then read through `reader()` descriptors, each with a position of its own."""

    def __init__(self) -> None:
        self.fd = os.memfd_create("siegel", os.MFD_CLOEXEC)
        self.size_bytes = 0

    def write(self, piece: bytes | bytearray | memoryview) -> None:
        view = memoryview(piece)
        while view:
            written = os.write(self.fd, view)
            self.size_bytes += written
            view = view[written:]

    @contextmanager
    def reader(self) -> Iterator[int]:
        """A read-only descriptor at position 0 for somebody else (clamd, an unpacker)."""
        fd = os.open(f"/proc/self/fd/{self.fd}", os.O_RDONLY | os.O_CLOEXEC)
        try:
            yield fd
        finally:
            os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self.fd)


class Budget:
    """How many bytes of memory all checks together may spool."""

    def __init__(self, total_bytes: int) -> None:
        self.total_bytes = total_bytes
        self._free_bytes = total_bytes
        self._changed = Condition()

    @contextmanager
    def reserved(self, size_bytes: int, *, timeout_s: float) -> Iterator[bool]:
        """Yields whether `size_bytes` could be had in time; they are given back at the end."""
        with self._changed:
            got = self._changed.wait_for(lambda: self._free_bytes >= size_bytes, timeout_s)
            if got:
                self._free_bytes -= size_bytes
        try:
            yield got
        finally:
            if got:
                with self._changed:
                    self._free_bytes += size_bytes
                    self._changed.notify_all()


def default_budget_bytes() -> int:
    """Half of the machine's memory: clamd with its database and the web server live beside it."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
