"""One vault, replayed and opened, as its holder reads it and writes to it.

Everything shown has been verified: the chain from its first record, no shorter than seen before, each name against its
signed hash.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from siegel.agent.account import Account
from siegel.agent.client import Wire
from siegel.agent.errors import AgentError, ServerError
from siegel.agent.session import Home
from siegel.seals.canonical import b64
from siegel.seals.certificates import CertificateStore
from siegel.seals.chain import Entry, Node
from siegel.seals.derive import EpochSeed, digest
from siegel.seals.epochs import OpenedEpochs, Wrap, next_epoch, open_epochs, rotation_due
from siegel.seals.errors import IntegrityError, RefusedError, SealError
from siegel.seals.fields import Fields
from siegel.seals.ids import new_id
from siegel.seals.records import AnyChange, FolderChange
from siegel.seals.replay import Head, VaultState, next_record
from siegel.seals.rows import FileRow, FolderRow, Place, VaultRow, check_name, open_row, seal_row
from siegel.seals.signed import Signed

STALE = "stale"
TRIES = 12
FOLDERS_PER_RECORD = 500


@dataclass(frozen=True, slots=True)
class Entity:
    """A file or folder with its opened row."""

    id: str
    node: Node
    row: FileRow | FolderRow

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def is_folder(self) -> bool:
        return self.node.kind == "folder"


@dataclass
class OpenVault:
    """One vault, replayed and opened. `sync` brings it up to date; everything else looks at what is there."""

    account: Account
    home: Home
    id: str
    state: VaultState
    opened: OpenedEpochs = field(default_factory=OpenedEpochs)
    row: VaultRow | None = None
    due: bool = False
    _rows: dict[tuple[str, int], bytes] = field(default_factory=dict)
    _wraps: dict[int, bytes] = field(default_factory=dict)
    _children: dict[str, dict[str, Entity]] = field(default_factory=dict)
    _shown: dict[str, int] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)

    @property
    def store(self) -> CertificateStore:
        return self.account.certificates.store

    @property
    def epoch(self) -> int:
        return self.state.position.now.epoch.epoch

    @property
    def title(self) -> str:
        return self.row.title if self.row else ""

    @property
    def seed(self) -> EpochSeed:
        """The current epoch's; errors as in `OpenedEpochs.seed`."""
        return self.opened.seed(self.epoch)

    @property
    def is_spoilt(self) -> bool:
        """Whether the current epoch does not open for us, or not for others all that does: the next one must begin."""
        return not self.opened.is_whole(self.epoch)

    # Reading

    def sync(self) -> None:
        """Fetches, verifies and opens what is new; IntegrityError when something does not hold."""
        while self._take(self.account.api.get(f"vaults/{self.id}/news?since={self.state.position.seq}")):
            pass
        self.home.save_head(self.id, self.state.head)
        if self.opened.seeds.keys() != self.state.epochs.keys():
            self.opened = open_epochs(self._wraps, self.account.seed, self.state.epochs)
        self._open_own_row()
        self._open_rows()

    def _take(self, news: Wire) -> bool:
        """Replays one answer; whether there is more."""
        f = Fields(news, "news")
        store = self.account.certificates.learn(f.items("certificates"), f.present(f.items, "revocations") or ())
        entries = [Entry.from_wire(item) for item in f.items("records")]
        for entry in entries:
            self.state.apply(entry, store)
        for row in (Fields(item, "row") for item in f.items("rows")):
            self._rows[row.id("node"), row.integer("version", 0)] = row.binary("row")
        for wrap in (Fields(item, "wrap") for item in f.items("wraps")):
            if wrap.present(wrap.hash, "key") in (None, self.account.kid):
                self._wraps[wrap.integer("epoch", 1)] = wrap.binary("age")
        if f.flag("more"):
            if not entries:
                raise AgentError("answer_invalid")
            return True
        self.state.require_head(Head(f.integer("seq", 0), f.hash("head")))
        # Ours says when a new epoch must begin; the server's word may only make one begin earlier.
        self.due = f.flag("due") or rotation_due(self.state.position, store, int(time.time()))
        return False

    def _row(self, node: str, version: int, signed_hash: str) -> bytes:
        row = self._rows.get((node, version))
        if row is None or digest(row) != signed_hash:
            raise IntegrityError("row_differs", "a sealed row is not the signed one")
        return row

    def _open_own_row(self) -> None:
        genesis = self.state.genesis
        if self.row or genesis is None:
            return
        place = Place(self.account.firm, self.id, self.id, 0, 1)
        self.row = open_row(self.opened.seed(1), place, VaultRow, self._row(self.id, 0, genesis.row))

    def _open_rows(self) -> None:
        """Opens the rows of nodes that are new or have a new version.

        A row that its author sealed badly, or whose seed is missing, hides one node, not the vault: see `unreadable`.
        """
        for node_id, node in self.state.nodes.items():
            if self._shown.get(node_id) == node.version:
                continue
            sealed = self._row(node_id, node.version, node.row)
            place = Place(self.account.firm, self.id, node_id, node.version, node.epoch)
            self._hide(node_id, node.parent)
            try:
                row = _open(self.opened.seed(node.epoch), place, node, sealed)
            except SealError:
                self.unreadable.add(node_id)
                continue
            self.unreadable.discard(node_id)
            self._shown[node_id] = node.version
            self._show(Entity(node_id, node, row))

    def _hide(self, node_id: str, parent: str) -> None:
        if (before := self._names.pop(node_id, None)) is not None:
            del self._children[parent][before]

    def _show(self, entity: Entity) -> None:
        """Files it under its parent and name; of two nodes with one name the first keeps it."""
        children = self._children.setdefault(entity.node.parent, {})
        name = entity.name
        while name in children:
            name = f"{name}*"
        self._names[entity.id] = name
        children[name] = entity

    def children(self, folder: str) -> dict[str, Entity]:
        """What lies in a folder, by name. A second node of one name bears an added `*`, which no command reaches."""
        return self._children.get(folder, {})

    def find(self, path: Sequence[str]) -> Entity | None:
        """The file or folder at `path`; None for the top level itself. AgentError `path_unknown`."""
        found, folder = None, self.id
        for depth, name in enumerate(path):
            found = self.children(folder).get(name)
            if found is None or (depth < len(path) - 1 and not found.is_folder):
                raise AgentError("path_unknown", path="/" + "/".join(path), vault=self.title)
            folder = found.id
        return found

    def walk(self, folder: str, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Entity]]:
        """Everything below a folder, folders before what is in them."""
        for name, entity in sorted(self.children(folder).items()):
            yield (*path, name), entity
            if entity.is_folder:
                yield from self.walk(entity.id, (*path, name))

    # Writing

    def write(self, attempt: Callable[[], None]) -> None:
        """Calls `attempt` with the vault up to date and its epoch begun, again after each lost race.

        A spoilt epoch is followed by one of ours, once. ServerError when it is refused for another
        reason, or was lost a dozen times.
        """
        repaired = False
        for number in range(TRIES):
            self.sync()
            try:
                if self.due or (self.is_spoilt and not repaired):
                    repaired = repaired or self.is_spoilt
                    self.rotate()
                    continue
                attempt()
            except ServerError as error:
                if error.code != STALE or number == TRIES - 1:
                    raise
                time.sleep(0.05 * number)
            else:
                return
        raise AgentError("too_busy", vault=self.title)

    def rotate(self) -> None:
        """Begins the next epoch, which hands down all that opens for us. Errors as of `seed`, if that is nothing."""
        earlier = self.opened.to_hand_down() or (self.seed,)
        new = next_epoch(self.account.seed, self.state.position, earlier, self.store, int(time.time()))
        assert new.previous_seed is not None
        documents: Wire = {
            "epoch": new.signed.to_wire(),
            "previous_seed": b64(new.previous_seed),
            "wraps": wraps_wire(new.wraps),
        }
        self.append((new.change,), **documents)

    def record(self, changes: Iterable[AnyChange]) -> Signed:
        return next_record(self.state.position, self.account.seed, changes)

    def append(self, changes: Iterable[AnyChange], **documents: Any) -> None:
        """One record without files."""
        body = {"record": self.record(changes).to_wire(), **documents}
        self.account.api.post(f"vaults/{self.id}/records", body, repeatable=True)

    def make_folders(self, paths: Iterable[tuple[str, ...]], *, must_be_new: tuple[str, ...] | None = None) -> None:
        """Makes the folders at `paths` and all above them, as far as they are missing.

        AgentError `exists` for `must_be_new`, `not_a_folder` where a file bears the name; RefusedError `name_…`.
        """
        wanted = sorted({path[: depth + 1] for path in paths for depth in range(len(path))})
        for path in wanted:
            _check_names(path)

        def attempt() -> None:
            if must_be_new is not None and self._id_at(must_be_new) is not None:
                raise AgentError("exists", path="/" + "/".join(must_be_new), vault=self.title)
            self._append_folders([path for path in wanted if self._id_at(path) is None])

        self.write(attempt)

    def folder_id(self, path: tuple[str, ...]) -> str:
        """The id of the folder at `path`; AgentError `path_unknown`, `not_a_folder`."""
        found = self._id_at(path)
        if found is None:
            raise AgentError("path_unknown", path="/" + "/".join(path), vault=self.title)
        return found

    def _id_at(self, path: tuple[str, ...]) -> str | None:
        folder = self.id
        for depth, name in enumerate(path):
            found = self.children(folder).get(name)
            if found is None:
                return None
            if not found.is_folder:
                raise AgentError("not_a_folder", path="/" + "/".join(path[: depth + 1]), vault=self.title)
            folder = found.id
        return folder

    def _append_folders(self, paths: Sequence[tuple[str, ...]]) -> None:
        """Appends the folders, parents first; longer lists in several records."""
        for start in range(0, len(paths), FOLDERS_PER_RECORD):
            if start:
                self.sync()
            changes: list[AnyChange] = []
            rows: list[Wire] = []
            ids: dict[tuple[str, ...], str] = {}
            for path in paths[start : start + FOLDERS_PER_RECORD]:
                parent = ids.get(path[:-1]) or self.folder_id(path[:-1])
                ids[path] = node = new_id()
                row = seal_row(self.seed, self.place(node, 0), FolderRow(int(time.time()), path[-1]))
                changes.append(FolderChange(self.epoch, node, parent, digest(row)))
                rows.append({"node": node, "version": 0, "row": b64(row)})
            self.append(changes, rows=rows)

    def place(self, node: str, version: int) -> Place:
        """Where a row sealed now belongs."""
        return Place(self.account.firm, self.id, node, version, self.epoch)


def _open(seed: EpochSeed, place: Place, node: Node, sealed: bytes) -> FileRow | FolderRow:
    if node.kind == "folder":
        return open_row(seed, place, FolderRow, sealed)
    return open_row(seed, place, FileRow, sealed)


def wraps_wire(wraps: Iterable[Wrap]) -> list[Wire]:
    return [{"key": wrap.key, "age": b64(wrap.age)} for wrap in wraps]


def _check_names(path: tuple[str, ...]) -> None:
    try:
        for name in path:
            check_name(name)
    except SealError as error:
        raise RefusedError(error.code, str(error)) from error
