"""`siegel audit …` as it is typed. What it does stands in `log_online`, which is imported only for it."""

from pathlib import Path
from typing import Annotated

import typer

audit_app = typer.Typer(no_args_is_help=True, help="The firm's audit log, watched from this machine.")

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]


@audit_app.command("witness")
def audit_witness(
    name: Annotated[str | None, typer.Option("--name", help="How the firm calls it; default: this host.")] = None,
    every: Annotated[int | None, typer.Option("--every", min=1, metavar="SECONDS", help="Go on until ended.")] = None,
    listen: Annotated[
        str | None,
        typer.Option("--listen", metavar="ADDRESS:PORT", help="Also confirm what is brought here (C2SP tlog-witness)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Confirm the log's newest head with this machine's own key, if it has grown from the last one confirmed."""
    from siegel.agent import log_online

    log_online.witness(name=name, every_s=every, listen=listen, as_json=as_json)


@audit_app.command("verify")
def audit_verify(as_json: AsJson = False) -> None:
    """Fetch the whole log and compute it again, against what this machine has seen of it."""
    from siegel.agent import log_online

    log_online.verify(as_json=as_json)


@audit_app.command("save")
def audit_save(
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="The file to write.")],
) -> None:
    """Save the last head this machine confirmed, so that the operator can cite it should a backup be restored."""
    from siegel.agent import log_online

    log_online.save_head(file)


@audit_app.command("compare")
def audit_compare(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A checkpoint or proof.")],
) -> None:
    """Compare the log with a head that somebody else kept: two views of one log are found so."""
    from siegel.agent import log_online

    log_online.compare(file)


web_app = typer.Typer(no_args_is_help=True, help="What the server gives to browsers, watched from this machine.")


@web_app.callback()
def web() -> None:
    """What stands before every command, so that `verify` stays a word of its own."""


@web_app.command("verify")
def web_verify(
    release_key: Annotated[
        Path | None,
        typer.Option("--release-key", exists=True, dir_okay=False, help="Public key of releases (SSH); pinned here."),
    ] = None,
    user_agent: Annotated[str | None, typer.Option("--user-agent", help="Ask as this browser.")] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch what browsers get, and compare it with the list in the firm's log."""
    from siegel.agent import web_online

    web_online.verify(key_file=release_key, user_agent=user_agent, as_json=as_json)
