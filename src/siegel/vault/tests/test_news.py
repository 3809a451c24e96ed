import os

import pytest

from siegel.accounts.models import Person
from siegel.keys.tests.island import Island
from siegel.vault import queries
from siegel.vault.tests.island import OpenVault, open_vault


def test_news_come_in_pages_that_together_are_the_whole_chain(
    owner: Island, vault: OpenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        made = [vault.send(os.urandom(10)) for _ in range(3)]
        vault.check(*made)
        vault.commit(*made)
        vault.add_folder()
    monkeypatch.setattr(queries, "NODES_PER_PAGE", 4)
    first = owner.get(f"vaults/{vault.id}/news")
    assert first["more"]
    assert len(first["records"]) == 3
    assert first["seq"] == 7
    again = open_vault(owner, vault.id)
    assert again.head == vault.head
    assert len(again.state.nodes) == 12
    assert len(again.rows) == 13


def test_folders_fill_a_page_as_files_do(vault: OpenVault, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        vault.add_folder()
    monkeypatch.setattr(queries, "NODES_PER_PAGE", 2)
    first = vault.island.get(f"vaults/{vault.id}/news")
    assert (len(first["records"]), first["more"]) == (3, True)
    assert len(open_vault(vault.island, vault.id).state.nodes) == 3


def test_a_page_of_news_is_bounded_by_the_bytes_of_its_rows(vault: OpenVault, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        change, row = vault.folder(row=os.urandom(15_000))
        vault.append(vault.record(change), rows=[row])
        vault.refresh()
    monkeypatch.setattr(queries, "ROW_BYTES_PER_PAGE", 30_000)
    first = vault.island.get(f"vaults/{vault.id}/news?since=1")
    assert (len(first["records"]), first["more"]) == (2, True)
    assert len(open_vault(vault.island, vault.id).state.nodes) == 4


def test_a_single_record_with_more_nodes_than_a_page_is_still_told(
    vault: OpenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "NODES_PER_PAGE", 1)
    made = [vault.send(os.urandom(10)) for _ in range(3)]
    vault.check(*made)
    vault.commit(*made)
    assert len(open_vault(vault.island, vault.id).state.nodes) == 3


def test_a_record_accepted_while_the_news_are_read_comes_with_the_next(owner: Island, vault: OpenVault) -> None:
    """Else the records would end behind the head, and a client would take the server for a forger."""
    shown = queries.shown_to(Person.objects.get(pk=owner.person), vault.id)
    vault.add_folder()
    assert queries.news_since(shown, 1).entries == []
    assert len(vault.island.get(f"vaults/{vault.id}/news?since=1")["records"]) == 1


def test_since_the_head_there_is_nothing_new(vault: OpenVault) -> None:
    news = vault.island.get(f"vaults/{vault.id}/news?since=1")
    assert (news["records"], news["rows"], news["more"]) == ([], [], False)
    assert news["head"] == vault.head["head"]
    for since in ("-1", "x", str(10**30)):
        assert vault.island.browser.get(f"/api/vaults/{vault.id}/news?since={since}").status_code == 400


def test_a_person_gets_his_own_wraps_only(vault: OpenVault, client_user: Island) -> None:
    vault.rotate()
    mine = vault.island.get(f"vaults/{vault.id}/news")["wraps"]
    theirs = client_user.get(f"vaults/{vault.id}/news")["wraps"]
    assert [wrap["epoch"] for wrap in mine] == [wrap["epoch"] for wrap in theirs] == [1, 2]
    assert {wrap["age"] for wrap in mine}.isdisjoint({wrap["age"] for wrap in theirs})


def test_what_a_page_asks_by_itself_does_not_keep_a_session_alive(vault: OpenVault) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from siegel.accounts.models import SignedInSession

    long_ago = timezone.now() - timedelta(minutes=30)
    SignedInSession.objects.update(last_seen_at=long_ago)
    vault.island.get(f"vaults/{vault.id}/head")
    vault.island.get(f"vaults/{vault.id}/news?background=true")
    assert SignedInSession.objects.latest("pk").last_seen_at == long_ago
    vault.island.get(f"vaults/{vault.id}/news")
    assert SignedInSession.objects.latest("pk").last_seen_at > long_ago


def test_brief_news_are_one_record_with_what_opens_it(vault: OpenVault) -> None:
    for _ in range(2):
        vault.add_folder()
    news = vault.island.get(f"vaults/{vault.id}/news?brief=true")
    assert [len(news[part]) for part in ("records", "rows", "wraps")] == [1, 1, 1]
    assert (news["more"], news["seq"]) == (True, 3)
    following = vault.island.get(f"vaults/{vault.id}/news?since=2&brief=true")
    assert (len(following["records"]), following["more"]) == (1, False)
