"""A founder whose key was lost gets his own vault back from an owner, where recovery holds it, and nobody gets more."""

import pytest

from siegel.seals.epochs import required_wraps, rotation_due
from siegel.seals.ids import new_id
from siegel.seals.tests.chains import refused, rotate
from siegel.seals.tests.people import Firm, Holders, Person, Vault, begin
from siegel.seals.tests.test_chain_rosters import changed


def own_vault(firm: Firm, founder: Person, *others: tuple[Person, str]) -> tuple[Vault, Holders]:
    """A personal vault that recovery holds, and its lines without the founder's."""
    rest: Holders = [(firm.recovery, "hold"), *others]
    return begin(firm, founder, [(founder, "manage"), *rest], vault_kind="personal"), rest


def renewed(firm: Firm, by: Person, person: Person) -> Person:
    """The person with the key that his next letter gave him."""
    firm.revoke(by, person, reason="lost")
    generation = person.known.certificate.generation + 1
    role = person.known.certificate.kind
    return firm.redeem(firm.invite(by, new_id(), role, subject=person.id, generation=generation))


def test_an_owner_puts_the_founders_new_key_in_the_place_of_the_lost_one(firm: Firm) -> None:
    vault, rest = own_vault(firm, firm.client, (firm.clerk, "read"))
    client = renewed(firm, firm.clerk, firm.client)
    before, entry = vault.state.position, changed(vault, firm.owner, (client, "manage"), *rest)
    vault.apply(entry)
    after, now = vault.state.position, firm.moment.time
    assert required_wraps(before, after, firm.store, now) == {client.kid}
    # the lost key may have had the seed: whoever writes next begins an epoch
    assert rotation_due(after, firm.store, now)
    _, entry = rotate(vault, client)
    vault.apply(entry)
    assert not rotation_due(vault.state.position, firm.store, firm.moment.time)
    # and the owner can do nothing more
    refused(vault, changed(vault, firm.owner, (client, "manage"), *rest), "record_rights")


def test_an_owner_who_founded_a_vault_comes_back_with_his_next_key(firm: Firm) -> None:
    vault, rest = own_vault(firm, firm.partner)
    firm.revoke(firm.root, firm.partner, reason="lost")
    partner = firm.certify(firm.root, "owner", subject=firm.partner.id, generation=2)
    vault.apply(changed(vault, partner, (partner, "manage"), *rest))


def test_whoever_gives_the_founder_his_place_back_changes_nothing_else(firm: Firm) -> None:
    vault, rest = own_vault(firm, firm.client, (firm.clerk, "read"))
    client = renewed(firm, firm.clerk, firm.client)
    recovery, clerk = rest
    stranger = firm.certify(firm.clerk, "client")
    for holders in (
        [(client, "manage"), *rest, (firm.owner, "read")],
        [(client, "manage"), *rest, (stranger, "read")],
        [(client, "manage"), recovery, (firm.clerk, "write")],
        [(client, "manage"), recovery],
        [(client, "manage"), clerk],
        [(client, "manage", firm.now + 10**6), *rest],
        [(client, "write"), *rest],
        [(firm.client, "manage"), *rest],
        [(firm.client, "manage"), *rest, (client, "read")],
        [(firm.owner, "manage"), *rest],
        [(stranger, "manage"), *rest],
    ):
        refused(vault, changed(vault, firm.owner, *holders), "roster_holder")


def test_a_key_of_the_founders_that_is_out_of_force_is_not_put_there(firm: Firm) -> None:
    vault, rest = own_vault(firm, firm.client)
    second = renewed(firm, firm.clerk, firm.client)
    renewed(firm, firm.clerk, second)
    refused(vault, changed(vault, firm.owner, (second, "manage"), *rest), "roster_holder")


def test_a_letter_in_the_founders_name_is_not_put_there(firm: Firm) -> None:
    """Not even after it was redeemed: the line names his own key."""
    vault, rest = own_vault(firm, firm.client)
    firm.revoke(firm.clerk, firm.client, reason="lost")
    letter = firm.invite(firm.clerk, vault.id, subject=firm.client.id, generation=2)
    refused(vault, changed(vault, firm.owner, (letter, "manage"), *rest), "roster_holder")
    firm.redeem(letter)
    refused(vault, changed(vault, firm.owner, (letter, "manage"), *rest), "roster_holder")


@pytest.mark.parametrize("writer", ["clerk", "client", "recovery"])
def test_nobody_but_an_owner_gives_the_founder_his_place_back(firm: Firm, writer: str) -> None:
    vault, rest = own_vault(firm, firm.client, (firm.clerk, "write"))
    client = renewed(firm, firm.clerk, firm.client)
    author = {"clerk": firm.clerk, "client": client, "recovery": firm.recovery}[writer]
    code = "record_author" if writer == "recovery" else "record_rights"
    refused(vault, changed(vault, author, (client, "manage"), *rest), code)


def test_an_owner_whose_own_key_was_taken_back_gives_nobody_his_place_back(firm: Firm) -> None:
    vault, rest = own_vault(firm, firm.client)
    client = renewed(firm, firm.clerk, firm.client)
    firm.revoke(firm.root, firm.owner)
    refused(vault, changed(vault, firm.owner, (client, "manage"), *rest), "record_author_revoked")


def test_a_founder_whose_key_counts_keeps_his_place(firm: Firm) -> None:
    vault, rest = own_vault(firm, firm.client)
    refused(vault, changed(vault, firm.owner, (firm.client, "manage"), *rest), "record_rights")


def test_a_vault_that_recovery_does_not_hold_stays_closed(firm: Firm) -> None:
    vault = begin(firm, firm.client, [(firm.client, "manage")], vault_kind="personal")
    replaced, rest = own_vault(firm, firm.clerk)
    client, clerk = renewed(firm, firm.clerk, firm.client), renewed(firm, firm.owner, firm.clerk)
    refused(vault, changed(vault, firm.owner, (client, "manage")), "record_rights")
    # nor does a recovery key that was taken back
    firm.revoke(firm.root, firm.recovery, reason="replaced")
    refused(replaced, changed(replaced, firm.owner, (clerk, "manage"), *rest), "record_rights")


def test_an_owner_begins_no_epoch_and_writes_nothing_in_what_he_gives_back(firm: Firm) -> None:
    vault, rest = own_vault(firm, firm.client)
    client = renewed(firm, firm.clerk, firm.client)
    refused(vault, rotate(vault, firm.owner)[1], "record_rights")
    refused(vault, vault.entry(firm.owner, vault.folder()), "record_rights")
    vault.apply(changed(vault, firm.owner, (client, "manage"), *rest))
    refused(vault, rotate(vault, firm.owner)[1], "record_rights")
