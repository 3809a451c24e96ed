"""The vectors of hierarchy.json: offices, teams, revocations, and holders at a moment.

A firm with an office, its leader and its clerks; a team whose chain goes through three epochs; a dossier that the team
and a client whose time ends hold; an owner whose key was compromised, what falls with it and is certified again.
"""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

from siegel.seals.canonical import b64
from siegel.seals.certificates import (
    Accepted,
    CertificateStore,
    Known,
    issue,
    recertify,
    root_certificate,
    team_certificate,
)
from siegel.seals.chain import Entry
from siegel.seals.derive import EpochSeed
from siegel.seals.documents import Epoch, Holder, Roster
from siegel.seals.epochs import rotation_due, seal_seed
from siegel.seals.holders import Moment, members
from siegel.seals.records import AnyChange, EpochChange, Genesis, RosterChange
from siegel.seals.replay import VaultState, next_record
from siegel.seals.revocations import AcceptedRevocation, revoke_key
from siegel.seals.signed import Signed
from siegel.seals.teams import replay_team
from tests.vectors.story import NOW, Keeper, accepted_wire, entry_wire, id_of, opens_to, seed_of

Rights = dict[str, tuple[str, int | None]]


def time_at(index: int) -> int:
    return NOW + 60 * index


@dataclass
class Log:
    """Everything the firm's log accepts, one place after another; `told` holds what is true after each."""

    sealed: Keeper
    firm: str = field(default_factory=lambda: id_of("firm with offices"))
    index: int = 0
    accepted: list[Accepted] = field(default_factory=list)
    revocations: list[AcceptedRevocation] = field(default_factory=list)
    known: dict[str, Known] = field(default_factory=dict)
    chains: dict[str, "Chain"] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.root = seed_of("hierarchy root").public_keys(signs_only=True).kid
        self.store = CertificateStore(self.root)

    @property
    def moment(self) -> Moment:
        return Moment(self.index, time_at(self.index))

    def tick(self) -> Moment:
        self.index += 1
        return self.moment

    def accept(self, name: str, signed: Signed) -> Known:
        at = self.tick()
        self.accepted.append(Accepted(signed, at.time, at.log_index))
        known = self.known.setdefault(name, self.store.add(self.accepted[-1]))
        if known.certificate.kind != "team" or known.certificate.generation in self.chains["team"].state.epochs:
            # the server accepts a team's new key with its epoch: nobody sees one without the other
            self.tell(name)
        return known

    def certify(self, issuer: str, name: str, kind: str, subject: str | None = None, **more: Any) -> Known:
        return self.accept(name, self.certificate(issuer, name, kind, subject, **more))

    def certificate(self, issuer: str, name: str, kind: str, subject: str | None = None, **more: Any) -> Signed:
        keys = self.seed(name).public_keys(signs_only=kind in ("scanner", "service"))
        subject, now = subject or id_of(f"hierarchy {name}"), time_at(self.index)
        return issue(self.seed(issuer), self.known[issuer], keys, kind=kind, subject=subject, now=now, **more)

    def seed(self, name: str) -> Any:
        return seed_of(f"hierarchy {name}")

    def revocation(self, author: str, name: str, since: int | None, reason: str) -> Signed:
        return revoke_key(self.seed(author), self.known[author], self.known[name], since, reason)

    def revoke(self, author: str, name: str, since: int | None = None, reason: str = "left") -> None:
        at = Moment(self.index + 1, time_at(self.index + 1))
        self.accept_revocation(self.revocation(author, name, since, reason), at)
        self.tell(name)

    def accept_revocation(self, signed: Signed, at: Moment) -> None:
        self.tick()
        item = AcceptedRevocation(signed, at.time, at.log_index)
        self.store.revoke(item)
        self.revocations.append(item)

    def tell(self, name: str) -> None:
        in_force = sorted(kid for kid in {known.kid for known in self.store} if self.store.in_force(kid))
        self.told.append(
            {
                "log_index": self.index,
                "time": self.moment.time,
                "about": name,
                "in_force": in_force,
                "provisional": sorted({k.kid for k in self.store if self.store.is_provisional(k.kid)}),
                "chains": {name: chain.standing() for name, chain in self.chains.items() if chain.entries},
            }
        )


@dataclass
class Chain:
    """A vault or a team of the log."""

    log: Log
    name: str
    kind: str = "dossier"
    entries: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.id = id_of(f"hierarchy {self.name}")
        self.state = VaultState.begin(self.log.firm, self.id)
        self.log.chains[self.name] = self

    def seed(self, epoch: int) -> EpochSeed:
        return EpochSeed(hashlib.sha256(f"hierarchy {self.name} epoch {epoch}".encode()).digest())

    def standing(self) -> dict[str, Any]:
        """What a client finds at the moment of the log."""
        roster, log = self.state.position.now.roster, self.log
        return {
            "members": {m.key: m.rights for m in members(roster, log.store, log.moment).values()},
            "due": rotation_due(self.state.position, log.store, log.moment.time),
        }

    def roster(self, author: str, rights: Rights) -> Signed:
        known, standing = self.log.known, self.state.position.standing
        lines = [Holder(known[n].kid, r, known[n].certificate.subject, until) for n, (r, until) in rights.items()]
        return Roster(
            author=known[author].kid,
            firm=self.log.firm,
            holders=tuple(sorted(lines, key=lambda line: line.key)),
            previous=standing.roster_hash if standing else None,
            seq=standing.roster.seq + 1 if standing else 1,
            vault=self.id,
        ).sign(self.log.seed(author))

    def epoch(self, author: str, number: int, roster: Roster, roster_hash: str) -> Signed:
        standing = self.state.position.standing
        return Epoch(
            author=self.log.known[author].kid,
            epoch=number,
            firm=self.log.firm,
            previous=standing.epoch_hash if standing else None,
            recipient=self.seed(number).recipient(),
            roster=roster_hash,
            sealed_to=tuple(sorted(members(roster, self.log.store, Moment.planned(self.log.moment.time)))),
            vault=self.id,
        ).sign(self.log.seed(author))

    def certify(self, author: str, number: int, seed: EpochSeed | None = None) -> None:
        """The certificate of the team's generation `number`."""
        log, recipient = self.log, (seed or self.seed(number)).recipient()
        signed = team_certificate(
            log.seed(author),
            log.known[author],
            recipient,
            team=self.id,
            generation=number,
            now=time_at(log.index),
            office=self.log.known[f"{self.name} 1"].certificate.office if number > 1 else None,
        )
        log.accept(f"{self.name} {number}", signed)

    def entry(self, author: str, *changes: AnyChange, **documents: Any) -> Entry:
        at = Moment(self.log.index + 1, time_at(self.log.index + 1))
        record = next_record(self.state.position, self.log.seed(author), changes)
        return Entry(record, at.time, at.log_index, **documents)

    def begin(self, author: str, rights: Rights) -> Entry:
        roster = self.roster(author, rights)
        epoch = self.epoch(author, 1, Roster.parse(roster), roster.hash)
        dossier = id_of(f"dossier of {self.name}") if self.kind == "dossier" else None
        genesis = Genesis(dossier, b64(hashlib.sha256(b"row").digest()), self.kind)
        changes = (genesis, RosterChange(roster.hash, 1), EpochChange(1, epoch.hash))
        return self.entry(author, *changes, roster=roster, epoch=epoch)

    def holders(self, author: str, rights: Rights) -> Entry:
        roster = self.roster(author, rights)
        return self.entry(author, RosterChange(roster.hash, Roster.parse(roster).seq), roster=roster)

    def later(self, author: str, rights: Rights, *, begins: bool = False) -> None:
        """A roster behind all that the log tells, which does not tell of it."""
        place = self.log.index + 1 + len(self.entries)
        made = self.begin(author, rights) if begins else self.holders(author, rights)
        self.entries.append(replace(made, log_index=place, accepted_at=time_at(place)))
        self.state.apply(self.entries[-1], self.log.store)

    def rotation(self, author: str) -> Entry:
        now = self.state.position.now
        number = now.epoch.epoch + 1
        epoch = self.epoch(author, number, now.roster, now.roster_hash)
        sealed = self.log.sealed.kept(
            f"hierarchy {self.name} handed down {number}",
            lambda: seal_seed(self.seed(number - 1), self.seed(number).recipient()),
            opens_to(self.seed(number - 1).reveal(), self.seed(number).identity()),
        )
        return self.entry(author, EpochChange(number, epoch.hash), epoch=epoch, previous_seed=sealed)

    def apply(self, entry: Entry) -> None:
        self.log.tick()
        self.state.apply(entry, self.log.store)
        self.entries.append(entry)
        if self.kind == "team":
            self.log.store.teams[self.id] = replay_team(self.entries, self.log.store)
        self.log.tell(self.name)

    def wrap(self, epoch: int, name: str, recipient: str, identity: Any) -> bytes:
        """An epoch's seed for a person, or for a team's generation."""
        seed = self.seed(epoch)
        return self.log.sealed.kept(
            f"hierarchy {self.name} wrap {epoch} {name}",
            lambda: seal_seed(seed, recipient),
            opens_to(seed.reveal(), identity),
        )


def rights(**named: str) -> Rights:
    return {name.replace("_", " "): (right, None) for name, right in named.items()}


def tell(sealed: Keeper) -> Log:
    """The firm's whole log."""
    log = Log(sealed)
    office = id_of("office")
    log.accept("root", root_certificate(log.seed("root"), log.firm, time_at(0)))
    log.certify("root", "recovery", "recovery", log.firm)
    log.certify("root", "owner", "owner")
    log.certify("root", "invitation of partner", "invitation", id_of("hierarchy partner"), role="owner")
    log.certify("invitation of partner", "partner", "owner", id_of("hierarchy partner"))
    log.certify("owner", "leader", "office_leader", office=office)
    log.certify("leader", "clerk", "clerk")
    log.certify("owner", "colleague", "clerk")
    log.certify("clerk", "client", "client")
    log.certify("colleague", "outsider", "client")
    log.certify("leader", "open letter", "invitation", role="client")
    _teams(log)
    _compromise(log)
    return log


def _teams(log: Log) -> None:
    """A team of the office is founded and holds a dossier; its clerk goes and comes back, a letter is redeemed."""
    staff, vault = Chain(log, "team", "team"), Chain(log, "vault")
    ruled = rights(owner="manage", leader="manage", recovery="hold")
    staff.certify("leader", 1)
    staff.apply(staff.begin("leader", ruled | rights(clerk="read")))
    held = rights(owner="manage", team_1="write", recovery="hold")
    limited: Rights = {"client": ("read", time_at(26))}
    vault.apply(vault.begin("owner", held | limited))
    vault.apply(vault.rotation("clerk"))
    staff.apply(staff.holders("leader", ruled))
    staff.certify("leader", 2)
    staff.apply(staff.rotation("leader"))
    vault.apply(vault.rotation("owner"))
    log.certify("leader", "letter", "invitation", id_of("hierarchy new"), role="clerk", vaults=(staff.id,))
    staff.apply(staff.holders("owner", ruled | rights(letter="read")))
    log.certify("letter", "new", "clerk", id_of("hierarchy new"))
    staff.certify("owner", 3)
    staff.apply(staff.rotation("owner"))
    vault.apply(vault.rotation("new"))
    vault.apply(vault.holders("owner", held | limited | rights(colleague="write")))


def _compromise(log: Log) -> None:
    """The colleague leaves; the owner's key was known to somebody since the team's third generation."""
    log.revoke("owner", "colleague")
    vault, staff = log.chains["vault"], log.chains["team"]
    vault.apply(vault.rotation("new"))
    log.revoke("partner", "owner", log.known["team 3"].log_index, "compromised")
    again = recertify(log.seed("partner"), log.known["partner"], log.known["team 3"].certificate, time_at(log.index))
    log.accept("team 3", again)
    vault.apply(vault.rotation("new"))
    log.revoke("clerk", "client")
    ruled = rights(partner="manage", leader="manage", recovery="hold", letter="read")
    staff.apply(staff.holders("leader", ruled | rights(owner="manage")))
    staff.apply(staff.holders("partner", ruled))


def fallen_by(log: Log) -> list[dict[str, Any]]:
    """What planned revocations at the end would put out of force besides."""
    plans = [("leader", 0), ("leader", None), ("clerk", 0), ("partner", 0), ("owner", 0), ("letter", 0), ("client", 0)]
    return [
        {"key": kid, "since": since, "falls": [known.kid for known in log.store.fallen_by(kid, since)]}
        for kid, since in ((log.known[name].kid, since) for name, since in plans)
    ]


def hearsay_rosters(log: Log) -> list[dict[str, Any]]:
    """Each: a dossier that begins after the log, and a roster that takes the team in by one of its keys; is the next
    epoch `due`? Its author may not have heard of the team's newer keys, and then sealed to the one that he names.
    """
    found, held = [], rights(partner="manage", clerk="manage", recovery="hold")
    for name, due in (("team 3", False), ("team 2", True), ("team 1", True)):
        chain = Chain(log, f"dossier that takes in {name}")
        del log.chains[chain.name]
        chain.later("clerk", held, begins=True)
        chain.later("clerk", held | {name: ("write", None)})
        at = time_at(log.index + 3)
        assert rotation_due(chain.state.position, log.store, at) == due
        entries = [entry_wire(entry) for entry in chain.entries]
        found.append({"name": name, "vault": chain.id, "entries": entries, "at": at, "due": due})
    return found


def opened_through(log: Log) -> list[dict[str, Any]]:
    """How the team's newest member opens the dossier: by his wrap of the team's epoch the team's of the dossier's."""
    team, vault = log.chains["team"], log.chains["vault"]
    new = log.seed("new")
    own = team.wrap(3, "new", new.public_keys().recipient or "", new.identity())
    through = vault.wrap(6, "team 3", team.seed(3).recipient(), team.seed(3).identity())
    return [
        {"chain": "team", "epoch": 3, "key": log.known["new"].kid, "age": b64(own)},
        {"chain": "vault", "epoch": 6, "key": log.known["team 3"].kid, "age": b64(through)},
    ]


def hierarchy_vectors(log: Log) -> dict[str, Any]:
    return {
        "firm": log.firm,
        "root": log.root,
        "people": {
            name: {"seed": b64(log.seed(name).reveal()), "kid": known.kid, "subject": known.certificate.subject}
            for name, known in log.known.items()
            if known.certificate.kind != "team"
        },
        "certificates": [accepted_wire(item) for item in log.accepted],
        "revocations": [accepted_wire(item) for item in log.revocations],
        "chains": {
            name: {
                "id": chain.id,
                "kind": chain.kind,
                "entries": [entry_wire(entry) for entry in chain.entries],
                "head": chain.state.head.hash,
                "seeds": {str(n): b64(chain.seed(n).reveal()) for n in chain.state.epochs},
            }
            for name, chain in log.chains.items()
        },
        "steps": log.told,
        "fallen_by": fallen_by(log),
        "opens": opened_through(log),
        "hearsay_rosters": hearsay_rosters(log),
    }
