"""The people of the tests: a firm with root, recovery, owner, clerk and client, and a vault that begins."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from siegel.seals.certificates import Accepted, CertificateStore, Known, issue, root_certificate, team_certificate
from siegel.seals.chain import Entry
from siegel.seals.derive import EpochSeed, Seed, digest
from siegel.seals.documents import Holder, Roster
from siegel.seals.epochs import NewEpoch, first_epoch, next_epoch
from siegel.seals.holders import Moment
from siegel.seals.ids import new_id
from siegel.seals.records import AnyChange, FolderChange, Genesis, RosterChange
from siegel.seals.replay import VaultState, next_record
from siegel.seals.revocations import AcceptedRevocation, Revoked, revoke_key
from siegel.seals.signed import Signed
from siegel.seals.teams import replay_team

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


# Person, rights, and where it is limited the last second of access.
Line: TypeAlias = tuple[Person, str] | tuple[Person, str, int | None]
Holders: TypeAlias = Sequence[Line]


def with_kept(firm: "Firm", holders: Holders) -> Holders:
    """`holders`, and who stays in every dossier: the second owner and recovery, unless they are named with others."""
    kept = ((firm.partner, "manage"), (firm.recovery, "hold"))
    named = {line[0].kid for line in holders}
    return [*holders, *(one for one in kept if one[0].kid not in named)]


@dataclass
class Firm:
    """A firm whose log only grows: everything accepted gets the next index and one second."""

    id: str = field(default_factory=new_id)
    now: int = NOW
    accepted: list[Accepted] = field(default_factory=list)
    revocations: list[AcceptedRevocation] = field(default_factory=list)
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

    def invite(self, issuer: Person, vault: str, role: str = "client", **more: Any) -> Person:
        return self.certify(issuer, "invitation", role=role, vaults=(vault,), **more)

    def redeem(self, invitation: Person) -> Person:
        role, generation = invitation.known.certificate.role, invitation.known.certificate.generation
        return self.certify(invitation, str(role), subject=invitation.id, generation=generation)

    def revoke(self, author: Person, person: Person, since: int | None = None, reason: str = "left") -> Revoked:
        """Takes a key back; the store refuses it where it must."""
        signed = revoke_key(author.seed, author.known, person.known, since, reason)
        self.accept_revocation(signed)
        revoked = self.store.revoked(person.kid)
        assert revoked is not None
        return revoked

    def accept_revocation(self, signed: Signed) -> None:
        item = AcceptedRevocation(signed, self.now + self.index, self.next_index())
        self.store.revoke(item)
        if all(one.signed != signed for one in self.revocations):
            self.revocations.append(item)

    @property
    def moment(self) -> Moment:
        """Now, as the log has it."""
        return Moment(self.index, self.now + self.index)


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

    def certify(self, author: Person, epoch: NewEpoch) -> None:
        """What must be certified before an epoch; nothing for a vault's."""

    def holders(self, author: Person, *holders: Line) -> None:
        """The next roster is in force."""
        roster = self.roster(author, *holders)
        change = RosterChange(roster.hash, self.state.position.now.roster.seq + 1)
        self.apply(self.entry(author, change, roster=roster))

    def rotate(self, author: Person) -> NewEpoch:
        """The next epoch is in force."""
        epoch = next_epoch(author.seed, self.state.position, [self.seed], self.firm.store, self.firm.moment.time)
        self.certify(author, epoch)
        self.apply(self.entry(author, epoch.change, epoch=epoch.signed, previous_seed=epoch.previous_seed))
        self.seed = epoch.seed
        return epoch

    def roster(self, author: Person, *holders: Line) -> Signed:
        """The next roster: these holders and those who stay."""
        now = self.state.position.now
        lines = with_kept(self.firm, holders)
        return signed_roster(author, self.firm.id, self.id, lines, now.roster.seq + 1, now.roster_hash)


AnyVault = TypeVar("AnyVault", bound=Vault)


@dataclass
class TeamVault(Vault):
    """A team's chain; after every entry the firm's store knows the team as it stands.

    Its keys are certified by the author of their epoch, or by the owner where the author may not.
    """

    generations: list[Known] = field(default_factory=list)

    def certify(self, author: Person, epoch: NewEpoch) -> None:
        if "team" not in author.known.certificate.certifies:
            author = self.firm.owner
        recipient, now = epoch.seed.recipient(), self.firm.now + self.firm.index
        signed = team_certificate(
            author.seed, author.known, recipient, team=self.id, generation=epoch.change.epoch, now=now
        )
        self.generations.append(self.firm.accept(signed, author.seed).known)

    def apply(self, entry: Entry) -> None:
        super().apply(entry)
        self.firm.store.teams[self.id] = replay_team(self.entries, self.firm.store)

    @property
    def person(self) -> Person:
        """The team as a holder, by its newest key. Its seed is nobody's: a team signs nothing."""
        return Person(Seed.generate(), self.generations[-1])


def begin_team(firm: Firm, author: Person, *holders: Line) -> TeamVault:
    return _begun(TeamVault, firm, author, holders, "team")


def signed_roster(
    author: Person, firm: str, vault: str, holders: Holders, seq: int = 1, previous: str | None = None
) -> Signed:
    lines = sorted((Holder(p.kid, rights, p.id, *until) for p, rights, *until in holders), key=lambda h: h.key)
    return Roster(author.kid, firm, tuple(lines), previous, seq, vault).sign(author.seed)


def begin(firm: Firm, author: Person, holders: Holders, *, vault_kind: str = "dossier") -> Vault:
    return _begun(Vault, firm, author, holders, vault_kind)


def _begun(kind: type[AnyVault], firm: Firm, author: Person, holders: Holders, vault_kind: str) -> AnyVault:
    vault = new_id()
    state = VaultState.begin(firm.id, vault)
    lines = with_kept(firm, holders) if vault_kind != "personal" else holders
    roster = signed_roster(author, firm.id, vault, lines)
    epoch = first_epoch(author.seed, Roster.parse(roster), roster.hash, firm.store, firm.moment.time)
    changes = (
        Genesis(new_id() if vault_kind == "dossier" else None, hash_of("root row"), vault_kind),
        RosterChange(roster.hash, 1),
        epoch.change,
    )
    found = kind(firm, state, seed=epoch.seed)
    found.certify(author, epoch)
    found.apply(found.entry(author, *changes, roster=roster, epoch=epoch.signed))
    return found
