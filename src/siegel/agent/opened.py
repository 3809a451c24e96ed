"""One vault, replayed and opened, as its holder reads it and writes to it.

Everything shown has been verified: the chain from its first record, no shorter than seen before, each name against its
signed hash.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from siegel.agent.account import Account
from siegel.agent.client import Wire
from siegel.agent.entities import Entity, Names, open_entity_row
from siegel.agent.errors import AgentError, ServerError
from siegel.agent.rotation import next_epoch_of
from siegel.agent.session import Home
from siegel.seals.canonical import Json
from siegel.seals.certificates import CertificateStore
from siegel.seals.chain import Entry, Step
from siegel.seals.derive import EpochSeed, digest
from siegel.seals.documents import Manifest
from siegel.seals.epochs import HeldWrap, OpenedEpochs, open_epochs, rotation_due
from siegel.seals.errors import IntegrityError, SealError
from siegel.seals.events import AcceptedEvent, Request, verify_events
from siegel.seals.events import Place as EventPlace
from siegel.seals.fields import Fields
from siegel.seals.nodes import Node
from siegel.seals.records import AnyChange
from siegel.seals.replay import Head, VaultState, next_record
from siegel.seals.rows import FileRow, Place, PlaceRow, VaultRow, open_row, require_same
from siegel.seals.signed import Signed

STALE = "stale"
NOT_FOUND = 404
TRIES = 12


@dataclass
class OpenVault:
    """One vault or team, replayed and opened. `sync` brings it up to date; everything else looks at what is there.

    `people`: what the server calls those who stand in its rosters, by id. `requests`: of trusted people, verified.
    """

    account: Account
    home: Home
    id: str
    state: VaultState
    opened: OpenedEpochs = field(default_factory=OpenedEpochs)
    row: VaultRow | None = None
    due: bool = False
    people: dict[str, str] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    # By node and hash: a node has several rows over time.
    _rows: dict[tuple[str, str], bytes] = field(default_factory=dict)
    _wraps: dict[int, bytes] = field(default_factory=dict)
    _team_wraps: dict[tuple[int, str], bytes] = field(default_factory=dict)
    _shown: dict[str, Node] = field(default_factory=dict)
    # What a personal vault was called later: epoch and sealed row; nobody signs it (ADR 0036).
    _later_name: tuple[int, bytes] | None = None
    _names: Names = field(default_factory=Names)
    # Manifests by node and number; they say which row and header belong to an earlier version.
    manifests: dict[tuple[str, int], Manifest] = field(default_factory=dict)
    hashes: dict[tuple[str, int], str] = field(default_factory=dict)
    # What versions were before they were sealed anew, the original first.
    earlier: dict[tuple[str, int], list[Manifest]] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)

    @property
    def store(self) -> CertificateStore:
        return self.account.certificates.store

    @property
    def epoch(self) -> int:
        return self.state.position.now.epoch.epoch

    @property
    def kind(self) -> str:
        """`dossier`, `personal` or `team`."""
        return self.state.position.now.vault_kind

    @property
    def title(self) -> str:
        if self._later_name and self.kind == "personal":
            epoch, sealed = self._later_name
            with suppress(SealError):
                place = Place(self.account.firm, self.id, self.id, 0, epoch)
                return open_row(self.opened.seed(epoch), place, VaultRow, sealed).title
        return self.row.title if self.row else ""

    @property
    def seed(self) -> EpochSeed:
        """The current epoch's; errors as in `OpenedEpochs.seed`."""
        return self.opened.seed(self.epoch)

    @property
    def is_spoilt(self) -> bool:
        """Whether the current epoch does not open for us, or not for others all that does: the next one must begin."""
        return not self.opened.is_whole(self.epoch)

    @property
    def wraps_count(self) -> int:
        """How many wraps of our own and of our teams there are."""
        return len(self._wraps) + len(self._team_wraps)

    # Reading

    def sync(self) -> None:
        """Fetches, verifies and opens what is new; IntegrityError when something does not hold."""
        try:
            self._fetch()
        except IntegrityError as error:
            # A team's new certificate may have come just before the epoch that belongs to it: then both are there now.
            if error.code != "team_differs":
                raise
            self._fetch()
        self.account.require_seen(self.home)
        self.home.save_head(self.id, self.state.head, self.account.firm)
        if self.opened.seeds.keys() != self.state.epochs.keys():
            through = list(self._through_teams())
            self.opened = open_epochs(self._wraps, self.account.seed, self.state.epochs, through)
        self._open_own_row()
        self._open_rows()

    def _fetch(self) -> None:
        while self._take(self.account.api.get(f"vaults/{self.id}/news?since={self.state.position.seq}")):
            pass

    def _take(self, news: Wire) -> bool:
        """Replays one answer; whether there is more."""
        f = Fields(news, "news")
        store = self.account.certificates.learn_evidence(f)
        records = f.items("records")
        entries = [Entry.from_wire(item) for item in records]
        for entry in entries:
            self._remember(self.state.apply(entry, store))
        if self.kind == "team":
            # Beside its own chain a team does not stand once more.
            store = self.account.certificates.learn((), (), [{"id": self.id, "entries": records}])
        for row in _each(f.items("rows"), "row"):
            sealed = row.binary("row")
            self._rows[row.id("node"), digest(sealed)] = sealed
        self.people |= {one.id("id"): one.text("name") for one in _each(f.present(f.items, "people"), "person")}
        if named := f.present(f.take, "title"):
            later = Fields(named, "title")
            self._later_name = later.integer("epoch", 1), later.binary("row")
        self._take_events(f.present(f.items, "events") or [])
        for wrap in _each(f.items("wraps"), "wrap"):
            self._take_wrap(wrap.integer("epoch", 1), wrap.hash("key"), wrap.binary("age"))
        if f.flag("more"):
            if not entries:
                raise AgentError("answer_invalid")
            return True
        self.state.require_head(Head(f.integer("seq", 0), f.hash("head")))
        # Ours says when a new epoch must begin; the server's word may only make one begin earlier.
        self.due = f.flag("due") or rotation_due(self.state.position, store, int(time.time()))
        return False

    def _take_events(self, events: list[Json]) -> None:
        """Verifies all that was declared about the vault; IntegrityError."""
        if events:
            position = self.state.position
            now = position.now
            place = EventPlace(position.firm, self.id, now.vault_kind, now.roster, now.roster_hash)
            self.requests = verify_events(map(AcceptedEvent.from_wire, events), place, self.store)

    def _remember(self, step: Step) -> None:
        for manifest in step.manifests:
            place = manifest.node, manifest.version
            if place in self.manifests:
                self.earlier.setdefault(place, []).append(self.manifests[place])
            self.manifests[place] = manifest
        for signed_hash, version in step.versions.items():
            if not version.replaced:
                self.hashes[version.node, version.version] = signed_hash

    def _take_wrap(self, epoch: int, key: str, age: bytes) -> None:
        if key == self.account.kid:
            self._wraps[epoch] = age
        else:
            self._team_wraps[epoch, key] = age

    def _through_teams(self) -> Iterator[HeldWrap]:
        """The wraps for teams whose keys open for us: a team's key is the epoch of its chain with the same number."""
        for (epoch, key), age in self._team_wraps.items():
            known = self.store.by_kid(key)
            if known is None or known.certificate.kind != "team":
                continue
            seed = self._team_seed(known.certificate.subject, known.certificate.generation)
            if seed is not None:
                yield HeldWrap(epoch, age, seed.identity())

    def _team_seed(self, team_id: str, generation: int) -> EpochSeed | None:
        """None where the server shows the team to others only, or its key does not open for us."""
        teams = self.account.teams
        try:
            if generation not in teams.get(team_id, ()):
                team = open_by_id(self.account, self.home, team_id)
                teams[team_id] = {epoch: team.opened.seeds.get(epoch) for epoch in team.state.epochs}
        except ServerError as error:
            if error.status != NOT_FOUND:
                raise
            return None
        return teams[team_id].get(generation)

    def _row(self, node: str, signed_hash: str) -> bytes:
        row = self._rows.get((node, signed_hash))
        if row is None:
            raise IntegrityError("row_differs", "a sealed row is not the signed one")
        return row

    def _open_own_row(self) -> None:
        genesis = self.state.genesis
        if self.row or genesis is None:
            return
        place = Place(self.account.firm, self.id, self.id, 0, 1)
        self.row = open_row(self.opened.seed(1), place, VaultRow, self._row(self.id, genesis.row))

    def _open_rows(self) -> None:
        """Opens the rows of nodes that are new or were changed; what is in the trash itself is not shown.

        A row that its author sealed badly, or whose seed is missing, hides one node, not the vault: see `unreadable`.
        """
        for node_id, node in self.state.nodes.items():
            if self._shown.get(node_id) is node:
                continue
            self._names.hide(node_id)
            self.unreadable.discard(node_id)
            self._shown[node_id] = node
            if node.removed or node.purged:
                continue
            entity = self._entity(node_id, node)
            if entity is not None:
                self._names.show(entity)

    def _entity(self, node_id: str, node: Node) -> Entity | None:
        """None for what cannot be read, and for what has no row because it lies in the trash. IntegrityError."""
        try:
            sealed = self._row(node_id, node.row)
            named = self._row(node_id, node.place.row) if node.place else None
            for manifest in self.earlier.get((node_id, node.version), ()):
                self._row(node_id, manifest.row)
        except IntegrityError:
            if self.state.tree.is_live(node_id):
                raise
            return None
        try:
            return self._opened(node_id, node, sealed, named)
        except SealError:
            self.unreadable.add(node_id)
            return None

    def _opened(self, node_id: str, node: Node, sealed: bytes, named: bytes | None) -> Entity:
        place = Place(self.account.firm, self.id, node_id, node.version, node.epoch)
        row = open_entity_row(self.opened.seed(node.epoch), place, node, sealed)
        if isinstance(row, FileRow):
            self._require_same(node_id, node.version, row)
        if node.place is None or named is None:
            return Entity(node_id, node, row)
        where = Place(self.account.firm, self.id, node_id, 0, node.place.epoch)
        return Entity(node_id, node, row, open_row(self.opened.seed(node.place.epoch), where, PlaceRow, named))

    def file_row(self, node_id: str, version: int) -> FileRow:
        """The row of any version. SealError without its seed, `row_invalid`, `row_differs`, `reseal_differs`."""
        manifest = self.manifests[node_id, version]
        place = Place(self.account.firm, self.id, node_id, version, manifest.epoch)
        row = open_row(self.opened.seed(manifest.epoch), place, FileRow, self._row(node_id, manifest.row))
        self._require_same(node_id, version, row)
        return row

    def has_row(self, node_id: str, version: int) -> bool:
        """Whether the server sent it: what was emptied out of the trash has none any more."""
        return (node_id, self.manifests[node_id, version].row) in self._rows

    def _require_same(self, node_id: str, version: int, row: FileRow) -> None:
        """IntegrityError `reseal_differs`, compared with what opens of the rows that it came in the place of."""
        for manifest in self.earlier.get((node_id, version), ()):
            sealed = self._row(node_id, manifest.row)
            place = Place(self.account.firm, self.id, node_id, version, manifest.epoch)
            try:
                before = open_row(self.opened.seed(manifest.epoch), place, FileRow, sealed)
            except SealError:
                continue
            require_same(row, before)

    def in_trash(self) -> list[Entity]:
        """What was removed itself and can be restored, as far as it can be read."""
        removed = [
            (node_id, node)
            for node_id, node in self.state.nodes.items()
            if node.removed and not self.state.tree.is_purged(node_id)
        ]
        found = []
        for node_id, node in removed:
            try:
                named = self._row(node_id, node.place.row) if node.place else None
                found.append(self._opened(node_id, node, self._row(node_id, node.row), named))
            except SealError:
                continue
        return found

    def children(self, folder: str) -> dict[str, Entity]:
        """What lies in a folder, by name. A second node of one name bears an added `*`, which no command reaches."""
        return self._names.children(folder)

    def bears(self, folder: str, name: str, *, but: str | None = None) -> bool:
        """Whether something in a folder, other than the node `but`, bears this name in whatever case."""
        return bool(self._names.bearers(folder, name) - {but})

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
        return self._names.walk(folder, path)

    # Writing

    def write(self, attempt: Callable[[], None]) -> None:
        """Calls `attempt` with the vault up to date and its epoch begun, again after each lost race.

        A spoilt epoch is followed by one of ours, once. ServerError when it is refused for another
        reason, or was lost a dozen times.
        """
        self._until_taken(attempt)

    def rotate_if_due(self) -> bool:
        """Begins the next epoch if `write` would; whether it did. Errors as of `write`."""
        return self._until_taken(lambda: None)

    def _until_taken(self, attempt: Callable[[], None]) -> bool:
        repaired = rotated = False
        for number in range(TRIES):
            self.sync()
            try:
                if self.due or (self.is_spoilt and not repaired):
                    repaired = repaired or self.is_spoilt
                    self.rotate()
                    rotated = True
                    continue
                attempt()
            except ServerError as error:
                if error.code != STALE or number == TRIES - 1:
                    raise
                time.sleep(0.05 * number)
            else:
                return rotated
        raise AgentError("too_busy", vault=self.title)

    def rotate(self) -> None:
        """Begins the next epoch, which hands down all that opens for us. Errors as of `seed`, if that is nothing."""
        change, documents = next_epoch_of(self.account, self.state, self.opened)
        self.append((change,), **documents)

    def record(self, changes: Iterable[AnyChange]) -> Signed:
        return next_record(self.state.position, self.account.seed, changes)

    def append(self, changes: Iterable[AnyChange], **documents: Any) -> None:
        """One record without files."""
        body = {"record": self.record(changes).to_wire(), **documents}
        self.account.api.post(f"vaults/{self.id}/records", body, repeatable=True)

    def place(self, node: str, version: int) -> Place:
        """Where a row sealed now belongs."""
        return Place(self.account.firm, self.id, node, version, self.epoch)


def open_by_id(account: Account, home: Home, vault_id: str) -> OpenVault:
    """Replays and opens a vault, or a team."""
    vault = OpenVault(account, home, vault_id, VaultState.begin(account.firm, vault_id, home.head(vault_id)))
    vault.sync()
    return vault


def _each(items: Iterable[Json] | None, what: str) -> Iterator[Fields]:
    return (Fields(item, what) for item in items or ())
