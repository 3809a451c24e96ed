from typing import Any

import pytest

from siegel.base.models import AuditEntry
from siegel.base.queries import audit_lines
from siegel.keys.tests.island import Island, RefusedError
from siegel.seals.canonical import b64
from siegel.vault import api
from siegel.vault.tests.island import OpenVault

BODY: dict[str, Any] = {"package": b64(bytes(32)), "recipient": b64(bytes(range(32))), "files": 3}


def test_the_log_and_the_vaults_history_keep_that_it_was_packed_for_another_firm(
    owner: Island, vault: OpenVault
) -> None:
    owner.post(f"vaults/{vault.id}/hand-overs", BODY)
    last = AuditEntry.objects.order_by("index").last()
    assert last is not None
    assert b"vault.handed_over" in bytes(last.leaf)
    [line] = audit_lines(last.tenant, limit=1)
    assert line.about == "Mandant 10058 · Buchhaltung 2026"
    newest = owner.get(f"vaults/{vault.id}/activity")["entries"][0]
    assert (newest["kind"], newest["index"]) == ("vault.handed_over", last.index)


def test_a_client_who_writes_there_packs_nothing(vault: OpenVault, client_user: Island) -> None:
    with pytest.raises(RefusedError) as refused:
        client_user.post(f"vaults/{vault.id}/hand-overs", BODY)
    assert refused.value.status == 404


TAKEN: dict[str, Any] = {"package": b64(bytes(32)), "sender": b64(bytes(range(32))), "files": 3}


def test_the_log_and_the_vaults_history_keep_that_a_package_was_taken_in(vault: OpenVault, client_user: Island) -> None:
    client_user.post(f"vaults/{vault.id}/take-ins", TAKEN)
    newest = client_user.get(f"vaults/{vault.id}/activity")["entries"][0]
    assert newest["kind"] == "vault.taken_in"


def test_nobody_fills_the_log_with_packages_taken_in(
    vault: OpenVault, client_user: Island, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "TAKE_INS_PER_HOUR", 1)
    client_user.post(f"vaults/{vault.id}/take-ins", TAKEN)
    with pytest.raises(RefusedError) as refused:
        client_user.post(f"vaults/{vault.id}/take-ins", TAKEN)
    assert (refused.value.status, refused.value.code) == (429, "throttled")
    taken = [entry for entry in AuditEntry.objects.all() if b"vault.taken_in" in bytes(entry.leaf)]
    assert len(taken) == 1
