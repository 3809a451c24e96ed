"""Files and folders copied or moved into another vault: opened and sealed anew as they come, for those who read there.

What is copied is planned beforehand and stays what it was then. A move clears the old place only when all of it has
arrived, and nothing has come there meanwhile.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from siegel.agent.anew import BATCH_BYTES, BATCH_FILES, SentAnew, send_anew
from siegel.agent.client import Wire
from siegel.agent.entities import Entity
from siegel.agent.errors import AgentError
from siegel.agent.folders import folder_id, make_folders
from siegel.agent.opened import OpenVault
from siegel.agent.plan import Outcome
from siegel.agent.put import batches
from siegel.agent.scans import scanned, scanner_recipient
from siegel.agent.tree import destination, entity_at, require_free
from siegel.agent.versions import signed_version
from siegel.seals.errors import RefusedError
from siegel.seals.ids import new_id
from siegel.seals.records import RemoveChange, VersionChange
from siegel.seals.rows import name_key

Names = tuple[str, ...]
# Is told how many of how many files are done.
Progress = Callable[[int, int], None]


@dataclass
class Coming:
    """A file to come: its path in the other vault, and what of it comes, the oldest version first."""

    path: Names
    source: str
    versions: range
    size: int
    node: str = field(default_factory=new_id)
    sent: list[SentAnew] = field(default_factory=list)


@dataclass
class Crossing:
    """What is copied from where to where.

    `versions`: of all nodes there, each with its latest version; `earlier`: how many versions of files stay behind.
    """

    vault: OpenVault
    other: OpenVault
    node: str
    to: Names
    folders: list[Names]
    files: list[Coming]
    versions: dict[str, int]
    earlier: int


def plan(vault: OpenVault, path: Names, other: OpenVault, onto: Names, *, into: bool, with_versions: bool) -> Crossing:
    """AgentError as of `tree.move`; `name_taken` also for names that another vault takes for one."""
    entity = entity_at(vault, path)
    parent, name = destination(other, onto, entity.name, into=into)
    require_free(other, parent, name)
    to = (*other.path_of(parent), name)
    below = [(to, entity), *((vault.walk(entity.id, to)) if entity.is_folder else ())]
    _require_different(other, [names for names, _ in below])
    folders = [names for names, one in below if one.is_folder]
    files = [_coming(vault, names, one, with_versions=with_versions) for names, one in below if not one.is_folder]
    earlier = sum(file.versions.start - 1 for file in files)
    return Crossing(vault, other, entity.id, to, folders, files, _versions_below(vault, entity.id), earlier)


def copy(crossing: Crossing, progress: Progress = lambda done, of: None) -> list[Outcome]:
    """Brings all of it over; one outcome per file. What the scanner refuses, or what is held, stays where it is.

    AgentError `exists`, `name_taken` where somebody was quicker; IntegrityError for what does not verify, and whatever
    ends the connection: what was committed before stays, and nothing is removed anywhere.
    """
    other = crossing.other
    if crossing.folders:
        make_folders(other, crossing.folders, must_be_new=crossing.to)
    other.rotate_if_due()
    if crossing.files:
        scanner_recipient(other)
    outcomes: list[Outcome] = []
    for batch in batches(crossing.files, BATCH_FILES, BATCH_BYTES):
        outcomes += _copy_batch(crossing, batch)
        progress(len(outcomes), len(crossing.files))
    return outcomes


def clear(crossing: Crossing) -> bool:
    """Puts what was copied into the trash; False, and nothing done, when it holds by now what did not come over."""
    vault, node = crossing.vault, crossing.node
    cleared = [True]

    def attempt() -> None:
        # Asked upon the very head that the record follows: what comes between makes it stale.
        if not vault.state.tree.is_live(node):
            return
        now = _versions_below(vault, node)
        cleared[:] = [now.items() <= crossing.versions.items()]
        if cleared[0]:
            require_readable(vault, node)
            vault.append((RemoveChange(node),))

    vault.write(attempt)
    return cleared[0]


def require_readable(vault: OpenVault, node: str) -> None:
    """AgentError `unreadable_below` where something would stay behind and go to the trash with its folder."""
    left = [one for one in vault.unreadable if vault.state.tree.lies_in(one, node)]
    if left:
        raise AgentError("unreadable_below", count=len(left), path="/" + "/".join(vault.path_of(node)))


def _versions_below(vault: OpenVault, node: str) -> dict[str, int]:
    tree = vault.state.tree
    return {one: at.version for one, at in vault.state.nodes.items() if tree.is_live(one) and tree.lies_in(one, node)}


def _coming(vault: OpenVault, path: Names, file: Entity, *, with_versions: bool) -> Coming:
    latest = file.node.version
    versions = range(1 if with_versions else latest, latest + 1)
    return Coming(path, file.id, versions, sum(vault.manifests[file.id, one].payload_size for one in versions))


def _require_different(other: OpenVault, paths: Sequence[Names]) -> None:
    """AgentError `name_taken` for a name that differs in case only from another's beside it."""
    taken: set[Names] = set()
    for path in paths:
        key = tuple(map(name_key, path))
        if key in taken:
            raise AgentError("name_taken", name=path[-1], vault=other.title)
        taken.add(key)


def _copy_batch(crossing: Crossing, batch: Sequence[Coming]) -> list[Outcome]:
    """Of files whose versions all came and were found clean, those are published; rounds keep their order."""
    other = crossing.other
    refused: dict[str, Outcome] = {}
    file_of: dict[str, Coming] = {}

    def refuse(file: Coming, code: str, detail: str = "") -> None:
        refused.setdefault(file.node, Outcome(Path(*file.path), "/".join(file.path), code, detail=detail))

    for file in batch:
        try:
            file.sent = [send_anew(crossing.vault, file.source, one, other.id) for one in file.versions]
        except RefusedError as error:
            refuse(file, error.code)
        file_of |= {one.upload: file for one in file.sent}
    sent = [one for file in batch for one in file.sent]
    scanned(other, sent, lambda one, code, why: refuse(file_of[one.upload], code, why))
    good = [file for file in batch if file.node not in refused]
    for number in range(max((len(file.sent) for file in good), default=0)):
        _publish(other, [(file, file.sent[number]) for file in good if number < len(file.sent)])
    stored = [Outcome(Path(*one.path), "/".join(one.path), "stored", len(one.versions)) for one in good]
    return [*refused.values(), *stored]


def _publish(other: OpenVault, sent: Sequence[tuple[Coming, SentAnew]]) -> None:
    """The next version of each file, in one record."""

    def attempt() -> None:
        changes: list[VersionChange] = []
        files: list[Wire] = []
        recipient = other.seed.recipient()
        for file, one in sent:
            parent, name = folder_id(other, file.path[:-1]), file.path[-1]
            require_free(other, parent, name, moved=file.node)
            content = replace(one.row, name=name)
            change, wire = signed_version(
                other, one.payload, content, node=file.node, parent=parent, recipient=recipient
            )
            changes.append(change)
            files.append(wire)
        body = {"record": other.record(changes).to_wire(), "files": files, "rows": []}
        other.account.api.post(f"vaults/{other.id}/commit", body, repeatable=True)

    other.write(attempt)
