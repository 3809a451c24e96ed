"""Many small files through the command line, and the same files through the scanner's clamd alone."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.figures import at_least, at_most
from bench.server_processes import command_of, descendants, web_cpu_s
from siegel.demo.furnish import Person
from siegel.scanner.clamd import Clamd
from siegel.scanner.findings import CLEAN
from tests.installation import Installation

FILES = 2000
FILE_BYTES = 4096
# as many as the server asks the scanner for at a time
PARALLEL = 4
TIMEOUT_S = 900
GOAL = 50.0


def put_small_files(
    installation: Installation,
    person: Person,
    *,
    name: str = "vault.put_small_files",
    files: int = FILES,
    goal: float = GOAL,
) -> list[dict[str, Any]]:
    """Files per second of `siegel vault put`, from its start to its end, without the time the virus scan takes.

    `…_server_cpu`: of the server's own processes, without scanner and clamd.
    """
    folder = installation.folder / "small"
    folder.mkdir()
    for number in range(files):
        (folder / f"{number:05}.bin").write_bytes(os.urandom(FILE_BYTES))
    siegel = CommandLine(installation)
    siegel.sign_in(person)
    before = web_cpu_s(installation)
    seconds = siegel.run("vault", "put", str(folder), f"{person.vaults[0]}:/")
    server_s = web_cpu_s(installation) - before
    value = files / (seconds - scan_seconds(installation, folder))
    return [
        at_least(name, value, "files/s", goal),
        at_most(f"{name}_server_cpu", server_s / files * 1000, "ms/file", None, digits=2),
    ]


class CommandLine:
    """`siegel` with a folder of state of its own."""

    def __init__(self, installation: Installation) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SIEGEL_")}
        self._url = installation.url
        self._environment = {**inherited, "SIEGEL_HOME": str(installation.folder / "siegel-home")}

    def sign_in(self, person: Person) -> None:
        self.run("sign-in", "--server", self._url, "--firm", "muster",
                 "--username", person.username, "--key-file", person.key_file)  # fmt: skip

    def run(self, *words: str) -> float:
        """Seconds. RuntimeError when it does not end with 0: each file has been stored otherwise."""
        started = time.perf_counter()
        command = [str(Path(sys.executable).with_name("siegel")), *words]
        done = subprocess.run(
            command, env=self._environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
        if done.returncode:
            raise RuntimeError(f"siegel {words[0]} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
        return time.perf_counter() - started


def scan_seconds(installation: Installation, folder: Path) -> float:
    """All files of a folder through the very clamd that the server's scanner uses."""
    clamd = Clamd(_clamd_socket(installation))

    def scan(path: Path) -> bool:
        with path.open("rb") as file:
            return clamd.scan(file.fileno()) == CLEAN

    started = time.perf_counter()
    with ThreadPoolExecutor(PARALLEL) as pool:
        if not all(pool.map(scan, folder.iterdir())):
            raise RuntimeError("clamd found something in random bytes")
    return time.perf_counter() - started


def _clamd_socket(installation: Installation) -> Path:
    """Beside the configuration with which it was started."""
    for pid in descendants(installation.process.pid):
        words = command_of(pid)
        if "--config-file" in words:
            return Path(words[words.index("--config-file") + 1]).with_name("clamd.sock")
    raise RuntimeError("the installation runs no clamd")
