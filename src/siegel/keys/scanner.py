"""Asks the scanner process over its socket: any number of requests a connection (`siegel.private_socket`).

Nothing the scanner says is believed for being said: keys and verdicts are signed documents, verified by who uses them.
"""

import json
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from django.conf import settings

from siegel.keys.errors import KeysError, ScannerRefusedError, ScannerSilentError
from siegel.private_socket import framed
from siegel.seals.canonical import Json
from siegel.seals.errors import IntegrityError
from siegel.seals.signed import Signed

MAX_ANSWER_BYTES = 1 << 20
STATUS_TIMEOUT_S = 3.0
STATUS_LIFE_S = 5.0
# What was answered, or why nothing was.
Answer: TypeAlias = dict[str, Json] | ScannerSilentError


@dataclass(frozen=True)
class Status:
    """What the scanner says of itself. `signatures`: `official`, `test` or `` when there is no scanner."""

    ready: bool
    signatures: str = ""


class _Cache:
    """The last status, asked for again after STATUS_LIFE_S; one per process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.until = 0.0
        self.status = Status(ready=False)


_cache = _Cache()


def signing_key() -> str:
    """The scanner's long-lived public key, b64. KeysError `no_scanner` (503)."""
    try:
        key = ask({"op": "certify-info"}, timeout_s=STATUS_TIMEOUT_S).get("signing_key")
    except ScannerSilentError as error:
        raise KeysError("no_scanner", status=503) from error
    if not isinstance(key, str):
        raise KeysError("no_scanner", status=503)
    return key


def scanner_key(firm: str) -> Signed:
    """The signed announcement of the scanner's present key for uploads. KeysError `no_scanner` (503)."""
    try:
        answer = ask({"op": "status", "firms": [firm]}, timeout_s=STATUS_TIMEOUT_S)
        keys = answer.get("keys")
        if answer.get("ready") is not True or not isinstance(keys, dict):
            raise KeysError("no_scanner", status=503)
        return Signed.from_wire(keys.get(firm))
    except (ScannerSilentError, IntegrityError) as error:
        raise KeysError("no_scanner", status=503) from error


def ask(request: dict[str, Json], *, timeout_s: float) -> dict[str, Json]:
    """What the scanner answers to `request`.

    KeysError `no_scanner` (503) when it cannot be reached, ScannerRefusedError when it says no, ScannerSilentError when
    the answer is late, cut or nonsense.
    """
    [answer] = ask_each([request], timeout_s=timeout_s)
    if isinstance(answer, ScannerSilentError):
        raise answer
    return answer


def ask_each(requests: Sequence[dict[str, Json]], *, timeout_s: float) -> list[Answer]:
    """What the scanner answers to each of `requests`, over one line, on which none waits for the answer before it.

    Each answer may take `timeout_s`; the requests must fit into the line, a hundred KB. When it breaks off, all that
    are left are ScannerSilentError. KeysError `no_scanner` (503).
    """
    answers: list[Answer] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout_s)
        try:
            connection.connect(str(settings.SCANNER_SOCKET))
        except OSError as error:
            raise KeysError("no_scanner", status=503) from error
        try:
            connection.sendall(b"".join(framed(request) for request in requests))
            line = _Line(connection)
            for _ in requests:
                answers.append(_told(line.message(time.monotonic() + timeout_s)))
        except (OSError, ValueError, RecursionError) as error:
            answers += [ScannerSilentError(str(error))] * (len(requests) - len(answers))
    return answers


def _told(answer: object) -> Answer:
    match answer:
        case {"ok": dict(result)}:
            return result
        case {"error": {"code": str(code)}}:
            return ScannerRefusedError(code)
    return ScannerSilentError("the answer is nonsense")


class _Line:
    """Reads messages; what came with one and belongs to the next is kept."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._rest = bytearray()

    def message(self, deadline: float) -> object:
        """OSError, ValueError, RecursionError: late, cut, or no JSON."""
        size = int.from_bytes(self._read(4, deadline), "big")
        if size > MAX_ANSWER_BYTES:
            raise ValueError("the answer is too long")
        return json.loads(self._read(size, deadline))

    def _read(self, size: int, deadline: float) -> bytes:
        """Exactly `size` bytes by the deadline: a byte now and then does not prolong it."""
        while len(self._rest) < size:
            self._connection.settimeout(_left(deadline))
            part = self._connection.recv(1 << 16)
            if not part:
                raise OSError("the answer broke off")
            self._rest += part
        taken = bytes(self._rest[:size])
        del self._rest[:size]
        return taken


def status() -> Status:
    """What the scanner says of itself, at most 5 s old. Never raises."""
    with _cache.lock:
        if time.monotonic() >= _cache.until:
            _cache.status = _ask_status()
            _cache.until = time.monotonic() + STATUS_LIFE_S
        return _cache.status


def forget_status() -> None:
    """Ask again next time."""
    _cache.until = 0.0


def _ask_status() -> Status:
    try:
        answer = ask({"op": "status"}, timeout_s=STATUS_TIMEOUT_S)
    except (KeysError, ScannerSilentError):
        return Status(ready=False)
    signatures = answer.get("signatures")
    return Status(ready=answer.get("ready") is True, signatures=signatures if isinstance(signatures, str) else "")


def _left(deadline: float) -> float:
    rest = deadline - time.monotonic()
    if rest <= 0:
        raise TimeoutError("the answer took too long")
    return rest
