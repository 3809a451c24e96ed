"""Teams, offices and the lists of keys at the server's doors: who sees what, and who rules whom."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from siegel.firms.models import Dossier
from siegel.keys import evidence
from siegel.keys.tests.island import Island, RefusedError, accepted, invite, redemption
from siegel.seals.certificates import CertificateStore
from siegel.seals.revocations import AcceptedRevocation
from siegel.vault.tests.island import OpenVault, open_vault
from siegel.vault.tests.teams import found_team, rotate_team, set_holders, status, team_body


def test_a_dossiers_teams_are_named_with_their_chains_and_nobody_elses(
    owner: Island, vault: OpenVault, clerk: Island, team: OpenVault, client_user: Island
) -> None:
    found_team(owner, name="Lohn")
    told = client_user.get(f"vaults/{vault.id}/news")
    assert [one["id"] for one in told["teams"]] == [team.id]
    highest = max(one["log_index"] for one in told["certificates"])
    later = client_user.get(f"vaults/{vault.id}/news?since=99&log={highest + 100}")
    assert (later["certificates"], later["revocations"], later["teams"]) == ([], [], [])
    assert client_user.browser.get("/api/teams").status_code == 404
    assert {one["name"] for one in owner.get("teams")["teams"]} == {"Alle Mitarbeiter", "Lohn"}
    assert {one["name"] for one in clerk.get("teams")["teams"]} == {"Alle Mitarbeiter"}


def test_the_tree_of_keys_shows_each_ruler_his_people(
    owner: Island, vault: OpenVault, clerk: Island, team: OpenVault, client_user: Island
) -> None:
    tree = owner.get("keys/tree")
    people = {one["id"]: one for one in tree["people"]}
    assert people.keys() == {owner.person, clerk.person, client_user.person}
    assert (people[clerk.person]["teams"], people[clerk.person]["vaults"]) == ([team.id], 0)
    assert (
        people[clerk.person] | {"role": "clerk", "generation": 1, "kid": clerk.kid, "methods": ["password"]}
        == (people[clerk.person])
    )
    assert tree["teams"] == [{"id": team.id, "name": "Alle Mitarbeiter", "office": None, "vaults": 1}]
    mine = {one["id"] for one in clerk.get("keys/tree")["people"]}
    assert mine == {clerk.person, client_user.person}
    assert Dossier.objects.count() == 1
    set_holders(vault, [line for line in vault.state.position.now.roster.holders if line.subject != team.id])
    assert clerk.get("vaults")["vaults"] == []


def test_a_member_of_a_team_invited_anew_keeps_his_place_in_the_team(
    owner: Island, vault: OpenVault, clerk: Island, team: OpenVault
) -> None:
    vault.put(b"Beleg")
    again = invite(
        owner,
        role="clerk",
        username="wulff",
        person=clerk.person,
        generation=2,
        revocation=owner.revocation(clerk.kid, reason="lost"),
        vaults=[team.replacing(clerk.kid)],
    )
    anew = redemption(again, owner).send()
    assert status(anew, f"vaults/{vault.id}/head") == 200
    team.refresh()
    assert team.due
    rotate_team(team)
    vault.refresh()
    vault.rotate()
    node = vault.put(b"Neu")
    assert open_vault(anew, vault.id).open(node) == b"Neu"


def test_a_leader_rules_the_keys_of_his_office_and_of_no_other(owner: Island, vault: OpenVault) -> None:
    offices = [owner.post("offices", {"name": name})["id"] for name in ("Musterstadt", "Anderswo")]
    letters = [invite(owner, role="office_leader", username=f"leitung{n}", office=one) for n, one in enumerate(offices)]
    leader, elsewhere = (redemption(letter, owner).send() for letter in letters)
    member = redemption(invite(leader, role="clerk", username="mitglied", office=offices[0]), owner).send()
    with pytest.raises(RefusedError) as refused:
        elsewhere.revoke(member.kid)
    assert refused.value.status == 404
    assert status(member, "session") == 200
    assert found_team(leader, member, name="Lohn", office=offices[0]).id
    with pytest.raises(RefusedError) as refused:
        leader.post("teams", team_body(leader, [], name="Fremd", office=offices[0]) | {"office": offices[1]})
    assert refused.value.status == 404
    assert elsewhere.get("teams")["teams"] == []
    assert len(leader.revoke(member.kid)["teams"]) == 1
    assert status(member, "session") == 401


def test_certificates_come_page_by_page_and_each_page_verifies_upon_the_last(
    owner: Island, vault: OpenVault, clerk: Island, team: OpenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner.revoke(clerk.kid)
    whole = owner.get("keys/certificates")
    monkeypatch.setattr(evidence, "CERTIFICATES_PER_PAGE", 6)
    told: dict[str, Any] = {"certificates": [], "revocations": [], "teams": []}
    more, path, pages = True, "keys/certificates", 0
    while more:
        page = owner.get(path)
        told["certificates"] += page["certificates"]
        told["revocations"] += page["revocations"]
        told["teams"] += page["teams"]
        CertificateStore.verified(
            [accepted(one) for one in told["certificates"]],
            owner.root,
            [AcceptedRevocation.from_wire(one) for one in told["revocations"]],
        )
        more, path, pages = page["more"], f"keys/certificates?log={told['certificates'][-1]['log_index']}", pages + 1
    assert pages > 1
    for part in ("certificates", "revocations"):
        assert told[part] == whole[part]
    assert [one for team in told["teams"] for one in team["entries"]] == whole["teams"][0]["entries"]


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("keys/certificates", 9),
        ("keys/due", 6),
        ("keys/tree", 15),
        ("teams", 4),
        ("vaults", 2),
        ("keys/provisional", 6),
    ],
)
def test_lists_of_keys_cost_the_same_queries_however_long(
    owner: Island,
    vault: OpenVault,
    clerk: Island,
    team: OpenVault,
    path: str,
    most: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    found_team(owner, clerk, name="Lohn")
    with django_assert_max_num_queries(most):
        owner.get(path)
