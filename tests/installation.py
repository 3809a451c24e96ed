"""A real installation for tests: `siegel-server serve` in a folder of its own, with scanner and clamd, on loopback."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.postgres import new_database

START_S = 60.0
STOP_S = 30.0
NO_SCANNER = "Die Virenprüfung ist nicht erreichbar"


@dataclass
class Installation:
    """Where it runs, and what its operator can do."""

    folder: Path
    url: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def operator(self, *words: str) -> str:
        """What `siegel-server WORDS` prints."""
        command = [sys.executable, "-m", "siegel.site", *words]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True, timeout=60)
        return done.stdout

    def create_firm(self, slug: str, name: str) -> str:
        """The token of the one-time link of a new firm."""
        answer = json.loads(self.operator("firms", "create", slug, "--name", name, "--json"))
        return str(answer["link"]).partition("#")[2]

    def wait_for_scanner(self) -> None:
        """Until the pages no longer say that the scanner cannot be reached; it loads its signatures first."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            with urllib.request.urlopen(f"{self.url}/anmeldung", timeout=5) as page:
                if NO_SCANNER not in page.read().decode():
                    return
            time.sleep(0.2)
        raise RuntimeError(f"no scanner:\n{self.log.read_text(errors='replace')[-4000:]}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def installed(folder: Path) -> Iterator[Installation]:
    """A running installation; ended with everything it started."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = _environment(folder, url)
    if cluster := os.environ.get("TEST_DATABASE_URL"):
        _set_up_postgresql(environment, cluster)
    with serving(folder, environment, port) as running:
        yield running


@contextmanager
def serving(folder: Path, environment: dict[str, str], port: int) -> Iterator[Installation]:
    """The installation that lies there, running again."""
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "siegel.site", "serve", "--port", str(port)]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait_until_it_answers(url, process, folder / "server.log")
        yield Installation(folder, url, environment, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_S)


def _set_up_postgresql(environment: dict[str, str], cluster: str) -> None:
    """A database of its own, made by the role that owns it; the server works as another, as in operation."""
    database = new_database(cluster)
    command = [sys.executable, "-m", "siegel.site", "migrate", "--role", database.role]
    subprocess.run(command, env={**environment, "SIEGEL_DATABASE": database.owner}, check=True, timeout=110)
    environment["SIEGEL_DATABASE"] = database.server


def _environment(folder: Path, url: str) -> dict[str, str]:
    for name in ("secret-key", "pepper"):
        (folder / name).write_text(secrets.token_urlsafe(48))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SIEGEL_", "DJANGO_"))}
    return {
        **inherited,
        "SIEGEL_DATA": str(folder / "data"),
        "SIEGEL_SECRET_KEY_FILE": str(folder / "secret-key"),
        "SIEGEL_PEPPER_FILE": str(folder / "pepper"),
        "SIEGEL_HOSTS": "127.0.0.1,localhost",  # passkeys belong to a name
        "SIEGEL_PUBLIC_URL": url,
    }


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/gesund", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')[-4000:]}")
