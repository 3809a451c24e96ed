"""The pages of people and their keys: who sees whom, and that long lists cost no more queries than short ones."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from siegel.keys.tests.island import Island, invite, redemption
from siegel.keys.tests.test_passkeys import Authenticator, register
from siegel.keys.tests.test_second_factor import SECRET, Clock, add, clock
from siegel.seals.canonical import b64
from siegel.seals.unlock import passkey_method

__all__ = ["clock"]  # a fixture

CLERKS = 6


def joined(owner: Island, role: str, username: str, **more: object) -> Island:
    return redemption(invite(owner, role=role, username=username, **more), owner).send()


def queries_of(island: Island, path: str) -> int:
    island.browser.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert island.browser.get(path).status_code == 200
    return len(captured)


def test_the_tree_puts_clerks_below_the_leader_of_their_office(owner: Island) -> None:
    office = owner.post("offices", {"name": "Varel"})["id"]
    leader = joined(owner, "office_leader", "leitung", office=office)
    clerk = joined(owner, "clerk", "unten", office=office)
    joined(owner, "clerk", "ohne")
    page = owner.browser.get("/mitarbeiter").context["page"]
    assert [row.person.id for row in page.owners] == [owner.person]
    below = {row.person.id: [one.person.id for one in row.below] for row in page.top}
    assert below[leader.person] == [clerk.person]
    assert len(below) == 2
    own = leader.browser.get("/mitarbeiter").context["page"]
    assert (own.owners, [row.person.id for row in own.top]) == ([], [leader.person])
    assert [row.person.id for row in own.top[0].below] == [clerk.person]
    assert not own.top[0].managed


def test_the_tree_says_who_waits_for_confirmation_and_who_is_out(owner: Island) -> None:
    clerk = joined(owner, "clerk", "neu")
    letter = invite(owner, role="clerk", username="offen")
    badges = {row.person.id: row.badge for row in owner.browser.get("/mitarbeiter").context["page"].top}
    assert badges == {clerk.person: "provisional", letter.person: "invited"}
    owner.revoke(clerk.kid)
    page = owner.browser.get("/mitarbeiter").context["page"]
    assert {row.person.id: row.badge for row in page.top}[clerk.person] == "revoked"
    assert not page.waiting


def test_the_tree_says_who_has_a_second_factor_or_a_passkey_and_no_secret_of_it(owner: Island, clock: Clock) -> None:
    strong, device = joined(owner, "clerk", "beides"), Authenticator()
    register(strong, device)
    codes = add(strong, clock)
    code_only, passkey_only = joined(owner, "clerk", "kennwort"), joined(owner, "clerk", "finger")
    add(code_only, clock)
    register(passkey_only, Authenticator())
    invite(owner, role="clerk", username="offen")
    answer = owner.browser.get("/mitarbeiter")
    page, text = answer.context["page"], answer.content.decode()
    factors = {row.person.id: row.factor for row in [*page.owners, *page.top]}
    assert {person: factors[person] for person in (owner.person, strong.person)} == {
        owner.person: "none",
        strong.person: "both",
    }
    assert (factors[code_only.person], factors[passkey_only.person]) == ("one_time", "passkey")
    # not of whoever has only been invited
    assert text.count("Zweiter Faktor:") == 4
    assert not any(secret in text for secret in (*codes, b64(SECRET), passkey_method(device.id)))


def test_the_tree_costs_the_same_queries_however_many_people_there_are(owner: Island) -> None:
    joined(owner, "clerk", "erster")
    few = queries_of(owner, "/mitarbeiter")
    for number in range(CLERKS):
        register(joined(owner, "clerk", f"weiterer{number}"), Authenticator())
    assert queries_of(owner, "/mitarbeiter") == few


def test_a_client_page_costs_the_same_queries_however_many_sign_in_for_it(owner: Island) -> None:
    client = owner.post("clients", {"number": "1", "name": "Harms"})["id"]
    joined(owner, "client", "erste", client=client)
    few = queries_of(owner, f"/mandanten/{client}")
    for number in range(CLERKS):
        joined(owner, "client", f"weitere{number}", client=client)
    assert queries_of(owner, f"/mandanten/{client}") == few


def test_the_teams_page_costs_the_same_queries_however_many_offices_and_people_there_are(owner: Island) -> None:
    joined(owner, "clerk", "erster")
    owner.post("offices", {"name": "Varel"})
    few = queries_of(owner, "/mitarbeiter/teams")
    for number in range(CLERKS):
        owner.post("offices", {"name": f"Stelle {number}"})
        joined(owner, "clerk", f"weiterer{number}")
    assert queries_of(owner, "/mitarbeiter/teams") == few


def test_clerks_get_the_list_without_keys(owner: Island) -> None:
    clerk = joined(owner, "clerk", "wulff")
    page = clerk.browser.get("/mitarbeiter").content.decode()
    assert "Henrike Lindhorst" in page
    assert clerk.kid not in page
    assert "data-revoke" not in page


def sent_form(island: Island, person: str, what: str) -> Any:
    return island.browser.post(f"/zugang/{person}/{what}", b"", content_type="application/x-www-form-urlencoded")


def test_blocking_by_form_needs_a_ruler_and_can_be_undone(owner: Island) -> None:
    clerk = joined(owner, "clerk", "wulff")
    other = joined(owner, "clerk", "andere")
    assert sent_form(other, clerk.person, "sperren").status_code == 404
    assert sent_form(owner, clerk.person, "sperren")["Location"] == "/mitarbeiter"
    assert clerk.browser.get("/").status_code == 302
    sent_form(owner, clerk.person, "entsperren")
    assert clerk.sign_in()["person"]["id"] == clerk.person
    assert sent_form(owner, owner.person, "sperren").status_code == 404
