"""Whole vaults as plain age files on this machine: for whoever leaves Siegel, or wants a copy that needs no server.

Nothing is opened: each file gets a new header, for the person's own key, before the payload as it was stored; stock
`age` opens it. Payloads are verified segment by segment against the signed hashes. `index.json` and `index.html` list
what is there. The same export again verifies what it finds and fetches only what is missing.
"""

import errno
import html
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import typer

from siegel.agent import terminal
from siegel.agent.account import Account
from siegel.agent.entities import Entity
from siegel.agent.errors import BROKEN, UsageError
from siegel.agent.get import FetchedVersion, version_of
from siegel.agent.messages import text
from siegel.agent.online import keep_session, signed_in_account
from siegel.agent.opened import OpenVault
from siegel.agent.session import Home
from siegel.agent.vaults import VaultInfo, list_vaults, open_named, open_vault
from siegel.agent.whole import whole_file
from siegel.lib.age import AgeError, Header
from siegel.seals.errors import IntegrityError, RefusedError, SealError
from siegel.seals.files import VerifiedPayload, check_leaves, header_for, open_file_key
from siegel.seals.rows import FileRow, name_key

PIECE = 1 << 20
# A name of a file has at most 255 bytes nearly everywhere; what is added to ours fits into the rest.
NAME_BYTES = 220
EXPORTED, THERE, FAILED = "exported", "there", "failed"


def run(out: Path, vault: str | None, *, whole: bool, as_json: bool) -> None:
    """The command: all vaults of the person, or the one that is called `vault`. Exit code 3 if something did not hold.

    UsageError `export_what` unless it is exactly one of both.
    """
    if whole == (vault is not None):
        raise UsageError("export_what")
    account, home = signed_in_account()
    out.mkdir(exist_ok=True)
    with _index(out) as index:
        if vault is not None:
            _export(open_named(account, home, vault), out, index)
        else:
            _export_all(account, home, out, index)
    keep_session(account, home)
    if as_json:
        terminal.answer({"files": index.counts})
    else:
        terminal.say("export_done", **index.counts)
    if index.counts[FAILED]:
        raise typer.Exit(BROKEN)


def _export_all(account: Account, home: Home, out: Path, index: "_Index") -> None:
    """One vault after the other; one that does not verify stops no other."""
    for info in list_vaults(account):
        try:
            vault = open_vault(account, home, info)
        except SealError as error:
            index.fail(_label(info), error.code)
            continue
        _export(vault, out, index)


def _label(info: VaultInfo) -> str:
    return info.name or info.id


def _export(vault: OpenVault, out: Path, index: "_Index") -> None:
    assert vault.row is not None
    name = _safe(f"{vault.row.client_number} {vault.row.title}".strip())
    # the whole id: whoever begins a vault chooses it, and its title
    folder = out / f"{name} {vault.id}"
    folder.mkdir(exist_ok=True)
    folders, names = {vault.id: folder}, _Names()
    for path, entity in vault.walk(vault.id):
        if (parent := folders.get(entity.node.parent)) is None:
            continue
        target = parent / names.place(parent, _safe(path[-1]), "" if entity.is_folder else ".age")
        try:
            if entity.is_folder:
                target.mkdir(exist_ok=True)
                folders[entity.id] = target
            else:
                _export_one(vault, entity, target, out, index)
        except OSError as error:
            # folders may lie deeper in each other than a disk takes: the others come all the same
            if error.errno != errno.ENAMETOOLONG:
                raise
            index.fail(f"{name}/{entity.id}", "path_too_long")
    for node in sorted(vault.unreadable):
        index.fail(f"{name}/{node}", "row_unreadable")


def _export_one(vault: OpenVault, entity: Entity, target: Path, out: Path, index: "_Index") -> None:
    """A file that does not verify is told of and left out; the next one may."""
    shown = target.relative_to(out)
    try:
        outcome = export_file(vault, entity, target)
    except IntegrityError as error:
        index.fail(str(shown), error.code)
    else:
        assert isinstance(entity.row, FileRow)
        index.add(vault, entity, entity.row, shown, outcome)


def export_file(vault: OpenVault, entity: Entity, target: Path) -> str:
    """`exported`, or `there` when `target` is this very version for this very key. IntegrityError."""
    version = version_of(vault, entity)
    manifest = version.manifest
    check_leaves(version.leaves, manifest.payload_hash, manifest.payload_size)
    if _is_there(vault, version, target):
        return THERE
    identity, recipient = vault.opened.seed(manifest.epoch).identity(), vault.account.keys.recipient
    if recipient is None:
        raise RefusedError("no_recipient", "the key receives nothing")
    file_key = open_file_key(version.header, identity, manifest.commitment)
    source = vault.account.api.download(f"{version.place}/payload")
    try:
        with whole_file(target) as sink:
            sink.write(header_for(file_key, recipient))
            _copy(VerifiedPayload(source, version.leaves, manifest.payload_size), sink)
    finally:
        source.close()
    return EXPORTED


def _copy(source: io.RawIOBase, sink: BinaryIO) -> None:
    while piece := source.read(PIECE):
        sink.write(piece)


def _is_there(vault: OpenVault, version: FetchedVersion, target: Path) -> bool:
    """Whether an earlier run has finished with this file: its header opens for us, its payload is the signed one."""
    if not target.is_file():
        return False
    with target.open("rb") as file:
        try:
            header = Header.read(file)
            open_file_key(header.raw, vault.account.seed.identity(), version.manifest.commitment)
            payload = VerifiedPayload(file, version.leaves, version.manifest.payload_size)
            while payload.read(PIECE):
                pass
        except (AgeError, IntegrityError):
            return False
    return True


def _safe(name: str) -> str:
    """The name as one of a file here: no separator, not too long, nothing that hides it or leads elsewhere."""
    shown = terminal.clean(name).replace("/", "-").replace("\\", "-").lstrip(".") or "-"
    cut = shown.encode()[:NAME_BYTES].decode(errors="ignore")
    return cut.rstrip(" .") or "-"


@dataclass
class _Names:
    """Each name once in its folder: what `_safe` makes of two may be one, also where capitals are not told apart."""

    taken: dict[Path, set[str]] = field(default_factory=dict)

    def place(self, folder: Path, name: str, end: str) -> str:
        taken, found, number = self.taken.setdefault(folder, set()), f"{name}{end}", 1
        while name_key(found) in taken:
            number += 1
            found = f"{name} ({number}){end}"
        taken.add(name_key(found))
        return found


@dataclass
class _Index:
    """The list of what is there, written line by line as the export goes on: in JSON, and as a page for people."""

    lines: BinaryIO
    page: BinaryIO
    counts: dict[str, int]
    _begun: bool = False

    def add(self, vault: OpenVault, entity: Entity, row: FileRow, path: Path, outcome: str) -> None:
        assert vault.row is not None
        self.counts[outcome] += 1
        self._write(
            {
                "path": path.as_posix(),
                "name": row.name,
                "client": vault.row.client_name,
                "client_number": vault.row.client_number,
                "title": vault.row.title,
                "size": row.size,
                "type": row.type,
                "created": row.created,
                "modified": row.modified,
                "content_hash": row.content_hash,
                "vault": vault.id,
                "node": entity.id,
                "version": entity.node.version,
            }
        )
        link, shown = quote(path.as_posix()), html.escape(path.as_posix())
        client = html.escape(f"{vault.row.client_number} {vault.row.client_name}".strip())
        cells = f'<td>{client}</td><td><a href="{link}">{shown}</a></td><td class="n">{row.size}</td>'
        self.page.write(f"<tr>{cells}</tr>\n".encode())

    def fail(self, path: str, code: str) -> None:
        self.counts[FAILED] += 1
        self._write({"path": path, "problem": code})
        self.page.write(f"<tr><td></td><td>{html.escape(path)}</td><td>{html.escape(code)}</td></tr>\n".encode())
        terminal.say("export_failed", path=terminal.clean(path), code=code)

    def _write(self, line: dict[str, Any]) -> None:
        self.lines.write(b",\n" if self._begun else b"\n")
        self.lines.write(json.dumps(line, ensure_ascii=False).encode())
        self._begun = True


@contextmanager
def _index(out: Path) -> Iterator[_Index]:
    """Both files appear at the end; a run that was stopped leaves those of the one before."""
    with whole_file(out / "index.json") as lines, whole_file(out / "index.html") as page:
        lines.write(b"[")
        style = "<style>body{font-family:sans-serif}td{padding:.2em 1em .2em 0}.n{text-align:right}</style>"
        title, how = html.escape(text("export_title")), html.escape(text("export_how"))
        head = f'<!doctype html>\n<meta charset="utf-8"><title>{title}</title>{style}\n'
        page.write(f"{head}<h1>{title}</h1><p>{how}</p><table>\n".encode())
        yield _Index(lines, page, {EXPORTED: 0, THERE: 0, FAILED: 0})
        lines.write(b"\n]\n")
        page.write(b"</table>\n")
