"""What the commands of `tree_commands` do: resolve names, change the tree, say what was done."""

import sys
from datetime import datetime
from typing import Any

from siegel.agent import across, terminal, tree
from siegel.agent.account import Account
from siegel.agent.errors import AgentError, UsageError
from siegel.agent.old_contents import author_of
from siegel.agent.online import keep_session, place_of, signed_in_account
from siegel.agent.opened import OpenVault
from siegel.agent.session import Home
from siegel.agent.vaults import open_named

Names = tuple[str, ...]


def _opened(where: str, *, full: bool = True) -> tuple[OpenVault, Names, Account, Home]:
    name, path = place_of(where, full=full)
    account, home = signed_in_account()
    return open_named(account, home, name), path, account, home


def _done(vault: OpenVault, home: Home, code: str, answer: dict[str, Any], *, as_json: bool) -> None:
    """Says what was done: to people in a sentence, to programs as it is."""
    keep_session(vault.account, home)
    if as_json:
        terminal.answer({"result": code, "vault": vault.id, **answer})
    else:
        cleaned = {name: terminal.clean(str(value)) for name, value in answer.items()}
        terminal.say(code, vault=terminal.clean(vault.title), **cleaned)


def mv(source: str, target: str, *, with_versions: bool, as_json: bool) -> None:
    vault, path, account, home = _opened(source)
    name, onto = place_of(target, needs_path=True)
    other = open_named(account, home, name)
    into = target.endswith("/")
    if other.id == vault.id:
        to = tree.move(vault, path, onto, into=into)
        _done(vault, home, "moved", {"path": _text(path), "name": to[-1], "to": _text(to)}, as_json=as_json)
        return
    across.require_readable(vault, tree.entity_at(vault, path).id)
    crossing = across.plan(vault, path, other, onto, into=into, with_versions=with_versions)
    if crossing.earlier and not as_json:
        terminal.say("earlier_into_trash", count=crossing.earlier)
    answer = _carried(crossing, path)
    if not across.clear(crossing):
        keep_session(account, home)
        raise AgentError("changed_meanwhile", path=_text(path), target=other.title, to=_text(crossing.to))
    _done(vault, home, "moved_across", answer, as_json=as_json)


def cp(source: str, target: str, *, with_versions: bool, as_json: bool) -> None:
    vault, path, account, home = _opened(source)
    name, onto = place_of(target, needs_path=True)
    other = open_named(account, home, name)
    into = target.endswith("/")
    if other.id != vault.id:
        crossing = across.plan(vault, path, other, onto, into=into, with_versions=with_versions)
        _done(vault, home, "copied", _carried(crossing, path), as_json=as_json)
        if crossing.earlier and not as_json:
            terminal.say("earlier_not_copied", count=crossing.earlier)
        return
    if with_versions:
        raise UsageError("versions_across_only")
    count, to = tree.copy(vault, path, onto, into=into)
    answer = {"path": _text(path), "target": other.title, "to": _text(to), "files": count}
    _done(vault, home, "copied", answer, as_json=as_json)


def _carried(crossing: across.Crossing, path: Names) -> dict[str, Any]:
    """Brings all of it over, and what to say of it; AgentError `copy_incomplete` when not all of it was stored."""
    with terminal.counting("copying", quiet=False) as progress:
        outcomes = across.copy(crossing, progress)
    refused = [one for one in outcomes if one.code != "stored"]
    for one in refused:
        terminal.notes().print(terminal.refusal(one), markup=False, style="red")
    files, other = len(outcomes), crossing.other
    if refused:
        raise AgentError("copy_incomplete", stored=files - len(refused), files=files, vault=other.title)
    to = _text(crossing.to)
    return {"path": _text(path), "target": other.title, "to": to, "files": files, "earlier_left": crossing.earlier}


def rm(where: str, *, as_json: bool) -> None:
    vault, path, _, home = _opened(where)
    count = tree.remove(vault, path)
    _done(vault, home, "removed", {"path": _text(path), "files": count}, as_json=as_json)


def trash(name: str, *, as_json: bool) -> None:
    vault, _, _, home = _opened(name, full=False)
    keep_session(vault.account, home)
    lines = tree.trash_lines(vault)
    if as_json:
        terminal.answer(lines)
        return
    for line in lines:
        slash = "/" if line["kind"] == "folder" else ""
        size = "" if line["size"] is None else line["size"]
        where = f"  ({terminal.clean(line['from'])})" if line["from"] else ""
        sys.stdout.write(f"{line['node']}  {size:>14}  {terminal.clean(line['name'])}{slash}{where}\n")


def restore(where: str, to: str | None, version: int | None, *, as_json: bool) -> None:
    vault, path, _, home = _opened(where)
    if version is not None:
        number = tree.restore_version(vault, path, version)
        answer = {"path": _text(path), "version": version, "latest": number}
        _done(vault, home, "version_restored", answer, as_json=as_json)
        return
    target = tuple(part for part in to.split("/") if part) if to is not None else None
    back = tree.restore(vault, path[-1], target)
    _done(vault, home, "restored", {"name": back[-1], "to": _text(back)}, as_json=as_json)


def purge(where: str, *, as_json: bool) -> None:
    vault, path, _, home = _opened(where)
    tree.purge(vault, path[-1])
    _done(vault, home, "purged", {"name": path[-1]}, as_json=as_json)


def versions(where: str, *, as_json: bool) -> None:
    vault, path, _, home = _opened(where)
    entity = tree.entity_at(vault, path)
    if entity.is_folder:
        raise AgentError("is_a_folder", path=_text(path), vault=vault.title)
    keep_session(vault.account, home)
    lines = [_version_line(vault, entity.id, number) for number in range(entity.node.version, 0, -1)]
    if as_json:
        terminal.answer(lines)
        return
    for line in lines:
        note = f"  {terminal.clean(line['note'])}" if line["note"] else ""
        sys.stdout.write(f"{line['version']:>4}  {line['size']:>14}  {terminal.clean(line['name'])}{note}\n")


def _version_line(vault: OpenVault, node: str, number: int) -> dict[str, Any]:
    row, manifest = vault.file_row(node, number), vault.manifests[node, number]
    author = vault.store.by_kid(author_of(vault, node, number))
    subject = author.certificate.subject if author else ""
    return {
        "version": number,
        "name": row.name,
        "size": row.size,
        "modified": row.modified,
        "note": row.note,
        "author": vault.people.get(subject, subject),
        "copied": manifest.copied_from is not None,
        "sealed_anew": (node, number) in vault.earlier,
        "released": vault.state.is_released(vault.hashes[node, number]),
    }


def lock(where: str, reason: str, *, as_json: bool) -> None:
    vault, path, _, home = _opened(where)
    until = tree.lock(vault, path, reason)
    shown = until if as_json else f"{datetime.fromtimestamp(until).astimezone():%d.%m.%Y %H:%M}"
    _done(vault, home, "locked", {"path": _text(path), "until": shown}, as_json=as_json)


def unlock(where: str, *, as_json: bool) -> None:
    vault, path, _, home = _opened(where)
    tree.unlock(vault, path)
    _done(vault, home, "unlocked", {"path": _text(path)}, as_json=as_json)


def release(where: str, version: int | None, *, as_json: bool) -> None:
    vault, path, _, home = _opened(where)
    number = tree.release(vault, path, version)
    _done(vault, home, "released", {"path": _text(path), "version": number}, as_json=as_json)


def _text(path: Names) -> str:
    return "/" + "/".join(path)
