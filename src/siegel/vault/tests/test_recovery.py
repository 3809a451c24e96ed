"""An owner without a line: he reads the chains, and with the recovery seed he gives himself his place."""

import pytest
from pytest_django import DjangoAssertNumQueries

from siegel.keys import recovery
from siegel.keys.tests.island import Island, RefusedError, Sheet, invite, redemption
from siegel.seals.canonical import b64, unb64
from siegel.seals.derive import EpochSeed
from siegel.seals.documents import Holder
from siegel.seals.epochs import open_epochs, seal_seed
from siegel.seals.errors import RefusedError as SealsRefusedError
from siegel.seals.records import RosterChange
from siegel.vault.tests.island import OpenVault, begin_vault, open_vault
from siegel.vault.tests.teams import found_team, rotate_team, status


@pytest.fixture
def partner(owner: Island, vault: OpenVault) -> Island:
    """A second owner, certified by the root after the vault began."""
    return redemption(invite(owner, role="owner", username="partner"), owner).send()


def admit(partner: Island, chain: str, sheet: Sheet) -> OpenVault:
    """Opens the chain with the recovery seed and adds the owner to its roster."""
    found = open_vault(partner, chain)
    assert found.seeds == {}
    [listed] = [one for one in partner.get("keys/recovery/wraps")["chains"] if one["id"] == chain]
    assert not listed["held"]
    wraps = {wrap["epoch"]: unb64(wrap["age"]) for wrap in listed["wraps"]}
    seeds: dict[int, EpochSeed] = open_epochs(wraps, sheet.recovery, found.state.epochs).seeds
    now = found.state.position.now
    roster = found.roster([*now.roster.holders, Holder(partner.kid, "manage", partner.person)])
    recipient = partner.seed.public_keys().recipient or ""
    found.append(
        found.record(RosterChange(roster.hash, now.roster.seq + 1)),
        roster=roster.to_wire(),
        wraps=[{"key": partner.kid, "age": b64(seal_seed(seeds[now.epoch.epoch], recipient))}],
    )
    return found.refresh()


def test_a_new_owner_takes_over_a_dossier_and_a_team_by_the_recovery_seed(
    owner: Island, vault: OpenVault, clerk: Island, team: OpenVault, partner: Island
) -> None:
    sheet = owner.sheet
    assert sheet is not None
    node = vault.put(b"Beleg")
    assert status(partner, f"vaults/{vault.id}/news") == 200
    assert partner.get("vaults")["vaults"] == []
    for chain in (vault.id, team.id):
        admit(partner, chain, sheet)
    owner.revoke(owner.kid)
    taken = open_vault(partner, team.id)
    rotate_team(taken)
    again = open_vault(partner, vault.id)
    again.rotate()
    assert again.open(node) == b"Beleg"
    assert again.open(again.put(b"Neu")) == b"Neu"


def test_an_owner_without_a_line_opens_no_contents_and_no_personal_vault(
    owner: Island, vault: OpenVault, clerk: Island, partner: Island
) -> None:
    node = vault.put(b"Beleg")
    assert status(partner, f"vaults/{vault.id}/nodes/{node}/versions/1") == 404
    assert partner.get(f"vaults/{vault.id}/news")["wraps"] == []
    own = begin_vault(clerk, None)
    assert status(partner, f"vaults/{own.id}/news") == 404
    assert own.id not in {one["id"] for one in partner.get("keys/recovery/wraps")["chains"]}


def test_an_owner_whose_key_is_taken_back_reaches_no_chain(owner: Island, vault: OpenVault, partner: Island) -> None:
    assert status(partner, f"vaults/{vault.id}/head") == 200
    partner.revoke(partner.kid)
    assert status(partner, f"vaults/{vault.id}/head") == 401


def test_only_the_root_invites_an_owner_and_only_an_owner_brings_it(owner: Island, clerk: Island) -> None:
    sheet, clerk.sheet = owner.sheet, owner.sheet
    with pytest.raises(RefusedError) as refused:
        invite(clerk, role="owner", username="partner")
    assert (refused.value.status, refused.value.code) == (400, "document_refused")
    owner.sheet = None
    with pytest.raises(SealsRefusedError):
        invite(owner, role="owner", username="partner")
    owner.sheet = sheet
    assert redemption(invite(owner, role="owner", username="partner"), owner).send().get("vaults")


def test_what_recovery_opens_comes_page_by_page_in_as_many_queries(
    owner: Island,
    vault: OpenVault,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    teams = [found_team(owner, name=f"Team {n}") for n in range(3)]
    monkeypatch.setattr(recovery, "CHAINS_PER_PAGE", 2)
    with django_assert_max_num_queries(12):
        first = owner.get("keys/recovery/wraps")
    second = owner.get(f"keys/recovery/wraps?after={first['chains'][-1]['id']}")
    found = [one["id"] for page in (first, second) for one in page["chains"]]
    assert found == sorted([vault.id, *(team.id for team in teams)])
    assert (first["more"], second["more"]) == (True, False)
    assert all(one["held"] and len(one["wraps"]) == 1 for one in first["chains"])
