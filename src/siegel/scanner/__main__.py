"""`python -m siegel.scanner`: runs until SIGTERM or SIGINT.

Exit codes: 0 ended when told to, 1 cannot run, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import logging
import os
import resource
import signal
import sys
from pathlib import Path
from threading import Event

from . import lifeline
from .engine import OFFICIAL_SIGNATURES
from .errors import ScannerError
from .process import Settings, running

_RENEW_EVERY_S = 60.0


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="scanner %(levelname)s %(message)s")
    arguments = _arguments()
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    lifeline.forbid_dumps()
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    if arguments.die_with_parent:
        lifeline.die_with_parent()
    try:
        with running(_settings(arguments)) as service:
            while not ended.wait(_RENEW_EVERY_S):
                service.renew_keys()
    except (ScannerError, OSError) as error:
        logging.getLogger(__name__).error("%s", error)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="siegel.scanner", description="Opens uploads to judge them, and signs the verdicts."
    )
    parser.add_argument("--socket", type=Path, required=True, help="unix socket to answer on; its directory is private")
    parser.add_argument("--clamd", type=Path, default=Path("/usr/sbin/clamd"), help="the clamd program (%(default)s)")
    parser.add_argument("--key-file", type=Path, required=True, help="long-lived key; made at the first start")
    parser.add_argument("--spool", type=Path, required=True, help="private directory, used when there is no tmpfs")
    parser.add_argument(
        "--signatures", type=Path, default=OFFICIAL_SIGNATURES, help="official signatures (%(default)s)"
    )
    parser.add_argument("--parallel", type=int, default=4, help="uploads judged at one time (%(default)s)")
    parser.add_argument("--memory-mib", type=int, default=0, help="for plaintext; half of the machine's by default")
    parser.add_argument("--die-with-parent", action="store_true", help="end when the starting thread ends")
    arguments = parser.parse_args()
    if arguments.parallel < 1 or arguments.memory_mib < 0:
        parser.error("--parallel is at least 1, --memory-mib at least 0")
    return arguments


def _settings(arguments: argparse.Namespace) -> Settings:
    return Settings(
        socket=arguments.socket,
        clamd=arguments.clamd,
        key_file=arguments.key_file,
        spool=arguments.spool,
        official=arguments.signatures,
        parallel=arguments.parallel,
        budget_bytes=arguments.memory_mib << 20,
    )


if __name__ == "__main__":
    sys.exit(main())
