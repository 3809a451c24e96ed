"""Notices and digests: who hears of a vault, when, and what never stands in a mail."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from siegel.accounts.mailbox import set_mailbox
from siegel.accounts.models import Person
from siegel.base.models import AuditEntry
from siegel.base.outmail.delivery import deliver_due
from siegel.base.outmail.models import OutMail
from siegel.base.queries import audit_lines
from siegel.firms.actions import block_person
from siegel.keys.tests.island import Island, RefusedError
from siegel.seals.documents import Holder
from siegel.seals.ids import new_id
from siegel.vault.notices import rules
from siegel.vault.notices.followups import tell_of_new_contents
from siegel.vault.notices.models import LastDigest, NewContents
from siegel.vault.notices.queries import is_wanted
from siegel.vault.queries import titles_of
from siegel.vault.tests.island import OpenVault, begin_vault
from siegel.vault.tests.teams import set_holders


def person_of(island: Island) -> Person:
    return Person.objects.select_related("tenant").get(pk=island.person)


def reachable(island: Island, address: str, wish: str | None = None) -> Person:
    person = person_of(island)
    set_mailbox(person=person, by=person, address=address, digest=wish)
    return person


def let_settle(**back: float) -> None:
    """As if it had happened earlier."""
    for row in NewContents.objects.all():
        NewContents.objects.filter(pk=row.pk).update(
            first_at=row.first_at - timedelta(**back), last_at=row.last_at - timedelta(**back)
        )


def mails() -> list[OutMail]:
    return list(OutMail.objects.exclude(kind="address_changed").order_by("pk"))


@pytest.fixture
def told(owner: Island, vault: OpenVault, client_user: Island) -> OpenVault:
    """Owner and client hold the vault and have addresses; the client hears at once, the owner daily."""
    reachable(owner, "inhaberin@kanzlei.example")
    reachable(client_user, "harms@mandant.example")
    vault.rotate()
    return vault


def test_new_files_are_told_once_to_those_who_did_not_send_them(owner: Island, told: OpenVault) -> None:
    told.put(b"eins")
    told.put(b"zwei")
    tell_of_new_contents()
    assert not mails(), "an upload may go on for a while"
    let_settle(seconds=30)
    tell_of_new_contents()
    tell_of_new_contents()
    [mail] = mails()
    assert mail.address == "harms@mandant.example"
    assert "Buchhaltung 2026: 2 Dateien" in mail.text
    assert f"/tresore/{told.id}" in mail.text
    assert "/mein-zugang#e-mail" in mail.text
    assert not NewContents.objects.filter(person=owner.person).exists()


def test_a_long_upload_is_told_within_two_minutes(told: OpenVault) -> None:
    told.put(b"eins")
    tell_of_new_contents()
    let_settle(seconds=61)
    told.put(b"zwei")
    tell_of_new_contents()
    assert [mail.kind for mail in mails()] == ["digest"]


def test_daily_ones_wait_for_seven_in_the_morning(owner: Island, client_user: Island, told: OpenVault) -> None:
    from siegel.vault.tests.island import open_vault

    open_vault(client_user, told.id).put(b"vom Mandanten")
    tell_of_new_contents()
    let_settle(minutes=5)
    tell_of_new_contents()
    assert not mails()
    let_settle(hours=24)
    tell_of_new_contents()
    assert [mail.address for mail in mails()] == ["inhaberin@kanzlei.example"]


def test_hourly_means_once_an_hour(client_user: Island, told: OpenVault) -> None:
    person = reachable(client_user, "harms@mandant.example", "hourly")
    for content in (b"eins", b"zwei"):
        told.put(content)
        tell_of_new_contents()
        let_settle(seconds=30)
        tell_of_new_contents()
    assert len(mails()) == 1
    LastDigest.objects.filter(person=person).update(at=timezone.now() - timedelta(hours=1))
    tell_of_new_contents()
    assert len(mails()) == 2


def test_who_turns_it_off_hears_nothing_also_not_of_what_waited(client_user: Island, told: OpenVault) -> None:
    told.put(b"eins")
    tell_of_new_contents()
    reachable(client_user, "harms@mandant.example", "off")
    let_settle(seconds=30)
    tell_of_new_contents()
    told.put(b"zwei")
    tell_of_new_contents()
    assert not mails()
    assert not NewContents.objects.exists()


def test_who_was_blocked_meanwhile_hears_nothing(owner: Island, client_user: Island, told: OpenVault) -> None:
    told.put(b"eins")
    tell_of_new_contents()
    block_person(person=person_of(client_user), by=person_of(owner))
    let_settle(seconds=30)
    tell_of_new_contents()
    assert not mails()
    assert not NewContents.objects.exists()


def test_who_was_shut_out_while_the_mail_waited_does_not_get_it(
    owner: Island, client_user: Island, told: OpenVault
) -> None:
    told.put(b"eins")
    tell_of_new_contents()
    let_settle(seconds=30)
    tell_of_new_contents()
    [mail] = mails()
    block_person(person=person_of(client_user), by=person_of(owner))
    deliver_due.call()
    mail.refresh_from_db()
    assert (mail.state, mail.text) == (OutMail.State.DROPPED, "")


def test_a_mail_is_wanted_only_by_who_can_open_all_it_names(
    owner: Island, client_user: Island, clerk: Island, told: OpenVault
) -> None:
    assert is_wanted(client_user.person, [told.id])
    assert not is_wanted(client_user.person, [told.id, new_id()])
    assert not is_wanted(clerk.person, [told.id])
    assert is_wanted(clerk.person, [])


def test_old_entries_are_no_news(told: OpenVault, monkeypatch: pytest.MonkeyPatch) -> None:
    told.put(b"eins")
    monkeypatch.setattr("siegel.vault.notices.followups.NEWS_FOR", timedelta(0))
    tell_of_new_contents()
    assert not NewContents.objects.exists()


def test_a_notice_names_vault_and_sender_and_nothing_else(owner: Island, client_user: Island, told: OpenVault) -> None:
    there = owner.get(f"vaults/{told.id}/notice")["people"]
    assert [(one["id"], one["reachable"]) for one in there] == [(client_user.person, True)]
    body = {"people": [client_user.person], "sentence": "please_look"}
    assert owner.post(f"vaults/{told.id}/notice", body) == {"sent": 1}
    [mail] = mails()
    assert mail.address == "harms@mandant.example"
    assert "Buchhaltung 2026" in mail.text
    assert person_of(owner).name in mail.text
    assert "Bitte sehen Sie die Unterlagen durch." in mail.text
    entry = AuditEntry.objects.order_by("-index").first()
    assert entry is not None
    assert b"vault.notified" in bytes(entry.leaf)
    assert client_user.person.encode() in bytes(entry.leaf)
    assert b"mandant.example" not in bytes(entry.personal)
    assert person_of(client_user).name in audit_lines(person_of(owner).tenant, limit=1)[0].about


def test_nobody_else_can_be_written_to(owner: Island, client_user: Island, clerk: Island, told: OpenVault) -> None:
    reachable(clerk, "wulff@kanzlei.example")
    for people in ([clerk.person], [owner.person], [client_user.person, clerk.person], [new_id()]):
        with pytest.raises(RefusedError) as refused:
            owner.post(f"vaults/{told.id}/notice", {"people": people})
        assert refused.value.status == 404
    with pytest.raises(RefusedError):
        clerk.post(f"vaults/{told.id}/notice", {"people": [client_user.person]})
    with pytest.raises(RefusedError):
        owner.post(f"vaults/{told.id}/notice", {"people": [client_user.person], "sentence": "own words"})
    assert not mails()


def test_notices_are_bounded_in_an_hour(owner: Island, client_user: Island, told: OpenVault) -> None:
    body = {"people": [client_user.person]}
    for _ in range(10):
        owner.post(f"vaults/{told.id}/notice", body)
    with pytest.raises(RefusedError) as refused:
        owner.post(f"vaults/{told.id}/notice", body)
    assert (refused.value.status, refused.value.code) == (429, "throttled")
    assert len(mails()) == 10


def test_mails_speak_the_language_the_person_chose(owner: Island, client_user: Island, told: OpenVault) -> None:
    person = person_of(client_user)
    set_mailbox(person=person, by=person, address="harms@mandant.example", language="en")
    owner.post(f"vaults/{told.id}/notice", {"people": [client_user.person], "sentence": "new"})
    [mail] = mails()
    assert "draw your attention" in mail.text
    assert "möchte" not in mail.text


@pytest.mark.parametrize(
    ("moment", "seven"),
    [
        ("2026-11-22T05:59:00+00:00", "2026-11-22T06:00:00+00:00"),
        ("2026-11-22T06:00:00+00:00", "2026-11-23T06:00:00+00:00"),
        # the night in which summer time begins, and the one in which it ends
        ("2026-03-28T12:00:00+00:00", "2026-03-29T05:00:00+00:00"),
        ("2026-10-24T12:00:00+00:00", "2026-10-25T06:00:00+00:00"),
    ],
)
def test_seven_is_seven_in_berlin(moment: str, seven: str) -> None:
    assert rules.next_seven(datetime.fromisoformat(moment)) == datetime.fromisoformat(seven)


def test_an_unknown_wish_is_never_due() -> None:
    old = datetime(2020, 1, 1, tzinfo=UTC)
    for wish in ("off", "", "weekly"):
        assert not rules.is_due(wish, first_at=old, last_at=old, told_at=None, now=datetime.now(UTC))


def test_a_personal_vault_bears_its_founders_name_whoever_else_stands_in_its_roster(
    owner: Island, clerk: Island
) -> None:
    own = begin_vault(clerk)
    lines = [Holder(owner.kid, "read", owner.person, None), *own.state.position.now.roster.holders]
    set_holders(own, lines)
    assert titles_of([own.id]) == {own.id: person_of(clerk).name}
