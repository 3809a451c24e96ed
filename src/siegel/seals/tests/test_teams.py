"""Teams: a chain of their own, a certificate per generation, and one line in a vault's roster."""

from dataclasses import replace
from typing import Any

import pytest

from siegel.seals.certificates import recertify, team_certificate
from siegel.seals.derive import EpochSeed, PublicKeys
from siegel.seals.epochs import HeldWrap, open_epochs, required_wraps, rotation_due, wrap_for
from siegel.seals.errors import IntegrityError, RefusedError
from siegel.seals.holders import is_member, members, rights_of
from siegel.seals.ids import new_id
from siegel.seals.known import PastRoster, Team
from siegel.seals.records import RosterChange
from siegel.seals.replay import Head, replay
from siegel.seals.teams import replay_team
from siegel.seals.tests.chains import refused, rotate
from siegel.seals.tests.people import Firm, Holders, Person, TeamVault, Vault, begin, begin_team


@pytest.fixture
def team(firm: Firm) -> TeamVault:
    return begin_team(firm, firm.owner, (firm.owner, "manage"), (firm.clerk, "read"))


@pytest.fixture
def held(firm: Firm, team: TeamVault) -> Vault:
    """A vault that the team may write to, and the client."""
    return begin(firm, firm.owner, [(firm.owner, "manage"), (team.person, "write"), (firm.client, "read")])


def kinds_of(vault: Vault) -> set[str]:
    return {one.known.certificate.kind for one in effective(vault).values()}


def effective(vault: Vault) -> dict[str, Any]:
    return members(vault.state.position.now.roster, vault.firm.store, vault.firm.moment)


def is_due(vault: Vault) -> bool:
    return rotation_due(vault.state.position, vault.firm.store, vault.firm.moment.time)


def refusing(code: str) -> Any:
    return pytest.raises(IntegrityError, check=lambda error: error.code == code)


# Its certificate


def test_a_teams_key_receives_and_does_not_sign(firm: Firm, team: TeamVault) -> None:
    certificate = team.person.known.certificate
    assert (certificate.alg, certificate.signing_key, certificate.certifies) == ("mlkem768x25519", None, ())
    assert certificate.kid == PublicKeys(None, team.seed.recipient()).kid
    assert certificate.subject == team.id


def test_the_generations_of_a_team_follow_one_another(firm: Firm, team: TeamVault) -> None:
    for generation in (1, 3):
        with refusing("certificate_generation"):
            certify(firm, firm.owner, team.id, generation)
    with refusing("certificate_generation"):
        certify(firm, firm.owner, new_id(), 2)
    certify(firm, firm.owner, team.id, 2)


def certify(firm: Firm, author: Person, team: str, generation: int) -> Person:
    """A generation of the team that no epoch of its chain is for."""
    recipient, now = EpochSeed.generate().recipient(), firm.now + firm.index
    signed = team_certificate(author.seed, author.known, recipient, team=team, generation=generation, now=now)
    return firm.accept(signed, author.seed)


def test_a_team_stays_in_its_office(firm: Firm, team: TeamVault) -> None:
    leader = firm.certify(firm.owner, "office_leader", office=new_id())
    with refusing("certificate_office"):
        certify(firm, leader, team.id, 2)
    with pytest.raises(RefusedError):
        certify(firm, firm.clerk, team.id, 2)


# Its chain


def test_a_team_begins_with_an_owner_who_manages_and_recovery(firm: Firm, team: TeamVault) -> None:
    assert team.state.position.now.vault_kind == "team"
    assert {m.rights for m in effective(team).values()} == {"manage", "read", "hold"}


@pytest.mark.parametrize("kind", ["clerk", "client"])
def test_who_is_no_ruler_begins_no_team(firm: Firm, kind: str) -> None:
    author: Person = getattr(firm, kind)
    with refusing("record_rights"):
        begin_team(firm, author, (firm.owner, "manage"), (author, "manage"))


def test_an_office_leader_begins_a_team_of_his_office(firm: Firm) -> None:
    leader = firm.certify(firm.owner, "office_leader", office=new_id())
    team = begin_team(firm, leader, (leader, "manage"), (firm.owner, "manage"))
    assert team.person.known.certificate.office == leader.known.certificate.office


def test_whom_a_team_does_not_take_in(firm: Firm, team: TeamVault) -> None:
    other = begin_team(firm, firm.owner, (firm.owner, "manage"))
    client, clerk = firm.invite(firm.clerk, team.id), firm.invite(firm.owner, team.id, "clerk")
    stays: Holders = [(firm.owner, "manage")]
    for line in ((firm.client, "read"), (firm.clerk, "write"), (other.person, "read"), (client, "read")):
        refused(team, new_roster(team, *stays, line), "roster_holder")
    refused(team, new_roster(team, *stays, (team.person, "read")), "roster_holder")
    refused(team, new_roster(team, *stays, (firm.invite(firm.owner, new_id(), "clerk"), "read")), "roster_holder")
    team.holders(firm.owner, *stays, (clerk, "read"))
    member = firm.redeem(clerk)
    assert member.kid in effective(team)


def new_roster(vault: Vault, *lines: Any, author: Person | None = None) -> Any:
    author = author or vault.firm.owner
    roster = vault.roster(author, *lines)
    return vault.entry(author, RosterChange(roster.hash, vault.state.position.now.roster.seq + 1), roster=roster)


def test_a_team_holds_no_folders(firm: Firm, team: TeamVault) -> None:
    refused(team, team.entry(firm.owner, team.folder()), "record_shape")


def test_only_rulers_with_manage_change_a_team(firm: Firm, team: TeamVault) -> None:
    leader = firm.certify(firm.owner, "office_leader", office=new_id())
    team.holders(firm.owner, (firm.owner, "manage"), (firm.clerk, "manage"), (leader, "read"))
    for author in (firm.clerk, leader, firm.client):
        refused(team, new_roster(team, (firm.owner, "manage"), author=author), "record_rights")
    certify_next(team)
    for author in (firm.clerk, leader):
        refused(team, rotate(team, author)[1], "record_rights")


def certify_next(team: TeamVault) -> None:
    certify(team.firm, team.firm.owner, team.id, team.state.position.now.epoch.epoch + 1)


def test_an_epoch_needs_the_certificate_of_its_generation(firm: Firm, team: TeamVault) -> None:
    refused(team, rotate(team, firm.owner)[1], "team_differs")
    certify_next(team)
    refused(team, rotate(team, firm.owner)[1], "team_differs")


def test_a_vaults_chain_is_no_teams_and_another_firms_neither(firm: Firm, team: TeamVault, vault: Vault) -> None:
    for entries, store, code in (
        (vault.entries, firm.store, "record_shape"),
        ([], firm.store, "record_shape"),
        (team.entries, Firm().store, "record_vault"),
    ):
        with refusing(code):
            replay_team(entries, store)


def test_a_teams_history_that_was_seen_is_not_taken_back(firm: Firm, team: TeamVault) -> None:
    seen = Head(1, new_id())
    with refusing("vault_forked"):
        replay_team(team.entries, firm.store, seen)


# In a vault


def test_a_team_is_one_holder_by_its_newest_key(firm: Firm, team: TeamVault, held: Vault) -> None:
    assert team.person.kid in effective(held)
    assert firm.clerk.kid not in effective(held)
    team.rotate(firm.owner)
    assert effective(held)[team.generations[1].kid].rights == "write"
    assert team.generations[0].kid not in effective(held)


def test_members_write_with_the_teams_rights(firm: Firm, team: TeamVault, held: Vault) -> None:
    assert rights_of(firm.clerk.kid, held.state.position.now.roster, firm.store, firm.moment) == "write"
    held.apply(held.entry(firm.clerk, held.folder()))
    refused(held, held.entry(firm.client, held.folder()), "record_rights")
    refused(held, new_roster(held, (firm.owner, "manage"), author=firm.clerk), "record_rights")


def test_the_better_of_ones_own_and_the_teams_rights_counts(firm: Firm, team: TeamVault, held: Vault) -> None:
    held.holders(firm.owner, (firm.owner, "manage"), (team.person, "write"), (firm.clerk, "read"))
    assert rights_of(firm.clerk.kid, held.state.position.now.roster, firm.store, firm.moment) == "write"
    held.holders(firm.owner, (firm.owner, "manage"), (team.person, "read"), (firm.clerk, "manage"))
    assert rights_of(firm.clerk.kid, held.state.position.now.roster, firm.store, firm.moment) == "manage"


def test_what_a_member_wrote_stays_when_he_leaves_and_he_writes_no_more(
    firm: Firm, team: TeamVault, held: Vault
) -> None:
    held.apply(held.entry(firm.clerk, held.folder()))
    team.holders(firm.owner, (firm.owner, "manage"))
    refused(held, held.entry(firm.clerk, held.folder()), "record_rights")
    assert replay(firm.id, held.id, held.entries, firm.store).head == held.state.head


def test_membership_begins_with_the_next_entry_of_the_log(firm: Firm, team: TeamVault, held: Vault) -> None:
    other = firm.certify(firm.owner, "clerk")
    early = held.entry(other, held.folder())
    team.holders(firm.owner, (firm.owner, "manage"), (other, "read"))
    refused(held, early, "record_rights")
    at_once = replace(held.entry(other, held.folder()), log_index=team.entries[-1].log_index)
    refused(held, at_once, "record_rights")
    held.apply(held.entry(other, held.folder()))


def test_whoever_is_in_the_team_opens_the_vault(firm: Firm, team: TeamVault, held: Vault) -> None:
    team_seeds = {1: team.seed}
    [wrap] = wrap_for([team.person.kid], held.seed, firm.store)
    through = [HeldWrap(1, wrap.age, team_seeds[1].identity())]
    opened = open_epochs({}, firm.clerk.seed, held.state.epochs, through)
    assert (opened.seeds, opened.failed) == ({1: held.seed}, {})
    own = wrap_for([firm.client.kid], held.seed, firm.store)[0].age
    spoilt = open_epochs({1: own}, firm.clerk.seed, held.state.epochs, through)
    assert spoilt.seeds == {1: held.seed}
    assert spoilt.failed[1].code == "wrap_not_ours"
    assert open_epochs({}, firm.clerk.seed, held.state.epochs, [replace(through[0], epoch=9)]).seeds == {}


def test_a_teams_new_key_makes_its_vaults_due(firm: Firm, team: TeamVault, held: Vault) -> None:
    assert not is_due(held)
    team.holders(firm.owner, (firm.owner, "manage"))
    assert is_due(team)
    assert not is_due(held)
    team.rotate(firm.owner)
    assert not is_due(team)
    assert is_due(held)
    before, epoch = held.state.position, held.rotate(firm.owner)
    assert not is_due(held)
    kids = {wrap.key for wrap in epoch.wraps}
    assert team.generations[1].kid in kids
    assert kids == required_wraps(before, held.state.position, firm.store, firm.moment.time)


def test_a_team_has_one_line_and_manages_no_personal_vault(firm: Firm, team: TeamVault) -> None:
    first = team.person
    team.rotate(firm.owner)
    for holders, kind in (
        ([(firm.owner, "manage"), (first, "read"), (team.person, "write")], "dossier"),
        ([(firm.owner, "manage"), (team.person, "hold")], "dossier"),
        ([(firm.owner, "read"), (team.person, "manage")], "personal"),
        ([(firm.owner, "manage"), (stranger(team.person), "read")], "dossier"),
    ):
        with refusing("roster_holder"):
            begin(firm, firm.owner, holders, vault_kind=kind)
    held = begin(firm, firm.owner, [(firm.owner, "manage"), (first, "read")])
    assert team.person.kid in effective(held)


def test_a_team_holds_a_personal_vault_of_the_staff_and_none_of_a_client(firm: Firm, team: TeamVault) -> None:
    held = begin(firm, firm.clerk, [(firm.clerk, "manage"), (team.person, "write")], vault_kind="personal")
    assert team.person.kid in effective(held)
    with refusing("roster_holder"):
        begin(firm, firm.client, [(firm.client, "manage"), (team.person, "read")], vault_kind="personal")


def stranger(person: Person) -> Person:
    """The same key under another name."""
    certificate = replace(person.known.certificate, subject=new_id())
    return Person(person.seed, replace(person.known, certificate=certificate))


def test_an_owners_line_in_the_vault_is_not_replaced_by_his_team(firm: Firm, team: TeamVault) -> None:
    team.holders(firm.owner, (firm.owner, "manage"), (firm.partner, "manage"))
    lines: Holders = [(team.person, "manage"), (firm.partner, "read"), (firm.recovery, "hold")]
    with refusing("roster_holder"):
        begin(firm, firm.owner, lines)


# A hostile server


def test_a_vault_that_names_a_team_nobody_knows_is_refused(firm: Firm, team: TeamVault, held: Vault) -> None:
    del firm.store.teams[team.id]
    refused(held, held.entry(firm.owner, held.folder()), "team_unknown")
    with refusing("team_unknown"):
        effective(held)


def test_a_key_that_is_certified_for_the_team_but_no_epoch_of_its_chain_is_refused(
    firm: Firm, team: TeamVault, held: Vault
) -> None:
    """One who may certify made a generation for himself, and nobody in the team knows its seed."""
    certify_next(team)
    with refusing("team_differs"):
        effective(held)
    refused(held, held.entry(firm.owner, held.folder()), "team_differs")


def test_a_member_whom_the_server_adds_is_none(firm: Firm, team: TeamVault) -> None:
    signed = team.roster(firm.clerk, (firm.owner, "manage"), (firm.client, "read"))
    forged = team.entry(firm.owner, RosterChange(signed.hash, 2), roster=signed)
    refused(team, forged, "record_documents")
    with refusing("record_documents"):
        replay_team([*team.entries, forged], firm.store)


def test_a_team_key_that_fell_holds_nothing_until_it_is_certified_again(
    firm: Firm, team: TeamVault, held: Vault
) -> None:
    firm.revoke(firm.partner, firm.owner, team.person.known.log_index, "compromised")
    assert "team" not in kinds_of(held)
    refused(held, held.entry(firm.clerk, held.folder()), "record_rights")
    again = recertify(firm.partner.seed, firm.partner.known, team.person.known.certificate, firm.now + firm.index)
    firm.accept(again, firm.partner.seed)
    assert "team" in kinds_of(held)
    held.apply(held.entry(firm.clerk, held.folder()))


def test_a_revoked_member_writes_through_no_team(firm: Firm, team: TeamVault, held: Vault) -> None:
    firm.revoke(firm.owner, firm.clerk)
    refused(held, held.entry(firm.clerk, held.folder()), "record_author_revoked")
    assert is_due(team)


def test_the_server_loads_a_team_from_its_rosters(firm: Firm, team: TeamVault) -> None:
    team.holders(firm.owner, (firm.owner, "manage"))
    replayed = firm.store.teams[team.id]
    loaded = Team.load(team.id, [PastRoster(past.log_index, past.roster) for past in reversed(replayed.rosters)])
    for index in range(firm.index + 2):
        at = replace(firm.moment, log_index=index)
        assert is_member(loaded, firm.clerk.kid, at, firm.store) == is_member(replayed, firm.clerk.kid, at, firm.store)
    loaded.require_generation(team.person.known)
