import os
import shutil
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import pytest

from siegel.keys.tests.island import Island
from siegel.lib.merkle import leaf_hash
from siegel.seals.ids import new_id
from siegel.vault import staging
from siegel.vault.actions import uploads as actions
from siegel.vault.models import Settings, Upload, Vault, Version
from siegel.vault.tests.island import OpenVault, Sealed, tus
from siegel.vault.tests.test_uploads import Usage


def send(island: Island, vault: str, lengths: Sequence[int | str], body: bytes, **told: str) -> Any:
    told = {"vault": vault, **told}
    marks = ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in told.items())
    named = {"Upload_Lengths": ",".join(map(str, lengths)), "Upload_Metadata": marks}
    return tus(island, "POST", "uploads/small", body, **named)


def test_many_small_payloads_become_complete_uploads_in_their_order(owner: Island, vault: OpenVault) -> None:
    payloads = [os.urandom(size) for size in (100, 4160, 70, 20_000)]
    answer = send(owner, vault.id, [len(payload) for payload in payloads], b"".join(payloads))
    assert answer.status_code == 201
    uploads = answer.json()["uploads"]
    assert [staging.path_of(upload).read_bytes() for upload in uploads] == payloads
    assert [staging.leaves(upload) for upload in uploads] == [[leaf_hash(payload)] for payload in payloads]
    assert set(Upload.objects.values_list("pk", flat=True)) == set(uploads)


@pytest.mark.parametrize("cut", [1, 99, 100, 299])
def test_what_is_cut_on_the_way_leaves_nothing(owner: Island, vault: OpenVault, cut: int) -> None:
    before = set(staging.path_of("x").parent.glob("*"))
    answer = send(owner, vault.id, [100, 200], os.urandom(300)[:cut])
    assert (answer.status_code, answer.json()["code"]) == (400, "upload_cut")
    assert not Upload.objects.exists()
    assert set(staging.path_of("x").parent.glob("*")) == before


@pytest.mark.parametrize(
    ("lengths", "status", "code"),
    [
        ([100] * 201, 400, "too_many"),
        ([1], 400, "upload_bad"),
        (["x"], 400, "upload_bad"),
        ([-5, 100], 400, "upload_bad"),
        ([(1 << 20) + 1], 413, "too_large"),
        ([1 << 20] * 9, 413, "too_large"),
    ],
)
def test_what_is_not_small_or_no_length_is_refused_unread(
    owner: Island, vault: OpenVault, lengths: list[int | str], status: int, code: str
) -> None:
    answer = send(owner, vault.id, lengths, b"x" * 100)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Upload.objects.exists()


def test_where_one_may_not_write_there_is_no_vault(owner: Island) -> None:
    answer = send(owner, new_id(), [100], b"x" * 100)
    assert answer.status_code == 404


def test_what_is_sealed_anew_is_refused_in_a_bundle(vault: OpenVault) -> None:
    replaced = Version.objects.get(node__node=vault.put(b"Beleg")).manifest_hash
    answer = send(vault.island, vault.id, [100], b"x" * 100, replaces=replaced)
    assert (answer.status_code, answer.json()["code"]) == (400, "small_replaces")
    assert not Upload.objects.exists()


def test_a_bundle_counts_with_all_its_payloads(
    owner: Island, vault: OpenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MAX_OPEN_UPLOADS", 3)
    assert send(owner, vault.id, [100, 100], b"x" * 200).status_code == 201
    answer = send(owner, vault.id, [100, 100], b"x" * 200)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_uploads")
    assert Upload.objects.count() == 2


def test_a_full_disk_takes_none_of_them(owner: Island, vault: OpenVault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1 << 40, 0, 1000))
    answer = send(owner, vault.id, [100, 100], b"x" * 200)
    assert (answer.status_code, answer.json()["code"]) == (507, "disk_full")
    assert not Upload.objects.exists()


@pytest.mark.parametrize("scope", ["firm_quota_bytes", "vault_quota_bytes"])
def test_a_bundle_beyond_the_limit_is_refused_whole_and_what_fits_goes_on(
    owner: Island, vault: OpenVault, scope: str
) -> None:
    before = set(staging.path_of("x").parent.glob("*"))
    Settings.objects.create(tenant_id=owner.firm, **{scope: 350})
    # the limit lies within it: the first two would still fit
    answer = send(owner, vault.id, [100, 200, 100], b"x" * 400)
    assert (answer.status_code, answer.json()["code"]) == (409, "quota_exceeded")
    assert not Upload.objects.exists()
    assert set(staging.path_of("x").parent.glob("*")) == before
    assert send(owner, vault.id, [100, 200], b"x" * 300).status_code == 201
    # what is announced counts
    assert send(owner, vault.id, [51], b"x" * 51).status_code == 409
    assert send(owner, vault.id, [50], b"x" * 50).status_code == 201
    assert Upload.objects.count() == 3


def test_the_limit_in_mid_batch_loses_nothing_that_arrived_before(vault: OpenVault) -> None:
    first = [Sealed.of(content) for content in (b"eins", b"zwei")]
    size = sum(len(made.payload) for made in first)
    Settings.objects.create(tenant_id=vault.island.firm, vault_quota_bytes=size + 10)
    answer = send(vault.island, vault.id, [len(made.payload) for made in first], b"".join(m.payload for m in first))
    for made, upload in zip(first, answer.json()["uploads"], strict=True):
        made.upload = upload
    refused = send(vault.island, vault.id, [100], b"x" * 100)
    assert (refused.status_code, refused.json()["code"]) == (409, "quota_exceeded")
    assert [one["code"] for one in vault.check(*first)] == [None, None]
    vault.commit(*first)
    assert Vault.objects.get(pk=vault.id).size_bytes == size
    assert {vault.open(node) for node in vault.state.nodes} == {b"eins", b"zwei"}
