"""`python -m siegel.demo [--port PORT]`: prepares the demonstration in `.demo/`, serves it, and says how to sign in."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

from siegel.agent.errors import AgentError
from siegel.demo import furnish, installation, notice, people
from siegel.seals.errors import SealError

STOP_S = 30.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="siegel.demo", description="Serves the demonstration on this machine.")
    parser.add_argument("--port", type=int, default=installation.PORT, help="port on 127.0.0.1 (%(default)s)")
    port = parser.parse_args().port
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    try:
        demo = installation.prepare(port)
        furnish.forget_unfinished(demo)
        return _serve(demo, port)
    except _EndedError:
        return 0
    except installation.NotServingError as error:
        print(error, file=sys.stderr)  # noqa: T201 (no log yet)
    except (AgentError, SealError) as error:
        # Keys and data that do not belong together, for example after somebody deleted one of them.
        print(f"{demo.folder} cannot be used ({error}). Delete it, then start again.", file=sys.stderr)  # noqa: T201 (no log yet)
    return 1


class _EndedError(BaseException):
    """Somebody ended us: so does whatever is under way, also the first making, which the next start begins again."""


def _end(_number: int, _frame: FrameType | None) -> None:
    raise _EndedError


def _serve(demo: installation.Demo, port: int) -> int:
    """Serves until the server ends or somebody ends us; afterwards nothing of it is left."""
    command = demo.command("serve", "--port", str(port))
    with demo.log.open("ab") as log:
        server = subprocess.Popen(command, env=demo.environment, stdout=log, stderr=log)
    try:
        installation.wait_until_it_answers(demo, server)
        _furnish(demo)
        return server.wait()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        server.terminate()
        try:
            server.wait(STOP_S)
        except subprocess.TimeoutExpired:
            # Its parts end with it.
            server.kill()
            server.wait()


def _furnish(demo: installation.Demo) -> None:
    everybody = furnish.make_people(demo)
    with ThreadPoolExecutor(1) as pool:
        # A program of its own, as slow as the documents.
        link = pool.submit(demo.firm_link, people.SECOND_SLUG, people.SECOND_NAME)
        documents = furnish.put_documents(demo, everybody)
        notice.show(demo, everybody, link.result(), documents=documents)


if __name__ == "__main__":
    exit_code = main()
    sys.stdout.flush()
    # Threads of an interrupted upload would go on asking for the server.
    os._exit(exit_code)
