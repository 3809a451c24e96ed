"""Seeds and wraps: opened by exactly the members, checked against what was signed, renewed when due."""

import io
from collections.abc import Sequence
from dataclasses import replace

import pytest

from siegel.lib.age import HybridRecipient, X25519Identity, seal_file
from siegel.seals.certificates import CLOCK_LEEWAY_S
from siegel.seals.chain import check
from siegel.seals.derive import EpochSeed, Seed
from siegel.seals.documents import Roster
from siegel.seals.epochs import (
    MAX_HANDED_DOWN,
    check_wrap,
    first_epoch,
    next_epoch,
    open_epochs,
    open_wrap,
    required_wraps,
    rotation_due,
    seal_seed,
    seal_seeds,
    wrap_for,
)
from siegel.seals.errors import IntegrityError, RefusedError, UnlockError
from siegel.seals.records import RosterChange
from siegel.seals.tests.people import Firm, Person, Vault, begin


def change_roster(vault: Vault, *holders: tuple[Person, str]) -> None:
    clerk = vault.firm.clerk
    roster = vault.roster(clerk, *holders)
    seq = Roster.parse(roster).seq
    vault.apply(vault.entry(clerk, RosterChange(roster.hash, seq), roster=roster))


def rotate(
    vault: Vault, author: Person, earlier: Sequence[EpochSeed] | None = None, now: int | None = None
) -> dict[str, bytes]:
    """A new epoch, which hands down `earlier`, else the current seed; its wraps by key."""
    handed_down = [vault.seed] if earlier is None else earlier
    epoch = next_epoch(author.seed, vault.state.position, handed_down, vault.firm.store, now or vault.firm.now)
    vault.apply(vault.entry(author, epoch.change, epoch=epoch.signed, previous_seed=epoch.previous_seed))
    vault.seed = epoch.seed
    return {wrap.key: wrap.age for wrap in epoch.wraps}


def refused(code: str, age: bytes, seed: Seed, vault: Vault) -> None:
    with pytest.raises(IntegrityError) as error:
        open_wrap(age, seed.identity(), vault.state.position.now.epoch)
    assert error.value.code == code


def test_an_epoch_is_wrapped_to_exactly_the_members(firm: Firm, vault: Vault) -> None:
    wraps = rotate(vault, firm.client)
    assert set(wraps) == {firm.clerk.kid, firm.client.kid, firm.partner.kid, firm.recovery.kid}
    for person in (firm.clerk, firm.client, firm.recovery):
        assert open_wrap(wraps[person.kid], person.seed.identity(), vault.state.position.now.epoch) == vault.seed


def test_every_earlier_epoch_opens_through_the_seeds_before(firm: Firm, vault: Vault) -> None:
    first = vault.seed
    rotate(vault, firm.client)
    second = vault.seed
    wraps = rotate(vault, firm.clerk)
    seeds = open_epochs({3: wraps[firm.client.kid]}, firm.client.seed, vault.state.epochs).seeds
    assert seeds == {1: first, 2: second, 3: vault.seed}


def test_who_has_no_wrap_opens_nothing(firm: Firm, vault: Vault) -> None:
    opened = open_epochs({}, firm.client.seed, vault.state.epochs)
    assert (opened.seeds, opened.failed, opened.to_hand_down()) == ({}, {}, ())
    with pytest.raises(IntegrityError) as error:
        opened.seed(1)
    assert error.value.code == "wrap_missing"


def test_an_earlier_seed_that_is_missing_or_another_one_leaves_its_epoch_closed(firm: Firm, vault: Vault) -> None:
    wraps = rotate(vault, firm.clerk)
    now = vault.state.epochs[2]
    for sealed in (None, seal_seed(EpochSeed.generate(), now.epoch.recipient), b"rubbish"):
        epochs = vault.state.epochs | {2: replace(now, previous_seed=sealed)}
        opened = open_epochs({2: wraps[firm.clerk.kid]}, firm.clerk.seed, epochs)
        assert opened.seeds == {2: vault.seed}
        with pytest.raises(IntegrityError) as error:
            opened.seed(1)
        assert error.value.code == "wrap_missing"


def test_a_wrap_that_fails_is_remembered_and_the_epoch_opens_by_way_of_a_later_one(firm: Firm, vault: Vault) -> None:
    first = vault.seed
    wraps = rotate(vault, firm.clerk)
    own = {1: wrap_for([firm.owner.kid], first, firm.store)[0].age, 2: wraps[firm.client.kid]}
    opened = open_epochs(own, firm.client.seed, vault.state.epochs)
    assert opened.seeds == {1: first, 2: vault.seed}
    assert [(epoch, error.code) for epoch, error in opened.failed.items()] == [(1, "wrap_not_ours")]


def test_a_spoilt_epoch_is_repaired_by_any_writer_and_opens_nothing_for_those_who_come_later(
    firm: Firm, vault: Vault
) -> None:
    first = vault.seed
    vault.seed = EpochSeed.generate()
    rotate(vault, firm.client)
    recipient = firm.clerk.known.certificate.recipient or ""
    spoilt = {1: wrap_for([firm.clerk.kid], first, firm.store)[0].age, 2: seal_seed(EpochSeed.generate(), recipient)}
    opened = open_epochs(spoilt, firm.clerk.seed, vault.state.epochs)
    assert (opened.to_hand_down(), opened.failed[2].code) == ((first,), "wrap_foreign_seed")
    with pytest.raises(IntegrityError) as error:
        opened.seed(2)
    assert error.value.code == "wrap_foreign_seed"
    vault.seed = first
    wraps = rotate(vault, firm.clerk)
    later = open_epochs({3: wraps[firm.partner.kid]}, firm.partner.seed, vault.state.epochs)
    assert later.seeds == {1: first, 3: vault.seed}


def test_an_epoch_that_hands_down_rubbish_is_followed_by_one_that_hands_down_all(firm: Firm, vault: Vault) -> None:
    """The author sealed the epoch's own seed rightly: only those who come later are shut out of what was before."""
    first, [own] = vault.seed, wrap_for([firm.clerk.kid], vault.seed, firm.store)
    vault.seed = EpochSeed.generate()
    wraps = rotate(vault, firm.client)
    second = vault.seed
    opened = open_epochs({1: own.age, 2: wraps[firm.clerk.kid]}, firm.clerk.seed, vault.state.epochs)
    assert opened.seeds == {1: first, 2: second}
    assert opened.failed == {}
    assert not opened.is_whole(2)
    assert opened.to_hand_down() == (second, first)
    wraps = rotate(vault, firm.clerk, opened.to_hand_down())
    later = open_epochs({3: wraps[firm.partner.kid]}, firm.partner.seed, vault.state.epochs)
    assert later.seeds == {1: first, 2: second, 3: vault.seed}
    again = open_epochs({1: own.age, 3: wraps[firm.clerk.kid]}, firm.clerk.seed, vault.state.epochs)
    assert again.is_whole(3)
    assert again.to_hand_down() == (vault.seed,)


def test_an_epoch_that_skips_one_when_it_hands_down_is_noticed_too(firm: Firm, vault: Vault) -> None:
    first = vault.seed
    second_wraps = rotate(vault, firm.clerk)
    second = vault.seed
    third_wraps = rotate(vault, firm.client, [first])
    own = {2: second_wraps[firm.clerk.kid], 3: third_wraps[firm.clerk.kid]}
    opened = open_epochs(own, firm.clerk.seed, vault.state.epochs)
    assert opened.seeds == {1: first, 2: second, 3: vault.seed}
    assert opened.leads_to == {1: {1}, 2: {1, 2}, 3: {1, 3}}
    assert not opened.is_whole(3)
    assert opened.to_hand_down() == (vault.seed, second)


def test_who_came_later_has_nothing_to_repair(firm: Firm, vault: Vault) -> None:
    """He cannot know what he misses, and begins no epoch that would hand down no more than the last."""
    vault.seed = EpochSeed.generate()
    wraps = rotate(vault, firm.client)
    opened = open_epochs({2: wraps[firm.partner.kid]}, firm.partner.seed, vault.state.epochs)
    assert opened.seeds.keys() == {2}
    assert opened.is_whole(2)


def test_as_many_seeds_as_may_be_handed_down_are_no_larger_than_a_wrap(firm: Firm, vault: Vault) -> None:
    seeds = [EpochSeed.generate() for _ in range(MAX_HANDED_DOWN + 1)]
    recipient = vault.state.position.now.epoch.recipient
    check_wrap(seal_seeds(seeds[1:], recipient), seeds=MAX_HANDED_DOWN)
    for sealed in (seal_seeds(seeds, recipient), seal_seeds([], recipient)):
        with pytest.raises(IntegrityError):
            check_wrap(sealed, seeds=MAX_HANDED_DOWN)
    with pytest.raises(IntegrityError):
        check_wrap(seal_seeds(seeds[:2], recipient))


def test_what_is_too_much_for_one_epoch_is_handed_down_by_the_next(firm: Firm, vault: Vault) -> None:
    [wrap] = wrap_for([firm.clerk.kid], vault.seed, firm.store)
    wraps = {1: wrap.age}
    for number in range(2, MAX_HANDED_DOWN + 4):
        wraps[number] = rotate(vault, firm.client, [EpochSeed.generate()])[firm.clerk.kid]
    for number in range(MAX_HANDED_DOWN + 4, MAX_HANDED_DOWN + 6):
        opened = open_epochs(wraps, firm.clerk.seed, vault.state.epochs)
        assert not opened.is_whole(number - 1)
        wraps[number] = rotate(vault, firm.clerk, opened.to_hand_down())[firm.clerk.kid]
    assert open_epochs(wraps, firm.clerk.seed, vault.state.epochs).is_whole(number)


def test_a_wrap_of_another_seed_than_the_signed_one_is_refused(firm: Firm, vault: Vault) -> None:
    recipient = firm.client.seed.public_keys().recipient
    assert recipient
    refused("wrap_foreign_seed", seal_seed(EpochSeed.generate(), recipient), firm.client.seed, vault)


def test_a_wrap_for_somebody_else_does_not_open(firm: Firm, vault: Vault) -> None:
    [wrap] = wrap_for([firm.clerk.kid], vault.seed, firm.store)
    with pytest.raises(UnlockError) as error:
        open_wrap(wrap.age, firm.client.seed.identity(), vault.state.position.now.epoch)
    assert error.value.code == "wrap_not_ours"


def test_every_altered_byte_of_a_wrap_is_noticed(firm: Firm, vault: Vault) -> None:
    [wrap] = wrap_for([firm.client.kid], vault.seed, firm.store)
    for place in range(0, len(wrap.age), 37):
        altered = wrap.age[:place] + bytes([wrap.age[place] ^ 1]) + wrap.age[place + 1 :]
        with pytest.raises((IntegrityError, UnlockError)):
            open_wrap(altered, firm.client.seed.identity(), vault.state.position.now.epoch)


def test_the_form_of_a_wrap_is_strict(firm: Firm) -> None:
    recipient = HybridRecipient.parse(firm.client.seed.public_keys().recipient or "")

    def sealed(content: bytes, *recipients: object, armor: bool = False) -> bytes:
        sink = io.BytesIO()
        seal_file(io.BytesIO(content), sink, recipients, armor=armor)  # type: ignore[arg-type]
        return sink.getvalue()

    check_wrap(sealed(bytes(32), recipient))
    for age in (
        b"",
        b"age",
        sealed(bytes(31), recipient),
        sealed(bytes(33), recipient),
        sealed(bytes(32), recipient, recipient),
        sealed(bytes(32), X25519Identity.generate().recipient()),
        sealed(bytes(32), recipient, armor=True),
        sealed(bytes(9000), recipient),
        sealed(bytes(32), recipient) + b"x",
    ):
        with pytest.raises(IntegrityError) as error:
            check_wrap(age)
        assert error.value.code == "wrap_invalid"


def test_a_wrap_is_small_whatever_its_stanza_says() -> None:
    stanza = b"-> mlkem768x25519 " + b"A" * 8000 + b"\n" + b"A" * 43 + b"\n"
    with pytest.raises(IntegrityError) as error:
        check_wrap(b"age-encryption.org/v1\n" + stanza + b"--- " + b"A" * 43 + b"\n" + bytes(64))
    assert error.value.code == "wrap_invalid"


def test_a_wrap_shared_with_somebody_else_is_refused(firm: Firm, vault: Vault) -> None:
    recipients = [person.seed.identity().recipient() for person in (firm.client, firm.clerk)]
    sink = io.BytesIO()
    seal_file(io.BytesIO(vault.seed.reveal()), sink, recipients)
    refused("wrap_invalid", sink.getvalue(), firm.client.seed, vault)


def test_nothing_is_wrapped_to_a_key_without_a_certificate(firm: Firm, vault: Vault) -> None:
    for key in (Firm().client.kid, firm.scanner.kid):
        with pytest.raises(RefusedError) as error:
            wrap_for([key], vault.seed, firm.store)
        assert error.value.code == "no_recipient"


def test_the_first_epoch_is_due_to_nobody(firm: Firm, vault: Vault) -> None:
    assert not rotation_due(vault.state.position, firm.store, firm.now)


def test_adding_a_holder_makes_no_epoch_due_and_removing_one_does(firm: Firm, vault: Vault) -> None:
    everybody = [(firm.clerk, "manage"), (firm.client, "write"), (firm.recovery, "hold"), (firm.owner, "manage")]
    change_roster(vault, *everybody)
    assert not rotation_due(vault.state.position, firm.store, firm.now)
    change_roster(vault, everybody[0], *everybody[2:])
    assert rotation_due(vault.state.position, firm.store, firm.now)
    wraps = rotate(vault, firm.owner)
    assert not rotation_due(vault.state.position, firm.store, firm.now)
    assert firm.client.kid not in wraps


def test_a_redemption_makes_an_epoch_due_once(firm: Firm, vault: Vault) -> None:
    invitation = firm.invite(firm.clerk, vault.id)
    change_roster(vault, (firm.clerk, "manage"), (invitation, "write"))
    rotate(vault, firm.clerk)
    assert not rotation_due(vault.state.position, firm.store, firm.now)
    client = firm.redeem(invitation)
    assert rotation_due(vault.state.position, firm.store, firm.now)
    wraps = rotate(vault, client)
    assert set(wraps) == {firm.clerk.kid, client.kid, firm.partner.kid, firm.recovery.kid}
    assert not rotation_due(vault.state.position, firm.store, firm.now)
    change_roster(vault, (firm.clerk, "manage"), (client, "write"))
    assert not rotation_due(vault.state.position, firm.store, firm.now)


def test_an_epoch_is_not_sealed_to_an_invitation_that_expired_unredeemed(firm: Firm, vault: Vault) -> None:
    invitation = firm.invite(firm.clerk, vault.id)
    end = invitation.known.certificate.not_after or 0
    change_roster(vault, (firm.clerk, "manage"), (firm.client, "write"), (invitation, "write"))
    everybody = {firm.clerk.kid, firm.client.kid, firm.partner.kid, firm.recovery.kid, invitation.kid}
    assert set(rotate(vault, firm.client, now=end + CLOCK_LEEWAY_S)) == everybody
    before = vault.state.position
    assert set(rotate(vault, firm.client, now=end + CLOCK_LEEWAY_S + 1)) == everybody - {invitation.kid}
    assert required_wraps(before, vault.state.position, firm.store, end + CLOCK_LEEWAY_S) == everybody
    assert required_wraps(before, vault.state.position, firm.store, end + CLOCK_LEEWAY_S + 1) == everybody - {
        invitation.kid
    }
    for clock in (end - CLOCK_LEEWAY_S + 1, end + CLOCK_LEEWAY_S + 1):
        assert not rotation_due(vault.state.position, firm.store, clock)
    assert rotation_due(vault.state.position, firm.store, end - CLOCK_LEEWAY_S)


def test_who_redeemed_his_invitation_in_time_stays_when_it_would_have_expired(firm: Firm, vault: Vault) -> None:
    invitation = firm.invite(firm.clerk, vault.id)
    change_roster(vault, (firm.clerk, "manage"), (invitation, "write"))
    client = firm.redeem(invitation)
    late = (invitation.known.certificate.not_after or 0) + 10**6
    assert client.kid in rotate(vault, firm.clerk, now=late)


def test_an_invitation_that_came_after_the_epoch_makes_it_due_too(firm: Firm, vault: Vault) -> None:
    everybody = [(firm.clerk, "manage"), (firm.client, "write"), (firm.recovery, "hold")]
    invitation = firm.invite(firm.clerk, vault.id)
    change_roster(vault, *everybody, (invitation, "write"))
    client = firm.redeem(invitation)
    assert rotation_due(vault.state.position, firm.store, firm.now)
    change_roster(vault, *everybody, (client, "write"))
    assert rotation_due(vault.state.position, firm.store, firm.now)
    rotate(vault, client)
    assert not rotation_due(vault.state.position, firm.store, firm.now)


def test_who_came_and_went_within_one_epoch_makes_it_due(firm: Firm, vault: Vault) -> None:
    everybody = [(firm.clerk, "manage"), (firm.client, "write"), (firm.recovery, "hold")]
    neighbour = firm.certify(firm.clerk, "client")
    change_roster(vault, *everybody, (neighbour, "read"))
    change_roster(vault, *everybody)
    assert rotation_due(vault.state.position, firm.store, firm.now)


def test_a_record_brings_the_wraps_that_its_change_needs(firm: Firm, vault: Vault) -> None:
    before = vault.state.position
    change_roster(vault, (firm.clerk, "manage"), (firm.owner, "read"))
    after = vault.state.position
    assert required_wraps(before, after, firm.store, firm.now) == {firm.owner.kid}
    rotate(vault, firm.clerk)
    assert required_wraps(after, vault.state.position, firm.store, firm.now) == {
        firm.clerk.kid,
        firm.owner.kid,
        firm.partner.kid,
        firm.recovery.kid,
    }
    step = check(vault.state.position, vault.entry(firm.clerk, vault.folder()), firm.store, lambda _: None)
    assert required_wraps(vault.state.position, step.position, firm.store, firm.now) == set()


def test_the_first_record_brings_wraps_for_all(firm: Firm, vault: Vault) -> None:
    start = begin(firm, firm.clerk, [(firm.clerk, "manage"), (firm.owner, "read")])
    empty = replace(start.state.position, seq=0, standing=None)
    everybody = {firm.clerk.kid, firm.owner.kid, firm.partner.kid, firm.recovery.kid}
    assert required_wraps(empty, start.state.position, firm.store, firm.now) == everybody
    roster = start.state.position.now
    made = first_epoch(firm.clerk.seed, roster.roster, roster.roster_hash, firm.store, firm.now)
    assert {wrap.key for wrap in made.wraps} == everybody
    assert made.previous_seed is None
