"""The process that forks unpackers, and what such a child does; started by `sandbox`, which tells the idea."""

from __future__ import annotations

import encodings
import json
import os
import resource
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module
from pkgutil import iter_modules
from typing import NoReturn

from . import confinement, lifeline, pdfs
from .limits import Limits
from .sandbox import GO_ON, MESSAGE_BYTES, READY
from .spool import MemoryFile
from .unpack import Unpacker


def serve(control: socket.socket) -> None:
    """Fork a child per order until the scanner closes the socket."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the scanner decides when to end, also at Ctrl-C
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children: the kernel buries them
    control.send(READY)
    while True:
        order, fds, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 2)
        if not order:
            return
        if os.fork() == 0:
            control.close()
            _child(order, *fds)
        for fd in fds:
            os.close(fd)


def _child(order: bytes, fd: int, job_fd: int) -> NoReturn:
    """Exits without any cleaning up, so that nothing of the nursery's runs twice; without a last word if it failed."""
    try:
        settings = json.loads(order)
        limits = Limits(**settings["limits"])
        _confine(limits)
        job = socket.socket(fileno=job_fd)
        reasons = Unpacker(limits, lambda member: _deliver(job, member)).run(fd, settings["size_bytes"])
        job.send(json.dumps(sorted(reasons)).encode())
    finally:
        os._exit(0)


def _deliver(job: socket.socket, member: MemoryFile) -> None:
    with member.reader() as fd:
        socket.send_fds(job, [b"member"], [fd])
    if job.recv(16) != GO_ON:
        os._exit(0)


def _confine(limits: Limits) -> None:
    """Memory, time, rights, and what can be reached. The alarm's default action ends the process even inside a
    library's endless loop. From here on nothing can be loaded: the nursery has done it.
    """
    lifeline.die_with_parent()
    lifeline.forbid_new_rights()
    signal.alarm(limits.seconds + 1)
    for kind, value in (
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_DATA, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.live_bytes),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (value, value))
    confinement.enter()


def _load_encodings() -> None:
    """Python loads the one that a mail names when it is named, and a child cannot."""
    for module in iter_modules(encodings.__path__):
        with suppress(ImportError):  # those of other systems
            import_module(f"encodings.{module.name}")


if __name__ == "__main__":
    _load_encodings()
    pdfs.open_random_source()
    serve(socket.socket(fileno=int(sys.argv[1])))
