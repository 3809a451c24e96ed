"""Asks a witness over HTTP to cosign a head (C2SP tlog-witness, `add-checkpoint`). Uses no database.

WitnessCallError; `code`, and whether another log would fare no better now (`of_service`):

    unreachable   no line, no answer in time, no certificate that is trusted        of_service
    http          an answer that is none of the protocol's                          of_service
    oversized     an answer of more than MAX_ANSWER_BYTES                           of_service
    unknown_log   the witness does not know this log
    refused       the witness does not take the signature, or the request, for valid
    stale         the witness holds another size, which `held` names
    proof         the witness finds that the log has not grown from the head it holds
"""

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Timer
from urllib.parse import urlsplit

from siegel.lib import tlog

TIMEOUT_S = 10.0
MAX_ANSWER_BYTES = 1 << 16
SIZE_TYPE = "text/x.tlog.size"
_CODES = {400: "refused", 403: "refused", 404: "unknown_log", 422: "proof"}
_OF_SERVICE = {"unreachable", "http", "oversized"}


class WitnessCallError(Exception):
    """As above."""

    def __init__(self, code: str, held: int | None = None) -> None:
        super().__init__(code)
        self.code, self.held = code, held
        self.of_service = code in _OF_SERVICE


@dataclass(frozen=True)
class WitnessService:
    """`url`: the submission prefix; `key`: the witness's verifier key, None where the firms name it themselves."""

    url: str
    key: str | None = None

    @property
    def host(self) -> str:
        return str(urlsplit(self.url).hostname)


def add_checkpoint(service: WitnessService, request: tlog.AddCheckpoint) -> list[tlog.Signature]:
    """The signature lines of the answer, none of them verified. WitnessCallError."""
    status, kind, answer = _post(service, request.encode())
    try:
        if status == http.client.CONFLICT and kind == SIZE_TYPE:
            raise WitnessCallError("stale", _size(answer))
        if status != http.client.OK:
            raise WitnessCallError(_CODES.get(status, "http"))
        lines = answer.decode().removesuffix("\n").split("\n")
        return [tlog.Signature.parse(line) for line in lines[: tlog.MAX_SIGNATURES]]
    except (UnicodeDecodeError, tlog.TlogError, ValueError) as error:
        raise WitnessCallError("http") from error


def _size(answer: bytes) -> int:
    text = answer.decode("ascii").removesuffix("\n")
    if not text.isdigit() or len(text) > 19:
        raise ValueError("not a size")
    return int(text)


def _post(service: WitnessService, body: bytes) -> tuple[int, str, bytes]:
    """Status, type and body. However slowly the peer sends, it is over after TIMEOUT_S."""
    url = urlsplit(service.url)
    connection = _connection(service)
    try:
        connection.connect()
        with _cut_off(connection.sock):
            headers = {"Content-Type": "text/plain; charset=utf-8"}
            connection.request("POST", f"{url.path.rstrip('/')}/add-checkpoint", body, headers)
            with connection.getresponse() as response:
                answer = response.read(MAX_ANSWER_BYTES + 1)
                kind = (response.getheader("Content-Type") or "").split(";")[0].strip().lower()
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise WitnessCallError("unreachable") from error
    finally:
        connection.close()
    if len(answer) > MAX_ANSWER_BYTES:
        raise WitnessCallError("oversized")
    return response.status, kind, answer


@contextmanager
def _cut_off(line: socket.socket) -> Iterator[None]:
    """A timeout of the socket is for each piece; this one is for all of them."""

    def end() -> None:
        with suppress(OSError):  # it ended by itself
            line.shutdown(socket.SHUT_RDWR)

    timer = Timer(TIMEOUT_S, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _connection(service: WitnessService) -> http.client.HTTPConnection:
    url = urlsplit(service.url)
    if url.scheme == "http":
        return http.client.HTTPConnection(service.host, url.port, timeout=TIMEOUT_S)
    context = ssl.create_default_context()
    return http.client.HTTPSConnection(service.host, url.port, timeout=TIMEOUT_S, context=context)
