"""Folders of a vault by their paths: found, and made as far as they are missing."""

import time
from collections.abc import Iterable, Sequence

from siegel.agent.client import Wire
from siegel.agent.errors import AgentError
from siegel.agent.opened import OpenVault
from siegel.seals.canonical import b64
from siegel.seals.derive import digest
from siegel.seals.errors import RefusedError, SealError
from siegel.seals.ids import new_id
from siegel.seals.records import AnyChange, FolderChange
from siegel.seals.rows import FolderRow, check_name, name_key, seal_row

FOLDERS_PER_RECORD = 500
Path = tuple[str, ...]


def make_folders(vault: OpenVault, paths: Iterable[Path], *, must_be_new: Path | None = None) -> None:
    """Makes the folders at `paths` and all above them, as far as they are missing.

    AgentError `exists` for `must_be_new`, `not_a_folder` where a file bears the name, `name_taken` where a name differs
    in case only from another's, there or wanted here; RefusedError `name_…`.
    """
    wanted = sorted({path[: depth + 1] for path in paths for depth in range(len(path))})
    for path in wanted:
        check_names(path)

    def attempt() -> None:
        if must_be_new is not None and _id_at(vault, must_be_new) is not None:
            raise AgentError("exists", path="/" + "/".join(must_be_new), vault=vault.title)
        missing = [path for path in wanted if _id_at(vault, path) is None]
        _require_free(vault, missing)
        _append(vault, missing)

    vault.write(attempt)


def folder_id(vault: OpenVault, path: Path) -> str:
    """The id of the folder at `path`; AgentError `path_unknown`, `not_a_folder`."""
    found = _id_at(vault, path)
    if found is None:
        raise AgentError("path_unknown", path="/" + "/".join(path), vault=vault.title)
    return found


def check_names(path: Path) -> None:
    """RefusedError `name_…` for a name that no node may bear."""
    try:
        for name in path:
            check_name(name)
    except SealError as error:
        raise RefusedError(error.code, str(error)) from error


def _id_at(vault: OpenVault, path: Path) -> str | None:
    folder = vault.id
    for depth, name in enumerate(path):
        found = vault.children(folder).get(name)
        if found is None:
            return None
        if not found.is_folder:
            raise AgentError("not_a_folder", path="/" + "/".join(path[: depth + 1]), vault=vault.title)
        folder = found.id
    return folder


def _require_free(vault: OpenVault, paths: Sequence[Path]) -> None:
    """AgentError `name_taken` for the first that bears the name of another, before any is made."""
    new: set[tuple[Path, str]] = set()
    for path in paths:
        above, key = path[:-1], name_key(path[-1])
        parent = _id_at(vault, above)
        if (above, key) in new or (parent and vault.bears(parent, path[-1])):
            raise AgentError("name_taken", name=path[-1], vault=vault.title)
        new.add((above, key))


def _append(vault: OpenVault, paths: Sequence[Path]) -> None:
    """Appends the folders, parents first; longer lists in several records."""
    for start in range(0, len(paths), FOLDERS_PER_RECORD):
        if start:
            vault.sync()
        changes: list[AnyChange] = []
        rows: list[Wire] = []
        ids: dict[Path, str] = {}
        for path in paths[start : start + FOLDERS_PER_RECORD]:
            parent = ids.get(path[:-1]) or folder_id(vault, path[:-1])
            ids[path] = node = new_id()
            row = seal_row(vault.seed, vault.place(node, 0), FolderRow(int(time.time()), path[-1]))
            changes.append(FolderChange(vault.epoch, node, parent, digest(row)))
            rows.append({"node": node, "version": 0, "row": b64(row)})
        vault.append(changes, rows=rows)
