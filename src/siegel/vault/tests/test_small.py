import os
import shutil
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import pytest

from siegel.keys.tests.island import Island
from siegel.lib.merkle import leaf_hash
from siegel.seals.ids import new_id
from siegel.vault import actions, staging
from siegel.vault.models import Upload
from siegel.vault.tests.island import OpenVault, tus
from siegel.vault.tests.test_uploads import Usage


def send(island: Island, vault: str, lengths: Sequence[int | str], body: bytes) -> Any:
    mark = b64encode(vault.encode()).decode()
    named = {"Upload_Lengths": ",".join(map(str, lengths)), "Upload_Metadata": f"vault {mark}"}
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
