"""`python -m siegel.demo`: prepares the demonstration in `.demo/`, serves it, and says how to sign in."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from types import FrameType

from siegel.demo import furnish, installation, notice

STOP_S = 30.0


def main() -> int:
    demo = installation.prepare()
    furnish.forget_unfinished(demo)
    with demo.log.open("ab") as log:
        command = demo.command("serve", "--port", str(installation.PORT))
        server = subprocess.Popen(command, env=demo.environment, stdout=log, stderr=log)

    def end(_number: int, _frame: FrameType | None) -> None:
        # Ends whatever is under way, also the making of the demonstration: the next start begins that again.
        raise SystemExit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    try:
        installation.wait_until_it_answers(server)
        people = furnish.furnish(demo)
        notice.show(demo, people)
        return server.wait()
    except installation.NotServingError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    finally:
        if server.poll() is None:
            server.terminate()
        deadline = time.monotonic() + STOP_S
        server.wait(max(0.0, deadline - time.monotonic()))


if __name__ == "__main__":
    sys.exit(main())
