"""Stored payloads: one file per blob under `BLOB_DIR`, in folders of two levels. What lies here is ciphertext.

A blob comes from a staging file by a hard link: until the transaction that names it has been committed, the staging
file stays where it was, so a refused or failed commit loses nothing.
"""

import ctypes
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from siegel.base.models import Blob

# The system library that has syncfs, which Python does not offer.
_LIBC = ctypes.CDLL(None, use_errno=True)


def path_of(blob_id: str) -> Path:
    root: Path = settings.BLOB_DIR
    return root / blob_id[:2] / blob_id[2:4] / blob_id


# From so many files on, the whole disk is brought up to date once instead of each file and folder for itself.
MANY = 8


def keep(staged: Mapping[str, Path]) -> None:
    """Link each {blob id: staged file} in as the blob's and bring it to the disk. Call it before the transaction."""
    for blob_id, path in staged.items():
        target = path_of(blob_id)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.hardlink_to(path)
    if len(staged) >= MANY:
        sync_disk(settings.BLOB_DIR)
        return
    for blob_id in staged:
        target = path_of(blob_id)
        with target.open("rb") as file:
            os.fsync(file.fileno())
        for folder in (target.parent, target.parent.parent):
            sync_folder(folder)


@contextmanager
def kept(staged: Mapping[str, Path]) -> Iterator[None]:
    """Keep each {blob id: staged file}; if the body fails, remove the blobs again and leave the staged files.

    After the body the staged files are gone and only the blobs remain.
    """
    try:
        keep(staged)
        yield
    except BaseException:
        for blob_id in staged:
            delete(blob_id)
        raise
    for path in staged.values():
        path.unlink(missing_ok=True)


def open_blob(blob_id: str, *, offset: int = 0) -> BinaryIO:
    """The blob's bytes from `offset` on, unbuffered. FileNotFoundError if the disk lost it."""
    file = path_of(blob_id).open("rb", buffering=0)
    file.seek(offset)
    return file


def delete(blob_id: str) -> None:
    """Remove the file; harmless if there is none."""
    path_of(blob_id).unlink(missing_ok=True)


def remove_orphans(*, older_than_s: int) -> int:
    """Remove files that no row names (a crash between link and commit) and that are old enough; returns how many."""
    root: Path = settings.BLOB_DIR
    limit = time.time() - older_than_s
    removed = 0
    for folder in root.glob("*"):
        old = {path.name: path for path in folder.glob("*/*") if path.stat().st_ctime < limit}
        known = set(Blob.objects.filter(id__in=old).values_list("id", flat=True))
        for name in old.keys() - known:
            old[name].unlink(missing_ok=True)
            removed += 1
    return removed


def sync_disk(folder: Path) -> None:
    """Bring all that was written to the disk of `folder`: syncfs, which since Linux 5.8 tells of failed writes."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if _LIBC.syncfs(descriptor):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Bring to the disk which files the folder has."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
