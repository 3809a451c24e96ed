"""Master data through the API and the pages, by role, with the number of queries fixed."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

import pytest
from django.db import connection
from django.test import Client as Browser
from pytest_django import DjangoAssertNumQueries

from siegel.accounts.models import Person
from siegel.accounts.tests.people import SignIn, make_person
from siegel.base.ids import new_id
from siegel.base.models import Tenant
from siegel.base.queries import entry_count
from siegel.firms import actions, audit_web, web
from siegel.firms.models import Client, Staff

PAGES = ["/mandanten", "/mandanten/neu", "/protokoll"]


def post(browser: Browser, path: str, body: Mapping[str, object]) -> Any:
    return browser.post(path, body, content_type="application/json")


@pytest.fixture
def full_firm(owner: Person, clerk: Person, bakery: Client) -> Tenant:
    """A firm with six clients, each with two dossiers and a user."""
    staff = Staff.objects.get(pk=clerk.pk)
    others = [actions.create_client(number=f"2{n}", name=f"Mandant {n}", by=owner) for n in range(5)]
    for client in [bakery, *others]:
        fibu = actions.create_dossier(client=client, title="Fibu", by=owner)
        actions.assign_dossier(dossier=fibu, staff=staff, by=owner)
        actions.attach_vault(dossier=fibu, vault_id=new_id(), by=owner)
        actions.create_dossier(client=client, title="Lohn", by=owner)
        user = make_person(owner.tenant, f"user-{client.number}", f"Nutzer {client.number}")
        actions.add_client_user(person=user, client=client, by=owner)
    return owner.tenant


@pytest.mark.parametrize("path", PAGES)
def test_pages_of_the_staff_are_404_for_clients(path: str, client_user: Person, clerk: Person, sign_in: SignIn) -> None:
    assert Browser().get(path)["Location"] == f"/anmeldung?next={quote_plus(path)}"
    assert sign_in(client_user).get(path).status_code == 404
    assert sign_in(clerk).get(path).status_code == 200


def test_a_client_user_adds_nothing(client_user: Person, bakery: Client, sign_in: SignIn) -> None:
    before = entry_count(client_user.tenant)
    browser = sign_in(client_user)
    assert post(browser, "/api/clients", {"number": "9", "name": "X"}).status_code == 404
    assert post(browser, f"/api/clients/{bakery.id}/dossiers", {"title": "X"}).status_code == 404
    assert entry_count(client_user.tenant) == before + 3  # the sign-in, and both refusals


def test_an_empty_list_of_clients_is_not_counted(owner: Person, clerk: Person, bakery: Client, sign_in: SignIn) -> None:
    assert "Hier stehen Ihre Mandanten" in sign_in(clerk).get("/mandanten").content.decode()
    counted = "1 Mandant. Öffnen können Sie nur Akten, die Ihnen zugewiesen sind."
    assert counted in sign_in(owner).get("/mandanten").content.decode()


def test_a_client_and_a_dossier_are_added_and_listed(owner: Person, sign_in: SignIn) -> None:
    browser = sign_in(owner)
    client = post(browser, "/api/clients", {"number": "10058", "name": "Bäckerei Harms GmbH"})
    assert client.status_code == 201
    path = f"/api/clients/{client.json()['id']}/dossiers"
    assert post(browser, path, {"title": "Fibu"}).status_code == 201
    assert browser.get("/mandanten").context["clients"] == [
        {
            "id": client.json()["id"],
            "number": "10058",
            "name": "Bäckerei Harms GmbH",
            "access": "none",
            "dossiers": [{"title": "Fibu", "url": None}],
        }
    ]


def test_another_firm_s_client_does_not_exist(bakery: Client, stranger: Person, sign_in: SignIn) -> None:
    browser = sign_in(stranger)
    assert post(browser, f"/api/clients/{bakery.id}/dossiers", {"title": "X"}).status_code == 404
    assert browser.get(f"/mandanten?nach={bakery.id}").status_code == 404
    assert browser.get("/mandanten").context["clients"] == []


def test_a_taken_number_is_explained_in_the_person_s_language(owner: Person, bakery: Client, sign_in: SignIn) -> None:
    browser = sign_in(owner)
    body = {"number": bakery.number, "name": "Andere"}
    answer = post(browser, "/api/clients", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "number_taken")
    assert answer.json()["message"] == "Die Mandantennummer 10058 ist schon vergeben."
    browser.cookies["siegel_language"] = "en"
    assert post(browser, "/api/clients", body).json()["message"] == "The client number 10058 is taken already."


def test_clients_page_by_the_last_one_shown(
    full_firm: Tenant, owner: Person, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "CLIENTS_PER_PAGE", 4)
    browser = sign_in(owner)
    first = browser.get("/mandanten").context
    second = browser.get(f"/mandanten?nach={first['more']}").context
    names = [row["name"] for row in [*first["clients"], *second["clients"]]]
    assert names == ["Bäckerei Harms GmbH", *(f"Mandant {n}" for n in range(5))]
    assert second["more"] is None


def test_a_clerk_is_offered_only_the_dossiers_assigned_to_him(
    full_firm: Tenant, clerk: Person, sign_in: SignIn
) -> None:
    rows = sign_in(clerk).get("/mandanten").context["clients"]
    assert {dossier["title"] for row in rows for dossier in row["dossiers"]} == {"Fibu"}
    assert all(dossier["url"].startswith("/tresore/") for row in rows for dossier in row["dossiers"])


@pytest.mark.parametrize(("path", "queries"), [("/mandanten", 7), ("/mandanten/neu", 3), ("/protokoll", 15)])
def test_pages_cost_the_same_queries_however_long_the_list(
    path: str,
    queries: int,
    full_firm: Tenant,
    owner: Person,
    sign_in: SignIn,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    browser = sign_in(owner)
    browser.get(path)
    if path == "/protokoll" and connection.vendor == "postgresql":
        queries += 2  # whether entries wait, for the line above and for the list
    with django_assert_num_queries(queries):
        assert browser.get(path).status_code == 200


def test_the_log_pages_back_to_the_first_entry(
    full_firm: Tenant, clerk: Person, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_web, "ENTRIES_PER_PAGE", 20)
    browser, path, numbers = sign_in(clerk), "/protokoll", list[int]()
    while True:
        context = browser.get(path).context
        numbers += [line.number for line in context["entries"]]
        if context["older"] is None:
            break
        path = f"/protokoll?vor={context['older']}"
    assert numbers == list(range(entry_count(full_firm), 0, -1))


def test_the_log_says_in_german_what_happened_and_who_did_it(full_firm: Tenant, clerk: Person, sign_in: SignIn) -> None:
    page = sign_in(clerk).get("/protokoll").content.decode()
    for text in ("Mandant angelegt", "Akte zugewiesen", "Henrike Lindhorst", "Bäckerei Harms GmbH"):
        assert text in page


def test_the_log_shows_no_other_firm_s_entries(full_firm: Tenant, stranger: Person, sign_in: SignIn) -> None:
    assert "Bäckerei" not in sign_in(stranger).get("/protokoll").content.decode()


@pytest.mark.parametrize("number", ["x", "-1", "1.5", "9" * 30, "²"])
def test_a_nonsense_page_of_the_log_is_404(number: str, clerk: Person, sign_in: SignIn) -> None:
    assert sign_in(clerk).get("/protokoll", {"vor": number}).status_code == 404
