"""A machine that changes a vault's tree by two writers who race, beside a model that is as simple as can be.

The server knows for every record only the nodes that it names and their ancestors; the clients know everything.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from siegel.seals.chain import Entry, check
from siegel.seals.documents import Manifest
from siegel.seals.errors import IntegrityError
from siegel.seals.ids import new_id
from siegel.seals.nodes import Node, PastVersion, Placed
from siegel.seals.records import (
    AnyChange,
    FolderChange,
    PlaceChange,
    PurgeChange,
    RemoveChange,
    VersionChange,
)
from siegel.seals.replay import VaultState
from siegel.seals.signed import Signed
from siegel.seals.tests.chains import manifest_for
from siegel.seals.tests.people import Firm, Person, Vault, begin, hash_of

STALE = ("record_seq", "record_previous")


@dataclass
class Modelled:
    """A node of the model: where it is, what it is called, what became of it itself."""

    kind: str
    parent: str
    name: str
    versions: int = 0
    removed: bool = False
    purged: bool = False


@dataclass
class Writer:
    """Somebody who knows the vault as of his last synchronisation."""

    person: Person
    state: VaultState
    seen: int = 0


@dataclass
class Server:
    """Tables: the rules get the named nodes and their ancestors, nothing else."""

    nodes: dict[str, Node] = field(default_factory=dict)
    versions: dict[str, PastVersion] = field(default_factory=dict)

    def known(self, named: set[str]) -> dict[str, Node]:
        found = {}
        for node in named:
            while node in self.nodes and node not in found:
                found[node] = self.nodes[node]
                node = self.nodes[node].parent  # noqa: PLW2901  # upwards
        return found


class TreeMachine(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.firm = Firm()
        holders = [(self.firm.clerk, "manage"), (self.firm.owner, "manage")]
        self.vault: Vault = begin(self.firm, self.firm.clerk, holders)
        self.server, self.model, self.names = Server(), dict[str, Modelled](), dict[str, str]()
        self.position = self.vault.state.position
        self.entries: list[Entry] = list(self.vault.entries)
        self.writers = [self._writer(self.firm.clerk), self._writer(self.firm.owner)]
        self.count = 0

    def _writer(self, person: Person) -> Writer:
        writer = Writer(person, VaultState.begin(self.firm.id, self.vault.id))
        self._sync(writer)
        return writer

    def _sync(self, writer: Writer) -> None:
        for entry in self.entries[writer.seen :]:
            writer.state.apply(entry, self.firm.store)
        writer.seen = len(self.entries)

    # What the model says

    def _path(self, node: str) -> list[Modelled]:
        found = []
        while node != self.vault.id:
            found.append(self.model[node])
            node = self.model[node].parent
        return found

    def _live(self, node: str) -> bool:
        return not any(one.removed or one.purged for one in self._path(node))

    def _folder(self, node: str) -> bool:
        return node == self.vault.id or (node in self.model and self.model[node].kind == "folder" and self._live(node))

    def _below(self, node: str, other: str) -> bool:
        """Whether `node` is `other` or lies below it."""
        while node != self.vault.id:
            if node == other:
                return True
            node = self.model[node].parent
        return False

    def _pick(self, number: int, *, top: bool = False) -> str:
        known = [*self.model, *([self.vault.id] if top else [])]
        return known[number % len(known)]

    # A record goes to the server

    def _name(self) -> str:
        self.count += 1
        name = f"name {self.count}"
        self.names[hash_of(name)] = name
        return name

    def _send(self, who: int, change: AnyChange, expected: str | None, manifest: Signed | None = None) -> bool:
        """Whether it was accepted; a writer who has not seen everything is stale, and looks again."""
        writer = self.writers[who]
        self.vault.state = writer.state
        entry = self.vault.entry(writer.person, change, manifests=(manifest,) if manifest else ())
        named = {getattr(change, name) for name in ("node", "parent") if hasattr(change, name)}
        if manifest and (source := Manifest.parse(manifest).copied_from) in self.server.versions:
            named.add(self.server.versions[str(source)].node)
        stale, code = writer.seen < len(self.entries), None
        known = self.server.known(named)
        try:
            step = check(self.position, entry, self.firm.store, known.get, self.server.versions.get)
        except IntegrityError as error:
            code = error.code
        if stale:
            assert code in STALE
            self._sync(writer)
            return False
        assert code == expected
        if code is not None:
            before = dict(writer.state.nodes)
            with pytest.raises(IntegrityError) as refused:
                writer.state.apply(entry, self.firm.store)
            assert refused.value.code == code
            assert writer.state.nodes == before
            return False
        self.position = step.position
        self.server.nodes |= step.nodes
        self.server.versions |= step.versions
        self.entries.append(entry)
        self._sync(writer)
        return True

    @rule(who=st.integers(0, 1), parent=st.integers(0, 50))
    def make_folder(self, who: int, parent: int) -> None:
        node, into, name = new_id(), self._pick(parent, top=True), self._name()
        change = FolderChange(1, node, into, hash_of(name))
        if self._send(who, change, None if self._folder(into) else "node_parent"):
            self.model[node] = Modelled("folder", into, name)

    @rule(who=st.integers(0, 1), parent=st.integers(0, 50))
    def put_file(self, who: int, parent: int) -> None:
        into, name = self._pick(parent, top=True), self._name()
        made = self._manifest(who, parent=into, row=hash_of(name))
        if self._version(who, made, None if self._folder(into) else "node_parent"):
            self.model[made.node] = Modelled("file", into, name, versions=1)

    @precondition(lambda self: self.model)
    @rule(who=st.integers(0, 1), node=st.integers(0, 50))
    def put_version(self, who: int, node: int) -> None:
        at, name = self._pick(node), self._name()
        one, before = self.model[at], self.server.nodes[at]
        made = self._manifest(
            who, node=at, parent=one.parent, row=hash_of(name), version=one.versions + 1, previous=before.manifest
        )
        # a version 1 of a folder has the id of something that is there
        expected = "node_exists" if one.kind == "folder" else (None if self._live(at) else "node_removed")
        if self._version(who, made, expected):
            one.versions, one.name = one.versions + 1, name

    @precondition(lambda self: self.model)
    @rule(who=st.integers(0, 1), node=st.integers(0, 50), parent=st.integers(0, 50))
    def place(self, who: int, node: int, parent: int) -> None:
        at, into, name = self._pick(node), self._pick(parent, top=True), self._name()
        expected = None
        if any(one.purged for one in self._path(at)):
            expected = "node_purged"
        elif not self._folder(into):
            expected = "node_parent"
        elif into != self.vault.id and self._below(into, at):
            expected = "node_cycle"
        if self._send(who, PlaceChange(1, at, into, hash_of(name)), expected):
            one = self.model[at]
            one.parent, one.name, one.removed = into, name, False

    @precondition(lambda self: self.model)
    @rule(who=st.integers(0, 1), node=st.integers(0, 50))
    def remove(self, who: int, node: int) -> None:
        at = self._pick(node)
        if self._send(who, RemoveChange(at), None if self._live(at) else "node_removed"):
            self.model[at].removed = True

    @precondition(lambda self: self.model)
    @rule(who=st.integers(0, 1), node=st.integers(0, 50))
    def purge(self, who: int, node: int) -> None:
        at = self._pick(node)
        gone = any(one.purged for one in self._path(at)) or not self.model[at].removed
        if self._send(who, PurgeChange(at), "node_removed" if gone else None):
            self.model[at].purged = True

    @precondition(lambda self: self.server.versions)
    @rule(who=st.integers(0, 1), source=st.integers(0, 50), parent=st.integers(0, 50))
    def copy(self, who: int, source: int, parent: int) -> None:
        manifest, copied = list(self.server.versions.items())[source % len(self.server.versions)]
        into, name = self._pick(parent, top=True), self._name()
        made = replace(
            self._manifest(who, parent=into, row=hash_of(name)),
            copied_from=manifest,
            payload_hash=copied.payload_hash,
            payload_size=copied.payload_size,
            commitment=copied.commitment,
        )
        expected = None if self._folder(into) else "node_parent"
        if expected is None and any(one.purged for one in self._path(copied.node)):
            expected = "copy_unknown"
        if self._version(who, made, expected):
            self.model[made.node] = Modelled("file", into, name, versions=1)

    def _manifest(self, who: int, **fields: Any) -> Manifest:
        self.vault.state = self.writers[who].state
        return manifest_for(self.vault, self.writers[who].person, **fields)

    def _version(self, who: int, made: Manifest, expected: str | None) -> bool:
        signed = made.sign(self.writers[who].person.seed)
        return self._send(who, VersionChange(signed.hash, made.node, made.parent, made.version), expected, signed)

    # What always holds

    @invariant()
    def everybody_sees_the_models_tree(self) -> None:
        if not hasattr(self, "model"):
            return
        for writer in self.writers:
            if writer.seen == len(self.entries):
                assert writer.state.nodes == self.server.nodes
        told = {
            at: (one.kind, one.parent, self._called(one), one.version, one.removed, one.purged)
            for at, one in self.server.nodes.items()
        }
        assert told == {
            at: (one.kind, one.parent, one.name, one.versions, one.removed, one.purged)
            for at, one in self.model.items()
        }

    def _called(self, node: Node) -> str:
        named = node.place or Placed(node.row, node.epoch)
        return self.names[named.row]

    @invariant()
    def every_live_node_is_reached_from_the_top_and_nothing_lies_in_itself(self) -> None:
        if not hasattr(self, "model"):
            return
        children: dict[str, list[str]] = {}
        for at, one in self.server.nodes.items():
            if not one.removed and not one.purged:
                children.setdefault(one.parent, []).append(at)
        reached, waiting = set(), [self.vault.id]
        while waiting:
            for child in children.get(waiting.pop(), []):
                assert child not in reached
                reached.add(child)
                waiting.append(child)
        assert reached == {at for at in self.model if self._live(at)}


TreeMachine.TestCase.settings = settings(
    max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestTheTree = TreeMachine.TestCase
