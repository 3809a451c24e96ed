"""The people of the tests: a firm with root, recovery, owner, clerk and client, and a vault that begins."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from siegel.seals.certificates import Accepted, CertificateStore, Known, issue, root_certificate
from siegel.seals.chain import Entry
from siegel.seals.derive import EpochSeed, Seed, digest
from siegel.seals.documents import Holder, Roster
from siegel.seals.epochs import first_epoch
from siegel.seals.holders import Moment
from siegel.seals.ids import new_id
from siegel.seals.records import AnyChange, FolderChange, Genesis, RosterChange
from siegel.seals.replay import VaultState, next_record
from siegel.seals.signed import Signed

NOW = 1_800_000_000
TODAY = Moment.planned(NOW)


def hash_of(text: str) -> str:
    return digest(text.encode())


@dataclass
class Person:
    seed: Seed
    known: Known

    @property
    def kid(self) -> str:
        return self.known.kid

    @property
    def id(self) -> str:
        return self.known.certificate.subject


Holders: TypeAlias = Sequence[tuple[Person, str]]


def with_kept(firm: "Firm", holders: Holders) -> Holders:
    """`holders`, and who stays in every dossier: the second owner and recovery, unless they are named with others."""
    kept = ((firm.partner, "manage"), (firm.recovery, "hold"))
    named = {person.kid for person, _ in holders}
    return [*holders, *(one for one in kept if one[0].kid not in named)]


@dataclass
class Firm:
    """A firm whose log only grows: everything accepted gets the next index and one second."""

    id: str = field(default_factory=new_id)
    now: int = NOW
    accepted: list[Accepted] = field(default_factory=list)
    index: int = 0

    def __post_init__(self) -> None:
        self.root_seed = Seed.generate()
        self.root_kid = self.root_seed.public_keys(signs_only=True).kid
        self.store = CertificateStore(self.root_kid)
        self.root = self.accept(root_certificate(self.root_seed, self.id, self.now), self.root_seed)
        self.recovery = self.certify(self.root, "recovery", subject=self.id)
        self.owner = self.certify(self.root, "owner")
        self.scanner = self.certify(self.owner, "scanner")
        self.clerk = self.certify(self.owner, "clerk")
        self.client = self.certify(self.clerk, "client")
        self.partner = self.certify(self.root, "owner")

    def next_index(self) -> int:
        self.index += 1
        return self.index

    def accept(self, signed: Signed, seed: Seed) -> Person:
        item = Accepted(signed, self.now + self.index, self.next_index())
        known = self.store.add(item)
        self.accepted.append(item)
        return Person(seed, known)

    def certify(self, issuer: Person, kind: str, *, subject: str | None = None, **more: Any) -> Person:
        seed = Seed.generate()
        keys = seed.public_keys(signs_only=kind in ("scanner", "service"))
        signed = issue(
            issuer.seed, issuer.known, keys, kind=kind, subject=subject or new_id(), now=self.now + self.index, **more
        )
        return self.accept(signed, seed)

    def invite(self, issuer: Person, vault: str, role: str = "client") -> Person:
        return self.certify(issuer, "invitation", role=role, vaults=(vault,))

    def redeem(self, invitation: Person) -> Person:
        role = invitation.known.certificate.role
        return self.certify(invitation, str(role), subject=invitation.id)


@dataclass
class Vault:
    """A vault in which every record that is applied was checked."""

    firm: Firm
    state: VaultState
    entries: list[Entry] = field(default_factory=list)
    seed: EpochSeed = field(default_factory=EpochSeed.generate)

    @property
    def id(self) -> str:
        return self.state.position.vault

    def entry(self, author: Person, *changes: AnyChange, **documents: Any) -> Entry:
        record = next_record(self.state.position, author.seed, changes)
        return Entry(record, self.firm.now + self.firm.index, self.firm.next_index(), **documents)

    def apply(self, entry: Entry) -> None:
        self.state.apply(entry, self.firm.store)
        self.entries.append(entry)

    def folder(self, parent: str | None = None, node: str | None = None, row: str = "row") -> FolderChange:
        epoch = self.state.position.now.epoch.epoch
        return FolderChange(epoch, node or new_id(), parent or self.id, hash_of(row))

    def roster(self, author: Person, *holders: tuple[Person, str]) -> Signed:
        """The next roster: these holders and those who stay."""
        now = self.state.position.now
        lines = with_kept(self.firm, holders)
        return signed_roster(author, self.firm.id, self.id, lines, now.roster.seq + 1, now.roster_hash)


def signed_roster(
    author: Person, firm: str, vault: str, holders: Holders, seq: int = 1, previous: str | None = None
) -> Signed:
    lines = sorted((Holder(p.kid, rights, p.id) for p, rights in holders), key=lambda h: h.key)
    return Roster(author.kid, firm, tuple(lines), previous, seq, vault).sign(author.seed)


def begin(firm: Firm, author: Person, holders: Holders, *, vault_kind: str = "dossier") -> Vault:
    vault = new_id()
    state = VaultState.begin(firm.id, vault)
    lines = with_kept(firm, holders) if vault_kind == "dossier" else holders
    roster = signed_roster(author, firm.id, vault, lines)
    epoch = first_epoch(author.seed, Roster.parse(roster), roster.hash, firm.store, TODAY)
    changes = (
        Genesis(new_id() if vault_kind == "dossier" else None, hash_of("root row"), vault_kind),
        RosterChange(roster.hash, 1),
        epoch.change,
    )
    found = Vault(firm, state, seed=epoch.seed)
    found.apply(found.entry(author, *changes, roster=roster, epoch=epoch.signed))
    return found
