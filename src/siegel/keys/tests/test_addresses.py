"""The staff correct the mail address of a client's user: logged, told to the old address, and by nobody else."""

from urllib.parse import urlencode

import pytest
from django.http import HttpResponse

from siegel.accounts.mailbox import addresses_of
from siegel.base.outmail.models import OutMail
from siegel.keys.tests.island import Island, invite, redemption
from siegel.vault.tests.island import add_dossier


@pytest.fixture
def client_id(owner: Island) -> str:
    return add_dossier(owner)[0]


@pytest.fixture
def user(owner: Island, client_id: str) -> Island:
    return redemption(invite(owner, role="client", username="harms", client=client_id), owner).send()


def save(by: Island, person: str, address: str) -> HttpResponse:
    """The answer to the page's form, as a browser sends it."""
    kind = "application/x-www-form-urlencoded"
    answer: HttpResponse = by.browser.post(
        f"/zugang/{person}/e-mail", urlencode({"address": address}), content_type=kind
    )  # type: ignore[assignment]  # the test's double of it
    return answer


def test_a_new_address_is_used_logged_and_told_to_the_old_one(owner: Island, user: Island, client_id: str) -> None:
    assert save(owner, user.person, "alt@harms.example").status_code == 302
    assert not OutMail.objects.exists()
    answer = save(owner, user.person, " neu@harms.example ")
    assert answer.headers["Location"] == f"/mandanten/{client_id}?gespeichert=1#e-mail"
    assert addresses_of([user.person]) == {user.person: "neu@harms.example"}
    assert [mail.address for mail in OutMail.objects.all()] == ["alt@harms.example"]
    page = owner.browser.get(f"/mandanten/{client_id}").content.decode()
    assert 'value="neu@harms.example"' in page
    save(owner, user.person, "")
    assert addresses_of([user.person]) == {}


def test_a_wrong_address_is_shown_again_with_what_is_wrong_and_changes_nothing(owner: Island, user: Island) -> None:
    save(owner, user.person, "richtig@harms.example")
    answer = save(owner, user.person, "ohne Klammeraffe")
    assert answer.status_code == 400
    assert 'value="ohne Klammeraffe"' in answer.content.decode()
    assert "is-invalid" in answer.content.decode()
    assert addresses_of([user.person]) == {user.person: "richtig@harms.example"}


def test_nobody_sets_the_address_of_staff_or_of_whom_he_does_not_look_after(owner: Island, user: Island) -> None:
    clerk = redemption(invite(owner, role="clerk", username="fremd"), owner).send()
    for by, person in ((owner, clerk.person), (clerk, user.person), (user, user.person)):
        assert save(by, person, "wer@anders.example").status_code == 404
    assert addresses_of([user.person, clerk.person]) == {}
