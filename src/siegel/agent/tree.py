"""A vault's tree changed by its holder: moved, renamed, removed, restored, purged, copied, released, locked.

Everything is planned upon the vault as it stands and signed as one record; after a lost race it is planned anew.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from siegel.agent.client import Wire
from siegel.agent.entities import Entity
from siegel.agent.errors import AgentError
from siegel.agent.folders import check_names, folder_id
from siegel.agent.get import version_of
from siegel.agent.opened import OpenVault
from siegel.agent.versions import Payload, signed_version
from siegel.seals.canonical import b64
from siegel.seals.derive import digest
from siegel.seals.files import open_file_key
from siegel.seals.ids import new_id
from siegel.seals.records import (
    AnyChange,
    FolderChange,
    PlaceChange,
    PurgeChange,
    ReleaseChange,
    RemoveChange,
)
from siegel.seals.rows import FolderRow, LockRow, PlaceRow, seal_row

FILES_PER_RECORD = 500
Path = Sequence[str]


def entity_at(vault: OpenVault, path: Path) -> Entity:
    """What lies at `path`; AgentError `path_unknown`, and `name_ambiguous` where two bear the last name."""
    found = vault.find(path)
    if found is None:
        raise AgentError("path_is_vault", vault=vault.title)
    same = [one for one in vault.children(found.node.parent).values() if one.name == found.name]
    if len(same) > 1:
        raise AgentError("name_ambiguous", path=_text(path), vault=vault.title)
    return found


def require_free(vault: OpenVault, parent: str, name: str, *, moved: str | None = None) -> None:
    """AgentError `name_taken` where another node of the folder bears the name; RefusedError `name_…`."""
    check_names((name,))
    if vault.bears(parent, name, but=moved):
        raise AgentError("name_taken", name=name, vault=vault.title)


def move(vault: OpenVault, source: Path, target: Path, *, into: bool) -> tuple[str, ...]:
    """Moves or renames; what lies at `target` and is a folder receives it. The path it has then.

    `into`: the target must be a folder. AgentError `path_unknown`, `name_taken`, `move_into_itself`.
    """
    moved: list[str] = []

    def attempt() -> None:
        entity = entity_at(vault, source)
        parent, name = destination(vault, target, entity.name, into=into)
        if entity.is_folder and vault.state.tree.lies_in(parent, entity.id):
            raise AgentError("move_into_itself", path=_text(source))
        require_free(vault, parent, name, moved=entity.id)
        _append(vault, [place_change(vault, entity.id, parent, name)])
        moved[:] = [*vault.path_of(parent), name]

    vault.write(attempt)
    return tuple(moved)


def remove(vault: OpenVault, path: Path) -> int:
    """To the trash, with all below it; how many files went."""
    counted: list[int] = []

    def attempt() -> None:
        entity = entity_at(vault, path)
        below = vault.walk(entity.id) if entity.is_folder else [((), entity)]
        counted[:] = [sum(not one.is_folder for _, one in below)]
        vault.append((RemoveChange(entity.id),))

    vault.write(attempt)
    return counted[0]


def trashed(vault: OpenVault, name: str) -> Entity:
    """What the trash holds under a name or id; AgentError `trash_unknown`, `trash_ambiguous`."""
    found = [one for one in vault.in_trash() if name in (one.id, one.name)]
    if not found:
        raise AgentError("trash_unknown", name=name, vault=vault.title)
    if len(found) > 1:
        raise AgentError("trash_ambiguous", name=name, nodes=", ".join(one.id for one in found))
    return found[0]


def trash_lines(vault: OpenVault) -> list[dict[str, Any]]:
    """`size` in bytes, None for a folder; `from`, the folder it lay in, None if that is not there any more."""
    lines = []
    for one in vault.in_trash():
        parent, size = one.node.parent, None if isinstance(one.row, FolderRow) else one.row.size
        where = "/" + "/".join(vault.path_of(parent)) if vault.state.tree.is_live(parent) else None
        lines.append({"name": one.name, "kind": one.node.kind, "node": one.id, "size": size, "from": where})
    return lines


def restore(vault: OpenVault, name: str, target: Path | None) -> tuple[str, ...]:
    """Out of the trash: into the folder `target`, else to where it lay, else to the top level. The path it has then."""
    reached: list[str] = []

    def attempt() -> None:
        entity = trashed(vault, name)
        home = entity.node.parent if vault.state.tree.is_live(entity.node.parent) else vault.id
        parent = folder_id(vault, tuple(target)) if target is not None else home
        require_free(vault, parent, entity.name)
        _append(vault, [place_change(vault, entity.id, parent, entity.name)])
        reached[:] = [*vault.path_of(parent), entity.name]

    vault.write(attempt)
    return tuple(reached)


def purge(vault: OpenVault, name: str) -> None:
    """For ever, out of the trash. The server refuses who does not manage the vault."""
    vault.write(lambda: vault.append((PurgeChange(trashed(vault, name).id),)))


@dataclass
class _Copies:
    """What one record copies: changes with their rows and files."""

    changes: list[AnyChange] = field(default_factory=list)
    rows: list[Wire] = field(default_factory=list)
    files: list[Wire] = field(default_factory=list)


def copy(vault: OpenVault, source: Path, target: Path, *, into: bool) -> tuple[int, tuple[str, ...]]:
    """Copies a file, or a folder with all it holds, within the vault; no contents move. How many files, and where to.

    One record: AgentError `too_many_copies` for more than it takes.
    """
    copied: list[tuple[int, tuple[str, ...]]] = []

    def attempt() -> None:
        entity = entity_at(vault, source)
        parent, name = destination(vault, target, entity.name, into=into)
        if entity.is_folder and vault.state.tree.lies_in(parent, entity.id):
            raise AgentError("move_into_itself", path=_text(source))
        require_free(vault, parent, name)
        below = list(vault.walk(entity.id)) if entity.is_folder else []
        if len(below) > FILES_PER_RECORD:
            raise AgentError("too_many_copies", most=FILES_PER_RECORD)
        made = _Copies()
        ids: dict[tuple[str, ...], str] = {(): _copy_one(vault, entity, parent, name, made)}
        for path, one in below:
            ids[path] = _copy_one(vault, one, ids[path[:-1]], one.name, made)
        _commit(vault, made)
        copied[:] = [(len(made.files), (*vault.path_of(parent), name))]

    vault.write(attempt)
    return copied[0]


def restore_version(vault: OpenVault, path: Path, number: int) -> int:
    """An earlier version becomes the latest one again, under its present name; the number it has then."""
    reached: list[int] = []

    def attempt() -> None:
        entity, made = entity_at(vault, path), _Copies()
        _copy_version(vault, entity, number, made, node=entity.id, parent=entity.node.parent, name=entity.name)
        _commit(vault, made)
        reached[:] = [entity.node.version + 1]

    vault.write(attempt)
    return reached[0]


def _copy_one(vault: OpenVault, entity: Entity, parent: str, name: str, made: _Copies) -> str:
    node = new_id()
    if not entity.is_folder:
        _copy_version(vault, entity, entity.node.version, made, node=node, parent=parent, name=name)
        return node
    row = seal_row(vault.seed, vault.place(node, 0), FolderRow(int(time.time()), name))
    made.changes.append(FolderChange(vault.epoch, node, parent, digest(row)))
    made.rows.append({"node": node, "version": 0, "row": b64(row)})
    return node


def _copy_version(
    vault: OpenVault, entity: Entity, number: int, made: _Copies, *, node: str, parent: str, name: str
) -> None:
    """Wraps the file key of a version anew, for a new file or the next version of its own."""
    source = version_of(vault, entity, number)
    manifest = source.manifest
    file_key = open_file_key(source.header, vault.opened.seed(manifest.epoch).identity(), manifest.commitment)
    content = replace(source.row, name=name)
    copied_from = vault.hashes[entity.id, number]
    payload = Payload(
        file_key,
        manifest.commitment,
        manifest.payload_hash,
        manifest.payload_size,
        copied_from=copied_from,
        thumbnail=manifest.thumbnail,
    )
    recipient = vault.seed.recipient()
    change, file = signed_version(vault, payload, content, node=node, parent=parent, recipient=recipient)
    made.changes.append(change)
    made.files.append(file)


def _commit(vault: OpenVault, made: _Copies) -> None:
    if not made.files:
        vault.append(made.changes, rows=made.rows)
        return
    body = {"record": vault.record(made.changes).to_wire(), "files": made.files, "rows": made.rows}
    vault.account.api.post(f"vaults/{vault.id}/commit", body, repeatable=True)


def release(vault: OpenVault, path: Path, number: int | None) -> int:
    """Lets a version be opened that could not be scanned, the latest if none is named; its number."""
    released: list[int] = []

    def attempt() -> None:
        entity = entity_at(vault, path)
        version = number or entity.node.version
        manifest = vault.hashes.get((entity.id, version))
        if manifest is None:
            raise AgentError("version_unknown", path=_text(path), version=version)
        if vault.state.is_released(manifest):
            raise AgentError("released_before", path=_text(path), version=version)
        vault.append((ReleaseChange(manifest, entity.id, version),))
        released[:] = [version]

    vault.write(attempt)
    return released[0]


def lock(vault: OpenVault, path: Path, reason: str) -> int:
    """Keeps others from changing the file; until when, in seconds since 1970."""
    vault.write(lambda: None)
    entity = entity_at(vault, path)
    if entity.is_folder:
        raise AgentError("is_a_folder", path=_text(path), vault=vault.title)
    body: Wire = {"node": entity.id, "epoch": vault.epoch}
    if reason:
        body["row"] = b64(seal_row(vault.seed, vault.place(entity.id, 0), LockRow(reason)))
    answer = vault.account.api.post(f"vaults/{vault.id}/locks", body)
    until = answer.get("until")
    if not isinstance(until, int):
        raise AgentError("answer_invalid")
    return until


def unlock(vault: OpenVault, path: Path) -> None:
    vault.account.api.delete(f"vaults/{vault.id}/locks/{entity_at(vault, path).id}")


def destination(vault: OpenVault, target: Path, name: str, *, into: bool) -> tuple[str, str]:
    """(folder, name) of what goes to `target`: into a folder that is there, else under a new name beside it."""
    if not target:
        return vault.id, name
    there = vault.children(_folder(vault, target[:-1])).get(target[-1])
    if there is not None and there.is_folder:
        return there.id, name
    if into:
        raise AgentError("path_unknown", path=_text(target), vault=vault.title)
    return _folder(vault, target[:-1]), target[-1]


def _folder(vault: OpenVault, path: Path) -> str:
    return folder_id(vault, tuple(path))


def place_change(vault: OpenVault, node: str, parent: str, name: str) -> tuple[PlaceChange, Wire]:
    row = seal_row(vault.seed, vault.place(node, 0), PlaceRow(name))
    return PlaceChange(vault.epoch, node, parent, digest(row)), {"node": node, "version": 0, "row": b64(row)}


def _append(vault: OpenVault, changes: Iterable[tuple[AnyChange, Wire]]) -> None:
    made = list(changes)
    vault.append([change for change, _ in made], rows=[row for _, row in made])


def _text(path: Path) -> str:
    return "/" + "/".join(path)
