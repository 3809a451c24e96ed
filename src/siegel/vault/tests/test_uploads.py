import errno
import os
import shutil
from base64 import b64encode
from collections import namedtuple
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from siegel.accounts.models import SignedInSession
from siegel.base import bodies
from siegel.base.places import Places
from siegel.keys.tests.island import Island, found
from siegel.lib.merkle import SegmentTree
from siegel.site.main import WEB_THREADS
from siegel.vault import api as vault_api
from siegel.vault import queries, staging
from siegel.vault import tus as tus_api
from siegel.vault.actions import uploads as actions
from siegel.vault.models import Upload
from siegel.vault.tests.island import OpenVault, begin_upload, tus

Usage = namedtuple("Usage", "total used free")
MIB = 1 << 20


def append(island: Island, upload: str, offset: int, body: bytes) -> Any:
    return tus(island, "PATCH", f"uploads/{upload}", body, Upload_Offset=str(offset))


def offset_of(island: Island, upload: str) -> int:
    response = tus(island, "HEAD", f"uploads/{upload}")
    assert response.status_code == 200
    return int(response["Upload-Offset"])


def leaves_of(payload: bytes) -> list[bytes]:
    tree = SegmentTree()
    tree.update(payload)
    return tree.leaves()


def test_the_server_says_what_of_the_protocol_it_speaks(owner: Island) -> None:
    response = owner.browser.options("/api/uploads")
    assert response.status_code == 204
    assert response["Tus-Version"] == "1.0.0"
    assert response["Tus-Extension"] == "creation,creation-with-upload,termination,expiration"


def test_an_upload_is_created_with_all_its_bytes_in_one_request(owner: Island, vault: OpenVault) -> None:
    payload = os.urandom(5000)
    upload = begin_upload(owner, vault.id, len(payload), payload)
    assert offset_of(owner, upload) == len(payload)
    assert staging.path_of(upload).read_bytes() == payload


@pytest.mark.parametrize("cut", [0, 1, 4095, MIB - 1, MIB, MIB + 1, 2 * MIB, 2 * MIB + 77])
def test_an_upload_cut_at_any_byte_goes_on_from_there_with_the_same_hash(
    owner: Island, vault: OpenVault, cut: int
) -> None:
    payload = os.urandom(2 * MIB + 78)
    upload = begin_upload(owner, vault.id, len(payload), payload[:cut])
    assert offset_of(owner, upload) == cut
    answer = append(owner, upload, cut, payload[cut:])
    assert (answer.status_code, answer["Upload-Offset"]) == (204, str(len(payload)))
    assert staging.leaves(upload) == leaves_of(payload)
    assert staging.path_of(upload).read_bytes() == payload


def test_hashes_lost_in_a_crash_are_computed_again(owner: Island, vault: OpenVault) -> None:
    payload = os.urandom(3 * MIB + 5)
    upload = begin_upload(owner, vault.id, len(payload), payload[: 2 * MIB])
    staging.path_of(upload).with_suffix(".leaves").unlink()
    append(owner, upload, 2 * MIB, payload[2 * MIB :])
    assert staging.leaves(upload) == leaves_of(payload)


def test_bytes_at_another_offset_are_refused_and_nothing_is_written(owner: Island, vault: OpenVault) -> None:
    upload = begin_upload(owner, vault.id, 100, b"x" * 40)
    for offset in (0, 39, 41, 100):
        assert append(owner, upload, offset, b"y" * 10).status_code == 409
    assert staging.path_of(upload).read_bytes() == b"x" * 40


def test_bytes_beyond_the_announced_length_are_left_unread(owner: Island, vault: OpenVault) -> None:
    upload = begin_upload(owner, vault.id, 100, b"x" * 150)
    assert offset_of(owner, upload) == 100


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload_Length": str((2 << 30) + (1 << 20))}, 413),
        ({"Upload_Length": "31"}, 400),
        ({"Upload_Length": "-5"}, 400),
        ({"Upload_Length": "٣٢"}, 400),
        ({}, 400),
        ({"Upload_Length": "100", "Upload_Metadata": "vault %%%"}, 400),
        ({"Upload_Length": "100", "Upload_Metadata": "name QQ=="}, 400),
        ({"Upload_Length": "100", "Tus_Resumable": "0.2.2"}, 412),
    ],
)
def test_a_malformed_creation_is_refused_before_anything_is_stored(
    owner: Island, vault: OpenVault, headers: dict[str, str], status: int
) -> None:
    given = {"Upload_Metadata": f"vault {b64encode(vault.id.encode()).decode()}"} | headers
    given = {name: value.encode().decode("latin-1") for name, value in given.items()}
    assert tus(owner, "POST", "uploads", b"", **given).status_code == status
    assert not Upload.objects.exists()


def test_an_upload_is_nobody_elses(owner: Island, vault: OpenVault, client_user: Island) -> None:
    upload = begin_upload(client_user, vault.id, 100, b"x" * 40)
    stranger = found("fremd")
    for island in (owner, stranger):
        for response in (
            tus(island, "HEAD", f"uploads/{upload}"),
            append(island, upload, 40, b"y"),
            tus(island, "DELETE", f"uploads/{upload}"),
        ):
            assert response.status_code == 404
    assert offset_of(client_user, upload) == 40


def test_nobody_uploads_into_a_vault_he_does_not_hold(vault: OpenVault) -> None:
    stranger = found("fremd")
    with pytest.raises(AssertionError):
        begin_upload(stranger, vault.id, 100)
    assert not Upload.objects.exists()


def test_an_upload_that_is_given_up_is_gone(owner: Island, vault: OpenVault) -> None:
    upload = begin_upload(owner, vault.id, 100, b"x" * 40)
    assert tus(owner, "DELETE", f"uploads/{upload}").status_code == 204
    assert tus(owner, "HEAD", f"uploads/{upload}").status_code == 404
    assert not staging.path_of(upload).exists()


def test_after_a_day_an_upload_is_gone_and_its_bytes_are_removed(owner: Island, vault: OpenVault) -> None:
    upload = begin_upload(owner, vault.id, 2 * MIB, b"x" * MIB)
    kept = begin_upload(owner, vault.id, 100)
    Upload.objects.filter(pk=upload).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert append(owner, upload, MIB, b"y").status_code == 404
    orphan = staging.path_of("A" * 22)
    orphan.write_bytes(b"left behind")
    os.utime(orphan, (0, 0))
    assert actions.remove_expired_uploads() == 1
    assert [path.name for path in staging.path_of(kept).parent.iterdir()] == [kept]


def test_two_requests_do_not_write_to_one_upload_at_once(owner: Island, vault: OpenVault) -> None:
    import fcntl

    upload = begin_upload(owner, vault.id, 100, b"x" * 40)
    with staging.path_of(upload).open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert append(owner, upload, 40, b"y").status_code == 423
    assert append(owner, upload, 40, b"y").status_code == 204


def test_an_upload_that_does_not_fit_on_the_disk_is_refused_at_once(
    owner: Island, vault: OpenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(MIB, MIB, 300 << 20))
    assert begin_upload(owner, vault.id, 1 << 20)
    with pytest.raises(AssertionError, match="disk_full"):
        begin_upload(owner, vault.id, 100 << 20)
    assert Upload.objects.count() == 1


def test_uploads_that_do_not_fit_together_are_refused_whoever_announced_them(
    owner: Island, vault: OpenVault, client_user: Island, monkeypatch: pytest.MonkeyPatch
) -> None:
    payload = b"x" * (30 * MIB)
    upload = begin_upload(client_user, vault.id, 40 * MIB, payload)
    free = staging.RESERVE_BYTES + 60 * MIB
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free, 0, free))
    # 10 MiB are still to come, so 50 are left
    with pytest.raises(AssertionError, match="disk_full"):
        begin_upload(owner, vault.id, 50 * MIB + 1)
    assert begin_upload(owner, vault.id, 50 * MIB)
    with pytest.raises(AssertionError, match="disk_full"):
        begin_upload(owner, vault.id, 100)
    assert tus(client_user, "DELETE", f"uploads/{upload}").status_code == 204
    assert begin_upload(owner, vault.id, 100)


def test_expired_uploads_reserve_no_space(owner: Island, vault: OpenVault, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = begin_upload(owner, vault.id, 40 * MIB)
    free = staging.RESERVE_BYTES + 50 * MIB
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free, 0, free))
    with pytest.raises(AssertionError, match="disk_full"):
        begin_upload(owner, vault.id, 20 * MIB)
    Upload.objects.filter(pk=upload).update(expires_at=timezone.now())
    assert begin_upload(owner, vault.id, 20 * MIB)


@pytest.mark.parametrize(("bound", "value"), [("MAX_OPEN_UPLOADS", 2), ("MAX_ANNOUNCED_BYTES", 200)])
def test_one_person_has_only_so_much_under_way(
    owner: Island, vault: OpenVault, client_user: Island, monkeypatch: pytest.MonkeyPatch, bound: str, value: int
) -> None:
    monkeypatch.setattr(actions, bound, value)
    first = begin_upload(client_user, vault.id, 100)
    begin_upload(client_user, vault.id, 100)
    mark = b64encode(vault.id.encode()).decode()
    answer = tus(client_user, "POST", "uploads", Upload_Length="100", Upload_Metadata=f"vault {mark}")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_uploads")
    assert begin_upload(owner, vault.id, 100)
    tus(client_user, "DELETE", f"uploads/{first}")
    assert begin_upload(client_user, vault.id, 100)


def test_receiving_stops_when_the_reserve_would_be_touched(
    owner: Island, vault: OpenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    payload = os.urandom(9 * MIB)
    upload = begin_upload(owner, vault.id, len(payload))
    left = iter([1, 0])
    with monkeypatch.context() as patch:
        patch.setattr(
            shutil, "disk_usage", lambda _: Usage(1 << 40, 0, staging.RESERVE_BYTES if next(left, 0) else 1000)
        )
        answer = append(owner, upload, 0, payload)
    assert (answer.status_code, answer.json()["code"]) == (507, "disk_full")
    arrived = offset_of(owner, upload)
    assert 4 * MIB <= arrived < 5 * MIB
    append(owner, upload, arrived, payload[arrived:])
    assert staging.leaves(upload) == leaves_of(payload)


def test_a_disk_that_becomes_full_loses_nothing_that_arrived(
    owner: Island, vault: OpenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    payload = os.urandom(600_000)
    upload = begin_upload(owner, vault.id, len(payload))
    write, left = os.write, [300_000]

    def full(fd: int, piece: Any) -> int:
        if not left[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = write(fd, bytes(piece[: left[0]]))
        left[0] -= taken
        return taken

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        answer = append(owner, upload, 0, payload)
    assert answer.status_code == 507
    assert answer.json()["code"] == "disk_full"
    arrived = offset_of(owner, upload)
    assert arrived == 300_000
    append(owner, upload, arrived, payload[arrived:])
    assert staging.leaves(upload) == leaves_of(payload)


def test_an_upload_ends_soon_after_its_session(
    owner: Island, vault: OpenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "RECHECK_BYTES", 4 * MIB)
    payload = os.urandom(9 * MIB)
    upload = begin_upload(owner, vault.id, len(payload))
    asked: list[str] = []

    def over(session: SignedInSession, vault_id: str) -> Callable[[], None]:
        recheck = real(session, vault_id)

        def after_signing_out() -> None:
            asked.append(vault_id)
            owner.post("session/end", {})
            recheck()

        return after_signing_out

    real = queries.still_held
    monkeypatch.setattr(queries, "still_held", over)
    assert append(owner, upload, 0, payload).status_code == 401
    assert asked == [vault.id]
    assert staging.arrived(upload) == 4 * MIB


def test_one_body_too_many_at_once_is_refused_and_leaves_nothing(
    owner: Island, vault: OpenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = begin_upload(owner, vault.id, 100, b"x" * 40)
    monkeypatch.setattr(tus_api, "RECEIVING", Places(total=2, each=1))
    with tus_api.RECEIVING.taken(str(owner.person)):
        answer = append(owner, upload, 40, b"y" * 60)
        assert (answer.status_code, answer["Retry-After"]) == (503, "2")
        with pytest.raises(AssertionError, match="busy"):
            begin_upload(owner, vault.id, 100, b"x" * 40)
        assert Upload.objects.count() == 1
        assert begin_upload(owner, vault.id, 100)
    assert append(owner, upload, 40, b"y" * 60).status_code == 204


def test_the_places_of_slow_requests_leave_threads_for_the_others() -> None:
    slow = bodies.READING.total + tus_api.RECEIVING.total + vault_api.CHECKING.total
    assert slow + 4 <= WEB_THREADS
