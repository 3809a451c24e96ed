"""The log's head by mail: who gets it, when, what it says, and who may compare."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.test import Client as Browser

from siegel.accounts.mailbox import set_mailbox
from siegel.accounts.models import Person
from siegel.accounts.tests.people import SignIn
from siegel.base.audit import checkpoints
from siegel.base.models import AuditEntry, Tenant
from siegel.base.outmail.models import OutMail
from siegel.base.queries import audit_lines
from siegel.base.tests.logs import grow, notary
from siegel.firms import log_mails
from siegel.firms.actions import block_person
from siegel.lib import tlog

MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=ZoneInfo("Europe/Berlin"))
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def log(firm: Tenant, tmp_path: Path) -> Iterator[Tenant]:
    with notary(tmp_path / "notary"):
        grow(firm, 3)
        yield firm


@pytest.fixture
def owner_with_mail(log: Tenant, owner: Person) -> Person:
    set_mailbox(person=owner, by=owner, address="inhaberin@kanzlei.example")
    return owner


def post_at(moment: datetime, monkeypatch: pytest.MonkeyPatch) -> list[OutMail]:
    """What goes out at this time."""
    before = set(OutMail.objects.values_list("pk", flat=True))
    with monkeypatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: moment)
        log_mails.post_due()
    return list(OutMail.objects.filter(kind=log_mails.KIND).exclude(pk__in=before).order_by("pk"))


def choose(browser: Browser, person: Person, wanted: str) -> int:
    body = f"person={person.pk}&wanted={wanted}"
    return int(browser.post("/protokoll/versand/speichern", body, content_type=FORM).status_code)


def test_the_owner_gets_the_head_once_a_day_and_it_is_the_signed_one(
    log: Tenant, owner_with_mail: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert post_at(MORNING.replace(hour=6), monkeypatch) == []
    [mail] = post_at(MORNING, monkeypatch)
    assert (mail.address, mail.person) == ("inhaberin@kanzlei.example", owner_with_mail.pk)
    note = mail.text.split(f"{log_mails.RULE}\n")[1]
    key = tlog.VerifierKey.parse(checkpoints.log_of(log.pk).vkey)
    head = tlog.open_checkpoint(tlog.Note.parse(note.encode()), key).checkpoint
    newest = checkpoints.newest(log.pk)
    assert newest is not None
    assert head.size == newest.size
    assert "/protokoll/vergleichen" in mail.text
    grow(log)
    assert post_at(MORNING + timedelta(hours=10), monkeypatch) == []
    assert len(post_at(MORNING + timedelta(days=1), monkeypatch)) == 1


def test_a_log_that_has_not_grown_is_not_told_again(
    log: Tenant, owner_with_mail: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_at(MORNING, monkeypatch)
    size = AuditEntry.objects.filter(tenant=log).count()
    assert post_at(MORNING + timedelta(days=1), monkeypatch) == []
    assert AuditEntry.objects.filter(tenant=log).count() == size


def test_the_owner_chooses_clients_and_takes_them_off_again(
    log: Tenant, owner_with_mail: Person, client_user: Person, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_mailbox(person=client_user, by=client_user, address="harms@mandant.example", language="en")
    browser = sign_in(owner_with_mail)
    assert "Daniela Harms" in browser.get("/protokoll/versand").content.decode()
    assert choose(browser, client_user, "yes") == choose(browser, client_user, "yes") == 302
    assert "harms@mandant.example" in browser.get("/protokoll/versand").content.decode()
    told = post_at(MORNING, monkeypatch)
    assert {mail.person for mail in told} == {owner_with_mail.pk, client_user.pk}
    # in his language; no names but his own and the firm's
    [english] = [mail for mail in told if mail.person == client_user.pk]
    assert "signed head" in english.text
    assert owner_with_mail.name not in english.text
    assert choose(browser, client_user, "no") == choose(browser, owner_with_mail, "no") == 302
    grow(log)
    assert post_at(MORNING + timedelta(days=1), monkeypatch) == []
    [last] = [line for line in audit_lines(log, limit=20) if line.kind == "firms.log_mail_set"][:1]
    assert json.loads(bytes(AuditEntry.objects.get(tenant=log, index=last.index).leaf))["about"] == {
        "person": owner_with_mail.pk,
        "wanted": False,
    }


def test_whoever_is_blocked_or_has_no_address_gets_nothing(
    log: Tenant, owner_with_mail: Person, client_user: Person, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert choose(sign_in(owner_with_mail), client_user, "yes") == 302
    assert len(post_at(MORNING, monkeypatch)) == 1
    set_mailbox(person=client_user, by=client_user, address="harms@mandant.example")
    block_person(person=client_user, by=owner_with_mail)
    checkpoints.sign_head(log.pk)
    assert len(post_at(MORNING + timedelta(days=1), monkeypatch)) == 1


def test_nobody_is_chosen_in_another_firm_or_by_nonsense(
    log: Tenant, owner_with_mail: Person, stranger: Person, sign_in: SignIn
) -> None:
    browser = sign_in(owner_with_mail)
    assert choose(browser, stranger, "yes") == 404
    assert choose(browser, owner_with_mail, "perhaps") == 404


def test_a_client_compares_only_after_he_was_chosen_and_sees_no_entries(
    log: Tenant, owner_with_mail: Person, client_user: Person, sign_in: SignIn
) -> None:
    client = sign_in(client_user)
    pages = ("/protokoll/vergleichen", "/api/audit/checkpoint", "/api/audit/consistency?old=1&size=2")
    assert [client.get(page).status_code for page in pages] == [404, 404, 404]
    choose(sign_in(owner_with_mail), client_user, "yes")
    assert [client.get(page).status_code for page in pages] == [200, 200, 200]
    closed = ("/protokoll", "/protokoll/versand", "/api/audit/entries", "/api/audit/entries/0/proof")
    assert [client.get(page).status_code for page in closed] == [404, 404, 404, 404]
