"""A server, alone or with people of the firm, that lies about teams, revocations and offices, to whoever verifies all.

What a client makes of the log is `seen_by`: certificates and revocations up to the pinned root, the team's chain, the
vault's. Colluding people sign with their own keys whatever the server wants.
"""

from dataclasses import dataclass, field, replace

import pytest

from siegel.seals.certificates import Accepted, CertificateStore, countersign, recertify, team_certificate
from siegel.seals.chain import Entry
from siegel.seals.derive import EpochSeed, Seed
from siegel.seals.documents import Holder, Revocation, Roster
from siegel.seals.epochs import next_epoch, rotation_due
from siegel.seals.errors import IntegrityError, RefusedError
from siegel.seals.holders import members
from siegel.seals.ids import new_id
from siegel.seals.records import RosterChange
from siegel.seals.replay import Head, VaultState, replay
from siegel.seals.revocations import AcceptedRevocation
from siegel.seals.signed import Signed
from siegel.seals.teams import replay_team
from siegel.seals.tests.chains import rotate
from siegel.seals.tests.people import Firm, Holders, Person, Vault, begin, begin_team


@dataclass
class Lie:
    """A firm with a team of clerk and colleague that writes to a vault, and what the server shows of it."""

    firm: Firm = field(default_factory=Firm)
    accepted: list[Accepted] = field(default_factory=list)
    revocations: list[AcceptedRevocation] = field(default_factory=list)

    def __post_init__(self) -> None:
        firm = self.firm
        self.colleague = firm.certify(firm.owner, "clerk")
        self.team = begin_team(firm, firm.owner, (firm.owner, "manage"), (firm.clerk, "read"), (self.colleague, "read"))
        lines: Holders = [(firm.owner, "manage"), (firm.clerk, "manage"), (self.team.person, "write")]
        self.vault = begin(firm, firm.owner, lines)
        self.tell()

    def tell(self) -> None:
        """Honest so far."""
        self.accepted, self.revocations = list(self.firm.accepted), list(self.firm.revocations)
        self.members, self.entries = list(self.team.entries), list(self.vault.entries)

    def seen_by(self, team: Head | None = None) -> tuple[CertificateStore, VaultState]:
        """What a client believes in the end; `team`: the head of the team's chain that it remembers."""
        store = CertificateStore.verified(self.accepted, self.firm.root_kid, self.revocations)
        store.teams[self.team.id] = replay_team(self.members, store, team)
        return store, replay(self.firm.id, self.vault.id, self.entries, store)

    def effective(self, team: Head | None = None) -> set[str]:
        store, state = self.seen_by(team)
        return set(members(state.position.now.roster, store, self.firm.moment))

    def show(self, signed: Signed, at: int | None = None) -> None:
        place = at if at is not None else self.firm.next_index()
        self.accepted.append(Accepted(signed, self.firm.now + place, place))

    def revoke_colleague(self, since: int | None = None) -> None:
        self.firm.revoke(self.firm.owner, self.colleague, since)
        self.tell()


@pytest.fixture
def lie() -> Lie:
    return Lie()


def revocation(author: Person, person: Person, reason: str = "left") -> Signed:
    """Signed by `author`, whether he may or not."""
    return Revocation(author.kid, person.known.hash, None, person.known.certificate.firm, reason).sign(author.seed)


def refused(lie: Lie, code: str, team: Head | None = None) -> None:
    with pytest.raises(IntegrityError) as error:
        lie.effective(team)
    assert error.value.code == code, error.value


def roster_entry(vault: Vault, author: Person, *more: Holder) -> Entry:
    """A roster with further lines, signed by whoever it may be."""
    now = vault.state.position.now
    lines = tuple(sorted({*now.roster.holders, *more}, key=lambda line: line.key))
    roster = Roster(author.kid, vault.firm.id, lines, now.roster_hash, now.roster.seq + 1, vault.id).sign(author.seed)
    return vault.entry(author, RosterChange(roster.hash, now.roster.seq + 1), roster=roster)


# Teams


def test_a_substituted_team_key_is_refused(lie: Lie) -> None:
    known = lie.team.generations[0]
    mine = EpochSeed.generate().recipient()
    [at] = [index for index, one in enumerate(lie.accepted) if one.signed.hash == known.hash]
    honest = lie.accepted[at]
    substituted = replace(known.certificate, recipient=mine)
    lie.accepted[at] = replace(honest, signed=substituted.sign(Seed.generate()))
    refused(lie, "signature_invalid")
    lie.accepted[at] = replace(honest, signed=substituted.sign(lie.firm.owner.seed))
    refused(lie, "team_differs")


def test_a_key_that_an_office_leader_made_for_himself_is_no_teams(lie: Lie) -> None:
    leader = lie.firm.certify(lie.firm.owner, "office_leader", office=new_id())
    lie.tell()
    recipient, now = EpochSeed.generate().recipient(), lie.firm.now + lie.firm.index
    more = {"team": lie.team.id, "generation": 2, "now": now}
    lie.show(team_certificate(leader.seed, leader.known, recipient, **more))  # type: ignore[arg-type]
    refused(lie, "certificate_office")
    lie.accepted.pop()
    owner = lie.firm.owner
    lie.show(team_certificate(owner.seed, owner.known, recipient, **more))  # type: ignore[arg-type]
    refused(lie, "team_differs")


def test_a_hidden_generation_is_noticed_by_who_saw_it_and_by_halves_by_all(lie: Lie) -> None:
    old = list(lie.members)
    lie.team.rotate(lie.firm.owner)
    lie.tell()
    seen = lie.team.state.head
    lie.members = old
    refused(lie, "team_differs")
    generation = lie.accepted.pop()
    refused(lie, "vault_rolled_back", seen)
    lie.members, lie.accepted = list(lie.team.entries), [one for one in lie.accepted if one != generation]
    refused(lie, "team_differs")


def test_a_member_injected_into_a_team_is_refused(lie: Lie) -> None:
    spy = lie.firm.certify(lie.firm.owner, "clerk")
    lie.tell()
    for author in (spy, lie.colleague, lie.firm.clerk, lie.firm.partner):
        entry = roster_entry(lie.team, author, Holder(spy.kid, "read", spy.id))
        lie.members = [*lie.team.entries, entry]
        if author is lie.firm.partner:
            lie.seen_by()
        else:
            refused(lie, "record_rights")


def test_a_member_who_was_removed_does_not_come_back_by_himself(lie: Lie) -> None:
    """Neither into the team nor, as a former manager, into the vault; not even dated back."""
    before = lie.firm.index
    lie.team.holders(lie.firm.owner, (lie.firm.owner, "manage"))
    lie.vault.holders(lie.firm.owner, (lie.firm.owner, "manage"), (lie.team.person, "write"))
    lie.vault.rotate(lie.firm.owner)
    lie.tell()
    clerk = lie.firm.clerk
    entry = roster_entry(lie.vault, clerk, Holder(clerk.kid, "manage", clerk.id))
    for place, code in ((entry.log_index, "record_rights"), (before, "record_rights")):
        lie.entries = [*lie.vault.entries, replace(entry, log_index=place)]
        refused(lie, code)
    lie.entries = lie.vault.entries
    lie.members = [*lie.team.entries, roster_entry(lie.team, clerk, Holder(clerk.kid, "read", clerk.id))]
    refused(lie, "record_rights")


# Revocations


def test_a_revoked_manager_who_is_dated_back_brings_nobody_in(lie: Lie) -> None:
    """Behind the rotation that his revocation brought about there is no place left for his record."""
    before, clerk = lie.firm.index, lie.firm.clerk
    lie.firm.revoke(lie.firm.owner, clerk)
    lie.vault.rotate(lie.firm.owner)
    spy = lie.firm.certify(lie.firm.owner, "clerk")
    lie.tell()
    entry = roster_entry(lie.vault, clerk, Holder(spy.kid, "write", spy.id))
    lie.entries.append(entry)
    refused(lie, "record_author_revoked")
    spied = CertificateStore.verified(lie.accepted, lie.firm.root_kid, lie.revocations).since(spy.kid)
    assert before < spied
    older = roster_entry(lie.vault, clerk, Holder(lie.firm.client.kid, "write", lie.firm.client.id))
    lie.entries[-1] = replace(older, log_index=before)
    refused(lie, "record_place")


def test_a_revoked_writer_who_is_quicker_than_the_rotation_wins_nothing(lie: Lie) -> None:
    lie.revoke_colleague()
    folder = lie.vault.entry(lie.colleague, lie.vault.folder())
    lie.entries = [*lie.vault.entries, folder]
    refused(lie, "record_author_revoked")
    _, rotation = rotate(lie.vault, lie.colleague)
    lie.entries = [*lie.vault.entries, rotation]
    refused(lie, "record_author_revoked")


def test_a_suppressed_rotation_is_derived_from_the_log(lie: Lie) -> None:
    store, state = lie.seen_by()
    assert not rotation_due(state.position, store, lie.firm.moment.time)
    lie.revoke_colleague()
    store, state = lie.seen_by()
    team = replay(lie.firm.id, lie.team.id, lie.members, store)
    assert rotation_due(team.position, store, lie.firm.moment.time)
    lie.team.rotate(lie.firm.owner)
    lie.tell()
    store, state = lie.seen_by()
    assert rotation_due(state.position, store, lie.firm.moment.time)


def test_an_epoch_by_somebody_who_was_shown_no_revocation_is_followed_by_another(lie: Lie) -> None:
    """Its author sealed it to the revoked colleague, too, and signed that he did: who knows of it is not misled."""
    firm, colleague = lie.firm, lie.colleague
    vault = begin(firm, firm.owner, [(firm.owner, "manage"), (firm.clerk, "manage"), (colleague, "read")])
    firm.revoke(firm.owner, colleague)
    lie.tell()
    misled = CertificateStore.verified(lie.accepted, firm.root_kid)
    new = next_epoch(firm.clerk.seed, vault.state.position, [vault.seed], misled, firm.now)
    assert colleague.kid in {wrap.key for wrap in new.wraps}
    vault.apply(vault.entry(firm.clerk, new.change, epoch=new.signed, previous_seed=new.previous_seed))
    assert rotation_due(vault.state.position, firm.store, firm.moment.time)
    vault.rotate(firm.owner)
    assert not rotation_due(vault.state.position, firm.store, firm.moment.time)


def test_a_roster_by_somebody_who_was_shown_no_newer_key_of_a_team_is_followed_by_an_epoch(lie: Lie) -> None:
    """He sealed to the team's old key, which the colleague who was taken off still has: it is the key that he names."""
    firm, old = lie.firm, lie.team.person
    vault = begin(firm, firm.owner, [(firm.owner, "manage"), (firm.clerk, "manage")])
    lie.team.holders(firm.owner, (firm.owner, "manage"), (firm.clerk, "read"))
    lie.team.rotate(firm.owner)
    vault.holders(firm.clerk, (firm.owner, "manage"), (firm.clerk, "manage"), (old, "read"))
    assert rotation_due(vault.state.position, firm.store, firm.moment.time)
    vault.rotate(firm.owner)
    assert not rotation_due(vault.state.position, firm.store, firm.moment.time)
    vault.holders(firm.clerk, (firm.owner, "manage"), (firm.clerk, "manage"), (old, "write"))
    assert not rotation_due(vault.state.position, firm.store, firm.moment.time), "nobody was given anything"


def test_a_roster_by_somebody_who_was_shown_no_redemption_is_followed_by_an_epoch(lie: Lie) -> None:
    """He sealed to the letter, and whoever found it could read with a copy of the wrap."""
    firm = lie.firm
    vault = begin(firm, firm.owner, [(firm.owner, "manage"), (firm.clerk, "manage")])
    letter = firm.invite(firm.clerk, vault.id)
    client = firm.redeem(letter)
    vault.holders(firm.clerk, (firm.owner, "manage"), (firm.clerk, "manage"), (letter, "read"))
    assert client.kid in members(vault.state.position.now.roster, firm.store, firm.moment)
    assert rotation_due(vault.state.position, firm.store, firm.moment.time)
    vault.rotate(firm.owner)
    assert not rotation_due(vault.state.position, firm.store, firm.moment.time)


def test_a_roster_by_somebody_who_was_shown_no_revocation_is_refused(lie: Lie) -> None:
    """Whoever is new in a roster has a key in force; the server that hid the revocation cannot show both."""
    firm, colleague = lie.firm, lie.colleague
    firm.revoke(firm.owner, colleague)
    lie.tell()
    lie.entries.append(roster_entry(lie.vault, firm.clerk, Holder(colleague.kid, "read", colleague.id)))
    refused(lie, "roster_holder")


def test_a_revocation_that_is_dated_back_contradicts_what_its_key_did(lie: Lie) -> None:
    clerk = lie.firm.clerk
    before = lie.firm.index
    lie.firm.certify(clerk, "client")
    lie.vault.apply(lie.vault.entry(clerk, lie.vault.folder()))
    lie.firm.revoke(lie.firm.owner, clerk)
    lie.tell()
    [honest] = lie.revocations
    lie.revocations = [replace(honest, log_index=before + 1)]
    refused(lie, "certificate_issuer_revoked")
    lie.accepted.pop()
    refused(lie, "record_author_revoked")


def test_a_revocation_is_not_turned_against_another_key_or_firm(lie: Lie) -> None:
    lie.revoke_colleague()
    [honest] = lie.revocations
    lie.revocations.append(replace(honest, log_index=lie.firm.next_index()))
    lie.seen_by()
    again = revocation(lie.firm.owner, lie.colleague, reason="lost")
    lie.revocations.append(AcceptedRevocation(again, lie.firm.now, lie.firm.next_index()))
    refused(lie, "revocation_repeated")
    other = Firm()
    foreign = revocation(other.owner, other.clerk)
    lie.revocations[1:] = [AcceptedRevocation(foreign, lie.firm.now, lie.firm.next_index())]
    refused(lie, "revocation_certificate")


def test_nobody_revokes_upwards_or_the_last_owner(lie: Lie) -> None:
    firm = lie.firm
    forged = revocation(firm.clerk, firm.owner)
    lie.revocations = [AcceptedRevocation(forged, firm.now + firm.index, firm.next_index())]
    refused(lie, "revocation_rights")
    firm.revoke(firm.owner, firm.partner)
    lie.tell()
    last = revocation(firm.owner, firm.owner)
    lie.revocations.append(AcceptedRevocation(last, firm.now + firm.index, firm.next_index()))
    refused(lie, "revocation_last_owner")


# Certificates


def test_who_may_not_certify_does_not_certify_anew(lie: Lie) -> None:
    """The colleague fell with the owner who certified him: not every clerk can bring him back."""
    firm = lie.firm
    firm.revoke(firm.partner, firm.owner, lie.colleague.known.log_index, "compromised")
    lie.tell()
    assert lie.colleague.kid not in lie.effective()
    fallen, now = lie.colleague.known.certificate, firm.now + firm.index
    forged = replace(fallen, issuer=firm.clerk.known.hash, not_before=now - 1).sign(firm.clerk.seed)
    lie.show(forged)
    refused(lie, "certificate_issuer_rights")
    lie.accepted[-1] = replace(
        lie.accepted[-1], signed=replace(fallen, issuer=firm.owner.known.hash, not_before=now - 1).sign(firm.owner.seed)
    )
    refused(lie, "certificate_issuer_revoked")
    lie.accepted.pop()
    lie.show(recertify(firm.partner.seed, firm.partner.known, fallen, now))
    lie.seen_by()


@pytest.mark.parametrize("role", ["clerk", "office_leader", "owner"])
def test_a_letter_of_a_higher_rank_than_its_author_may_give_is_refused(lie: Lie, role: str) -> None:
    firm, clerk = lie.firm, lie.firm.clerk
    honest = firm.invite(clerk, lie.vault.id).known.certificate
    lie.tell()
    office = new_id() if role == "office_leader" else None
    higher = replace(honest, role=role, certifies=(role,), office=office, subject=new_id())
    lie.show(higher.sign(clerk.seed))
    refused(lie, "certificate_issuer_rights")
    lie.accepted.pop()
    client = replace(firm.client.known.certificate, kind="clerk", certifies=("client", "invitation"), subject=new_id())
    lie.show(client.sign(clerk.seed))
    refused(lie, "certificate_issuer_rights")


def test_an_office_leader_certifies_and_revokes_nobody_of_another_office(lie: Lie) -> None:
    firm = lie.firm
    leader = firm.certify(firm.owner, "office_leader", office=new_id())
    stranger = firm.certify(firm.owner, "clerk", office=new_id())
    lie.tell()
    moved = replace(stranger.known.certificate, issuer=leader.known.hash).sign(leader.seed)
    lie.show(moved)
    refused(lie, "certificate_office")
    lie.accepted.pop()
    forged = revocation(leader, stranger)
    lie.revocations = [AcceptedRevocation(forged, firm.now + firm.index, firm.next_index())]
    refused(lie, "revocation_rights")
    with pytest.raises(RefusedError):
        countersign(leader.seed, leader.known, stranger.known.certificate, firm.now)


def test_a_hidden_revocation_is_noticed_by_nobody_who_did_not_see_it(lie: Lie) -> None:
    """What the threat model says it cannot do: the revoked colleague goes on for who has never heard of it."""
    lie.revoke_colleague()
    lie.revocations = []
    lie.entries.append(lie.vault.entry(lie.colleague, lie.vault.folder()))
    lie.seen_by()
