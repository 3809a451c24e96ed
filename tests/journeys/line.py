"""The line between browser and server, as a proxy that a test slows down and cuts."""

from __future__ import annotations

import socket
import socketserver
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread
from urllib.parse import urlsplit

PIECE_BYTES = 1 << 16


class Line(socketserver.ThreadingTCPServer):
    """Carries bytes to the server at `url`. Towards the server no faster than `bytes_per_s`, if that is not 0."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        there = urlsplit(url)
        self.target = (there.hostname or "", there.port or 80)
        self.bytes_per_s = 0
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        self._is_cut = Event()

    @property
    def proxy(self) -> dict[str, str]:
        """For playwright's `new_context`."""
        return {"server": f"http://127.0.0.1:{self.server_address[1]}", "bypass": "<-loopback>"}

    def cut(self) -> None:
        """Everything under way ends in the middle; nothing new comes through."""
        with self._lock:
            self._is_cut.set()
            for end in self._open:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._is_cut.clear()

    @contextmanager
    def connected(self, near: socket.socket) -> Iterator[socket.socket | None]:
        """The other end for a connection; None while the line is cut."""
        with self._lock:
            if self._is_cut.is_set():
                far = None
            else:
                far = socket.create_connection(self.target)
                self._open |= {near, far}
        try:
            yield far
        finally:
            with self._lock:
                self._open -= {near, far} if far else {near}
            if far:
                far.close()


class _Connection(socketserver.BaseRequestHandler):
    server: Line

    def handle(self) -> None:
        with self.server.connected(self.request) as far:
            if far is None:
                return
            answers = Thread(target=self._carry, args=(far, self.request), daemon=True)
            answers.start()
            self._carry(self.request, far)
            answers.join()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        """Until either end is closed; then the other one is, too."""
        with suppress(OSError):
            while piece := source.recv(PIECE_BYTES):
                target.sendall(piece)
                if self.server.bytes_per_s and target is not self.request:
                    time.sleep(len(piece) / self.server.bytes_per_s)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def line_to(url: str) -> Iterator[Line]:
    with Line(url) as line:
        thread = Thread(target=line.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield line
        line.shutdown()
        thread.join()
