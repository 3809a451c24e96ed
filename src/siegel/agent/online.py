"""What the commands do that need a server: sign in, list, make folders, put and get.

A module of its own, which `main` imports only for these commands: what it needs takes longer to load than a small file
to seal.
"""

import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from siegel.agent import memory, terminal
from siegel.agent.account import Account, countersign_waiting, resume
from siegel.agent.account import sign_in as sign_in_with
from siegel.agent.client import Api, origin_of
from siegel.agent.entities import Entity
from siegel.agent.errors import BROKEN, REFUSED, AgentError, UsageError
from siegel.agent.folders import make_folders
from siegel.agent.get import get_file
from siegel.agent.messages import language, text
from siegel.agent.opened import OpenVault
from siegel.agent.plan import Outcome, plan_put
from siegel.agent.put import put as put_files
from siegel.agent.session import Home, SavedSession
from siegel.agent.vaults import list_vaults, lost_of, mismatch_of, open_named
from siegel.seals.derive import print_of
from siegel.seals.keyfile import KeyFile
from siegel.seals.rows import FileRow

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


def sign_in(server: str, firm: str, username: str, key_file: Path, *, as_json: bool) -> None:
    home = Home()
    key = terminal.read_key_file(key_file)
    if (key.slug, key.username) != (firm, username):
        raise AgentError("key_file_person", username=key.username, firm=key.slug)
    api = Api(origin_of(server), language=language())
    account, session = sign_in_with(api, key)
    home.pin(api.origin, key.firm, key.root, [root.kid for root in account.certificates.store.roots()])
    memory.recall(account, home)
    account.require_seen(home)
    tell_new_root(account)
    confirmed = countersign_waiting(account)
    home.save_session(_saved(account, key_file, session.name, session.role))
    if as_json:
        terminal.answer({"person": asdict(session), "countersigned": confirmed})
        return
    terminal.say("signed_in", name=terminal.clean(session.name), firm=terminal.clean(session.firm_name))
    if confirmed:
        terminal.say("countersigned", count=confirmed)


def ls(where: str | None, *, check: bool, as_json: bool) -> None:
    name, path = place_of(where) if where else ("", ())
    account, home = signed_in_account()
    if not name:
        _list_vaults(account, home, check=check, as_json=as_json)
        return
    vault = open_named(account, home, name)
    keep_session(account, home)
    found = vault.find(path)
    if found is not None and not found.is_folder:
        entries = {found.name: found}
    else:
        entries = vault.children(found.id if found else vault.id)
    lines = [_entry_line(name, entity) for name, entity in sorted(entries.items())]
    if found is None or found.is_folder:
        lines += _unreadable_lines(vault, found.id if found else vault.id)
    _show(lines, as_json)
    if vault.opened.failed:
        terminal.say(
            "wraps_failed", vault=terminal.clean(vault.title), epochs=", ".join(map(str, sorted(vault.opened.failed)))
        )
    if vault.unreadable:
        terminal.say("row_unreadable", count=len(vault.unreadable))
        raise typer.Exit(BROKEN)


def _list_vaults(account: Account, home: Home, *, check: bool, as_json: bool) -> None:
    """All vaults as the server lists them, each compared with what was seen of it earlier.

    What it is called is compared when it is opened, and here with `check`. Exit code 3 when one is not what is listed.
    """
    listed = list_vaults(account)
    find = mismatch_of if check else lost_of
    problems = {vault.id: find(account, home, vault) for vault in listed}
    _show([asdict(vault) | {"problem": problems.get(vault.id)} for vault in listed], as_json)
    keep_session(account, home)
    broken = [vault for vault in listed if problems.get(vault.id)]
    for vault in broken:
        terminal.say("vault_differs", vault=terminal.clean(vault.name), code=problems[vault.id])
    if broken:
        raise typer.Exit(BROKEN)


def _unreadable_lines(vault: OpenVault, folder: str) -> list[dict[str, Any]]:
    nodes = {node_id: vault.state.nodes[node_id] for node_id in sorted(vault.unreadable)}
    return [
        {"name": f"({text('unreadable_name')})", "kind": "unreadable", "version": node.version, "node": node_id}
        for node_id, node in nodes.items()
        if node.parent == folder
    ]


def mkdir(where: str) -> None:
    name, path = place_of(where, full=True)
    account, home = signed_in_account()
    vault = open_named(account, home, name)
    make_folders(vault, [path], must_be_new=path)
    keep_session(account, home)


def put(sources: list[str], *, as_json: bool) -> None:
    if len(sources) < 2:
        raise UsageError("path_invalid", target=sources[0] if sources else "")
    *given, target = sources
    name, folder = place_of(target, needs_path=True)
    paths = [Path(path) for path in given]
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise UsageError("file_missing", path=path)
    account, home = signed_in_account()
    plan = plan_put(paths, folder)
    vault = open_named(account, home, name)
    with terminal.bars(quiet=as_json) as progress:
        watcher = terminal.Bars(progress, len(plan.items) + len(plan.refused), plan.total_bytes)
        outcomes = put_files(vault, plan, watcher)
    keep_session(account, home)
    report(outcomes, as_json)


def get(where: str, out: Path) -> None:
    name, path = place_of(where, needs_path=True)
    account, home = signed_in_account()
    vault = open_named(account, home, name)
    found = vault.find(path)
    with terminal.bars(quiet=False) as progress:
        for entity, target in _targets(vault, found, out):
            task = progress.add_task(terminal.clean(entity.name), total=_size(entity))
            get_file(vault, entity, target, partial(_advance, progress, task))
    keep_session(account, home)


def _advance(progress: "Progress", task: "TaskID", done: int) -> None:
    progress.update(task, completed=done)


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


def place_of(where: str, *, full: bool = False, needs_path: bool = False) -> tuple[str, tuple[str, ...]]:
    """`VAULT`, `VAULT:`, `VAULT:/` or `VAULT:/PATH` as (vault, path); UsageError `path_invalid`.

    `full`: the path names something below the top level.
    """
    name, mark, rest = (where[:-1], ":/", "") if where.endswith(":") else where.partition(":/")
    path = tuple(part for part in rest.split("/") if part)
    if not name or (needs_path and not mark) or (full and not path) or any(part in (".", "..") for part in path):
        raise UsageError("path_invalid", target=where)
    return name, path


def signed_in_account(*, verified: bool = True, whole: bool = False) -> tuple[Account, Home]:
    """The account of the saved session, its key file opened again; `verified`: with the firm's own certificates and the
    person's known, `whole`: with all that he may see.
    """
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
    if verified:
        account.learn_certificates() if whole else account.learn_about()
        account.require_seen(home)
        account.own()
        tell_new_root(account)
    return account, home


def tell_new_root(account: Account) -> None:
    """Once on this device: the firm's root is another one."""
    if account.certificates.new_root:
        old, new = map(print_of, account.certificates.new_root)
        terminal.say("new_root", old=old, new=new)


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


def keep_session(account: Account, home: Home) -> None:
    """The session may have been renewed meanwhile; and what was seen is for the person's other devices, too."""
    memory.share(account, home)
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


def report(outcomes: list[Outcome], as_json: bool) -> None:
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
