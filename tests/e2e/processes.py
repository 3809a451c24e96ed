"""Who runs below a process, as /proc tells."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from tests.e2e.people import until


def below(pid: int) -> list[int]:
    """All that the process has started, directly or through others, and that still runs."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name_end = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if name_end[0] != "Z":
                parents.setdefault(int(name_end[1]), []).append(int(stat.parent.name))
    found, waiting = [], [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").replace("\0", " ")
    except OSError:
        return ""


def scanner_of(serve: int) -> int:
    """The scanner that `serve` keeps running; waits for it."""
    found: list[int] = []

    def runs() -> bool:
        found[:] = [pid for pid in below(serve) if "-m siegel.scanner" in command_line(pid)]
        return bool(found)

    until(runs, "serve has not started a scanner")
    return found[0]


def kill_all(pids: list[int]) -> None:
    """Kills and waits until all have ended."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until(lambda: not any(runs(pid) for pid in pids), "a killed process still runs")


def runs(pid: int) -> bool:
    """A zombie has ended; only its parent has not looked yet."""
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0] != "Z"
        )
    except OSError:
        return False
