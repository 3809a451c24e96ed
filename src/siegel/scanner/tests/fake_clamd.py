"""A clamd that answers as told: the process edge, where a fake may stand."""

from __future__ import annotations

import sys
from pathlib import Path

FOUND = "fd[1]: Test FOUND"
_PROGRAM = """#!{python}
import socket, sys, time
settings = dict(line.split(" ", 1) for line in open(sys.argv[2]).read().splitlines())
listener = socket.socket(socket.AF_UNIX)
listener.bind(settings["LocalSocket"])
listener.listen()
answers = [{first!r}]
while True:
    connection, _ = listener.accept()
    command = connection.recv(100)
    if command.startswith(b"zPING"):
        connection.sendall(b"PONG\\0")
    elif command.startswith(b"zVERSION"):
        connection.sendall(b"ClamAV 9.9.9/12345/Mon Jan  5 10:00:00 2026\\0")
    else:
        if len(command) < 9:
            connection.recv(1)  # the byte that comes with the descriptor
        answer = answers.pop() if answers else {then!r}
        if answer is None:
            time.sleep(60)
        connection.sendall(answer.encode() + b"\\0")
    connection.close()
"""


def fake_clamd(place: Path, *, first: str = FOUND, then: str | None = None) -> Path:
    """The program's path. `first` answers the scan that proves it at its start, `then` all others; None hangs."""
    program = place / "fake-clamd"
    program.write_text(_PROGRAM.format(python=sys.executable, first=first, then=then))
    program.chmod(0o755)
    return program
