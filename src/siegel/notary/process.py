"""The process: a unix socket, one request per connection (`siegel.private_socket`).

Binaries are base64url without padding.

| op | fields | ok |
|---|---|---|
| `last` | origin | vkey; size, root, at of the last head signed (or null); opening: note of the next origin, or null |
| `sign` | text, proof (list of hashes) | line: the signature line |
| `begin` | text, of (the origin that ends) | note: the head, signed by the keys of both |
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingMixIn, UnixStreamServer
from typing import Any

from siegel.lib.tlog import TlogError
from siegel.notary.errors import NotaryError, RequestError, SetUpError
from siegel.notary.signing import Notary
from siegel.private_socket import MessageError, TakenError, answering, claim, framed, read_message
from siegel.seals.canonical import Json, b64, unb64
from siegel.seals.errors import IntegrityError

logger = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 1 << 16
_IDLE_S = 10.0


def answer(notary: Notary, request: dict[str, Json]) -> dict[str, Json]:
    """NotaryError when there is none."""
    try:
        match request:
            case {"op": "last", "origin": str(origin), **rest} if not rest:
                return _last(notary, origin)
            case {"op": "sign", "text": str(text), "proof": list(proof), **rest} if not rest:
                return {"line": notary.sign(text, [unb64(str(digest)) for digest in proof]).line()}
            case {"op": "begin", "text": str(text), "of": str(of), **rest} if not rest:
                return {"note": notary.begin(text, of).encode().decode()}
    except (TlogError, IntegrityError) as error:
        raise RequestError(str(error)) from error
    raise RequestError("unknown operation or fields")


def _last(notary: Notary, origin: str) -> dict[str, Json]:
    last, opening = notary.last(origin), notary.opening(origin)
    size, root = (last.size, b64(last.root)) if last else (None, None)
    return {
        "vkey": notary.verifier(origin).encode(),
        "size": size,
        "root": root,
        "at": notary.signed_at(origin),
        "opening": opening.encode().decode() if opening else None,
    }


class _Connection(StreamRequestHandler):
    timeout = _IDLE_S
    server: _Server

    def handle(self) -> None:
        with suppress(TimeoutError, ConnectionError):
            reply: dict[str, Any]
            try:
                reply = {"ok": answer(self.server.notary, self._request())}
            except NotaryError as error:
                logger.warning("refused: %s: %s", error.code, error)
                reply = {"error": {"code": error.code, "message": str(error)}}
            except OSError as error:
                logger.error("a request failed: %s", error)
                reply = {"error": {"code": "notary.failed", "message": "the state cannot be written"}}
            self.wfile.write(framed(reply))

    def _request(self) -> dict[str, Json]:
        try:
            request = read_message(self.rfile, MAX_MESSAGE_BYTES)
        except MessageError as error:
            raise RequestError(str(error)) from error
        if request is None:
            raise RequestError("no message")
        return request


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path: Path, notary: Notary) -> None:
        self.notary = notary
        super().__init__(str(path), _Connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        logger.error("a request failed", exc_info=True)


@contextmanager
def running(socket_path: Path, key_file: Path, state: Path) -> Iterator[Notary]:
    """The notary answers on its socket while the context lasts. SetUpError."""
    notary = Notary(key_file, state)
    try:
        claim(socket_path, "notary")
    except TakenError as error:
        raise SetUpError(str(error)) from error
    with answering(_Server(socket_path, notary), socket_path):
        yield notary
