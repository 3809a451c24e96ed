"""`python -m siegel.notary`: runs until SIGTERM or SIGINT. Exit codes: 0 ended when told to, 1 cannot run, 2 usage."""

import argparse
import ctypes
import logging
import os
import resource
import signal
import sys
from pathlib import Path
from threading import Event

from siegel.notary.errors import NotaryError
from siegel.notary.process import running

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4


def main() -> int:
    logging.basicConfig(level=logging.WARNING, format="notary %(levelname)s %(message)s")
    parser = argparse.ArgumentParser(prog="siegel.notary", description="Signs the heads of audit logs.")
    parser.add_argument("--socket", type=Path, required=True, help="unix socket to answer on; its folder is private")
    parser.add_argument("--key-file", type=Path, required=True, help="the log key; made at the first start")
    parser.add_argument("--state", type=Path, required=True, help="folder of what was signed last")
    parser.add_argument("--die-with-parent", action="store_true", help="end when the starting thread ends")
    arguments = parser.parse_args()
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None)
    # No core file, and no other process of this user may read the key from this one's memory.
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    if arguments.die_with_parent:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    try:
        with running(arguments.socket, arguments.key_file, arguments.state):
            ended.wait()
    except (NotaryError, OSError) as error:
        logging.getLogger(__name__).error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
