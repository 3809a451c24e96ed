"""A child process per container, with limits that the kernel enforces.

    scanner (threads, keys) ──start──▶ nursery (one thread, libraries loaded, no keys)
                    └──── per upload: a pair of sockets ────▶ fork: unpacks, sends members, ends

The nursery is a fresh program that only ever forks, so a child costs milliseconds and knows no secret. A child that
crashes or loops ends as `failed` or `limit_time`. One that is taken over cannot make a verdict, only withhold members;
and where the kernel offers Landlock and seccomp (`confinement`) it has nothing but the upload it reads and this
conversation: no file, no socket, no other process. Where the kernel lacks Landlock it could read what the scanner's
user may, the key file too; the status says so (`sandbox`: `full` or `partial`).
Messages are datagrams of JSON, members travel as descriptors.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from threading import Lock
from time import monotonic

from .findings import CLEAN, Finding, Result, failed, not_scannable, worse
from .limits import Limits

MESSAGE_BYTES = 4096
GO_ON = b"go"
READY = b"ready"
_START_TIMEOUT_S = 5.0

Scan = Callable[[int, float], Finding]  # descriptor, seconds left


class Nursery:
    """The process that forks unpackers. Thread-safe; `stop` ends it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def unpack(self, fd: int, size_bytes: int, limits: Limits, scan: Scan) -> Finding:
        """Scan every member of the container behind `fd`; the worst finding of all. Ends early when one is infected."""
        job, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with job:
            with theirs:
                order = json.dumps({"size_bytes": size_bytes, "limits": asdict(limits)}).encode()
                try:
                    self._send(order, [fd, theirs.fileno()])
                except OSError:
                    return failed("unpacker_gone")
            return _follow(job, scan, monotonic() + limits.seconds)

    def start(self) -> bool:
        """Whether it runs, now at the latest; it does not where a library is missing that reads containers."""
        with self._lock:
            try:
                self._require_running()
            except OSError:
                return False
            return True

    def stop(self) -> None:
        """The nursery ends with its control socket; children at work end with it."""
        with self._lock:
            if self._process is None or self._control is None:
                return
            self._control.close()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = self._control = None

    def _send(self, order: bytes, fds: list[int]) -> None:
        with self._lock:
            try:
                socket.send_fds(self._require_running(), [order], fds)
            except (BrokenPipeError, ConnectionResetError):
                socket.send_fds(self._require_running(), [order], fds)

    def _require_running(self) -> socket.socket:
        """OSError when it does not start."""
        if self._control is not None and self._process is not None and self._process.poll() is None:
            return self._control
        if self._control is not None:
            self._control.close()
            self._control = None
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", f"{__package__}.nursery", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        control.settimeout(_START_TIMEOUT_S)
        try:
            if control.recv(len(READY)) != READY:
                raise OSError("the nursery ended while starting")
        except OSError:
            control.close()
            self._process.kill()
            self._process.wait()
            raise
        control.settimeout(None)
        self._control = control
        return control


def _follow(job: socket.socket, scan: Scan, deadline: float) -> Finding:
    finding = CLEAN
    while True:
        left_s = deadline - monotonic()
        if left_s <= 0:
            return worse(finding, not_scannable("limit_time"))
        job.settimeout(left_s)
        try:
            message, fds, _, _ = socket.recv_fds(job, MESSAGE_BYTES, 1)
        except TimeoutError:
            return worse(finding, not_scannable("limit_time"))
        except OSError:
            return worse(finding, failed("unpacker_crashed"))
        if not fds:
            return worse(finding, _closing(message))
        try:
            finding = worse(finding, scan(fds[0], left_s))
        finally:
            os.close(fds[0])
        if finding.result >= Result.FAILED:
            return finding
        try:
            job.send(GO_ON)
        except OSError:
            return worse(finding, failed("unpacker_crashed"))


def _closing(message: bytes) -> Finding:
    """The child's last word: a list of reasons. No last word, or another, means it died."""
    try:
        reasons = json.loads(message)
    except ValueError:
        return failed("unpacker_crashed")
    if not isinstance(reasons, list) or not all(
        isinstance(reason, str) and reason.isidentifier() for reason in reasons
    ):
        return failed("unpacker_crashed")
    # One reason fits into a verdict; "broken" says least, so any other goes before it.
    return not_scannable(min(reasons, key=lambda reason: (reason == "broken", reason))) if reasons else CLEAN
