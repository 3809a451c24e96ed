"""The judgement on one plaintext: clamd on the whole, clamd on every member, the worst of all counts."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from .engine import Engine
from .findings import Finding, Result, failed, worse
from .limits import Limits
from .sandbox import Nursery
from .sniff import sniff
from .spool import MemoryFile


@dataclass(frozen=True, slots=True)
class ScannerVersion:
    """As a verdict states it: engine and signatures; "none" without a scanner."""

    engine: str
    database: str


NO_VERSION = ScannerVersion("none", "none")
_RECENT_S = 1.0


class Scan:
    """Everything a check needs to judge; one object for all threads."""

    def __init__(self, engine: Engine, nursery: Nursery, limits: Limits, *, start_timeout_s: float = 30.0) -> None:
        self._engine = engine
        self._nursery = nursery
        self._limits = limits
        self._start_timeout_s = start_timeout_s
        self._recent = (monotonic(), NO_VERSION)

    @property
    def unpacked_bytes(self) -> int:
        """What the members of one upload may occupy at one time."""
        return self._limits.live_bytes

    def version(self) -> ScannerVersion:
        """Asked anew each time: clamd loads new signatures while it runs."""
        version = self._engine.clamd.version()
        if version is None:
            return NO_VERSION
        return ScannerVersion(f"ClamAV {version.engine}", version.database or "siegel-test")

    def recent_version(self) -> ScannerVersion:
        """The version, or the one before within a second of a change: to ask takes as long as to scan a small file.

        So a verdict may name older signatures than it was found with, never newer ones.
        """
        asked_at, version = self._recent
        now = monotonic()
        if version == NO_VERSION or now - asked_at > _RECENT_S:
            version = self.version()
            self._recent = (now, version)
        return version

    def judge(self, file: MemoryFile) -> Finding:
        """A plain file costs one question to clamd and no process."""
        finding = self._judge_whole(file)
        if finding == failed("clamd_gone"):
            # Once more with the clamd that follows: it may have died of another file, or of no file at all.
            self._engine.doubt()
            finding = self._judge_whole(file)
        if finding.result >= Result.FAILED or not sniff(file.fd, file.size_bytes):
            return finding
        with file.reader() as fd:
            members = self._nursery.unpack(fd, file.size_bytes, self._limits, self._judge_member)
        return worse(finding, members)

    def _judge_whole(self, file: MemoryFile) -> Finding:
        if not self._engine.wait_ready(self._start_timeout_s):
            return failed("no_scanner")
        with file.reader() as fd:
            return self._engine.clamd.scan(fd)

    def _judge_member(self, fd: int, timeout_s: float) -> Finding:
        return self._engine.clamd.scan(fd, timeout_s=timeout_s)
