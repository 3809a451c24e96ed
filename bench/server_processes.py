"""The processes of a running installation."""

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
    family = [
        pid for pid in descendants(installation.process.pid) if any("granian" in word for word in command_of(pid))
    ]
    if not family:
        raise RuntimeError("the installation runs no granian")
    return sum(_peak_kib(pid) for pid in family) * 1024 / 1e6


def private_kib(pid: int) -> int:
    """What a process has in memory now that is no file's."""
    return _kib(pid, "RssAnon")


def _peak_kib(pid: int) -> int:
    return _kib(pid, "VmHWM")


def _kib(pid: int, field: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))
