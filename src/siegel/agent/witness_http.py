"""The witness over HTTP (C2SP tlog-witness): whoever holds a head of a log it knows may ask it to cosign the next one.

Nobody signs in: the log's signature on the head is what counts, and all that comes in is public. TLS is a proxy's
matter, so it listens at loopback addresses only.
"""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import BoundedSemaphore, Thread, Timer
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from siegel.agent.errors import AgentError
from siegel.agent.witness import Witness
from siegel.lib import tlog

PATH = "/add-checkpoint"
# What an honest request needs is a few KB: a head with all its cosignatures, and 63 hashes.
MAX_BODY_BYTES = 1 << 16
BODY_S = 10.0
MOST_AT_ONCE = 32
TEXT_TYPE = "text/plain; charset=utf-8"
Request: TypeAlias = socket.socket | tuple[bytes, socket.socket]


def address_of(text: str) -> tuple[str, int]:
    """From `127.0.0.1:PORT` or `[::1]:PORT`. AgentError `witness_address` for anything but loopback."""
    try:
        url = urlsplit(f"//{text}")
        host, port = url.hostname or "", url.port
        if port is not None and "@" not in text and url.netloc == text and ip_address(host).is_loopback:
            return host, port
    except ValueError:
        pass
    raise AgentError("witness_address", address=text)


@contextmanager
def listening(own: Witness, address: tuple[str, int], tell: Callable[[int, str], None]) -> Iterator[int]:
    """Answers while the context lasts; gives the port. `tell`: status and origin of each request, "" if unreadable.

    AgentError `witness_address` when the address is taken.
    """
    try:
        server = _Server(address, own, tell)
    except OSError as error:
        raise AgentError("witness_address", address=f"{address[0]}:{address[1]}") from error
    thread = Thread(target=server.serve_forever, args=(0.1,), name="witness")
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = MOST_AT_ONCE

    def __init__(self, address: tuple[str, int], own: Witness, tell: Callable[[int, str], None]) -> None:
        self.own, self.tell, self.places = own, tell, BoundedSemaphore(MOST_AT_ONCE)
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Connection)

    def process_request(self, request: Request, client_address: Any) -> None:
        """Whoever comes when all places are taken is not kept waiting."""
        if not self.places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self.places.release()
            raise

    def process_request_thread(self, request: Request, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.places.release()

    def handle_error(self, request: Request, client_address: Any) -> None:
        """A peer that goes away is no fault of ours; damage of the own state is answered by `do_POST`."""


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "witness", ""
    timeout = BODY_S
    server: _Server

    def handle_one_request(self) -> None:
        """However slowly somebody sends, a header too, he holds a place no longer than this."""
        end = Timer(3 * BODY_S, self._cut_off)
        end.daemon = True
        end.start()
        try:
            super().handle_one_request()
        finally:
            end.cancel()

    def _cut_off(self) -> None:
        with suppress(OSError):  # it ended by itself
            self.connection.shutdown(socket.SHUT_RDWR)

    def do_POST(self) -> None:
        body = self._body()
        if body is None:
            return
        if self.path != PATH:
            self._answer(404, "there is nothing here\n")
            return
        try:
            line = self.server.own.add_checkpoint(body)
            self._answer(200, f"{line}\n")
        except tlog.WitnessError as error:
            if error.held is None:
                self._answer(error.status, f"{error}\n")
            else:
                self._answer(error.status, f"{error.held}\n", tlog.SIZE_TYPE)
        except (AgentError, OSError):
            self._answer(500, "the witness cannot keep what it sees\n")
        self.server.tell(self._status, _origin_of(body))

    def _body(self) -> bytes | None:
        """None when it was refused, or did not come in time."""
        length = self.headers.get("Content-Length", "")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            self._refuse(411, "a Content-Length is needed\n")
            return None
        if len(length) > 9 or int(length) > MAX_BODY_BYTES:
            self._refuse(413, f"at most {MAX_BODY_BYTES} bytes\n")
            return None
        body, deadline = b"", time.monotonic() + BODY_S
        while len(body) < int(length):
            self.connection.settimeout(max(deadline - time.monotonic(), 0.001))
            piece = self.rfile.read1(int(length) - len(body))
            if not piece:
                self.close_connection = True
                return None
            body += piece
        self.connection.settimeout(BODY_S)
        return body

    def _refuse(self, status: int, text: str) -> None:
        """Without having read the body: the connection is of no more use."""
        self.close_connection = True
        self._answer(status, text)
        self.server.tell(status, "")

    def _answer(self, status: int, text: str, kind: str = TEXT_TYPE) -> None:
        self._status, content = status, text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """What is asked is told by `tell`; addresses of peers are nobody's business."""


def _origin_of(body: bytes) -> str:
    try:
        return tlog.AddCheckpoint.parse(body).origin
    except tlog.TlogError:
        return ""
