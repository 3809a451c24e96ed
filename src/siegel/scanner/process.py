"""The process: a unix socket, a thread per connection, and the orderly end.

A connection carries any number of requests, one after the other (`siegel.private_socket`). A request is `{"op": …, …}`;
the answer is `{"ok": {…}}` or `{"error": {"code": …, "message": …}}`.

| op | fields | ok |
|---|---|---|
| `status` | firms (list of ids, optional) | ready, state, signatures, sandbox, engine, database, keys `{firm: Doc}` |
| `certify-info` | | signing_key, kid |
| `check` | firm, path, payload_hash, commitment, scanner_header | verdict Doc |
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingMixIn, UnixStreamServer
from threading import BoundedSemaphore
from typing import Any

from siegel.private_socket import MessageError, TakenError, answering, claim, framed, read_message
from siegel.seals.canonical import Json
from siegel.seals.errors import IntegrityError
from siegel.seals.ids import check_id

from . import confinement
from .check import Checker, Upload
from .engine import OFFICIAL_SIGNATURES, Engine, State
from .errors import RequestError, ScannerError, SetUpError
from .keys import Keys, load_seed
from .limits import Limits
from .sandbox import Nursery
from .scan import NO_VERSION, Scan
from .spool import Budget, default_budget_bytes

logger = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 256 * 1024
_MAX_CONNECTIONS = 64
_MAX_FIRMS = 200
_IDLE_S = 600.0


@dataclass(frozen=True, slots=True)
class Settings:
    """`budget_bytes`: what all uploads in check, with their members, may occupy in memory together."""

    socket: Path
    clamd: Path
    key_file: Path
    spool: Path
    official: Path = OFFICIAL_SIGNATURES
    parallel: int = 4
    budget_bytes: int = 0
    scan_timeout_s: float = 300.0


class Service:
    """Answers requests; knows nothing of sockets."""

    def __init__(self, engine: Engine, nursery: Nursery, keys: Keys, scan: Scan, checker: Checker) -> None:
        self._engine = engine
        self._nursery = nursery
        self._keys = keys
        self._scan = scan
        self._checker = checker

    def renew_keys(self) -> None:
        """To be called now and then: an expired key must leave the memory also when nobody asks for one."""
        self._keys.identities()

    def answer(self, request: dict[str, Json]) -> dict[str, Json]:
        """ScannerError when there is no answer."""
        fields = dict(request)
        match fields.pop("op", None):
            case "status":
                return self._status(fields)
            case "certify-info" if not fields:
                return {"signing_key": self._keys.public.signing_key, "kid": self._keys.public.kid}
            case "check":
                return {"verdict": {**self._checker.check(Upload.parse(fields)).to_wire()}}
            case _:
                raise RequestError("unknown operation")

    def _status(self, fields: dict[str, Json]) -> dict[str, Json]:
        firms = fields.pop("firms", [])
        if fields or not isinstance(firms, list) or len(firms) > _MAX_FIRMS:
            raise RequestError("status: firms is a list of at most 200 ids")
        try:
            keys: dict[str, Json] = {
                check_id(firm): {**self._keys.announcement(check_id(firm)).to_wire()} for firm in firms
            }
        except IntegrityError as error:
            raise RequestError("status: not an id") from error
        version = self._scan.version()
        return {
            "ready": self._engine.state is State.READY and version != NO_VERSION and self._nursery.start(),
            "state": self._engine.state.value,
            "signatures": self._engine.signatures,
            "sandbox": "partial" if confinement.missing() else "full",
            "engine": version.engine,
            "database": version.database,
            "keys": keys,
        }


class _Connection(StreamRequestHandler):
    """A connection whose message is not one of ours is closed after the answer: what follows cannot be trusted."""

    timeout = _IDLE_S
    server: _Server

    def handle(self) -> None:
        with self.server.connections, suppress(TimeoutError, ConnectionError):
            while self._one_request():
                pass

    def _one_request(self) -> bool:
        try:
            request = read_message(self.rfile, MAX_MESSAGE_BYTES)
        except MessageError as error:
            self.wfile.write(framed(_error(RequestError(str(error)))))
            return False
        if request is None:
            return False
        try:
            answer: dict[str, Json] = {"ok": self.server.service.answer(request)}
        except ScannerError as error:
            answer = _error(error)
        except (OSError, MemoryError) as error:
            logger.error("a request failed: %s", error)
            answer = _error(ScannerError("the machine failed to scan", "failed"))
        self.wfile.write(framed(answer))
        return True


def _error(error: ScannerError) -> dict[str, Json]:
    return {"error": {"code": error.code, "message": str(error)}}


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, path: Path, service: Service) -> None:
        self.service = service
        self.connections = BoundedSemaphore(_MAX_CONNECTIONS)
        super().__init__(str(path), _Connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A fault of ours: the connection ends without an answer, which its other end takes for a failed scan."""
        logger.error("a request failed", exc_info=True)


@contextmanager
def running(settings: Settings) -> Iterator[Service]:
    """The scanner answers on its socket while the context lasts; afterwards clamd, unpackers and socket are gone.

    SetUpError when the key or the socket cannot be used. A clamd that is missing or does not start is no error here,
    nor is a missing library of the unpackers: the status tells, and checks fail.
    """
    with ExitStack() as stack:
        try:
            claim(settings.socket, "scanner")
        except TakenError as error:
            raise SetUpError(str(error)) from error
        service = _assemble(settings, stack)
        with answering(_Server(settings.socket, service), settings.socket):
            yield service


def _assemble(settings: Settings, stack: ExitStack) -> Service:
    settings.key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = Keys(load_seed(settings.key_file))
    if absent := confinement.missing():
        logger.warning("unpackers are confined in part only: this kernel does not offer %s", " and ".join(absent))
    nursery = Nursery()
    stack.callback(nursery.stop)
    nursery.start()
    engine = Engine(settings.clamd, settings.spool, official=settings.official, scan_timeout_s=settings.scan_timeout_s)
    stack.callback(engine.stop)
    engine.start()
    budget = Budget(settings.budget_bytes or default_budget_bytes())
    # An eighth each for the members of up to four uploads leaves half for the uploads themselves.
    limits = replace(Limits(), live_bytes=min(Limits().live_bytes, budget.total_bytes // 8))
    scan = Scan(engine, nursery, limits)
    return Service(engine, nursery, keys, scan, Checker(keys, scan, budget, parallel=settings.parallel))
