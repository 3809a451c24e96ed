"""`siegel`: the program on the firm's PC.

    siegel key new|show|split|card  siegel seal | open     plain age files, no server
    siegel sign-in             siegel vault ls|mkdir|put|get|access|trust|request|object|hand-over|take-in
                               siegel vault mv|cp|rm|trash|restore|purge|versions|lock|unlock|release
    siegel keys list|certify|revoke|rotate|audit           siegel team list|create|add|remove
    siegel reissue             siegel export               plain age files of whole vaults
    siegel audit witness|verify|compare                    the firm's log, watched from here
    siegel web verify                                      what browsers get, against the log

It exits 0 when done, 1 when a rule or circumstance refused it, 2 for wrong usage, 3 when something was altered, forged
or rolled back.
"""

import errno
import io
import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

import siegel
from siegel.agent import agefiles, terminal
from siegel.agent.errors import BROKEN, INTERRUPTED, REFUSED, WRONG_USAGE, AgentError, ServerError
from siegel.agent.key_commands import (
    keys_app,
    reissue,
    team_app,
    vault_access,
    vault_object,
    vault_request,
    vault_trust,
)
from siegel.agent.log_commands import audit_app, web_app
from siegel.agent.messages import TEXTS, problem_of, text, usage_problem_of
from siegel.agent.tree_commands import COMMANDS
from siegel.lib.age import AgeError, NoMatch
from siegel.seals.errors import IntegrityError, SealError

HELP = """Siegel on the command line: keys and plain age files without any server, and the vaults of your firm.

It exits 0 when done, 1 when a rule or circumstance refused it, 2 for wrong usage, 3 when something was altered, forged
or rolled back.
"""
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=HELP)
key_app = typer.Typer(no_args_is_help=True, help="Keys for plain age files.")
vault_app = typer.Typer(no_args_is_help=True, help="Vaults of the firm you are signed in to.")
app.add_typer(key_app, name="key")
app.add_typer(vault_app, name="vault")
app.add_typer(keys_app, name="keys")
app.add_typer(team_app, name="team")
app.add_typer(audit_app, name="audit")
app.add_typer(web_app, name="web")
vault_app.command("access")(vault_access)
vault_app.command("request")(vault_request)
vault_app.command("object")(vault_object)
vault_app.command("trust")(vault_trust)
for _name, _command in COMMANDS:
    vault_app.command(_name)(_command)
app.command("reissue")(reissue)

Input = Annotated[Path, typer.Argument(metavar="IN", help="A file, or - for standard input.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="OUT", dir_okay=False, help="Default: stdout.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]


def _show_version(*, wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"siegel {siegel.__version__}\n")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """What stands before every command; the help is HELP."""


@key_app.command("new")
def key_new(
    output: Output = None,
    no_passphrase: Annotated[bool, typer.Option("--no-passphrase", help="Write the key in plain text.")] = False,
) -> None:
    """Make a key: an age identity file, sealed with a passphrase."""
    identity = agefiles.new_identity(output, plain=no_passphrase)
    terminal.say("recipient", text=identity.recipient().encode())


@key_app.command("show")
def key_show(
    file: Annotated[Path, typer.Argument(metavar="KEYFILE", exists=True, dir_okay=False)], as_json: AsJson = False
) -> None:
    """Show the public half of a key file."""
    recipients = [identity.recipient().encode() for identity in agefiles.read_identities(file)]
    if as_json:
        terminal.answer({"recipients": recipients})
    else:
        sys.stdout.write("".join(f"{recipient}\n" for recipient in recipients))


@key_app.command("split")
def key_split(
    file: Annotated[Path, typer.Argument(metavar="SETUPFILE", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Argument(metavar="OUT", file_okay=False, exists=True, help="A folder.")],
) -> None:
    """Split the emergency sheet into three shares, of which any two give it back: three files to print."""
    from siegel.agent import sheet

    sheet.split_to(file, out)


@app.command()
def seal(
    source: Input,
    recipient: Annotated[list[str] | None, typer.Option("-r", metavar="RECIPIENT", help="age1…; repeatable.")] = None,
    recipients_file: Annotated[
        list[Path] | None,
        typer.Option("-R", metavar="FILE", exists=True, dir_okay=False, help="A file of recipients; repeatable."),
    ] = None,
    output: Output = None,
) -> None:
    """Seal a file as a plain age file."""
    agefiles.seal(source, output, recipient or [], recipients_file or [])


@app.command("open")
def open_command(
    source: Input,
    identity: Annotated[
        list[Path], typer.Option("-i", metavar="KEYFILE", exists=True, dir_okay=False, help="A key file; repeatable.")
    ],
    output: Output = None,
) -> None:
    """Open an age file."""
    agefiles.open_(source, output, identity)


@app.command("sign-in")
def sign_in_command(
    server: Annotated[str, typer.Option(metavar="URL", help="Address of the firm's Siegel.")],
    firm: Annotated[str, typer.Option(metavar="FIRM", help="The firm's short name.")],
    username: Annotated[str, typer.Option(metavar="NAME", help="Your user name.")],
    key_file: Annotated[Path, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Your key file.")],
    as_json: AsJson = False,
) -> None:
    """Sign in with a key file; the vault commands use the session until it ends, and renew it."""
    from siegel.agent import online

    online.sign_in(server, firm, username, key_file, as_json=as_json)


@app.command("sign-out")
def sign_out_command(as_json: AsJson = False) -> None:
    """End this device's session, at the server and here. What this device has seen of the vaults is kept."""
    from siegel.agent import online

    online.sign_out(as_json=as_json)


@vault_app.command("ls")
def vault_ls(
    where: Annotated[str | None, typer.Argument(metavar="[VAULT[:/PATH]]")] = None,
    check: Annotated[bool, typer.Option("--check", help="Open every vault and compare it with the list.")] = False,
    as_json: AsJson = False,
) -> None:
    """List your vaults, or a folder of one."""
    from siegel.agent import online

    online.ls(where, check=check, as_json=as_json)


@vault_app.command("mkdir")
def vault_mkdir(where: Annotated[str, typer.Argument(metavar="VAULT:/PATH")]) -> None:
    """Make a folder, and those above it."""
    from siegel.agent import online

    online.mkdir(where)


@vault_app.command("put")
def vault_put(
    sources: Annotated[list[str], typer.Argument(metavar="PATH… VAULT:/FOLDER/")], as_json: AsJson = False
) -> None:
    """Put files and folders into a vault; what bears an existing name becomes its next version."""
    from siegel.agent import online

    online.put(sources, as_json=as_json)


@vault_app.command("get")
def vault_get(
    where: Annotated[str, typer.Argument(metavar="VAULT:/PATH")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A file, or a folder that exists.")],
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing when all went well.")] = False,
) -> None:
    """Fetch a file, or a folder with all it holds. Nothing has its name before all of it was verified."""
    from siegel.agent import online

    online.get(where, out, quiet=quiet)


@key_app.command("card")
def key_card(
    file: Annotated[Path, typer.Argument(metavar="KEYFILE", exists=True, dir_okay=False)], output: Output = None
) -> None:
    """Write what another firm needs to hand a dossier over to you, and the words to compare on the telephone."""
    from siegel.agent import handover

    handover.card(file, output)


@vault_app.command("hand-over")
def vault_hand_over(
    vault: Annotated[str, typer.Argument(metavar="VAULT")],
    out: Annotated[Path, typer.Argument(metavar="OUT", file_okay=False, help="A folder; it is made.")],
    *,
    to: Annotated[str, typer.Option("--to", metavar="RECIPIENT", help="age1pq…, or a file with it: the card.")],
    yes: Annotated[bool, typer.Option("--yes", help="The words were compared.")] = False,
    as_json: AsJson = False,
) -> None:
    """Pack a dossier for another firm: plain age files for its recipient, with a signed list."""
    from siegel.agent import handover

    handover.hand_over(vault, to, out, yes=yes, as_json=as_json)


@vault_app.command("take-in")
def vault_take_in(
    package: Annotated[Path, typer.Argument(metavar="PACKAGE")],
    where: Annotated[str, typer.Argument(metavar="VAULT:/FOLDER/")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="The words were compared.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take in what another firm has packed for you; all of it is verified first."""
    from siegel.agent import take_in

    take_in.take_in(package, where, yes=yes, as_json=as_json)


@app.command("export")
def export_command(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A folder; it is made, or gone on with.")],
    firm: Annotated[bool, typer.Option("--firm", help="All vaults you hold.")] = False,
    vault: Annotated[str | None, typer.Option("--vault", metavar="VAULT", help="One vault.")] = None,
    as_json: AsJson = False,
) -> None:
    """Export files as plain age files for your own key, with a list of them: stock age opens them, without Siegel.

    The same command again goes on where it was stopped.
    """
    from siegel.agent import export

    export.run(out, vault, whole=firm, as_json=as_json)


# Errors


def explain(error: BaseException) -> tuple[int, str, str]:
    """(exit code, code for machines, text for people) of an error a command may end with."""
    if isinstance(error, TyperException):
        return WRONG_USAGE, "usage", usage_problem_of(error)
    if isinstance(error, ServerError):
        return REFUSED, error.code, error.text
    if isinstance(error, AgentError):
        return error.exit_code, error.code, text(error.code, **error.params)
    if isinstance(error, IntegrityError):
        # A damaged key file is no sign of forgery: the person has a copy of it.
        if error.code == "key_file_damaged":
            return BROKEN, error.code, text(error.code)
        return BROKEN, error.code, text("integrity", code=error.code)
    if isinstance(error, SealError):
        known = error.code in TEXTS
        return REFUSED, error.code, text(error.code, detail="") if known else text("refused", problem=error)
    if isinstance(error, NoMatch):
        return REFUSED, "not_for_this_key", text("not_for_this_key")
    if isinstance(error, AgeError):
        return BROKEN, error.code, text("age_damaged", code=error.code)
    if isinstance(error, OSError):
        if error.errno == errno.ENOSPC:
            return REFUSED, "disk_full", text("disk_full")
        return REFUSED, "os_error", text("os_error", path=error.filename or "", problem=problem_of(error))
    return INTERRUPTED, "interrupted", text("interrupted")


def run(command: typer.Typer) -> int:
    """The exit code of a command, its errors told."""
    try:
        code = command(standalone_mode=False)
    except TyperException as error:
        # Without any argument: the help was shown already.
        return WRONG_USAGE if type(error).__name__ == "NoArgsIsHelpError" else _tell(error)
    except SystemExit as ended:
        # How typer ends when nobody reads its output any more.
        return ended.code if isinstance(ended.code, int) else 0
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing more can be said there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    except (AgentError, SealError, AgeError, OSError, KeyboardInterrupt) as error:
        return _tell(error)
    if code == INTERRUPTED:
        # How typer ends after Ctrl-C, without a word.
        return _tell(KeyboardInterrupt())
    return code if isinstance(code, int) else 0


def _tell(error: BaseException) -> int:
    exit_code, code, message = explain(error)
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps({"error": code, "message": message}, ensure_ascii=False) + "\n")
    terminal.notes().print(f"siegel: {message}", markup=False, style="red")
    return exit_code


def main() -> None:
    """The entry point `siegel`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name that the terminal cannot show must not end the command; in JSON this is a valid escape.
            stream.reconfigure(errors="backslashreplace")
    exit_code = run(app)
    if exit_code == INTERRUPTED:
        # Nobody waits for threads in the middle of a transfer: the server publishes nothing of it.
        sys.stdout.flush()
        os._exit(exit_code)
    sys.exit(exit_code)
