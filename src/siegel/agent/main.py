"""`siegel`: the program on the firm's PC.

    siegel key new|show        siegel seal | open          plain age files, no server
    siegel sign-in             siegel vault ls|mkdir|put|get

It exits 0 when done, 1 when a rule or circumstance refused it, 2 for wrong usage, 3 when something was altered, forged
or rolled back.
"""

# long because: every command of the program in one place, each a few lines

import errno
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from siegel.agent import agefiles, terminal
from siegel.agent.account import Account, countersign_waiting, resume, sign_in
from siegel.agent.client import Api, origin_of
from siegel.agent.errors import AgentError, ServerError, UsageError
from siegel.agent.get import get_file
from siegel.agent.messages import TEXTS, language, problem_of, text
from siegel.agent.opened import Entity, OpenVault
from siegel.agent.put import Outcome, plan_put, put
from siegel.agent.session import Home, SavedSession
from siegel.agent.vaults import examine, list_vaults, open_named
from siegel.lib.age import AgeError, NoMatch
from siegel.seals.errors import IntegrityError, SealError
from siegel.seals.keyfile import KeyFile
from siegel.seals.rows import FileRow

REFUSED, WRONG_USAGE, BROKEN, INTERRUPTED = 1, 2, 3, 130

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
key_app = typer.Typer(no_args_is_help=True, help="Keys for plain age files.")
vault_app = typer.Typer(no_args_is_help=True, help="Vaults of the firm you are signed in to.")
app.add_typer(key_app, name="key")
app.add_typer(vault_app, name="vault")

Input = Annotated[Path, typer.Argument(metavar="IN", help="A file, or - for standard input.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="OUT", dir_okay=False, help="Default: stdout.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]


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
    home = Home()
    key = terminal.read_key_file(key_file)
    if (key.slug, key.username) != (firm, username):
        raise AgentError("key_file_person", username=key.username, firm=key.slug)
    api = Api(origin_of(server), language=language())
    account, session = sign_in(api, key)
    home.pin(api.origin, key.firm, key.root)
    confirmed = countersign_waiting(account)
    home.save_session(_saved(account, key_file, session.name, session.role))
    if as_json:
        terminal.answer({"person": asdict(session), "countersigned": confirmed})
        return
    terminal.say("signed_in", name=terminal.clean(session.name), firm=terminal.clean(session.firm_name))
    if confirmed:
        terminal.say("countersigned", count=confirmed)


@vault_app.command("ls")
def vault_ls(
    where: Annotated[str | None, typer.Argument(metavar="[VAULT[:/PATH]]")] = None, as_json: AsJson = False
) -> None:
    """List your vaults, or a folder of one."""
    name, path = _place(where) if where else ("", ())
    account, home = _signed_in()
    if not name:
        _list_vaults(account, home, as_json=as_json)
        return
    vault = open_named(account, home, name)
    _keep_session(account, home)
    found = vault.find(path)
    if found is not None and not found.is_folder:
        entries = {found.name: found}
    else:
        entries = vault.children(found.id if found else vault.id)
    lines = [_entry_line(name, entity) for name, entity in sorted(entries.items())]
    if found is None or found.is_folder:
        lines += _unreadable_lines(vault, found.id if found else vault.id)
    _show(lines, as_json)
    _report_wraps(vault.title, sorted(vault.opened.failed))
    if vault.unreadable:
        terminal.say("row_unreadable", count=len(vault.unreadable))
        raise typer.Exit(BROKEN)


def _list_vaults(account: Account, home: Home, *, as_json: bool) -> None:
    """All vaults, each compared with what was sealed; exit code 3 when one is not what the server shows."""
    listed = list_vaults(account)
    found = [(vault, *examine(account, home, vault)) for vault in listed]
    _show([asdict(vault) | {"problem": problem} for vault, problem, _ in found], as_json)
    _keep_session(account, home)
    for vault, problem, failed in found:
        if problem:
            terminal.say("vault_differs", vault=terminal.clean(vault.name), code=problem)
        _report_wraps(vault.name, failed)
    if any(problem for _, problem, _ in found):
        raise typer.Exit(BROKEN)


def _report_wraps(vault: str, failed: Sequence[int]) -> None:
    """Says which epochs' seeds, as they were sealed for us, do not open."""
    if failed:
        terminal.say("wraps_failed", vault=terminal.clean(vault), epochs=", ".join(map(str, failed)))


def _unreadable_lines(vault: OpenVault, folder: str) -> list[dict[str, Any]]:
    nodes = {node_id: vault.state.nodes[node_id] for node_id in sorted(vault.unreadable)}
    return [
        {"name": f"({text('unreadable_name')})", "kind": "unreadable", "version": node.version, "node": node_id}
        for node_id, node in nodes.items()
        if node.parent == folder
    ]


@vault_app.command("mkdir")
def vault_mkdir(where: Annotated[str, typer.Argument(metavar="VAULT:/PATH")]) -> None:
    """Make a folder, and those above it."""
    name, path = _place(where, full=True)
    account, home = _signed_in()
    vault = open_named(account, home, name)
    vault.make_folders([path], must_be_new=path)
    _keep_session(account, home)


@vault_app.command("put")
def vault_put(
    sources: Annotated[list[str], typer.Argument(metavar="PATH… VAULT:/FOLDER/")], as_json: AsJson = False
) -> None:
    """Put files and folders into a vault; what bears an existing name becomes its next version."""
    if len(sources) < 2:
        raise UsageError("path_invalid", target=sources[0] if sources else "")
    *given, target = sources
    name, folder = _place(target, needs_path=True)
    paths = [Path(path) for path in given]
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise UsageError("file_missing", path=path)
    account, home = _signed_in()
    plan = plan_put(paths, folder)
    vault = open_named(account, home, name)
    with terminal.bars(quiet=as_json) as progress:
        watcher = terminal.Bars(progress, len(plan.items) + len(plan.refused), plan.total_bytes)
        outcomes = put(vault, plan, watcher)
    _keep_session(account, home)
    _report(outcomes, as_json)


@vault_app.command("get")
def vault_get(
    where: Annotated[str, typer.Argument(metavar="VAULT:/PATH")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A file, or a folder that exists.")],
) -> None:
    """Fetch a file, or a folder with all it holds. Nothing has its name before all of it was verified."""
    name, path = _place(where, needs_path=True)
    account, home = _signed_in()
    vault = open_named(account, home, name)
    found = vault.find(path)
    with terminal.bars(quiet=False) as progress:
        for entity, target in _targets(vault, found, out):
            task = progress.add_task(terminal.clean(entity.name), total=_size(entity))
            get_file(vault, entity, target, lambda done, task=task: progress.update(task, completed=done))  # type: ignore[misc]
    _keep_session(account, home)


def _targets(vault: OpenVault, found: Entity | None, out: Path) -> list[tuple[Entity, Path]]:
    """What is fetched, and where it goes; folders are made."""
    if found is not None and not found.is_folder:
        target = out / found.name if out.is_dir() else out
        if not target.parent.is_dir():
            raise AgentError("target_missing", path=target.parent)
        return [(found, target)]
    top = out / found.name if found is not None and out.is_dir() else out
    if not top.parent.is_dir():
        raise AgentError("target_missing", path=top.parent)
    top.mkdir(exist_ok=True)
    targets = []
    for path, entity in vault.walk(found.id if found else vault.id):
        target = top.joinpath(*path)
        if entity.is_folder:
            target.mkdir(exist_ok=True)
        else:
            targets.append((entity, target))
    return targets


def _place(where: str, *, full: bool = False, needs_path: bool = False) -> tuple[str, tuple[str, ...]]:
    """`VAULT`, `VAULT:/` or `VAULT:/PATH` as (vault, path); UsageError `path_invalid`.

    `full`: the path names something below the top level.
    """
    name, mark, rest = where.partition(":/")
    path = tuple(part for part in rest.split("/") if part)
    if not name or (needs_path and not mark) or (full and not path) or any(part in (".", "..") for part in path):
        raise UsageError("path_invalid", target=where)
    return name, path


def _signed_in() -> tuple[Account, Home]:
    """The account of the saved session, its key file opened again."""
    home = Home()
    saved = home.session()
    path = Path(saved.key_file)
    if not path.is_file():
        raise AgentError("file_missing", path=path)
    key = terminal.read_key_file(path)
    if (key.firm, key.person, key.root) != (saved.firm, saved.person, saved.root):
        raise AgentError("not_signed_in")
    home.pin(saved.server, key.firm, key.root)
    api = Api(saved.server, cookies=saved.cookies, language=language())
    account = resume(api, key)
    account.learn_certificates()
    account.own()
    return account, home


def _saved(account: Account, key_file: Path, name: str, role: str) -> SavedSession:
    key: KeyFile = account.key_file
    return SavedSession(
        server=account.api.origin,
        firm=key.firm,
        slug=key.slug,
        person=key.person,
        username=key.username,
        name=name,
        role=role,
        root=key.root,
        key_file=str(key_file.resolve()),
        cookies=account.api.cookies(),
    )


def _keep_session(account: Account, home: Home) -> None:
    """The session may have been renewed meanwhile."""
    saved = home.session()
    if saved.cookies != account.api.cookies():
        home.save_session(_saved(account, Path(saved.key_file), saved.name, saved.role))


def _entry_line(name: str, entity: Entity) -> dict[str, Any]:
    line: dict[str, Any] = {"name": name, "kind": entity.node.kind, "version": entity.node.version}
    row = entity.row
    if isinstance(row, FileRow):
        line |= {"size": row.size, "type": row.type, "modified": row.modified, "content_hash": row.content_hash}
    return line | {"node": entity.id}


def _size(entity: Entity) -> int | None:
    return entity.row.size if isinstance(entity.row, FileRow) else None


def _show(lines: list[dict[str, Any]], as_json: bool) -> None:
    """JSON, or one line each: a vault by its name, a folder with a slash at its end, a file with its size in bytes."""
    if as_json:
        terminal.answer(lines)
        return
    for line in lines:
        size = f"{line.get('size', ''):>14}  " if "node" in line else ""
        slash = "/" if line["kind"] == "folder" else ""
        sys.stdout.write(f"{size}{terminal.clean(line['name'])}{slash}\n")


def _report(outcomes: list[Outcome], as_json: bool) -> None:
    """Says what became of the files; exit code 1 if one was not stored."""
    stored = sum(outcome.code == "stored" for outcome in outcomes)
    refused = len(outcomes) - stored
    if as_json:
        files = [
            {
                "source": str(one.source),
                "path": f"/{one.path}",
                "result": one.code,
                "version": one.version,
                "message": None if one.code == "stored" else terminal.refusal(one),
            }
            for one in outcomes
        ]
        terminal.answer({"files": files, "stored": stored, "refused": refused})
    else:
        terminal.say("put_done", stored=stored, refused=refused)
    if refused:
        raise typer.Exit(REFUSED)


# Errors


def explain(error: BaseException) -> tuple[int, str, str]:
    """(exit code, code for machines, text for people) of an error a command may end with."""
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


def run(command: Callable[[], object]) -> int:
    """The exit code of a command, its errors told."""
    try:
        command()
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            # How typer ends after Ctrl-C, without a word.
            return _tell(KeyboardInterrupt())
        return ended.code if isinstance(ended.code, int) else 0
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing more can be said there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    except (AgentError, SealError, AgeError, OSError, KeyboardInterrupt) as error:
        return _tell(error)
    return 0


def _tell(error: BaseException) -> int:
    exit_code, code, message = explain(error)
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps({"error": code, "message": message}, ensure_ascii=False) + "\n")
    terminal.notes.print(f"siegel: {message}", markup=False, style="red")
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
