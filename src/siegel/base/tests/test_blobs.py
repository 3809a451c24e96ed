import ctypes
import errno
import os
import time
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import fixtures

from siegel.base import blobs
from siegel.base.ids import new_id
from siegel.base.models import Blob, Tenant


@pytest.fixture(autouse=True)
def _folders_of_its_own(settings: fixtures.Settings, tmp_path: Path) -> None:
    """What these tests keep is nobody's: in the folder of all, other tests would find files that no row names."""
    settings.BLOB_DIR, settings.STAGING_DIR = tmp_path / "blobs", tmp_path / "staging"


@pytest.fixture
def staged() -> Path:
    folder: Path = settings.STAGING_DIR
    folder.mkdir(exist_ok=True)
    path = folder / new_id()
    path.write_bytes(b"sealed bytes")
    return path


def test_a_kept_blob_takes_the_place_of_its_staging_file(staged: Path) -> None:
    blob_id = new_id()
    with blobs.kept({blob_id: staged}):
        assert staged.exists()
    assert not staged.exists()
    with blobs.open_blob(blob_id, offset=7) as file:
        assert file.read() == b"bytes"


def test_a_failed_commit_leaves_the_staging_file_and_no_blob(staged: Path) -> None:
    blob_id = new_id()
    with pytest.raises(RuntimeError), blobs.kept({blob_id: staged}):
        raise RuntimeError
    assert staged.read_bytes() == b"sealed bytes"
    assert not blobs.path_of(blob_id).exists()


def test_when_one_of_several_cannot_be_kept_none_is(staged: Path) -> None:
    first, second = new_id(), new_id()
    with pytest.raises(FileNotFoundError), blobs.kept({first: staged, second: staged.with_name("missing")}):
        pytest.fail("the body must not run")
    assert staged.exists()
    assert not blobs.path_of(first).exists()


def test_many_blobs_are_brought_to_the_disk_at_once(staged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(blobs, "sync_disk", synced.append)
    paths = {new_id(): staged.with_name(f"{staged.name}-{number}") for number in range(blobs.MANY)}
    for path in paths.values():
        path.write_bytes(path.name.encode())
    contents = {blob_id: path.name.encode() for blob_id, path in paths.items()}
    with blobs.kept(paths):
        pass
    assert synced == [settings.BLOB_DIR]
    monkeypatch.undo()
    blobs.sync_disk(settings.BLOB_DIR)
    assert {blob_id: blobs.path_of(blob_id).read_bytes() for blob_id in paths} == contents


def test_a_disk_that_cannot_be_brought_up_to_date_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Library:
        def syncfs(self, descriptor: int) -> int:
            ctypes.set_errno(errno.EIO)
            return -1

    monkeypatch.setattr(blobs, "_LIBC", Library())
    with pytest.raises(OSError, match="Input/output"):
        blobs.sync_disk(tmp_path)


def test_orphans_go_but_named_and_young_blobs_stay(firm: Tenant, staged: Path) -> None:
    named, orphan, young = new_id(), new_id(), new_id()
    for blob_id in (named, orphan, young):
        blobs.keep({blob_id: staged})
        staged.unlink()
        staged.write_bytes(b"sealed bytes")
    Blob.objects.create(id=named, tenant=firm, size=12, leaves=b"")
    blobs.path_of(young).chmod(0o600)
    assert blobs.remove_orphans(older_than_s=3600) == 0
    time.sleep(0.02)
    assert blobs.remove_orphans(older_than_s=0) == 2
    assert blobs.path_of(named).exists()
    assert not blobs.path_of(orphan).exists()


def test_a_blob_lies_two_folders_deep(staged: Path) -> None:
    blob_id = new_id()
    blobs.keep({blob_id: staged})
    relative = blobs.path_of(blob_id).relative_to(settings.BLOB_DIR)
    assert relative == Path(blob_id[:2], blob_id[2:4], blob_id)
    assert os.stat(blobs.path_of(blob_id)).st_nlink == 2
