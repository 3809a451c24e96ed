"""How fast `siegel.lib.age` seals and opens, beside Debian's `age` and `openssl speed`, and how much memory it takes.

Speed is bytes per CPU second (user and system, all threads), so that a busy machine changes little. Against `age`,
the commands are compared as people run them, `siegel seal` and `siegel open`, the start of the interpreter included: a
256 MiB file from the page cache to /dev/null, X25519 on both sides. Each figure is the best of several runs that
alternate with the peer's.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TypedDict

from siegel.lib import age

CHILD = Path(__file__).with_name("age_child.py")
FILE_SIZE = 256 << 20
LARGE_SIZE = 1 << 30
ROUNDS = 5
SPEED_GOAL_AGE = 2.0
SPEED_GOAL_OPENSSL = 0.6
MEMORY_GOAL_MB = 40.0


class Figure(TypedDict):
    """One line of bench/results.json. `goal` is for `ratio` where there is a peer, for `value` otherwise."""

    name: str
    value: float
    unit: str
    goal: float
    peer: str | None
    peer_value: float | None
    ratio: float | None
    held: bool


def measure() -> list[Figure]:
    """All figures of the room; those whose peer is not installed are left out with a word on stderr."""
    with tempfile.TemporaryDirectory(prefix="age-bench-") as folder:
        return [*_against_age(Path(folder)), *_against_openssl(), _peak_memory(Path(folder))]


def _against_age(folder: Path) -> list[Figure]:
    if shutil.which("age") is None:
        print("age is not installed: age.*_vs_age_cli not measured", file=sys.stderr)
        return []
    identity = age.X25519Identity.generate()
    key, recipient = identity.encode(), identity.recipient().encode()
    plain, sealed, key_file = (str(folder / name) for name in ("plain", "sealed", "key"))
    Path(key_file).write_text(key + "\n")
    with open(plain, "wb") as target:
        for _ in range(FILE_SIZE >> 20):
            target.write(os.urandom(1 << 20))
    _cpu_seconds(["age", "-r", recipient, "-o", sealed, plain])
    # sealed is what the peer made; that it opens to the same bytes is the interop tests' business.
    ours = str(Path(sys.executable).with_name("siegel"))
    peer = "age " + subprocess.check_output(["age", "--version"], text=True).strip()
    return [
        _faster(
            "age.seal_vs_age_cli",
            [ours, "seal", "-r", recipient, "-o", os.devnull, plain],
            peer,
            ["age", "-r", recipient, "-o", os.devnull, plain],
        ),
        _faster(
            "age.open_vs_age_cli",
            [ours, "open", "-i", key_file, "-o", os.devnull, sealed],
            peer,
            ["age", "-d", "-i", key_file, "-o", os.devnull, sealed],
        ),
    ]


def _faster(name: str, ours: list[str], peer: str, theirs: list[str]) -> Figure:
    _cpu_seconds(ours)  # leaves compiled bytecode behind, as an installation has it
    pairs = [(_cpu_seconds(ours), _cpu_seconds(theirs)) for _ in range(ROUNDS)]
    rates = [FILE_SIZE / 1e6 / min(seconds) for seconds in zip(*pairs, strict=True)]
    return _speed(name, rates[0], peer, rates[1], SPEED_GOAL_AGE)


def _against_openssl() -> list[Figure]:
    if shutil.which("openssl") is None:
        print("openssl is not installed: age.*_vs_openssl not measured", file=sys.stderr)
        return []
    peer = "openssl speed chacha20-poly1305, 64 KiB"
    figures = []
    for mode in ("seal", "open"):
        command = [sys.executable, str(CHILD), "rate", mode]
        pairs = [(float(subprocess.check_output(command)) / 1e6, _openssl_rate()) for _ in range(2)]
        ours, theirs = (max(rates) for rates in zip(*pairs, strict=True))
        figures.append(_speed(f"age.{mode}_vs_openssl", ours, peer, theirs, SPEED_GOAL_OPENSSL))
    return figures


def _openssl_rate() -> float:
    """MB per CPU second of one core, encrypting 64 KiB at a time."""
    command = ["openssl", "speed", "-mr", "-seconds", "2", "-bytes", str(age.CHUNK_SIZE), "-evp", "chacha20-poly1305"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return next(float(line.rsplit(":", 1)[1]) for line in output.splitlines() if line.startswith("+F:")) / 1e6


def _peak_memory(folder: Path) -> Figure:
    key = age.X25519Identity.generate().encode()
    plain, sealed = str(folder / "large"), str(folder / "large.age")
    with open(plain, "wb") as target:
        target.truncate(LARGE_SIZE)
    runs = [["seal", key, plain, sealed], ["open", key, sealed, os.devnull]]
    peaks = [int(subprocess.check_output([sys.executable, str(CHILD), *run])) * 1024 / 1e6 for run in runs]
    return Figure(
        name="age.peak_memory_1gib",
        value=round(max(peaks), 1),
        unit="MB",
        goal=MEMORY_GOAL_MB,
        peer=None,
        peer_value=None,
        ratio=None,
        held=max(peaks) <= MEMORY_GOAL_MB,
    )


def _speed(name: str, ours: float, peer: str, theirs: float, goal: float) -> Figure:
    ratio = ours / theirs
    return Figure(
        name=name,
        value=round(ours, 1),
        unit="MB per CPU second",
        goal=goal,
        peer=peer,
        peer_value=round(theirs, 1),
        ratio=round(ratio, 2),
        held=ratio >= goal,
    )


def _cpu_seconds(command: list[str]) -> float:
    """User and system time of one run of `command`."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    for figure in measure():
        print(figure)
