"""The place of a unix socket, for the processes that answer on one: nobody else may enter, and nobody else answers."""

import os
import socket
from pathlib import Path


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
