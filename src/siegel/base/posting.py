"""One question to a service outside, by HTTP: how long it may take and how much it may answer is ours to say.

PostError, by `code`:

    unreachable   no line, no certificate that is trusted, not the whole answer in time
    oversized     more than was asked for
"""

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Timer
from urllib.parse import urlsplit


class PostError(Exception):
    """`code` as above."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """`kind`: the content type, in small letters and without parameters."""

    status: int
    kind: str
    body: bytes


def post(url: str, body: bytes, *, kind: str, timeout_s: float, most_bytes: int, ca_file: Path | None = None) -> Answer:
    """Whatever the status is. `ca_file`: certificates that are trusted beside the system's. PostError.

    However slowly the peer sends, it is over `timeout_s` after the line stands; for that, too, it has `timeout_s`.
    """
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _connection(url, timeout_s, ca_file)
    try:
        connection.connect()
        with _cut_off(connection.sock, timeout_s) as is_over:
            connection.request("POST", path, body, {"Content-Type": kind})
            with connection.getresponse() as response:
                answer = response.read(most_bytes + 1)
                named = (response.getheader("Content-Type") or "").split(";")[0].strip().lower()
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise PostError("unreachable") from error
    finally:
        connection.close()
    # Without a stated length, an answer that was cut off looks like one that has ended.
    if is_over.is_set():
        raise PostError("unreachable")
    if len(answer) > most_bytes:
        raise PostError("oversized")
    return Answer(response.status, named, answer)


@contextmanager
def _cut_off(line: socket.socket, timeout_s: float) -> Iterator[Event]:
    """A timeout of the socket is for each piece; this one is for all of them. The event: it was too long."""
    is_over = Event()

    def end() -> None:
        is_over.set()
        with suppress(OSError):  # it ended by itself
            line.shutdown(socket.SHUT_RDWR)

    timer = Timer(timeout_s, end)
    timer.daemon = True
    timer.start()
    try:
        yield is_over
    finally:
        timer.cancel()


def _connection(url: str, timeout_s: float, ca_file: Path | None) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host = str(parts.hostname)
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port, timeout=timeout_s)
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return http.client.HTTPSConnection(host, parts.port, timeout=timeout_s, context=context)
