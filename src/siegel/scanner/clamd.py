"""Talking to clamd over its unix socket.

Files are passed as descriptors (FILDES), not as bytes: clamd reads the very memory file the plaintext lies in,
so 2 GiB are not held twice and nothing is copied through a socket. Source of the protocol: clamd(8).
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from .findings import CLEAN, Finding, failed, infected, not_scannable

_MAX_ANSWER_BYTES = 4096
_ANSWER = re.compile(r"[^:]*: (?:(?P<ok>OK)|(?P<name>[\x21-\x7e]{1,200}) FOUND|[^\n]* (?P<error>ERROR))")
_VERSION = re.compile(r"ClamAV (?P<engine>[^/\s]{1,60})(?:/(?P<database>\d{1,12})/(?P<built>[^/]{1,60}))?")
_LIMITS = {
    "MaxFileSize": "limit_size",
    "MaxScanSize": "limit_size",
    "MaxRecursion": "limit_depth",
    "MaxFiles": "limit_members",
    "MaxScanTime": "limit_time",
}


@dataclass(frozen=True, slots=True)
class EngineVersion:
    """`database` is null while only signatures of our own are loaded, which carry no number."""

    engine: str
    database: str | None


class Clamd:
    """A client; holds no connection, so one object serves every thread."""

    def __init__(self, path: Path, *, timeout_s: float = 300.0) -> None:
        self.path = path
        self._timeout_s = timeout_s

    def ping(self, *, timeout_s: float = 5.0) -> bool:
        try:
            return self._ask(b"PING", None, timeout_s) == "PONG"
        except OSError:
            return False

    def version(self) -> EngineVersion | None:
        """Null when clamd does not answer or answers nonsense."""
        try:
            match = _VERSION.fullmatch(self._ask(b"VERSION", None, 5.0))
        except OSError:
            return None
        if match is None:
            return None
        number, built = match["database"], match["built"]
        return EngineVersion(match["engine"], f"{number} {built}" if number else None)

    def scan(self, fd: int, *, timeout_s: float | None = None) -> Finding:
        """Judge the file behind `fd` from its first byte, whatever the descriptor's position. Never raises OSError."""
        limit_s = self._timeout_s if timeout_s is None else min(timeout_s, self._timeout_s)
        try:
            return parse_answer(self._ask(b"FILDES", fd, limit_s))
        except TimeoutError:
            return failed("clamd_timeout")
        except OSError:
            return failed("clamd_gone")

    def _ask(self, command: bytes, fd: int | None, timeout_s: float) -> str:
        deadline = monotonic() + max(timeout_s, 0.001)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout_s)
            connection.connect(str(self.path))
            connection.sendall(b"z" + command + b"\0")
            if fd is not None:
                socket.send_fds(connection, [b"\0"], [fd])
            return _read_answer(connection, deadline)


def _read_answer(connection: socket.socket, deadline: float) -> str:
    """The answer up to its NUL; empty when cut off or too long, which no caller takes for an answer."""
    answer = b""
    while not answer.endswith(b"\0"):
        left_s = deadline - monotonic()
        if left_s <= 0:
            raise TimeoutError
        connection.settimeout(left_s)
        piece = connection.recv(_MAX_ANSWER_BYTES)
        answer += piece
        if not piece or len(answer) > _MAX_ANSWER_BYTES:
            return ""
    return answer[:-1].decode("ascii", "replace")


def parse_answer(answer: str) -> Finding:
    """Limits and encryption are clamd's "FOUND" too, but mean "not looked at": not scannable, not infected."""
    match = _ANSWER.fullmatch(answer)
    if match is None:
        return failed("clamd_nonsense" if answer else "clamd_gone")
    if match["ok"]:
        return CLEAN
    if match["error"]:
        return failed("clamd_error")
    name: str = match["name"]
    if name.startswith("Heuristics.Limits.Exceeded"):
        return not_scannable(_LIMITS.get(name.removesuffix(".UNOFFICIAL").rpartition(".")[2], "limit_other"))
    if name.startswith("Heuristics.Encrypted"):
        return not_scannable("encrypted")
    return infected(name)
