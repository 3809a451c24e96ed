"""The line between the program and the server, which breaks where a test says."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PIECE = 1 << 14
_HEAD = re.compile(rb"[A-Z]+ /.*?\r\n\r\n", re.DOTALL)


@dataclass
class Line:
    """A TCP proxy. What it is told applies to the requests that come afterwards.

    `cuts`      offsets in uploads at which the line breaks, once each
    `before`    (beginning of a request, what to do before the server gets it), once
    `losing`    beginnings of requests whose answers are lost, once each: the server has done what the program asked
    `stalls_at` offset in an upload from which on nothing is passed on until `resume`
    """

    port: int
    target: tuple[str, int]
    cuts: list[int] = field(default_factory=list)
    before: tuple[bytes, Callable[[], None]] | None = None
    losing: list[bytes] = field(default_factory=list)
    stalls_at: int | None = None
    requests: list[str] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    lost: int = 0
    stalled: threading.Event = field(default_factory=threading.Event)
    resumed: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def resume(self) -> None:
        self.stalls_at = None
        self.resumed.set()

    def serve(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                threading.Thread(target=self._connection, args=(near,), daemon=True).start()

    def _connection(self, near: socket.socket) -> None:
        with near, suppress(OSError), socket.create_connection(self.target) as far:
            loses = threading.Event()
            threading.Thread(target=self._answers, args=(far, near, loses), daemon=True).start()
            self._requests(near, far, loses)
            for end in (near, far):
                end.shutdown(socket.SHUT_RDWR)

    def _requests(self, near: socket.socket, far: socket.socket, loses: threading.Event) -> None:
        """Passes requests on until the line breaks; the head of a request arrives in one piece here."""
        at, left = 0, 0
        while piece := near.recv(PIECE):
            if not left and (head := _HEAD.match(piece)):
                self._look_at(head[0], loses)
                if head[0].startswith(b"PATCH /api/uploads/"):
                    at, left = _number(head[0], b"upload-offset"), _number(head[0], b"content-length")
                    self.offsets.append(at)
                    far.sendall(head[0])
                    piece = piece[head.end() :]
            if not left:
                far.sendall(piece)
            elif not self._pass_body(far, piece, at):
                return
            else:
                at, left = at + len(piece), left - len(piece)

    def _look_at(self, head: bytes, loses: threading.Event) -> None:
        self.requests.append(head.partition(b"\r\n")[0].decode())
        if self.before and head.startswith(self.before[0]):
            _, act = self.before
            self.before = None
            act()
        if due := [start for start in self.losing if head.startswith(start)]:
            self.losing.remove(due[0])
            loses.set()

    def _pass_body(self, far: socket.socket, piece: bytes, at: int) -> bool:
        """Whether the line still holds after this piece of an upload, which begins at offset `at`."""
        if self.stalls_at is not None and at + len(piece) > self.stalls_at:
            self.stalled.set()
            self.resumed.wait()
        due = [cut for cut in self.cuts if at < cut <= at + len(piece)]
        if not due:
            far.sendall(piece)
            return True
        self.cuts.remove(min(due))
        far.sendall(piece[: min(due) - at])
        return False

    def _answers(self, far: socket.socket, near: socket.socket, loses: threading.Event) -> None:
        with suppress(OSError):
            while piece := far.recv(PIECE):
                if loses.is_set():
                    self.lost += 1
                    near.shutdown(socket.SHUT_RDWR)
                    return
                near.sendall(piece)
            near.shutdown(socket.SHUT_RDWR)


def _number(head: bytes, name: bytes) -> int:
    match = re.search(rb"\r\n" + name + rb": (\d+)\r\n", head, re.IGNORECASE)
    assert match
    return int(match[1])


@contextmanager
def line_to(url: str) -> Iterator[Line]:
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = Line(listener.getsockname()[1], (host, int(port)))
        threading.Thread(target=line.serve, args=(listener,), daemon=True).start()
        yield line
        line.resume()
        listener.shutdown(socket.SHUT_RDWR)
