"""„Postausgang“: states, trying again, and nothing of what the mails say."""

from django.db import transaction
from django.test import Client as Browser
from django.utils import timezone

from siegel.accounts.models import Person
from siegel.accounts.tests.people import SignIn
from siegel.base.models import Tenant
from siegel.base.outmail.actions import post
from siegel.base.outmail.models import OutMail
from siegel.base.queries import audit_lines
from siegel.site.mail_words import KINDS, PROBLEMS, STATES

State = OutMail.State
SECRET = "was in der Mail steht"


def write(tenant: Tenant, name: str = "Jürgen Mustermann", **more: object) -> OutMail:
    with transaction.atomic():
        mail = post(
            tenant=tenant,
            kind="notice",
            person="p",
            name=name,
            address="juergen@mandant.example",
            subject=SECRET,
            text=SECRET,
        )
    OutMail.objects.filter(pk=mail.pk).update(**more)
    return mail


def press(browser: Browser, mail: OutMail) -> int:
    answer = browser.post(f"/postausgang/{mail.pk}/erneut", "", content_type="application/x-www-form-urlencoded")
    return int(answer.status_code)


def test_the_owner_sees_every_state_in_words_and_no_text(owner: Person, sign_in: SignIn) -> None:
    for state in State:
        write(owner.tenant, state=state, error="recipient" if state == State.REFUSED else "", reply=550)
    page = sign_in(owner).get("/postausgang").content.decode()
    for sentence in STATES.values():
        assert str(sentence.text) in page
    assert "(Antwort 550)" in page
    assert page.count("Erneut senden") == 3
    assert SECRET not in page
    assert "Es ist kein Mailserver eingerichtet." in page


def test_every_state_has_its_words() -> None:
    assert STATES.keys() == set(State.values)
    assert all(map(str, [*KINDS.values(), *PROBLEMS.values()]))


def test_a_parked_mail_is_tried_again_at_once_and_that_is_logged(owner: Person, sign_in: SignIn) -> None:
    mail = write(owner.tenant, state=State.PARKED, attempts=10, next_at=timezone.now())
    press(sign_in(owner), mail)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (State.WAITING, 0)
    assert audit_lines(owner.tenant, limit=1)[0].kind == "base.mail_sent_again"


def test_a_mail_that_was_taken_is_not_sent_again(owner: Person, sign_in: SignIn) -> None:
    mail = write(owner.tenant, state=State.SENT)
    press(sign_in(owner), mail)
    mail.refresh_from_db()
    assert mail.state == State.SENT


def test_another_firms_mails_are_not_there(owner: Person, stranger: Person, sign_in: SignIn) -> None:
    mail = write(owner.tenant, name="Nur Hier")
    browser = sign_in(stranger)
    assert "Nur Hier" not in browser.get("/postausgang").content.decode()
    assert press(browser, mail) == 404


def test_a_long_queue_has_pages(owner: Person, sign_in: SignIn) -> None:
    for number in range(101):
        write(owner.tenant, name=f"Nummer {number}.")
    browser = sign_in(owner)
    first = browser.get("/postausgang").content.decode()
    assert "Nummer 100." in first
    assert "Nummer 0." not in first
    older = first.partition("?vor=")[2].partition('"')[0]
    assert "Nummer 0." in browser.get(f"/postausgang?vor={older}").content.decode()
