"""A client's view of one vault: the chain replayed from its first record, and the next record built upon it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from siegel.seals.certificates import CertificateStore
from siegel.seals.chain import Entry, Position, Standing, Step, check
from siegel.seals.derive import Seed
from siegel.seals.documents import Epoch
from siegel.seals.errors import IntegrityError
from siegel.seals.holders import keys_of
from siegel.seals.nodes import Node, PastVersion, Tree, forerunners, origins
from siegel.seals.records import AnyChange, Genesis, Record
from siegel.seals.signed import Signed


@dataclass(frozen=True, slots=True)
class Head:
    """The last record of a chain: what a client remembers, and never goes back behind."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class PastEpoch:
    """An epoch of the vault and the sealed seed of the one before (none for the first)."""

    epoch: Epoch
    previous_seed: bytes | None


@dataclass(slots=True)
class VaultState:
    """Everything a holder may know of a vault without opening anything.

    `seen` is the head that this client remembers: a chain that does not contain it was rolled back or forked.
    `log_index`: the place of the last record in the log. Those of a chain go up: else a server could put a record in
    behind others and still date it back to when its author was in force.
    `given`: by epoch the keys that were given its seed: those it was sealed to, and the lines that came since.
    `nodes` holds all there ever were, `versions` all versions by the hash of their manifest.
    """

    position: Position
    seen: Head | None = None
    genesis: Genesis | None = None
    nodes: dict[str, Node] = field(default_factory=dict)
    versions: dict[str, PastVersion] = field(default_factory=dict)
    epochs: dict[int, PastEpoch] = field(default_factory=dict)
    log_index: int = -1
    given: dict[int, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def begin(cls, firm: str, vault: str, seen: Head | None = None) -> "VaultState":
        return cls(Position.begin(firm, vault), seen)

    @property
    def head(self) -> Head:
        return Head(self.position.seq, self.position.head)

    def apply(self, entry: Entry, certificates: CertificateStore) -> Step:
        """Verifies one more entry and takes it in; IntegrityError leaves the state as it was."""
        step = check(self.position, entry, certificates, self.nodes.get, self.versions.get)
        if entry.log_index <= self.log_index:
            raise IntegrityError("record_place", "the record's place in the log is not behind its predecessor's")
        reached = Head(step.position.seq, step.position.head)
        if self.seen and self.seen.seq == reached.seq and self.seen.hash != reached.hash:
            raise IntegrityError("vault_forked", "the vault's history is not the one seen before")
        before = self.position.standing
        self.position, self.log_index = step.position, entry.log_index
        self.nodes.update(step.nodes)
        self.versions.update(step.versions)
        now = step.position.now
        if now is not before:
            self.given[now.epoch.epoch] = _given(now)
        if now.epoch.epoch not in self.epochs:
            self.epochs[now.epoch.epoch] = PastEpoch(now.epoch, entry.previous_seed)
        if isinstance(step.record.changes[0], Genesis):
            self.genesis = step.record.changes[0]
        return step

    @property
    def tree(self) -> Tree:
        """What may be asked of where nodes lie."""
        return Tree(self.position.vault, self.nodes.get)

    def is_released(self, manifest: str) -> bool:
        """Whether the version, or one whose contents it has, was released although it could not be scanned."""
        return any(one.released for one in forerunners(manifest, self.versions.get))

    def scanned_at(self, manifest: str) -> int:
        """The place in the log at which the scanner of this version's verdict must have been in force."""
        return [one.log_index for one in origins(manifest, self.versions.get)][-1]

    def require_head(self, claimed: Head) -> None:
        """IntegrityError unless the replay reached `claimed` and nothing less than what was seen before."""
        if self.seen and self.position.seq < self.seen.seq:
            raise IntegrityError("vault_rolled_back", "the vault ends before what was seen earlier")
        if self.head != claimed:
            raise IntegrityError("vault_forked", "the vault's records do not end at its head")


def _given(now: Standing) -> frozenset[str]:
    """A roster that was there before names who may be out already; whoever is new in a later one was given the seed."""
    rosters = [keys_of(roster) for _, roster in now.sealed_for]
    return frozenset(now.epoch.sealed_to).union(*(after - before for before, after in pairwise(rosters)))


def replay(
    firm: str, vault: str, entries: Iterable[Entry], certificates: CertificateStore, seen: Head | None = None
) -> VaultState:
    """The state after all of `entries`, from record 1."""
    state = VaultState.begin(firm, vault, seen)
    for entry in entries:
        state.apply(entry, certificates)
    return state


def next_record(position: Position, seed: Seed, changes: Iterable[AnyChange]) -> Signed:
    """The record that makes `changes` from `position`, signed by the person with `seed`."""
    return Record(
        author=seed.public_keys().kid,
        changes=tuple(changes),
        firm=position.firm,
        previous=position.head,
        seq=position.seq + 1,
        vault=position.vault,
    ).sign(seed)
