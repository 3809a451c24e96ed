"""The rules of a vault's chain (docs/formats.md, section 3, Record).

`check` is a pure function of where the chain stands, one more entry, the certificates and a look-up of nodes. The
server calls it once per appended record with look-ups into its tables; a client replays with `VaultState`, which holds
everything itself. Neither believes the other.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Self, TypeAlias, TypeVar

from siegel.seals.canonical import Json
from siegel.seals.certificates import CertificateStore, Known
from siegel.seals.derive import digest, join
from siegel.seals.documents import PERSONS, Epoch, Holder, Manifest, Roster
from siegel.seals.errors import IntegrityError
from siegel.seals.fields import Fields
from siegel.seals.records import EpochChange, FolderChange, Genesis, Record, RosterChange, VersionChange
from siegel.seals.signed import Signed

WRITERS = ("write", "manage")


@dataclass(frozen=True, slots=True)
class Node:
    """A folder or a file at its latest version; `row` and `manifest` are hashes, `manifest` a file's only."""

    kind: Literal["folder", "file"]
    parent: str
    version: int
    epoch: int
    row: str
    manifest: str | None = None


AnyDocument = TypeVar("AnyDocument", Roster, Epoch, Manifest)
OneChange = TypeVar("OneChange", RosterChange, EpochChange)
NodeLookup: TypeAlias = Callable[[str], Node | None]


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

    `sealed_for`: the keys of all to whom the current epoch's seed was ever sealed, that is of the roster it was made
    for and of every roster since. `epoch_log_index`: where the log has the epoch's record.
    """

    roster: Roster
    roster_hash: str
    epoch: Epoch
    epoch_hash: str
    sealed_for: frozenset[str]
    epoch_log_index: int
    vault_kind: str


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
    """What one entry did: the new position, the nodes it made or changed, and the documents it carried, parsed."""

    position: Position
    record: Record
    author: Known
    nodes: dict[str, Node]
    manifests: tuple[Manifest, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A holder as he stands today: for a redeemed invitation the person's own key."""

    key: str
    rights: str
    known: Known


def members(roster: Roster, certificates: CertificateStore) -> dict[str, Member]:
    """The effective holders of a roster by key id; IntegrityError `roster_holder` if one is not certified as such."""
    found: dict[str, Member] = {}
    for holder in roster.holders:
        known = certificates.member(holder.key)
        if known is None or known.certificate.subject != holder.subject:
            raise IntegrityError("roster_holder", "a holder's key is not certified for this person")
        if known.kid in found:
            raise IntegrityError("roster_holder", "a person and his redeemed invitation are both holders")
        found[known.kid] = Member(known.kid, holder.rights, known)
    return found


def keys_of(roster: Roster) -> frozenset[str]:
    """The key ids in a roster, as they stand there."""
    return frozenset(holder.key for holder in roster.holders)


def check(position: Position, entry: Entry, certificates: CertificateStore, node: NodeLookup) -> Step:
    """The step that `entry` makes from `position`; IntegrityError with the code of the rule it breaks."""
    record = Record.parse(entry.record)
    _check_link(position, record)
    author = _author(record, entry, certificates)
    Record.verify(entry.record, author.certificate.signing_key)
    reached = replace(position, seq=record.seq, head=entry.record.hash)
    rules = _Check(reached, entry, record, author, certificates, node)
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
        self._require_rights(roster, "manage")
        epoch = self._epoch(epoch_change, epoch=1, previous=None, roster=roster_change.hash)
        standing = Standing(
            roster,
            roster_change.hash,
            epoch,
            epoch_change.hash,
            sealed_for=keys_of(roster),
            epoch_log_index=self.entry.log_index,
            vault_kind=genesis.vault_kind,
        )
        return self._step(replace(self.position, standing=standing))

    def roster(self) -> Step:
        change = self._alone(RosterChange)
        now = self.position.now
        self._require_rights(now.roster, "manage")
        self._carries(roster=True)
        roster = self._roster(change, now.vault_kind, before=now)
        sealed_for = now.sealed_for | keys_of(roster)
        standing = replace(now, roster=roster, roster_hash=change.hash, sealed_for=sealed_for)
        return self._step(replace(self.position, standing=standing))

    def epoch(self) -> Step:
        change = self._alone(EpochChange)
        now = self.position.now
        self._require_rights(now.roster, *WRITERS)
        self._carries(epoch=True, previous_seed=True)
        epoch = self._epoch(change, epoch=now.epoch.epoch + 1, previous=now.epoch_hash, roster=now.roster_hash)
        standing = replace(
            now,
            epoch=epoch,
            epoch_hash=change.hash,
            sealed_for=keys_of(now.roster),
            epoch_log_index=self.entry.log_index,
        )
        return self._step(replace(self.position, standing=standing))

    def contents(self) -> Step:
        self._require_rights(self.position.now.roster, *WRITERS)
        versions = [change for change in self.record.changes if isinstance(change, VersionChange)]
        self._carries(manifests=len(versions))
        manifests = iter(self.entry.manifests)
        nodes: dict[str, Node] = {}
        parsed = []
        for change in self.record.changes:
            if isinstance(change, FolderChange):
                nodes[change.node] = self._folder(change, nodes)
            elif isinstance(change, VersionChange):
                manifest = self._manifest(change, next(manifests), nodes)
                parsed.append(manifest)
                nodes[change.node] = Node(
                    "file", change.parent, change.version, manifest.epoch, manifest.row, change.manifest
                )
        return self._step(self.position, nodes, tuple(parsed))

    def _step(
        self, position: Position, nodes: dict[str, Node] | None = None, manifests: tuple[Manifest, ...] = ()
    ) -> Step:
        return Step(position, self.record, self.author, nodes or {}, manifests)

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

    def _require_rights(self, roster: Roster, *rights: str) -> None:
        member = members(roster, self.certificates).get(self.author.kid)
        if member is None or member.rights not in rights:
            raise IntegrityError("record_rights", "the author may not make this change")

    def _document(self, kind: type[AnyDocument], signed: Signed | None, named: str) -> AnyDocument:
        """The document a change names: its hash, its signature by the record's author, its firm and vault."""
        if signed is None or signed.hash != named:
            raise IntegrityError("record_documents", "a document is not the one the record names")
        document = kind.parse(signed)
        if (document.firm, document.vault) != (self.record.firm, self.record.vault):
            raise IntegrityError("record_documents", "a document of another vault")
        if document.author != self.record.author:
            raise IntegrityError("record_documents", "a document by another author")
        kind.verify(signed, self.author.certificate.signing_key)
        return document

    def _roster(self, change: RosterChange, vault_kind: str, *, before: Standing | None) -> Roster:
        roster = self._document(Roster, self.entry.roster, change.hash)
        seq, previous = (before.roster.seq + 1, before.roster_hash) if before else (1, None)
        if not roster.seq == change.seq == seq or roster.previous != previous:
            raise IntegrityError("roster_previous", "the roster does not follow the current one")
        for member in members(roster, self.certificates).values():
            self._check_member(member)
        for holder in roster.holders:
            self._check_invitation(holder.key)
        if vault_kind == "personal":
            self._check_personal(roster)
        elif before is None:
            self._check_founded(roster)
        else:
            self._check_kept(before.roster, roster)
        return roster

    def _check_personal(self, roster: Roster) -> None:
        """Only the author holds, with recovery: nobody else can ever be the author of the next roster."""
        if any(holder.key != self.record.author and holder.rights != "hold" for holder in roster.holders):
            raise IntegrityError("roster_holder", "a personal vault has one holder besides recovery")

    def _check_founded(self, roster: Roster) -> None:
        """Somebody who can never be lost: an owner who manages, and recovery."""
        managed = any(holder.rights == "manage" and self._kind(holder) == "owner" for holder in roster.holders)
        if not managed or all(holder.rights != "hold" for holder in roster.holders):
            raise IntegrityError("roster_holder", "a dossier's vault begins without an owner or recovery")

    def _check_kept(self, before: Roster, roster: Roster) -> None:
        """Only an owner takes an owner's or recovery's line away, or changes it."""
        if self.author.certificate.kind == "owner":
            return
        kept = [holder for holder in before.holders if self._kind(holder) in ("owner", "recovery")]
        if not set(kept) <= set(roster.holders):
            raise IntegrityError("roster_holder", "somebody else than an owner removes an owner or recovery")

    def _kind(self, holder: Holder) -> str | None:
        known = self.certificates.by_kid(holder.key)
        return known.certificate.kind if known else None

    def _check_member(self, member: Member) -> None:
        kind = member.known.certificate.kind
        if kind not in (*PERSONS, "recovery", "invitation"):
            raise IntegrityError("roster_holder", f"a {kind} holds no vault")
        if (kind == "recovery") != (member.rights == "hold"):
            raise IntegrityError("roster_holder", "recovery holds, and only recovery")

    def _check_invitation(self, key: str) -> None:
        known = self.certificates.by_kid(key)
        if known and known.certificate.kind == "invitation" and self.record.vault not in known.certificate.vaults:
            raise IntegrityError("roster_holder", "the invitation does not name this vault")

    def _epoch(self, change: EpochChange, *, epoch: int, previous: str | None, roster: str) -> Epoch:
        document = self._document(Epoch, self.entry.epoch, change.hash)
        if not document.epoch == change.epoch == epoch or document.previous != previous:
            raise IntegrityError("epoch_previous", "the epoch does not follow the current one")
        if document.roster != roster:
            raise IntegrityError("epoch_roster", "the epoch was made for another roster")
        return document

    def _folder(self, change: FolderChange, fresh: dict[str, Node]) -> Node:
        self._check_new(change.node, change.parent, fresh)
        self._check_current(change.epoch)
        return Node("folder", change.parent, 0, change.epoch, change.row)

    def _manifest(self, change: VersionChange, signed: Signed, fresh: dict[str, Node]) -> Manifest:
        before = self._find(change.node, fresh) if change.version > 1 else None
        if change.version == 1:
            self._check_new(change.node, change.parent, fresh)
        elif before is None or before.kind != "file" or change.node in fresh:
            raise IntegrityError("node_version", "a further version of something that is no file")
        elif (change.version, change.parent) != (before.version + 1, before.parent):
            raise IntegrityError("node_version", "the version does not follow the latest one, or its folder changed")
        manifest = self._document(Manifest, signed, change.manifest)
        if (manifest.node, manifest.parent, manifest.version) != (change.node, change.parent, change.version):
            raise IntegrityError("manifest_mismatch", "the manifest is for another node or version")
        if manifest.previous != (before.manifest if before else None):
            raise IntegrityError("manifest_mismatch", "the manifest follows another version")
        if manifest.generation != self.author.certificate.generation:
            raise IntegrityError("manifest_mismatch", "the manifest names another generation of its author")
        self._check_current(manifest.epoch)
        return manifest

    def _check_new(self, node: str, parent: str, fresh: dict[str, Node]) -> None:
        if node == self.record.vault or self._find(node, fresh):
            raise IntegrityError("node_exists", "the id of a new node is taken")
        if parent != self.record.vault:
            folder = self._find(parent, fresh)
            if folder is None or folder.kind != "folder":
                raise IntegrityError("node_parent", "the parent is no folder of this vault")

    def _check_current(self, epoch: int) -> None:
        if epoch != self.position.now.epoch.epoch:
            raise IntegrityError("epoch_not_current", "sealed under an epoch that is not the current one")

    def _find(self, node: str, fresh: dict[str, Node]) -> Node | None:
        return fresh.get(node) or self.node(node)
