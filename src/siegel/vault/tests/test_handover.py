from typing import Any

import pytest

from siegel.base.models import AuditEntry
from siegel.keys.tests.island import Island, RefusedError
from siegel.seals.canonical import b64
from siegel.vault.tests.island import OpenVault

BODY: dict[str, Any] = {"package": b64(bytes(32)), "recipient": b64(bytes(range(32))), "files": 3}


def test_the_log_and_the_vaults_history_keep_that_it_was_packed_for_another_firm(
    owner: Island, vault: OpenVault
) -> None:
    owner.post(f"vaults/{vault.id}/hand-overs", BODY)
    last = AuditEntry.objects.order_by("index").last()
    assert last is not None
    assert b"vault.handed_over" in bytes(last.leaf)
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
