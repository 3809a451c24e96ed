"""What goes where when files and folders of this machine are put into a vault, and what cannot go: known beforehand."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from siegel.agent.messages import problem_of
from siegel.seals.documents import MAX_CONTENT_SIZE
from siegel.seals.errors import IntegrityError
from siegel.seals.rows import check_name, name_key


@dataclass(frozen=True, slots=True)
class Item:
    """A file to put: where it lies, and its path in the vault; `note`: why there is this version."""

    source: Path
    path: tuple[str, ...]
    size: int
    note: str | None = None


@dataclass(slots=True)
class Outcome:
    """What became of one file: `code` is `stored`, or why not; `version` only when stored, `detail` for people."""

    source: Path
    path: str
    code: str
    version: int | None = None
    detail: str = ""


@dataclass(slots=True)
class Plan:
    """What goes, the folders it needs, and what cannot go."""

    items: list[Item] = field(default_factory=list)
    folders: list[tuple[str, ...]] = field(default_factory=list)
    refused: list[Outcome] = field(default_factory=list)

    @property
    def total_bytes(self) -> int:
        return sum(item.size for item in self.items)


Names = tuple[str, ...]
# By what a folder takes for one name: the path, and whether it is a folder's.
Taken = dict[Names, tuple[Names, bool]]


def plan_put(sources: Iterable[Path], folder: tuple[str, ...]) -> Plan:
    """What lies at `sources`, folders with all they hold, to go below `folder` of a vault.

    Links inside folders are left out. A file over 2 GiB, with a name no node may bear, or with the same target as
    another one is refused here, before anything is sealed; so is what differs from another in case only.
    """
    plan = Plan(folders=[folder] if folder else [])
    taken: Taken = {}
    for source in sources:
        name = source.resolve().name if source.name in ("", "..") else source.name
        _plan(plan, source, (*folder, _name(name)), taken, top=True)
    return plan


def _plan(plan: Plan, source: Path, path: Names, taken: Taken, *, top: bool = False) -> None:
    shown = "/".join(path)
    try:
        if problem := _problem(source, path, taken, top=top):
            plan.refused.append(Outcome(source, shown, problem))
        elif source.is_dir():
            taken[_key(path)] = path, True
            plan.folders.append(path)
            for child in sorted(source.iterdir()):
                _plan(plan, child, (*path, _name(child.name)), taken)
        else:
            taken[_key(path)] = path, False
            plan.items.append(Item(source, path, source.stat().st_size))
    except OSError as error:
        plan.refused.append(Outcome(source, shown, "unreadable", detail=problem_of(error)))


def _problem(source: Path, path: Names, taken: Taken, *, top: bool) -> str | None:
    """Why this cannot go; None if it can."""
    try:
        check_name(path[-1])
    except IntegrityError as error:
        return error.code
    if source.is_symlink() and not top:
        return "link"
    other = taken.get(_key(path))
    if source.is_dir():
        return None if other in (None, (path, True)) else "same_target"
    if not source.is_file():
        # stat tells a missing file apart from a pipe or device.
        source.stat()
        return "not_a_file"
    if source.stat().st_size > MAX_CONTENT_SIZE:
        return "too_large"
    return "same_target" if other else None


def _key(path: Names) -> Names:
    return tuple(map(name_key, path))


def _name(name: str) -> str:
    """As other systems write it: some disks keep names decomposed."""
    return unicodedata.normalize("NFC", name)
