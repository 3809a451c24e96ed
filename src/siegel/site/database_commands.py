"""`siegel-server database …`. Exit: 0 done, 1 refused or not possible, 2 usage, 3 something is not whole."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from siegel.site import database
from siegel.site.ready import ready

database_app = typer.Typer(no_args_is_help=True, help="Where the rows lie.")

NOTARY_START_S = 20.0


@database_app.callback()
def rows() -> None:
    """What stands before every command, so that `move` stays a word of its own."""


@database_app.command("move")
def move(
    target: Annotated[
        str, typer.Argument(help="file that holds the URL of an empty PostgreSQL database, as its owner; or the URL")
    ],
) -> None:
    """Move all rows from SQLite to PostgreSQL, once, with the server stopped. All are moved or none."""
    settings = ready()
    from siegel.site import moving

    try:
        moving.require_silence()
        wanted = moving.target_of(target)
        with _notary(settings):
            count = moving.move(wanted, say=typer.echo)
    except moving.MoveError as error:
        sys.stderr.write(f"siegel-server: {error}\n")
        raise typer.Exit(3 if isinstance(error, moving.BrokenError) else 1) from error
    marker = settings.DATA / database.MOVED
    marker.write_text(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC, {count} rows\n", encoding="utf-8")
    typer.echo(f"{count} rows moved; from now on the server starts with SIEGEL_DATABASE only ({marker.name})")


@contextmanager
def _notary(settings: Any) -> Iterator[None]:
    """The log key's process, for as long as the logs are verified."""
    from siegel.base.audit import notary
    from siegel.site import serve
    from siegel.site.moving import MoveError

    part = serve.notary_part(socket=settings.LOG_KEY_SOCKET, keys=settings.KEY_DIR, state=settings.DATA / "notary")
    deadline = time.monotonic() + NOTARY_START_S
    part.keep_running(time.monotonic())
    try:
        while True:
            try:
                notary.last("start")
                break
            except notary.NotaryError as error:
                if error.code != "notary.silent":
                    break
            if time.monotonic() > deadline or part.process is None or part.process.poll() is not None:
                raise MoveError("the log key's process does not start: is keys/log.key there?")
            time.sleep(0.05)
        yield
    finally:
        part.stop()
        part.wait(time.monotonic() + serve.GRACE_S)
