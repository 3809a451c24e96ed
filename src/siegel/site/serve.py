"""`siegel-server serve`: everything on one machine, each part a process of its own.

    serve ─┬─ notary    python -m siegel.notary: holds the log key
           ├─ scanner   python -m siegel.scanner (starts clamd itself)
           ├─ web       granian, WSGI, one process with threads
           └─ worker    siegel-server worker: has the logs signed, and verifies them; jobs, mails, followers of the log;
                        on PostgreSQL gives entries that wait their place

A part that ends is started again after a pause. Whoever ends `serve` ends all; if `serve` itself is killed, the
kernel tells them (PR_SET_PDEATHSIG). Expired sessions, challenges and uploads are swept away a minute
after the start and then every hour.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from types import FrameType

import structlog

log = structlog.get_logger(__name__)

PAUSE_S = 2.0
GRACE_S = 15.0
HEADER_TIMEOUT_MS = 10_000
SWEEP_EVERY_S = 3600.0
# To start a second Django takes a core for a second, which the web server needs first.
FIRST_SWEEP_S = 60.0
PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


def _end_with_parent() -> None:
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Part:
    """One program that is kept running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    retry_at: float = field(default=0.0)

    def keep_running(self, now: float) -> None:
        """Start it if it is not running and its pause is over. `now` in seconds of a monotonic clock."""
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return
            log.error("part ended", part=self.name, code=code)
            self.process = None
            self.retry_at = now + PAUSE_S
        if now >= self.retry_at:
            environment = {**os.environ, **self.environment}
            # preexec_fn is safe here: this process has one thread
            self.process = subprocess.Popen(self.command, env=environment, preexec_fn=_end_with_parent)  # noqa: PLW1509

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self, deadline: float) -> None:
        """Wait for the end until `deadline` (monotonic), then kill."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.error("part killed", part=self.name)
            self.process.kill()
            self.process.wait()


def clamd_program() -> str:
    """Where clamd is, or would be: administrators' folders are not on everybody's path."""
    return shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin") or "/usr/sbin/clamd"


def scanner_part(*, socket: Path, keys: Path, spool: Path) -> Part:
    """The scanner. Without a clamd program it still answers, and says that it cannot judge."""
    for folder in (socket.parent, keys, spool):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = [sys.executable, "-m", "siegel.scanner", "--die-with-parent", "--clamd", clamd_program()]
    command += ["--socket", str(socket), "--key-file", str(keys / "scanner.key"), "--spool", str(spool)]
    return Part("scanner", command)


def notary_part(*, socket: Path, keys: Path, state: Path) -> Part:
    """The process that signs the logs; the key is made at the first start."""
    for folder in (socket.parent, keys, state):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = [sys.executable, "-m", "siegel.notary", "--die-with-parent"]
    command += ["--socket", str(socket), "--key-file", str(keys / "log.key"), "--state", str(state)]
    return Part("notary", command)


def worker_part() -> Part:
    """What happens in the background: it gives way to whoever waits for an answer."""
    return Part("worker", ["nice", sys.executable, "-m", "siegel.site", "worker"], {"MALLOC_ARENA_MAX": "2"})


def web_part(*, host: str, port: int, threads: int) -> Part:
    """granian in one process. It pulls request bodies as the application reads them, so uploads stay out of memory."""
    granian = str(Path(sys.executable).with_name("granian"))
    command = [granian, "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", "1"]
    command += ["--blocking-threads", str(threads), "--no-ws", "--log-level", "warning", "--respawn-failed-workers"]
    command += ["--http", "1", "--http1-header-read-timeout", str(HEADER_TIMEOUT_MS)]
    # Each of glibc's heaps keeps what its threads once needed: with two of them a long day takes 40 MB less.
    return Part("web", [*command, "siegel.site.wsgi:application"], {"MALLOC_ARENA_MAX": "2"})


def serve(parts: Sequence[Part], *, sweep: Sequence[str]) -> None:
    """Keep the parts running until SIGTERM or SIGINT; afterwards nothing of them is left."""
    ended = Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    next_sweep = time.monotonic() + FIRST_SWEEP_S
    try:
        while not ended.is_set():
            now = time.monotonic()
            for part in parts:
                part.keep_running(now)
            if now >= next_sweep:
                next_sweep = now + SWEEP_EVERY_S
                subprocess.run(sweep, check=False)
            ended.wait(0.5)
    finally:
        deadline = time.monotonic() + GRACE_S
        for part in parts:
            part.stop()
        for part in parts:
            part.wait(deadline)
