"""One's mail address: what is one, who hears of a change, what the log says."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client as Browser

from siegel.accounts import own_address
from siegel.accounts.mailbox import mailbox_of, mailboxes_of, set_mailbox
from siegel.accounts.models import Person
from siegel.accounts.tests.people import SignIn
from siegel.base.models import AuditEntry
from siegel.base.outmail.errors import OutmailError
from siegel.base.outmail.models import OutMail
from siegel.base.outmail.rules import checked_address
from siegel.base.queries import audit_lines


def send(browser: Browser, address: str) -> Any:
    form = urlencode({"language": "de", "digest": "hourly", "address": address})
    return browser.post("/mein-zugang/e-mail", form, content_type="application/x-www-form-urlencoded")


def link_in(mail: OutMail) -> str:
    """The address in the mail, as a browser asks for it."""
    [line] = [line for line in mail.text.splitlines() if "bestaetigen?link=" in line]
    return line[line.index("/mein-zugang") :]


def confirm(browser: Browser, mail: OutMail) -> Any:
    form = link_in(mail).partition("?")[2]
    address = "/mein-zugang/e-mail/bestaetigt"
    return browser.post(address, form, content_type="application/x-www-form-urlencoded")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Anna.Beispiel@Kanzlei.Example ", "Anna.Beispiel@kanzlei.example"),
        ("o'neil+steuer@a-b.example", "o'neil+steuer@a-b.example"),
        ("jürgen@müller-straße.example", "jürgen@müller-straße.example"),
    ],
)
def test_addresses_people_have_are_taken(typed: str, stored: str) -> None:
    assert checked_address(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "anna",
        "anna@",
        "@kanzlei.example",
        "anna@localhost",
        "anna@kanzlei..example",
        "anna@-kanzlei.example",
        "a b@kanzlei.example",
        ".anna@kanzlei.example",
        "anna@kanzlei.example\r\nBcc: x@y.example",
        "anna@kanzlei.example, bernd@kanzlei.example",
        '"a b"@kanzlei.example',
        "<anna@kanzlei.example>",
        "anna@[192.0.2.1]",
        "a\x00b@kanzlei.example",
        "x" * 65 + "@kanzlei.example",
        "x@" + "y" * 64 + ".example",
        "x@" + "yyyyyyyyy." * 26 + "example",
    ],
)
def test_nothing_else_is(typed: str) -> None:
    with pytest.raises(OutmailError, match="address_invalid"):
        checked_address(typed)


def test_a_change_is_logged_without_the_address_in_the_leaf_and_told_to_the_old_one(clerk: Person) -> None:
    set_mailbox(person=clerk, by=clerk, address="alt@kanzlei.example")
    assert not OutMail.objects.exists()
    set_mailbox(person=clerk, by=clerk, address="neu@kanzlei.example")
    [mail] = OutMail.objects.all()
    assert mail.address == "alt@kanzlei.example"
    assert "neu@" not in mail.text
    entry = AuditEntry.objects.order_by("-index").first()
    assert entry is not None
    assert b"neu@" not in bytes(entry.leaf)
    assert b"neu@kanzlei.example" in bytes(entry.personal)
    assert "neu@" not in audit_lines(clerk.tenant, limit=1)[0].about
    assert mailbox_of(clerk).address == "neu@kanzlei.example"


def test_an_address_taken_away_is_told_too_and_the_same_again_changes_nothing(clerk: Person) -> None:
    set_mailbox(person=clerk, by=clerk, address="alt@kanzlei.example")
    set_mailbox(person=clerk, by=clerk, address="alt@kanzlei.example")
    assert not OutMail.objects.exists()
    set_mailbox(person=clerk, by=clerk, address="")
    assert OutMail.objects.count() == 1
    assert not mailboxes_of([clerk.pk])


def test_who_may_not_sign_in_gets_no_mail(clerk: Person, owner: Person) -> None:
    from siegel.firms.actions import block_person

    set_mailbox(person=clerk, by=clerk, address="wulff@kanzlei.example")
    assert mailboxes_of([clerk.pk])
    block_person(person=clerk, by=owner)
    assert not mailboxes_of([clerk.pk])


def test_a_person_sets_his_own_on_his_page(clerk: Person, sign_in: SignIn) -> None:
    browser = sign_in(clerk)
    assert 'value="daily" id="digest-daily" checked' in browser.get("/mein-zugang").content.decode()
    answer = send(browser, "wulff@kanzlei.example")
    assert answer.status_code == 302
    page = browser.get("/mein-zugang?gespeichert=1").content.decode()
    assert 'value="hourly" id="digest-hourly" checked' in page
    assert "Noch nicht bestätigt" in page
    assert mailbox_of(clerk).address == ""
    [mail] = OutMail.objects.all()
    assert mail.address == "wulff@kanzlei.example"
    shown = browser.get(link_in(mail))
    assert "wulff@kanzlei.example" in shown.content.decode()
    assert mailbox_of(clerk).address == ""
    assert confirm(browser, mail).status_code == 302
    page = browser.get("/mein-zugang").content.decode()
    assert 'value="wulff@kanzlei.example"' in page
    assert "Noch nicht bestätigt" not in page


def test_the_link_serves_once_and_nobody_else(clerk: Person, owner: Person, sign_in: SignIn) -> None:
    browser = sign_in(clerk)
    send(browser, "wulff@kanzlei.example")
    [mail] = OutMail.objects.all()
    refused = confirm(sign_in(owner), mail)
    assert refused.status_code == 400
    assert "gehört zu einem anderen Zugang" in refused.content.decode()
    assert Browser().get(link_in(mail)).status_code == 302
    assert confirm(browser, mail).status_code == 302
    # followed once more it changes nothing and shows the address, as long as that is the one
    again = browser.get(link_in(mail))
    assert (again.status_code, again["Location"]) == (302, "/mein-zugang?gespeichert=1#e-mail")
    kinds = [line.kind for line in audit_lines(clerk.tenant, limit=9)]
    assert kinds.count("accounts.address_set") == 1
    set_mailbox(person=clerk, by=clerk, address="neu@kanzlei.example")
    assert confirm(browser, mail).status_code == 400
    assert mailbox_of(owner).address == ""


@pytest.mark.parametrize("link", ["", "x", "e30:1vMqGh:AAAA"])
def test_a_link_that_we_did_not_write_does_nothing(clerk: Person, sign_in: SignIn, link: str) -> None:
    answer = sign_in(clerk).get(f"/mein-zugang/e-mail/bestaetigen?{urlencode({'link': link})}")
    assert answer.status_code == 400
    assert "gilt nicht mehr" in answer.content.decode()


def test_the_link_serves_for_a_day(clerk: Person, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = sign_in(clerk)
    send(browser, "wulff@kanzlei.example")
    [mail] = OutMail.objects.all()
    monkeypatch.setattr(own_address, "VALID", timedelta(seconds=-1))
    assert confirm(browser, mail).status_code == 400
    assert "Noch nicht bestätigt" not in browser.get("/mein-zugang").content.decode()


def test_an_address_is_taken_away_at_once_and_wishes_need_no_mail(clerk: Person, sign_in: SignIn) -> None:
    set_mailbox(person=clerk, by=clerk, address="alt@kanzlei.example")
    browser = sign_in(clerk)
    send(browser, "alt@kanzlei.example")
    assert not OutMail.objects.exists()
    assert mailbox_of(clerk).digest == "hourly"
    send(browser, "")
    assert mailbox_of(clerk).address == ""


def test_nobody_writes_to_many_strangers_by_it(clerk: Person, sign_in: SignIn) -> None:
    browser = sign_in(clerk)
    answers = [send(browser, f"a{number}@kanzlei.example").status_code for number in range(7)]
    assert answers == [302] * 5 + [400] * 2
    assert OutMail.objects.count() == 5


def test_a_wrong_address_is_shown_again_with_what_is_wrong(clerk: Person, sign_in: SignIn) -> None:
    answer = send(sign_in(clerk), 'wulff"@kanzlei')
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "lässt sich nichts senden" in page
    assert "wulff&quot;@kanzlei" in page
    assert not mailbox_of(clerk).address


def test_a_client_hears_at_once_until_he_chooses(client_user: Person, sign_in: SignIn) -> None:
    assert 'value="at_once" id="digest-at-once" checked' in sign_in(client_user).get("/mein-zugang").content.decode()
