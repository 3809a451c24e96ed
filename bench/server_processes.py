"""The processes of a running installation."""

import os
from pathlib import Path

from tests.installation import Installation


def descendants(pid: int) -> list[int]:
    children = [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
    return [*children, *(found for child in children for found in descendants(child))]


def command_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")


def peak_web_memory_mb(installation: Installation) -> float:
    """Highest resident memory of granian's processes since they began, added up; what they share counts twice."""
    return sum(_peak_kib(pid) for pid in _web_processes(installation)) * 1024 / 1e6


def web_cpu_s(installation: Installation) -> float:
    """Processor time that granian's processes have taken so far, the kernel's on their behalf included."""
    return sum(_ticks(pid) for pid in _web_processes(installation)) / os.sysconf("SC_CLK_TCK")


def _web_processes(installation: Installation) -> list[int]:
    family = [
        pid for pid in descendants(installation.process.pid) if any("granian" in word for word in command_of(pid))
    ]
    if not family:
        raise RuntimeError("the installation runs no granian")
    return family


def _ticks(pid: int) -> int:
    """utime and stime (proc(5)); the name before them may hold spaces."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def private_kib(pid: int) -> int:
    """What a process has in memory now that is no file's."""
    return _kib(pid, "RssAnon")


def _peak_kib(pid: int) -> int:
    return _kib(pid, "VmHWM")


def _kib(pid: int, field: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))
