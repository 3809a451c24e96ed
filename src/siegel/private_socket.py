"""Unix sockets of the processes that answer on one: where nobody else may enter or answer, and what goes over them.

A message is a JSON object after its length as u32 big-endian.
"""

import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path
from socketserver import UnixStreamServer
from threading import Thread
from typing import Any


class TakenError(Exception):
    """The socket cannot stand there; the message says why."""


def claim(path: Path, who: str) -> None:
    """The place is ours: in a folder only this user may enter, where no other `who` answers. TakenError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = path.parent.stat()
    if status.st_mode & 0o077 or status.st_uid != os.getuid():
        raise TakenError(f"{path.parent} must belong to this user alone: chmod 700")
    with socket.socket(socket.AF_UNIX) as probe:
        if probe.connect_ex(str(path)) == 0:
            raise TakenError(f"another {who} answers at {path}")
    path.unlink(missing_ok=True)


class MessageError(Exception):
    """What came is no message."""


def framed(message: Mapping[str, Any]) -> bytes:
    text = json.dumps(message).encode()
    return len(text).to_bytes(4, "big") + text


def read_message(stream: BufferedIOBase, most: int) -> dict[str, Any] | None:
    """The next object, of at most `most` bytes; None at the end of the connection. MessageError for anything else."""
    prefix = stream.read(4)
    if not prefix:
        return None
    size = int.from_bytes(prefix, "big")
    if len(prefix) < 4 or size > most:
        raise MessageError("no message, or a message that is too long")
    text = stream.read(size)
    if len(text) < size:
        raise MessageError("the message is cut off")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MessageError("not JSON") from error
    if not isinstance(message, dict):
        raise MessageError("not an object")
    return message


@contextmanager
def answering(server: UnixStreamServer, path: Path) -> Iterator[None]:
    """The server answers at `path`, in a thread of its own, while the context lasts; then its socket is gone."""
    thread = Thread(target=server.serve_forever, args=(0.1,), name="socket")
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        path.unlink(missing_ok=True)
