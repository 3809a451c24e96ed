"""The rules of a vault's chain (docs/formats.md, section 3, Record).

`check` is a pure function of where the chain stands, one more entry, the certificates and look-ups of nodes (with all
their ancestors) and versions. The
server calls it once per appended record with look-ups into its tables; a client replays with `VaultState`, which holds
everything itself. Neither believes the other.
"""

from dataclasses import dataclass, field, replace
from typing import Self, TypeVar

from siegel.seals.canonical import Json
from siegel.seals.certificates import CertificateStore
from siegel.seals.contents import Contents, named_document
from siegel.seals.derive import digest, join
from siegel.seals.documents import PERSONS, Epoch, Manifest, Roster
from siegel.seals.errors import IntegrityError
from siegel.seals.fields import Fields
from siegel.seals.holders import Moment, keys_of, rights_of
from siegel.seals.known import Known
from siegel.seals.nodes import Node, NodeLookup, PastVersion, Tree, VersionLookup, no_version
from siegel.seals.readmission import may_readmit
from siegel.seals.records import EpochChange, Genesis, Record, ResealChange, RosterChange, VersionChange
from siegel.seals.rosters import RosterCheck
from siegel.seals.signed import Signed

WRITERS = ("write", "manage")
# Who rules a team, and may begin one.
RULERS = ("owner", "office_leader")


def manages_all(kind: str, vault_kind: str) -> bool:
    """Whether whoever is certified as `kind` manages every chain of this kind, without a line of his own (ADR 0016)."""
    return kind == "owner" and vault_kind != "personal"


OneChange = TypeVar("OneChange", RosterChange, EpochChange)


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as the log accepted it, with the documents it names (manifests in the order of its changes)."""

    record: Signed
    accepted_at: int
    log_index: int
    roster: Signed | None = None
    epoch: Signed | None = None
    previous_seed: bytes | None = None
    manifests: tuple[Signed, ...] = ()

    @property
    def moment(self) -> Moment:
        return Moment(self.log_index, self.accepted_at)

    @classmethod
    def from_wire(cls, value: Json) -> Self:
        f = Fields(value, "entry")
        return cls(
            record=Signed.from_wire(f.take("record")),
            accepted_at=f.time("accepted_at"),
            log_index=f.integer("log_index", 0),
            roster=f.present(lambda name: Signed.from_wire(f.take(name)), "roster"),
            epoch=f.present(lambda name: Signed.from_wire(f.take(name)), "epoch"),
            previous_seed=f.present(f.binary, "previous_seed"),
            manifests=tuple(Signed.from_wire(item) for item in f.present(f.items, "manifests") or []),
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """Who belongs to the vault and which epoch is current.

    `sealed_for`: the roster that the current epoch was made for, at the moment of its record, and every roster since,
    each at the moment of its own: whoever came with one of these was given the epoch's seed.
    """

    roster: Roster
    roster_hash: str
    epoch: Epoch
    epoch_hash: str
    sealed_for: tuple[tuple[Moment, Roster], ...]
    vault_kind: str

    @property
    def keys(self) -> frozenset[str]:
        """The key ids of all lines that count for the current epoch."""
        return frozenset().union(*(keys_of(roster) for _, roster in self.sealed_for))


@dataclass(frozen=True, slots=True)
class Position:
    """Where a chain stands: its head (seq 0 before the first record) and what holds there."""

    firm: str
    vault: str
    seq: int
    head: str
    standing: Standing | None = None

    @classmethod
    def begin(cls, firm: str, vault: str) -> Self:
        return cls(firm, vault, 0, digest(join("siegel-vault@v1", firm, vault)))

    @property
    def now(self) -> Standing:
        """What holds after record 1; IntegrityError `record_shape` before it."""
        if self.standing is None:
            raise IntegrityError("record_shape", "the chain has not begun")
        return self.standing


@dataclass(frozen=True, slots=True)
class Step:
    """What one entry did: the new position, the nodes and (by manifest) versions it made or changed, its manifests."""

    position: Position
    record: Record
    author: Known
    nodes: dict[str, Node]
    manifests: tuple[Manifest, ...] = ()
    versions: dict[str, PastVersion] = field(default_factory=dict)


def check(
    position: Position,
    entry: Entry,
    certificates: CertificateStore,
    node: NodeLookup,
    version: VersionLookup = no_version,
) -> Step:
    """The step that `entry` makes from `position`; IntegrityError with the code of the rule it breaks."""
    record = Record.parse(entry.record)
    _check_link(position, record)
    author = _author(record, entry, certificates)
    Record.verify(entry.record, author.certificate.signing_key)
    reached = replace(position, seq=record.seq, head=entry.record.hash)
    rules = _Check(reached, entry, record, author, certificates, node, version)
    kinds = [change.KIND for change in record.changes]
    if record.seq == 1 or "genesis" in kinds:
        return rules.genesis()
    if "roster" in kinds:
        return rules.roster()
    if "epoch" in kinds:
        return rules.epoch()
    return rules.contents()


def _check_link(position: Position, record: Record) -> None:
    if (record.firm, record.vault) != (position.firm, position.vault):
        raise IntegrityError("record_vault", "a record of another vault")
    if record.seq != position.seq + 1:
        raise IntegrityError("record_seq", f"record {record.seq} after {position.seq}")
    if record.previous != position.head:
        raise IntegrityError("record_previous", "the record follows another predecessor")


def _author(record: Record, entry: Entry, certificates: CertificateStore) -> Known:
    known = certificates.by_kid(record.author)
    if known is None or known.certificate.kind not in PERSONS:
        raise IntegrityError("record_author", "the author is nobody who may write")
    if certificates.since(known.kid) > entry.log_index:
        raise IntegrityError("record_author", "the author was certified only after the record")
    if not certificates.in_force(known.kid, entry.log_index):
        raise IntegrityError("record_author_revoked", "the author's key was taken back before the record")
    return known


@dataclass(frozen=True, slots=True)
class _Check:
    """One entry under examination; `position` has its head already, but what stands is still what stood before."""

    position: Position
    entry: Entry
    record: Record
    author: Known
    certificates: CertificateStore
    node: NodeLookup
    version: VersionLookup

    def genesis(self) -> Step:
        match self.record.changes:
            case (Genesis() as genesis, RosterChange() as roster_change, EpochChange() as epoch_change):
                pass
            case _:
                raise IntegrityError("record_shape", "record 1, and only it, is genesis, roster, epoch")
        if self.record.seq != 1:
            raise IntegrityError("record_shape", "genesis only in record 1")
        if self.author.certificate.kind == "client" and genesis.vault_kind != "personal":
            raise IntegrityError("record_rights", "a client may begin a personal vault only")
        self._carries(roster=True, epoch=True)
        roster = self._roster(roster_change, genesis.vault_kind, before=None)
        self._require_ruler(genesis.vault_kind)
        self._require_line(roster)
        epoch = self._epoch(epoch_change, genesis.vault_kind, epoch=1, previous=None, roster=roster_change.hash)
        standing = Standing(
            roster,
            roster_change.hash,
            epoch,
            epoch_change.hash,
            sealed_for=((self.entry.moment, roster),),
            vault_kind=genesis.vault_kind,
        )
        return self._step(replace(self.position, standing=standing))

    def roster(self) -> Step:
        change = self._alone(RosterChange)
        now = self.position.now
        if not self._readmits(now):
            self._require_rights(now.roster, now.vault_kind, "manage")
        self._carries(roster=True)
        roster = self._roster(change, now.vault_kind, before=now)
        sealed_for = (*now.sealed_for, (self.entry.moment, roster))
        standing = replace(now, roster=roster, roster_hash=change.hash, sealed_for=sealed_for)
        return self._step(replace(self.position, standing=standing))

    def epoch(self) -> Step:
        change = self._alone(EpochChange)
        now = self.position.now
        self._require_rights(now.roster, now.vault_kind, *WRITERS)
        self._carries(epoch=True, previous_seed=True)
        number = now.epoch.epoch + 1
        epoch = self._epoch(change, now.vault_kind, epoch=number, previous=now.epoch_hash, roster=now.roster_hash)
        sealed_for = ((self.entry.moment, now.roster),)
        standing = replace(now, epoch=epoch, epoch_hash=change.hash, sealed_for=sealed_for)
        return self._step(replace(self.position, standing=standing))

    def contents(self) -> Step:
        now = self.position.now
        if now.vault_kind == "team":
            raise IntegrityError("record_shape", "a team holds no folders and files")
        own = self._require_rights(now.roster, now.vault_kind, *WRITERS)
        self._carries(manifests=sum(isinstance(one, VersionChange | ResealChange) for one in self.record.changes))
        contents = Contents(
            self.record,
            self.author,
            manages=own == "manage" or manages_all(self.author.certificate.kind, now.vault_kind),
            epoch=now.epoch.epoch,
            log_index=self.entry.log_index,
            tree=Tree(self.record.vault, self.node),
            known_version=self.version,
        )
        contents.apply(iter(self.entry.manifests))
        return self._step(self.position, contents.tree.fresh, tuple(contents.manifests), contents.versions)

    def _step(
        self,
        position: Position,
        nodes: dict[str, Node] | None = None,
        manifests: tuple[Manifest, ...] = (),
        versions: dict[str, PastVersion] | None = None,
    ) -> Step:
        return Step(position, self.record, self.author, nodes or {}, manifests, versions or {})

    def _alone(self, kind: type[OneChange]) -> OneChange:
        """The record's only change, which is of `kind`."""
        [change, *others] = self.record.changes
        if others or not isinstance(change, kind):
            raise IntegrityError("record_shape", "a change of roster or epoch stands alone in its record")
        return change

    def _carries(
        self, *, roster: bool = False, epoch: bool = False, previous_seed: bool = False, manifests: int = 0
    ) -> None:
        """IntegrityError unless the entry has exactly the documents its changes name."""
        entry = self.entry
        present = (entry.roster is not None, entry.epoch is not None, entry.previous_seed is not None)
        if (*present, len(entry.manifests)) != (roster, epoch, previous_seed, manifests):
            raise IntegrityError("record_documents", "a document is missing or too many")

    def _require_rights(self, roster: Roster, vault_kind: str, *rights: str) -> str | None:
        """The author's own rights, if they are among `rights`, or he manages all the same."""
        self._require_ruler(vault_kind)
        # the roster is looked at in any case: what it names must be sound, whoever writes
        own = rights_of(self.author.kid, roster, self.certificates, self.entry.moment)
        if own not in rights and not manages_all(self.author.certificate.kind, vault_kind):
            raise IntegrityError("record_rights", "the author may not make this change")
        return own

    def _require_ruler(self, vault_kind: str) -> None:
        if vault_kind == "team" and self.author.certificate.kind not in RULERS:
            raise IntegrityError("record_rights", "a team is ruled by an owner or an office leader")

    def _readmits(self, now: Standing | None) -> bool:
        """Whether all that the author may do to the roster is to give the founder his place back."""
        at = self.entry.moment
        return now is not None and may_readmit(self.author, now.roster, now.vault_kind, self.certificates, at)

    def _require_line(self, roster: Roster) -> None:
        if rights_of(self.author.kid, roster, self.certificates, self.entry.moment) != "manage":
            raise IntegrityError("record_rights", "whoever begins a chain stands in its roster")

    def _roster(self, change: RosterChange, vault_kind: str, *, before: Standing | None) -> Roster:
        roster = named_document(Roster, self.entry.roster, change.hash, self.record, self.author)
        seq, previous = (before.roster.seq + 1, before.roster_hash) if before else (1, None)
        if not roster.seq == change.seq == seq or roster.previous != previous:
            raise IntegrityError("roster_previous", "the roster does not follow the current one")
        before_it = before.roster if before else None
        readmits = self._readmits(before)
        RosterCheck(roster, before_it, vault_kind, self.author, self.certificates, self.entry.moment, readmits).run()
        return roster

    def _epoch(self, change: EpochChange, vault_kind: str, *, epoch: int, previous: str | None, roster: str) -> Epoch:
        document = named_document(Epoch, self.entry.epoch, change.hash, self.record, self.author)
        if not document.epoch == change.epoch == epoch or document.previous != previous:
            raise IntegrityError("epoch_previous", "the epoch does not follow the current one")
        if document.roster != roster:
            raise IntegrityError("epoch_roster", "the epoch was made for another roster")
        if vault_kind == "team":
            self._check_team_key(document)
        return document

    def _check_team_key(self, epoch: Epoch) -> None:
        """A team's epoch and the certificate of the generation with its number are for one recipient."""
        known = self.certificates.generation(self.record.vault, epoch.epoch)
        if known is None or known.certificate.recipient != epoch.recipient:
            raise IntegrityError("team_differs", "the epoch's keys are not those that are certified for the team")
