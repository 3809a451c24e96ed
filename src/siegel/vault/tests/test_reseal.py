"""Versions sealed anew over HTTP: what stands then, what is gone from the disk, and what is refused."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from siegel.accounts.models import Person
from siegel.base.models import AuditEntry, Blob
from siegel.keys.tests.island import Island, RefusedError
from siegel.keys.tests.scanner import ScannerDouble
from siegel.seals.records import PurgeChange, ReleaseChange, RemoveChange
from siegel.vault.models import Node, Settings, Upload, Vault, Version
from siegel.vault.queries import sent_by
from siegel.vault.tests.island import OpenVault, Sealed, open_vault, tus
from siegel.vault.tests.resealing import manifest_of, reseal, reseal_body, sent


def stored() -> set[bytes]:
    return {path.read_bytes() for path in Path(settings.BLOB_DIR).rglob("*") if path.is_file()}


def refused(vault: OpenVault, attempt: Callable[[], object]) -> str:
    """The code of a refusal that changed nothing."""
    before = list(Version.objects.order_by("pk").values()), stored()
    with pytest.raises(RefusedError) as error:
        attempt()
    assert (list(Version.objects.order_by("pk").values()), stored()) == before
    return f"{error.value}"


def committed(vault: OpenVault, made: Sealed, node: str, version: int = 1, **more: object) -> Callable[[], object]:
    body = reseal_body(vault, made, node, version, **more)
    return lambda: vault.island.post(f"vaults/{vault.id}/commit", body)


def test_the_old_ciphertext_is_gone_and_everybody_opens_the_new(
    vault: OpenVault, client_user: Island, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    vault.rotate()
    first = sent(vault, b"Beleg")
    vault.commit(first)
    [node] = vault.state.nodes
    vault.rotate()
    before = Version.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        made = reseal(vault, b"Beleg", node)
    assert stored() == {made.payload}
    row = Vault.objects.get(pk=vault.id)
    assert (row.file_count, row.size_bytes, Blob.objects.count()) == (1, len(made.payload), 1)
    old, new = Version.objects.order_by("pk")
    assert (old.replaced, bytes(old.header), old.blob_id, bytes(old.row)) == (True, b"", None, bytes(before.row))
    assert (new.replaced, new.replaces, new.version, new.epoch) == (False, old.manifest_hash, 1, vault.epoch)
    assert Node.objects.get(node=node).manifest_hash == new.manifest_hash == manifest_of(vault, node)
    theirs = open_vault(client_user, vault.id)
    assert theirs.state.versions == vault.state.versions
    assert theirs.open(node) == b"Beleg"
    kinds = [json.loads(bytes(entry.leaf))["kind"] for entry in AuditEntry.objects.order_by("index")]
    assert kinds.count("vault.version_resealed") == 1
    # it is nothing new that its sealer has sent
    assert len(sent_by(Person.objects.get(pk=vault.island.person), limit=9)) == 1


def test_an_earlier_version_is_sealed_anew_and_the_latest_stays(vault: OpenVault) -> None:
    node = vault.put(b"alt")
    second = sent(vault, b"neu")
    vault.commit(second, node=node, version=2, previous=vault.state.nodes[node].manifest)
    vault.rotate()
    reseal(vault, b"alt", node, 1)
    assert (vault.open(node, 1), vault.open(node, 2)) == (b"alt", b"neu")
    assert Node.objects.get(node=node).version == 2
    third = sent(vault, b"neuer")
    vault.commit(third, node=node, version=3, previous=vault.state.nodes[node].manifest)
    assert vault.open(node, 3) == b"neuer"


def test_a_payload_that_a_copy_shares_stays_until_the_copy_is_sealed_anew(
    vault: OpenVault, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    node = vault.put(b"Beleg")
    [shared] = stored()
    copy = vault.copy(node)
    vault.rotate()
    with django_capture_on_commit_callbacks(execute=True):
        reseal(vault, b"Beleg", node)
    assert shared in stored()
    assert vault.open(copy) == b"Beleg"
    with django_capture_on_commit_callbacks(execute=True):
        reseal(vault, b"Beleg", copy)
    assert shared not in stored()
    assert (vault.open(node), vault.open(copy)) == (b"Beleg", b"Beleg")
    assert Vault.objects.get(pk=vault.id).size_bytes == sum(map(len, stored()))


def test_the_rules_hold_on_the_server(vault: OpenVault, client_user: Island) -> None:
    vault.rotate()
    node = vault.put(b"Beleg")
    made = sent(vault, b"Beleg")
    assert "node_repeated" in refused(vault, committed(vault, made, node))
    vault.rotate()
    assert "stale" in refused(vault, committed(vault, made, node, epoch=vault.epoch - 1))
    longer = sent(vault, b"Beleg!")
    assert "reseal_differs" in refused(vault, committed(vault, longer, node))
    replaced = manifest_of(vault, node)
    theirs = open_vault(client_user, vault.id)
    theirs_made = sent(theirs, b"Beleg")
    assert "record_rights" in refused(theirs, committed(theirs, theirs_made, node))
    reseal(vault, b"Beleg", node)
    vault.rotate()
    assert "node_version" in refused(vault, committed(vault, made, node, previous=replaced))
    assert "node_version" in refused(vault, lambda: vault.change(ReleaseChange(replaced, node, 1)))
    vault.change(RemoveChange(node))
    vault.change(PurgeChange(node))
    assert "node_purged" in refused(vault, committed(vault, made, node))
    assert {bytes(row.row) for row in Version.objects.all()} == {b""}


def test_nothing_is_sealed_anew_while_a_new_epoch_is_due(vault: OpenVault, client_user: Island, owner: Island) -> None:
    vault.rotate()
    node = vault.put(b"Beleg")
    second = sent(vault, b"neu")
    vault.commit(second, node=node, version=2, previous=vault.state.nodes[node].manifest)
    vault.rotate()
    made = sent(vault, b"Beleg")
    owner.revoke(client_user.kid, reason="lost")
    vault.refresh()
    assert "stale" in refused(vault, committed(vault, made, node, 1))


def test_what_was_released_stays_open_and_what_was_clean_waits(vault: OpenVault, scanner: ScannerDouble) -> None:
    Settings.objects.create(tenant_id=vault.island.firm, hold_unscannable=True)
    clean = vault.put(b"Beleg")
    scanner.result, scanner.reason = "not_scannable", "encrypted"
    held = vault.put(b"PK")
    vault.change(ReleaseChange(manifest_of(vault, held), held, 1))
    vault.rotate()
    reseal(vault, b"PK", held)
    assert vault.open(held) == b"PK"
    assert vault.state.is_released(manifest_of(vault, held))
    reseal(vault, b"Beleg", clean)
    assert Version.objects.get(node__node=clean, replaced=False).held


def test_lists_say_how_many_versions_lie_under_older_keys(vault: OpenVault) -> None:
    def told() -> object:
        [line] = vault.island.get("vaults?old=true")["vaults"]
        return line["old"]

    node, other = vault.put(b"Beleg"), vault.put(b"weg")
    assert told() == 0
    vault.rotate()
    assert told() == 2
    reseal(vault, b"Beleg", node)
    assert told() == 1
    vault.change(RemoveChange(other))
    vault.change(PurgeChange(other))
    assert told() == 0


def test_a_full_vault_is_sealed_anew_and_what_was_promised_is_promised_once(vault: OpenVault) -> None:
    node = vault.put(bytes(5000))
    vault.rotate()
    size = Vault.objects.get(pk=vault.id).size_bytes
    Settings.objects.create(tenant_id=vault.island.firm, vault_quota_bytes=size + 100)
    made = Sealed.of(bytes(5000))
    old = manifest_of(vault, node)

    def begin(replaces: str) -> int:
        told = {"vault": vault.id, "replaces": replaces} if replaces else {"vault": vault.id}
        marks = ",".join(f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in told.items())
        headers = {"Upload_Length": str(len(made.payload)), "Upload_Metadata": marks}
        response = tus(vault.island, "POST", "uploads", made.payload, **headers)
        if response.status_code == 201:
            made.upload = str(response["Location"]).rpartition("/")[2]
        return int(response.status_code)

    assert begin("") == 409
    assert {begin(named) for named in ("x" * 5000, old[:-1], old + "A", "\0")} == {400}
    assert begin(old) == 201
    assert begin(old) == 409
    vault.check(made)
    assert "manifest_differs" in refused(vault, lambda: vault.commit(made))
    vault.island.post(f"vaults/{vault.id}/commit", reseal_body(vault, made, node))
    vault.refresh()
    assert vault.open(node) == bytes(5000)
    assert (Vault.objects.get(pk=vault.id).size_bytes, Upload.objects.count()) == (size, 0)


def test_who_does_not_manage_the_vault_announces_nothing_that_is_to_replace(
    vault: OpenVault, client_user: Island
) -> None:
    vault.rotate()
    old = manifest_of(vault, vault.put(bytes(5000)))
    told = {"vault": vault.id, "replaces": old}
    marks = ",".join(f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in told.items())
    answers = [
        tus(one, "POST", "uploads", Upload_Length="5000", Upload_Metadata=marks) for one in (client_user, vault.island)
    ]
    assert [answer.status_code for answer in answers] == [404, 201]
