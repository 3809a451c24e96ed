import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from siegel.accounts.models import Person
from siegel.accounts.tests.people import SignIn, make_person
from siegel.firms.actions import block_person, create_client


def test_a_visitor_is_sent_to_the_door(db: None) -> None:
    assert Browser().get("/")["Location"] == "/anmeldung"


def test_the_firm_s_start_page_shows_the_latest_deeds_and_sums_up_who_signed_in(
    owner: Person, clerk: Person, sign_in: SignIn
) -> None:
    block_person(person=clerk, by=owner)
    sign_in(owner)
    page = sign_in(owner).get("/")
    assert page.templates[0].name == "desk/firm.html"
    text = page.content.decode()
    assert "<b>Zugang gesperrt</b>" in text
    assert "Sabine Wulff" in text
    assert "<b>Angemeldet</b>" not in text
    assert "2 Anmeldungen</a>" in text


def test_the_start_page_says_what_somebody_was_refused(owner: Person, clerk: Person, sign_in: SignIn) -> None:
    client = create_client(number="20001", name="Tischlerei Ohm", by=owner)
    assert sign_in(clerk).get(f"/mandanten/{client.pk}").status_code == 404
    assert "Mandant · Tischlerei Ohm" in sign_in(owner).get("/").content.decode()


def test_the_same_deed_one_after_the_other_is_one_line_with_its_number(owner: Person, sign_in: SignIn) -> None:
    for number in ("20001", "20002", "20003"):
        create_client(number=number, name="Tischlerei Ohm", by=owner)
    create_client(number="20004", name="Gasthof Brandt", by=owner)
    text = sign_in(owner).get("/").content.decode()
    assert text.count("<b>Mandant angelegt</b>") == 2
    assert '<b>Mandant angelegt</b> <span class="muted">3-mal</span>' in text


def test_the_client_s_start_page_shows_no_log(client_user: Person, sign_in: SignIn) -> None:
    page = sign_in(client_user).get("/")
    assert page.templates[0].name == "desk/client.html"
    assert "<b>Angemeldet</b>" not in page.content.decode()
    assert "Henrike Lindhorst" not in page.content.decode()


def test_somebody_without_a_place_in_the_firm_has_no_start_page(owner: Person, sign_in: SignIn) -> None:
    nobody = make_person(owner.tenant, "nobody", "Niemand")
    assert sign_in(nobody).get("/").status_code == 404


@pytest.mark.parametrize("who", ["owner", "client_user"])
def test_a_start_page_costs_at_most_sixteen_queries(who: str, request: pytest.FixtureRequest, sign_in: SignIn) -> None:
    browser = sign_in(request.getfixturevalue(who))
    browser.get("/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert browser.get("/").status_code == 200
    assert len(queries) <= 16
