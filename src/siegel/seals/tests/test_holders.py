"""Who holds a vault at a moment: limited in time, in force, and what makes a new epoch due."""

import time
from dataclasses import replace
from typing import Any

import pytest

from siegel.seals.certificates import CertificateStore, recertify
from siegel.seals.epochs import required_wraps, rotation_due
from siegel.seals.errors import IntegrityError
from siegel.seals.holders import Moment, members
from siegel.seals.records import RosterChange
from siegel.seals.signed import Accepted
from siegel.seals.tests.chains import refused
from siegel.seals.tests.people import NOW, TODAY, Firm, Line, Person, Vault, begin, with_kept

END = NOW + 10_000
AFTER = Moment.planned(END + 1)


@pytest.fixture
def limited(firm: Firm) -> Vault:
    """A vault that the client may read until END."""
    return begin(firm, firm.clerk, [(firm.clerk, "manage"), (firm.client, "write", END)])


def held_by(vault: Vault, moment: Moment = TODAY) -> set[str]:
    return set(members(vault.state.position.now.roster, vault.firm.store, moment))


def is_due(vault: Vault, moment: Moment = TODAY) -> bool:
    return rotation_due(vault.state.position, vault.firm.store, moment.time)


def later(firm: Firm) -> None:
    """The client's time is over."""
    firm.now = END + 1


def test_access_ends_after_its_last_second(firm: Firm, limited: Vault) -> None:
    assert firm.client.kid in held_by(limited, Moment.planned(END))
    assert firm.client.kid not in held_by(limited, AFTER)
    limited.apply(replace(limited.entry(firm.client, limited.folder()), accepted_at=END))
    late = limited.entry(firm.client, limited.folder())
    refused(limited, replace(late, accepted_at=END + 1), "record_rights")


def test_the_end_of_access_makes_a_new_epoch_due_once(firm: Firm, limited: Vault) -> None:
    assert not is_due(limited)
    assert is_due(limited, AFTER)
    later(firm)
    before, epoch = limited.state.position, limited.rotate(firm.clerk)
    kids = {wrap.key for wrap in epoch.wraps}
    assert firm.client.kid not in kids
    assert required_wraps(before, limited.state.position, firm.store, firm.moment.time) == kids
    assert not is_due(limited, firm.moment)


def test_access_that_is_extended_before_its_end_makes_nothing_due(firm: Firm, limited: Vault) -> None:
    limited.holders(firm.clerk, (firm.clerk, "manage"), (firm.client, "write", END + 1000))
    assert not is_due(limited, AFTER)
    assert is_due(limited, Moment.planned(END + 1001))


def test_who_is_let_in_again_after_his_end_needs_a_wrap(firm: Firm, limited: Vault) -> None:
    later(firm)
    limited.rotate(firm.clerk)
    before = limited.state.position
    limited.holders(firm.clerk, (firm.clerk, "manage"), (firm.client, "write"))
    assert required_wraps(before, limited.state.position, firm.store, firm.moment.time) == {firm.client.kid}
    assert not is_due(limited, firm.moment)


@pytest.mark.parametrize("name", ["owner", "recovery"])
def test_the_access_of_owners_and_recovery_does_not_end(firm: Firm, name: str) -> None:
    person: Person = getattr(firm, name)
    with pytest.raises(IntegrityError) as error:
        begin(firm, firm.clerk, [(firm.clerk, "manage"), (person, "hold" if name == "recovery" else "manage", END)])
    assert error.value.code == "roster_holder"


def test_a_revoked_holder_is_none_and_makes_a_new_epoch_due_once(firm: Firm, vault: Vault) -> None:
    firm.revoke(firm.clerk, firm.client)
    assert firm.client.kid not in held_by(vault, firm.moment)
    assert is_due(vault, firm.moment)
    epoch = vault.rotate(firm.clerk)
    assert firm.client.kid not in {wrap.key for wrap in epoch.wraps}
    assert not is_due(vault, firm.moment)


def test_one_who_came_after_the_epoch_and_was_revoked_makes_the_next_one_due(firm: Firm, vault: Vault) -> None:
    """His key was not certified when the epoch began, but the roster gave him its seed."""
    late = firm.certify(firm.clerk, "client")
    vault.holders(firm.clerk, (firm.clerk, "manage"), (firm.client, "write"), (late, "read"))
    firm.revoke(firm.clerk, late)
    assert is_due(vault, firm.moment)


def test_a_key_that_is_out_of_force_may_stay_in_a_roster_but_not_come(firm: Firm, vault: Vault) -> None:
    gone = firm.certify(firm.clerk, "client")
    firm.revoke(firm.clerk, gone)
    firm.revoke(firm.clerk, firm.client)
    stays: list[Line] = [(firm.clerk, "manage"), (firm.client, "read")]
    roster = vault.roster(firm.clerk, *stays, (gone, "read"))
    refused(vault, vault.entry(firm.clerk, RosterChange(roster.hash, 2), roster=roster), "roster_holder")
    vault.holders(firm.clerk, *stays)
    assert firm.client.kid not in held_by(vault, firm.moment)


def test_a_key_that_is_certified_again_is_given_the_next_epoch(firm: Firm, vault: Vault) -> None:
    compromised = firm.client.known.log_index
    firm.revoke(firm.owner, firm.clerk, compromised, "compromised")
    vault.rotate(firm.partner)
    again = recertify(firm.owner.seed, firm.owner.known, firm.client.known.certificate, firm.now + firm.index)
    assert not is_due(vault, firm.moment)
    firm.accept(again, firm.client.seed)
    assert firm.client.kid in held_by(vault, firm.moment)
    assert is_due(vault, firm.moment)
    assert firm.client.kid in {wrap.key for wrap in vault.rotate(firm.partner).wraps}


def test_a_past_moment_knows_nothing_of_what_came_later(firm: Firm, vault: Vault) -> None:
    invitation = firm.invite(firm.clerk, vault.id)
    vault.holders(firm.clerk, (firm.clerk, "manage"), (invitation, "read"))
    before = firm.moment
    client = firm.redeem(invitation)
    firm.revoke(firm.owner, firm.clerk)
    assert held_by(vault, before) == {p.kid for p, *_ in with_kept(firm, [(firm.clerk, ""), (invitation, "")])}
    assert {invitation.kid, firm.clerk.kid} - held_by(vault, firm.moment) == {invitation.kid, firm.clerk.kid}
    assert client.kid in held_by(vault, firm.moment)


def test_one_who_redeems_a_second_invitation_with_his_key_does_not_lock_the_vault(firm: Firm, vault: Vault) -> None:
    """Both lines mean one key from then on; the better one counts, and the next roster can be mended."""
    first, second = (firm.invite(firm.clerk, vault.id) for _ in range(2))
    second = _invited_again(firm, first, second, vault)
    vault.holders(firm.clerk, (firm.clerk, "manage"), (first, "read"), (second, "write"))
    client = firm.redeem(first)
    firm.accept(_redeemed_with(client, second), client.seed)
    roster = vault.state.position.now.roster
    assert members(roster, firm.store, firm.moment)[client.kid].rights == "write"
    vault.holders(firm.clerk, (firm.clerk, "manage"), (client, "read"))


def _invited_again(firm: Firm, first: Person, second: Person, vault: Vault) -> Person:
    """Another invitation for the person of the first."""
    certificate = replace(second.known.certificate, subject=first.id, vaults=(vault.id,))
    keys: Any = Person(type(first.seed).generate(), first.known)
    public = keys.seed.public_keys()
    renamed = replace(certificate, signing_key=public.signing_key, recipient=public.recipient)
    return firm.accept(renamed.sign(firm.clerk.seed), keys.seed)


def _redeemed_with(client: Person, invitation: Person) -> Any:
    return replace(client.known.certificate, issuer=invitation.known.hash).sign(invitation.seed)


def test_a_store_of_a_large_firm_loads_and_answers_quickly(firm: Firm) -> None:
    """4,100 certificates; the bound leaves room for a machine with much else to do."""
    [item] = [one for one in firm.accepted if one.signed.hash == firm.client.known.hash]
    started = time.perf_counter()
    store = CertificateStore(firm.root_kid)
    for one in firm.accepted:
        store.load(one)
    for number in range(4_100):
        store.load(Accepted(item.signed, item.accepted_at, item.log_index + number))
    assert store.in_force(firm.client.kid)
    assert time.perf_counter() - started < 3
