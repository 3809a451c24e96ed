"""Locks, quota and the owner's settings."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.utils import timezone

from siegel.keys.tests.island import Island
from siegel.seals.records import RemoveChange, RosterChange
from siegel.vault.forms import GIB
from siegel.vault.models import Lock, Settings, Vault
from siegel.vault.tests.island import OpenVault, open_vault
from siegel.vault.tests.test_tree import refused


@pytest.fixture
def theirs(vault: OpenVault, client_user: Island) -> OpenVault:
    """The client's view of the vault."""
    vault.rotate()
    return open_vault(client_user, vault.id)


def lock(vault: OpenVault, node: str) -> int:
    until: int = vault.island.post(f"vaults/{vault.id}/locks", {"node": node, "epoch": vault.epoch})["until"]
    return until


def save(vault: OpenVault, form: dict[str, object]) -> HttpResponse:
    """The answer to the page's form, as a browser sends it."""
    path, kind = "/einstellungen/tresore/speichern", "application/x-www-form-urlencoded"
    answer: HttpResponse = vault.island.browser.post(path, urlencode(form), content_type=kind)  # type: ignore[assignment]  # the test's double of it
    return answer


def unlock(vault: OpenVault, node: str) -> int:
    return int(vault.island.browser.delete(f"/api/vaults/{vault.id}/locks/{node}").status_code)


def test_a_lock_keeps_others_from_changing_the_file_and_not_its_holder(vault: OpenVault, theirs: OpenVault) -> None:
    folder, node = vault.add_folder(), vault.put(b"Beleg")
    vault.change(vault.place(node, folder))
    theirs.refresh()
    lock(theirs, node)
    for attempt in (
        lambda: vault.change(RemoveChange(node)),
        lambda: vault.change(RemoveChange(folder)),
        lambda: vault.change(vault.place(folder)),
        lambda: vault.copy(node, onto=node),
        lambda: lock(vault, node),
    ):
        error = refused(attempt)
        assert (error.status, error.code) == (409, "node_locked")
    theirs.copy(node, onto=node)
    assert Lock.objects.count() == 1
    theirs.change(RemoveChange(node))


def test_a_lock_ends_with_its_time_or_with_its_holders_right_to_write(vault: OpenVault, theirs: OpenVault) -> None:
    node = vault.put(b"Beleg")
    lock(theirs, node)
    Lock.objects.update(until=timezone.now())
    vault.change(vault.place(node))
    lock(theirs.refresh(), node)
    now = vault.state.position.now
    kept = tuple(line for line in now.roster.holders if line.subject != theirs.island.person)
    roster = vault.roster(kept)
    vault.append(vault.record(RosterChange(roster.hash, now.roster.seq + 1)), roster=roster.to_wire())
    vault.refresh().rotate()
    vault.change(RemoveChange(node))


def test_locks_are_told_with_the_news_and_broken_by_who_manages(vault: OpenVault, theirs: OpenVault) -> None:
    node = vault.put(b"Beleg")
    before = vault.island.get(f"vaults/{vault.id}/head")["locks"]
    until = lock(theirs.refresh(), node)
    [told] = vault.island.get(f"vaults/{vault.id}/news?since=0")["locks"]
    assert (told["node"], told["person"], told["until"]) == (node, theirs.island.person, until)
    assert vault.island.get(f"vaults/{vault.id}/head")["locks"] == before + 1
    assert unlock(vault, node) == 200
    assert unlock(vault, node) == 404
    lock(vault, node)
    assert unlock(theirs, node) == 404
    happened = vault.island.get(f"vaults/{vault.id}/activity?node={node}")["entries"]
    assert [entry["kind"] for entry in happened][:2] == ["vault.node_locked", "vault.lock_broken"]


def test_only_live_files_are_locked(vault: OpenVault) -> None:
    folder, node = vault.add_folder(), vault.put(b"Beleg")
    assert refused(lambda: lock(vault, folder)).status == 404
    vault.change(RemoveChange(node))
    assert refused(lambda: lock(vault, node)).status == 404


@pytest.mark.parametrize("scope", ["firm_quota_bytes", "vault_quota_bytes"])
def test_an_upload_that_would_pass_a_limit_is_refused_and_says_what_is_free(vault: OpenVault, scope: str) -> None:
    vault.put(b"Beleg")
    stored = Vault.objects.get(pk=vault.id).size_bytes
    Settings.objects.create(tenant_id=vault.island.firm, **{scope: stored + 300})
    news = vault.island.get(f"vaults/{vault.id}/news?since=0")
    assert news["settings"]["quota"] == {"used": stored, "limit": stored + 300}
    vault.send(b"passt")
    with pytest.raises(AssertionError) as error:
        vault.send(bytes(400))
    assert "quota_exceeded" in str(error.value)


def test_the_owner_changes_the_settings_and_the_log_says_so(vault: OpenVault) -> None:
    browser = vault.island.browser
    form = {"trash_days": 7, "lock_hours": 2, "hold_unscannable": "on", "firm_quota_gib": "", "vault_quota_gib": 5}
    assert save(vault, form).status_code == 302
    saved = Settings.objects.get()
    assert (saved.trash_days, saved.lock_hours, saved.hold_unscannable) == (7, 2, True)
    assert (saved.firm_quota_bytes, saved.vault_quota_bytes) == (None, 5 * GIB)
    page = browser.get("/einstellungen/tresore").content.decode()
    assert 'value="7"' in page
    assert "checked" in page
    until = lock(vault, vault.put(b"Beleg"))
    assert timedelta(hours=1, minutes=59) < timedelta(seconds=until - timezone.now().timestamp()) <= timedelta(hours=2)


@pytest.mark.parametrize("wrong", [{"trash_days": 0}, {"lock_hours": "viele"}, {"firm_quota_gib": -1}])
def test_settings_that_make_no_sense_change_nothing(vault: OpenVault, wrong: dict[str, object]) -> None:
    form = {"trash_days": 7, "lock_hours": 2, **wrong}
    answer = save(vault, form)
    assert answer.status_code == 400
    assert "is-invalid" in answer.content.decode()
    assert not Settings.objects.exists()
