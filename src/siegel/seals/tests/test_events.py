"""Trusted people: what a roster may say of them, and what they and those who object declare."""

from dataclasses import dataclass, field, replace

import pytest

from siegel.seals.documents import Holder
from siegel.seals.epochs import required_wraps, rotation_due
from siegel.seals.errors import IntegrityError
from siegel.seals.events import (
    DAY_S,
    OBJECTED,
    REQUESTED,
    AcceptedEvent,
    Event,
    Place,
    Request,
    check_event,
    object_to,
    request_access,
    verify_events,
)
from siegel.seals.holders import members, rights_of
from siegel.seals.records import RosterChange
from siegel.seals.signed import Signed
from siegel.seals.tests.chains import refused
from siegel.seals.tests.people import TODAY, Firm, Person, Vault, begin


def trusting(vault: Vault, author: Person, *lines: Holder, without: Person | None = None) -> None:
    """The next roster has these lines, too, in the place of others of the same key, and none of `without`."""
    now = vault.state.position.now
    gone = {new.key for new in lines} | ({without.kid} if without else set())
    kept = [line for line in now.roster.holders if line.key not in gone]
    holders = tuple(sorted([*kept, *lines], key=lambda line: line.key))
    seq = now.roster.seq + 1
    next_one = replace(now.roster, holders=holders, previous=now.roster_hash, seq=seq, author=author.kid)
    signed = next_one.sign(author.seed)
    vault.apply(vault.entry(author, RosterChange(signed.hash, seq), roster=signed))


def trust(person: Person, days: int = 14) -> Holder:
    return Holder(person.kid, "trusted", person.id, None, days)


@dataclass
class Events:
    """What was declared about a vault; the server's check comes first."""

    vault: Vault
    accepted: list[AcceptedEvent] = field(default_factory=list)

    @property
    def place(self) -> Place:
        position = self.vault.state.position
        now = position.now
        return Place(position.firm, position.vault, now.vault_kind, now.roster, now.roster_hash)

    @property
    def last(self) -> str | None:
        return self.accepted[-1].signed.hash if self.accepted else None

    def take(self, signed: Signed) -> None:
        firm = self.vault.firm
        accepted = AcceptedEvent(signed, firm.now + firm.index, firm.next_index())
        check_event(accepted, self.accepted, self.place, firm.store)
        self.accepted.append(accepted)

    def ask(self, person: Person) -> str:
        self.take(request_access(person.seed, self.place, self.last))
        return self.last or ""

    def refuse(self, person: Person, request: str) -> None:
        self.take(object_to(person.seed, self.place, request, self.last))

    @property
    def requests(self) -> list[Request]:
        return verify_events(self.accepted, self.place, self.vault.firm.store)

    def refuses(self, signed: Signed, code: str) -> None:
        with pytest.raises(IntegrityError) as error:
            self.take(signed)
        assert error.value.code == code


@pytest.fixture
def spouse(firm: Firm) -> Person:
    return firm.certify(firm.clerk, "client")


@pytest.fixture
def own(firm: Firm, spouse: Person) -> Vault:
    """The client's own vault, which trusts his wife."""
    vault = begin(firm, firm.client, [(firm.client, "manage")], vault_kind="personal")
    trusting(vault, firm.client, trust(spouse))
    return vault


@pytest.fixture
def events(own: Vault) -> Events:
    return Events(own)


# The line


def test_who_is_trusted_gets_wraps_and_has_no_rights(firm: Firm, own: Vault, spouse: Person) -> None:
    now = own.state.position.now
    assert spouse.kid in members(now.roster, firm.store, TODAY)
    assert rights_of(spouse.kid, now.roster, firm.store, TODAY) == "trusted"
    refused(own, own.entry(spouse, own.folder()), "record_rights")
    lines = replace(now.roster, previous=now.roster_hash, seq=now.roster.seq + 1, author=spouse.kid).sign(spouse.seed)
    refused(own, own.entry(spouse, RosterChange(lines.hash, now.roster.seq + 1), roster=lines), "record_rights")
    before, epoch = own.state.position, own.rotate(firm.client)
    assert required_wraps(before, own.state.position, firm.store, TODAY.time) == {firm.client.kid, spouse.kid}
    assert {wrap.key for wrap in epoch.wraps} == {firm.client.kid, spouse.kid}


def test_a_line_without_trust_looks_as_ever(firm: Firm, own: Vault) -> None:
    line = Holder(firm.client.kid, "manage", firm.client.id)
    assert b"wait_days" not in replace(own.state.position.now.roster, holders=(line,)).encode()


@pytest.mark.parametrize("days", [0, 1, 8, 15, 31, 3650, None])
def test_nobody_waits_another_number_of_days(firm: Firm, own: Vault, spouse: Person, days: int | None) -> None:
    with pytest.raises(IntegrityError) as error:
        trusting(own, firm.client, Holder(spouse.kid, "trusted", spouse.id, None, days))
    assert error.value.code == "document_invalid"


def test_other_lines_wait_for_nothing(firm: Firm, own: Vault, spouse: Person) -> None:
    with pytest.raises(IntegrityError) as error:
        trusting(own, firm.client, Holder(spouse.kid, "read", spouse.id, None, 14))
    assert error.value.code == "document_invalid"


def test_whom_a_personal_vault_trusts_does_not_manage_it(firm: Firm, own: Vault, spouse: Person) -> None:
    with pytest.raises(IntegrityError) as error:
        trusting(own, firm.client, Holder(spouse.kid, "manage", spouse.id))
    assert error.value.code == "roster_holder"
    trusting(own, firm.client, trust(firm.clerk, 7))


def test_letters_teams_and_lines_with_an_end_are_not_trusted(firm: Firm, own: Vault, spouse: Person) -> None:
    letter = firm.invite(firm.clerk, own.id)
    for line in (trust(letter), replace(trust(spouse), until=TODAY.time + 1000)):
        with pytest.raises(IntegrityError) as error:
            trusting(own, firm.client, line)
        assert error.value.code == "roster_holder"


def test_a_dossier_may_trust_somebody_too(firm: Firm, vault: Vault, spouse: Person) -> None:
    trusting(vault, firm.clerk, trust(spouse, 30))
    assert rights_of(spouse.kid, vault.state.position.now.roster, firm.store, TODAY) == "trusted"


def test_the_end_of_trust_and_a_revoked_key_make_an_epoch_due(firm: Firm, own: Vault, spouse: Person) -> None:
    assert not rotation_due(own.state.position, firm.store, TODAY.time)
    firm.revoke(firm.clerk, spouse)
    assert rotation_due(own.state.position, firm.store, TODAY.time)
    own.rotate(firm.client)
    assert not rotation_due(own.state.position, firm.store, TODAY.time)
    other = firm.certify(firm.clerk, "client")
    trusting(own, firm.client, trust(other))
    assert not rotation_due(own.state.position, firm.store, TODAY.time)
    trusting(own, firm.client, without=other)
    assert rotation_due(own.state.position, firm.store, TODAY.time)


# What is declared


def test_a_request_is_the_trusted_persons_and_names_the_roster(firm: Firm, events: Events, spouse: Person) -> None:
    asked = events.ask(spouse)
    [request] = events.requests
    assert (request.hash, request.author.kid, request.objection) == (asked, spouse.kid, None)
    assert request.opens_at(14) == request.accepted_at + 14 * DAY_S
    fresh = Events(events.vault)
    fresh.refuses(request_access(firm.clerk.seed, fresh.place, None), "event_rights")
    fresh.refuses(request_access(firm.client.seed, fresh.place, None), "event_rights")
    fresh.refuses(request_access(spouse.seed, replace(fresh.place, roster_hash=asked), None), "event_roster")
    fresh.refuses(request_access(spouse.seed, replace(fresh.place, vault=firm.id), None), "event_vault")


def test_an_objection_is_of_somebody_who_writes_there(firm: Firm, events: Events, spouse: Person) -> None:
    asked = events.ask(spouse)
    events.refuses(object_to(firm.clerk.seed, events.place, asked, asked), "event_rights")
    # an owner rules dossiers, not what is personal
    events.refuses(object_to(firm.owner.seed, events.place, asked, asked), "event_rights")
    events.refuses(object_to(spouse.seed, events.place, asked, asked), "event_request")
    events.refuses(object_to(firm.client.seed, events.place, events.place.roster_hash, asked), "event_request")
    events.refuse(firm.client, asked)
    assert events.requests[0].objection == events.last


def test_whose_vault_it_is_objects_with_the_keys_he_got_anew(firm: Firm, events: Events, spouse: Person) -> None:
    asked = events.ask(spouse)
    firm.revoke(firm.clerk, firm.client)
    letter = firm.invite(firm.clerk, events.vault.id, generation=2, subject=firm.client.id)
    events.refuses(object_to(firm.client.seed, events.place, asked, asked), "event_author")
    events.refuse(firm.redeem(letter), asked)
    assert events.requests[0].objection is not None


def test_a_clerk_and_an_owner_object_in_a_dossier(firm: Firm, vault: Vault, spouse: Person) -> None:
    trusting(vault, firm.clerk, trust(spouse))
    for person in (firm.clerk, firm.owner, firm.client):
        events = Events(vault)
        events.refuse(person, events.ask(spouse))


def test_events_follow_one_another_without_a_gap(firm: Firm, events: Events, spouse: Person) -> None:
    asked = events.ask(spouse)
    events.refuse(firm.client, asked)
    events.ask(spouse)
    assert [request.objection is None for request in events.requests] == [False, True]
    place, store = events.place, firm.store
    for left_out in (0, 1):
        told = [one for number, one in enumerate(events.accepted) if number != left_out]
        with pytest.raises(IntegrityError) as error:
            verify_events(told, place, store)
        assert error.value.code == "event_previous"


def test_a_revoked_key_asks_for_nothing(firm: Firm, events: Events, spouse: Person) -> None:
    signed = request_access(spouse.seed, events.place, None)
    firm.revoke(firm.clerk, spouse)
    events.refuses(signed, "event_author")


def test_one_flipped_bit_and_a_foreign_signature_are_refused(firm: Firm, events: Events, spouse: Person) -> None:
    signed = request_access(spouse.seed, events.place, None)
    other = request_access(firm.client.seed, events.place, None)
    events.refuses(Signed(signed.raw, other.sig), "signature_invalid")
    sig = bytearray(signed.sig)
    sig[-1] ^= 1
    events.refuses(Signed(signed.raw, bytes(sig)), "signature_invalid")


@pytest.mark.parametrize("event", [REQUESTED, OBJECTED])
def test_an_event_has_exactly_the_fields_of_its_kind(events: Events, spouse: Person, event: str) -> None:
    place = events.place
    both = Event(spouse.kid, event, place.firm, None, place.roster_hash, place.roster_hash, place.vault)
    neither = replace(both, request=None, roster=None)
    for one in (both, neither):
        with pytest.raises(IntegrityError) as error:
            one.sign(spouse.seed)
        assert error.value.code == "document_invalid"
