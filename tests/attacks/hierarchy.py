"""A firm in memory: a server that checks what ours checks, clients that do what ours do, and who should be shut out.

The server keeps every wrap it ever had. `Hoard` is what a thief can do with all of them and the seeds of one person.
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from siegel.lib.age import HybridIdentity
from siegel.seals.certificates import CertificateStore, issue, recertify, team_certificate
from siegel.seals.chain import Entry, check
from siegel.seals.derive import EpochSeed, PublicKeys, Seed
from siegel.seals.documents import Holder, Roster
from siegel.seals.epochs import (
    HeldWrap,
    OpenedEpochs,
    first_epoch,
    next_epoch,
    open_epochs,
    required_wraps,
    rotation_due,
    wrap_for,
)
from siegel.seals.ids import new_id
from siegel.seals.records import AnyChange, FolderChange, Genesis, RosterChange
from siegel.seals.replay import VaultState, next_record, replay
from siegel.seals.teams import replay_team
from siegel.seals.tests.people import Firm, Person, hash_of


@functools.cache
def _identity(raw: bytes) -> tuple[str, HybridIdentity]:
    """A person's key id and identity. Kept, as making a key pair takes longer than using it."""
    seed = Seed(raw)
    return seed.public_keys().kid, seed.identity()


@functools.cache
def _team_identity(raw: bytes) -> tuple[str, HybridIdentity]:
    """Key id and identity of the generation of a team that this epoch's seed gives."""
    seed = EpochSeed(raw)
    return PublicKeys(None, seed.recipient()).kid, seed.identity()


class StaleError(Exception):
    """The server takes no contents: a rotation is due first."""


@dataclass
class Chain:
    """A vault or a team as the server keeps it. `wraps`: what it serves; `hoard`: all it ever had."""

    firm: Firm
    kind: str
    state: VaultState
    entries: list[Entry] = field(default_factory=list)
    wraps: dict[tuple[int, str], bytes] = field(default_factory=dict)
    hoard: dict[tuple[int, str], bytes] = field(default_factory=dict)

    @classmethod
    def begin(cls, firm: Firm, kind: str, author: Person, lines: Iterable[Holder]) -> "Chain":
        chain = cls(firm, kind, VaultState.begin(firm.id, new_id()))
        roster = chain.roster(author, lines)
        epoch = first_epoch(author.seed, Roster.parse(roster), roster.hash, firm.store, firm.moment.time)
        chain.certify(author, epoch.seed, 1)
        dossier = new_id() if kind == "dossier" else None
        changes = (Genesis(dossier, hash_of("row"), kind), RosterChange(roster.hash, 1), epoch.change)
        given = {wrap.key: wrap.age for wrap in epoch.wraps}
        chain.append(chain.entry(author, *changes, roster=roster, epoch=epoch.signed), given)
        return chain

    @property
    def id(self) -> str:
        return self.state.position.vault

    @property
    def lines(self) -> tuple[Holder, ...]:
        return self.state.position.now.roster.holders

    @property
    def epoch(self) -> int:
        return self.state.position.now.epoch.epoch

    @property
    def is_due(self) -> bool:
        return rotation_due(self.state.position, self.firm.store, self.firm.moment.time)

    def roster(self, author: Person, lines: Iterable[Holder]) -> Any:
        before = self.state.position.standing
        seq, previous = (before.roster.seq + 1, before.roster_hash) if before else (1, None)
        holders = tuple(sorted(lines, key=lambda line: line.key))
        return Roster(author.kid, self.firm.id, holders, previous, seq, self.id).sign(author.seed)

    def entry(self, author: Person, *changes: AnyChange, **documents: Any) -> Entry:
        record = next_record(self.state.position, author.seed, changes)
        return Entry(record, self.firm.now + self.firm.index, self.firm.next_index(), **documents)

    def certify(self, author: Person, seed: EpochSeed, generation: int) -> None:
        if self.kind == "team":
            now = self.firm.now + self.firm.index
            signed = team_certificate(
                author.seed, author.known, seed.recipient(), team=self.id, generation=generation, now=now
            )
            self.firm.accept(signed, author.seed)

    def append(self, entry: Entry, wraps: dict[str, bytes]) -> None:
        """The server takes a record, with exactly the wraps it needs, and no contents while a rotation is due."""
        before, store = self.state.position, self.firm.store
        step = check(before, entry, store, self.state.nodes.get)
        assert wraps.keys() == required_wraps(before, step.position, store, entry.accepted_at)
        assert entry.epoch is None or step.position.now.epoch.sealed_to == tuple(sorted(wraps))
        if step.nodes and rotation_due(step.position, store, entry.accepted_at):
            raise StaleError
        self.state.apply(entry, store)
        self.entries.append(entry)
        if self.kind == "team":
            self.firm.store.teams[self.id] = replay_team(self.entries, self.firm.store)
        for kid, age in wraps.items():
            self.wraps[self.epoch, kid] = self.hoard[self.epoch, kid] = age

    def set_lines(self, author: Person, lines: Iterable[Holder], seed: EpochSeed) -> None:
        """The next roster; who is new is given the current epoch's seed."""
        roster = self.roster(author, lines)
        entry = self.entry(author, RosterChange(roster.hash, Roster.parse(roster).seq), roster=roster)
        after = check(self.state.position, entry, self.firm.store, self.state.nodes.get).position
        needed = required_wraps(self.state.position, after, self.firm.store, entry.accepted_at)
        self.append(entry, {wrap.key: wrap.age for wrap in wrap_for(needed, seed, self.firm.store)})

    def rotate(self, author: Person, opened: OpenedEpochs) -> None:
        new = next_epoch(
            author.seed, self.state.position, opened.to_hand_down(), self.firm.store, self.firm.moment.time
        )
        self.certify(author, new.seed, new.change.epoch)
        entry = self.entry(author, new.change, epoch=new.signed, previous_seed=new.previous_seed)
        self.append(entry, {wrap.key: wrap.age for wrap in new.wraps})

    def write(self, author: Person) -> None:
        folder = FolderChange(self.epoch, new_id(), self.id, hash_of("row"))
        self.append(self.entry(author, folder), {})

    def forget(self, kid: str) -> None:
        """The server serves no wrap of the key any more. Whoever has a backup still has it."""
        self.wraps = {place: age for place, age in self.wraps.items() if place[1] != kid}

    def open(self, identities: dict[str, HybridIdentity], wraps: dict[tuple[int, str], bytes]) -> OpenedEpochs:
        held = [HeldWrap(epoch, age, identities[kid]) for (epoch, kid), age in wraps.items() if kid in identities]
        return open_epochs({}, Seed.generate(), self.state.epochs, held)


@dataclass
class Employee:
    """A person with all the keys he ever had; the last one is his. `letters`: seeds of invitations he was sent."""

    role: str
    keys: list[Person]
    letters: list[Person] = field(default_factory=list)
    blocked: bool = False

    @property
    def own(self) -> Person:
        return self.keys[-1]

    @property
    def id(self) -> str:
        return self.own.id


@dataclass
class World:
    """A firm with a team and a vault that the team may write to."""

    firm: Firm = field(default_factory=Firm)
    people: list[Employee] = field(default_factory=list)

    def __post_init__(self) -> None:
        firm = self.firm
        self.rulers = [Employee("owner", [firm.owner]), Employee("owner", [firm.partner])]
        self.people += self.rulers
        stays = [Holder(one.own.kid, "manage", one.id) for one in self.rulers]
        stays.append(Holder(firm.recovery.kid, "hold", firm.recovery.id))
        self.team = Chain.begin(firm, "team", firm.owner, stays)
        self.vault = Chain.begin(firm, "dossier", firm.owner, [*stays, self.team_line("write")])
        self.chains = (self.team, self.vault)

    def team_line(self, rights: str) -> Holder:
        known = self.firm.store.generation(self.team.id)
        assert known is not None
        return Holder(known.kid, rights, self.team.id)

    def ruler(self) -> Employee:
        """An owner whose key is in force; there is always one."""
        return next(one for one in self.rulers if self.firm.store.in_force(one.own.kid))

    def opened(self, who: Employee, chain: Chain) -> OpenedEpochs:
        """What a person opens of a chain with what the server serves him."""
        if who.blocked:
            return OpenedEpochs()
        return self._open(chain, [who.own.seed], lambda one: one.wraps)

    def stolen(self, seeds: list[Seed]) -> OpenedEpochs:
        """What somebody opens of the vault with these seeds and every wrap there ever was."""
        return self._open(self.vault, seeds, lambda one: one.hoard)

    def _open(self, chain: Chain, seeds: list[Seed], wraps: Any) -> OpenedEpochs:
        identities = dict(_identity(seed.reveal()) for seed in seeds)
        opened = self.team.open(identities, wraps(self.team))
        if chain is self.team:
            return opened
        identities |= dict(_team_identity(seed.reveal()) for seed in opened.seeds.values())
        return chain.open(identities, wraps(chain))

    # What clients do

    def settle(self, author: Employee | None = None) -> None:
        """What a ruler's client does at once, and a writer's before it writes: what is due gets new keys."""
        if self.team.is_due:
            ruler = self.ruler()
            self.team.rotate(ruler.own, self.opened(ruler, self.team))
        if author and self.vault.is_due:
            self.vault.rotate(author.own, self.opened(author, self.vault))

    def write(self, author: Employee) -> None:
        """Somebody's time may end between the rotation and the record: then once more."""
        for _ in range(5):
            self.settle(author)
            try:
                return self.vault.write(author.own)
            except StaleError:
                continue
        raise StaleError

    def hire(self, by: Employee, role: str) -> Employee:
        hired = Employee(role, [self.firm.certify(by.own, role)])
        self.people.append(hired)
        return hired

    def change_lines(self, chain: Chain, gone: str | None, *more: Holder) -> None:
        """A ruler takes somebody off (by id) and others on, and renews the team."""
        ruler = self.ruler()
        lines = [line for line in chain.lines if line.subject != gone]
        chain.set_lines(ruler.own, [*lines, *more], self.opened(ruler, chain).seed(chain.epoch))
        self.settle()

    def revoke(self, who: Employee, since: int | None, *, again: bool) -> set[str]:
        """By a ruler. With `again` he certifies what falls, as far as he may; the kids of what fell and stays so."""
        by = next(one for one in self.rulers if one is not who and self.firm.store.in_force(one.own.kid))
        fallen = self.firm.store.fallen_by(who.own.kid, since)
        self.firm.revoke(by.own, who.own, since)
        for chain in self.chains:
            chain.forget(who.own.kid)
        for known in fallen if again else ():
            now = self.firm.now + self.firm.index
            self.firm.accept(recertify(by.own.seed, by.own.known, known.certificate, now), by.own.seed)
        self.settle()
        return set() if again else {known.kid for known in fallen}

    def claim(self, who: Employee, generation: int, *, as_letter: bool) -> None:
        """A ruler certifies another key, or a letter, in somebody's name, and the server takes it into its log."""
        by, keys, now = self.ruler(), Seed.generate().public_keys(), self.firm.now + self.firm.index
        more: dict[str, Any] = {"role": who.role, "vaults": [self.vault.id]} if as_letter else {}
        kind, own = "invitation" if as_letter else who.role, by.own
        signed = issue(own.seed, own.known, keys, kind=kind, subject=who.id, now=now, generation=generation, **more)
        self.firm.accept(signed, own.seed)

    def reset(self, who: Employee) -> None:
        """A letter in place of the lost key, and the new key it leads to."""
        by, store, lost = self.ruler(), self.firm.store, who.own
        generation = lost.known.certificate.generation + 1
        if store.revoked(lost.kid) is None:
            self.firm.revoke(by.own, lost, None, "lost")
        seed, vaults = Seed.generate(), [chain.id for chain in self.chains]
        now = self.firm.now + self.firm.index
        signed = issue(
            by.own.seed,
            by.own.known,
            seed.public_keys(),
            kind="invitation",
            subject=who.id,
            now=now,
            generation=generation,
            role=who.role,
            vaults=vaults,
        )
        letter = self.firm.accept(signed, seed)
        who.letters.append(letter)
        for chain in self.chains:
            chain.forget(lost.kid)
            old = [line for line in chain.lines if line.subject == who.id]
            if old:
                self.change_lines(chain, who.id, *(replace(line, key=letter.kid) for line in old))
        self._redeem(who, letter, generation)

    def _redeem(self, who: Employee, letter: Person, generation: int) -> None:
        seeds = {
            chain.id: self._open(chain, [letter.seed], lambda one: one.wraps).seeds.get(chain.epoch)
            for chain in self.chains
            if (chain.epoch, letter.kid) in chain.wraps
        }
        who.keys.append(self.firm.certify(letter, who.role, subject=who.id, generation=generation))
        for chain in self.chains:
            if seed := seeds.get(chain.id):
                [wrap] = wrap_for([who.own.kid], seed, self.firm.store)
                chain.wraps[chain.epoch, wrap.key] = chain.hoard[chain.epoch, wrap.key] = wrap.age
            chain.forget(letter.kid)
        self.settle()

    # What another client makes of the same log

    def verified(self) -> tuple[CertificateStore, dict[str, VaultState]]:
        store = CertificateStore.verified(self.firm.accepted, self.firm.root_kid, self.firm.revocations)
        store.teams[self.team.id] = replay_team(self.team.entries, store)
        return store, {chain.id: replay(self.firm.id, chain.id, chain.entries, store) for chain in self.chains}
