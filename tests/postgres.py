"""A PostgreSQL cluster of one's own: `python -m tests.postgres COMMAND …` runs the command with TEST_DATABASE_URL.

It lies in a temporary folder, answers on a socket there and nowhere else, and ends with whoever started it.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg

VARIABLE = "TEST_DATABASE_URL"
PROGRAMS = Path("/usr/lib/postgresql")
START_S = 30.0
STOP_S = 30.0
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_min_messages": "fatal",
}
# Nobody's data: a test need not survive a power cut. The crash tests and the bench do not use it.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_LIBC = ctypes.CDLL(None, use_errno=True)


def programs() -> Path | None:
    """The folder of initdb and postgres, the newest version; None where there is none."""
    found = sorted(PROGRAMS.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class Server:
    """A cluster that lies in `home`, whose server may be stopped and started."""

    def __init__(self, home: Path, settings: dict[str, str]) -> None:
        folder = programs()
        if folder is None:
            raise RuntimeError("PostgreSQL is not installed (postgresql)")
        self._home, self._as_user = home, dict[str, Any]()
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root; Debian's package brings a user for it.
            user = pwd.getpwnam("postgres")
            os.chown(home, user.pw_uid, user.pw_gid)
            self._as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        data = home / "data"
        make = [str(folder / "initdb"), "--pgdata", str(data), "--username=siegel", "--auth=trust", "--encoding=UTF8"]
        make += ["--locale=C.UTF-8", "--no-sync"]
        subprocess.run(make, check=True, cwd=home, stdout=subprocess.DEVNULL, timeout=110, **self._as_user)
        self._command = [str(folder / "postgres"), "-D", str(data), "-c", f"unix_socket_directories={home}"]
        for name, value in settings.items():
            self._command += ["-c", f"{name}={value}"]
        self.url = f"postgresql://siegel@/siegel?host={quote(str(home), safe='')}"
        self.start()
        with self.connected("postgres") as connection:
            connection.execute("CREATE DATABASE siegel")

    def start(self) -> None:
        """Until it answers."""
        self.process = subprocess.Popen(
            self._command,
            cwd=self._home,
            **self._as_user,
            preexec_fn=_end_with_parent,  # noqa: PLW1509  # nothing but a system call
        )
        self.connected("postgres").close()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: in order. SIGQUIT: at once, and the next start recovers."""
        self.process.send_signal(how)
        self.process.wait(STOP_S)

    def connected(self, name: str = "siegel") -> psycopg.Connection:
        """Waits until the server answers, also while it recovers."""
        deadline = time.monotonic() + START_S
        while True:
            try:
                return psycopg.connect(host=str(self._home), user="siegel", dbname=name, autocommit=True)
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)


@contextmanager
def cluster(*, durable: bool) -> Iterator[str]:
    """The URL of an empty database. `durable`: synchronises as in operation."""
    with server(SETTINGS if durable else SETTINGS | FORGETFUL) as running:
        yield running.url


@contextmanager
def server(settings: dict[str, str], home: Path | None = None) -> Iterator[Server]:
    """A new cluster, in `home` or in a temporary folder; ended with all that it has."""
    folder = home or Path(tempfile.mkdtemp(prefix="siegel-pg-"))
    try:
        running = Server(folder, settings)
        try:
            yield running
        finally:
            running.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _end_with_parent() -> None:
    _LIBC.prctl(1, signal.SIGQUIT)


@dataclass(frozen=True)
class Database:
    """An empty database of a cluster, by two doors: of the role that owns it, and of the one the server works as."""

    owner: str
    server: str
    role: str


def new_database(cluster_url: str) -> Database:
    name = f"siegel_{secrets.token_hex(6)}"
    role = f"{name}_server"
    with psycopg.connect(cluster_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        connection.execute(f"CREATE ROLE {role} LOGIN")
    parts = urlsplit(cluster_url)._replace(path=f"/{name}")
    return Database(parts.geturl(), parts._replace(netloc=f"{role}@").geturl(), role)


def main(command: list[str]) -> int:
    if not command:
        sys.exit("usage: python -m tests.postgres COMMAND …")
    with cluster(durable=False) as url:
        return subprocess.run(command, env={**os.environ, VARIABLE: url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
