"""Asks the scanner process over its socket: one request per connection (`siegel.private_socket`).

Nothing the scanner says is believed for being said: keys and verdicts are signed documents, verified by who uses them.
"""

import json
import socket
import threading
import time
from dataclasses import dataclass

from django.conf import settings

from siegel.keys.errors import KeysError, ScannerRefusedError, ScannerSilentError
from siegel.private_socket import framed
from siegel.seals.canonical import Json
from siegel.seals.errors import IntegrityError
from siegel.seals.signed import Signed

MAX_ANSWER_BYTES = 1 << 20
STATUS_TIMEOUT_S = 3.0
STATUS_LIFE_S = 5.0


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
    try:
        answer = _exchange(framed(request), time.monotonic() + timeout_s)
    except (OSError, ValueError, RecursionError) as error:
        raise ScannerSilentError(str(error)) from error
    match answer:
        case {"ok": dict(result)}:
            return result
        case {"error": {"code": str(code)}}:
            raise ScannerRefusedError(code)
    raise ScannerSilentError("the answer is nonsense")


def _exchange(message: bytes, deadline: float) -> object:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(_left(deadline))
        try:
            line.connect(str(settings.SCANNER_SOCKET))
        except OSError as error:
            raise KeysError("no_scanner", status=503) from error
        line.sendall(message)
        size = int.from_bytes(_read(line, 4, deadline), "big")
        if size > MAX_ANSWER_BYTES:
            raise ValueError("the answer is too long")
        return json.loads(_read(line, size, deadline))


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


def _read(line: socket.socket, size: int, deadline: float) -> bytes:
    """Exactly `size` bytes by the deadline: a byte now and then does not prolong it."""
    parts = bytearray()
    while len(parts) < size:
        line.settimeout(_left(deadline))
        part = line.recv(min(size - len(parts), 1 << 16))
        if not part:
            raise OSError("the answer broke off")
        parts += part
    return bytes(parts)


def _left(deadline: float) -> float:
    rest = deadline - time.monotonic()
    if rest <= 0:
        raise TimeoutError("the answer took too long")
    return rest
