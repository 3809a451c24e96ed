"""Staging files: payloads on their way in, one file per upload under SIEGEL_DATA/staging.

How much has arrived is the size of the file, so an upload cut at any byte goes on from there, also after a crash of the
server. Hashes of finished 1 MiB segments stand beside it in `<id>.leaves`; what is missing there is hashed again.
Nothing here holds more than one piece in memory.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Protocol

from django.conf import settings

from siegel.base.errors import BaseError
from siegel.lib.merkle import SegmentTree
from siegel.seals.files import SEGMENT_SIZE
from siegel.vault.errors import VaultError

LEAF_BYTES = 32
PIECE_BYTES = 1 << 19
RECHECK_BYTES = 4 << 20
# Left free for the database and the logs, whatever is uploaded.
RESERVE_BYTES = 256 << 20


class Source(Protocol):
    """Where bytes come from: a request."""

    def read(self, size: int, /) -> bytes: ...


def path_of(upload_id: str) -> Path:
    return Path(settings.STAGING_DIR) / upload_id


def create(upload_ids: Iterable[str]) -> None:
    """An empty staging file each."""
    folder = _folder()
    for upload_id in upload_ids:
        os.close(os.open(folder / upload_id, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def require_space(wanted: int, live: Callable[[], Iterable[str]]) -> None:
    """BaseError `disk_full` (507) unless the disk holds `wanted` more bytes and the reserve.

    `wanted` counts every live upload with its whole length. What has arrived of `live` is on the disk already and need
    not fit again; it is only looked for when it matters.
    """
    missing = wanted + RESERVE_BYTES - shutil.disk_usage(_folder()).free
    if missing > 0 and missing > sum(_size(upload_id) for upload_id in live()):
        raise BaseError("disk_full", status=507)


def arrived(upload_id: str) -> int:
    """Bytes that have arrived. BaseError `not_found` when the file is gone."""
    try:
        return path_of(upload_id).stat().st_size
    except FileNotFoundError:
        raise BaseError("not_found", status=404) from None


def _folder() -> Path:
    folder = Path(settings.STAGING_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _size(upload_id: str) -> int:
    """0 for a file that has gone meanwhile."""
    with suppress(FileNotFoundError):
        return path_of(upload_id).stat().st_size
    return 0


def _require_reserve() -> None:
    """Others fill the disk too: what was admitted may still have to stop. BaseError `disk_full` (507)."""
    if shutil.disk_usage(settings.STAGING_DIR).free < RESERVE_BYTES:
        raise BaseError("disk_full", status=507)


def receive(upload_id: str, source: Source, *, offset: int, length: int, recheck: Callable[[], None]) -> int:
    """Append what `source` gives, at most up to `length`; returns the new offset.

    Bytes are brought to the disk when they become a blob, not here. Whatever fails, the bytes written so far stay and
    count. `recheck` is called every 4 MiB and may raise; BaseError `disk_full` (507) when the reserve would be touched.
    """
    _require_reserve()
    with _locked(upload_id) as fd:
        size = os.fstat(fd).st_size
        if size != offset:
            raise VaultError("upload_offset", status=409)
        os.lseek(fd, size, os.SEEK_SET)
        done = _finished_leaves(upload_id, size)
        tree = _tree_of_the_rest(fd, len(done), size)
        try:
            size = _copy(fd, tree, _pieces(source, length - size), size, recheck)
        finally:
            _keep_leaves(upload_id, done + tree.leaves(), os.fstat(fd).st_size)
        return size


def receive_whole(uploads: Sequence[tuple[str, int]], source: Source) -> None:
    """One small payload after the other from `source`: (upload, bytes), into their empty staging files.

    VaultError `upload_cut` when `source` ends before; BaseError `disk_full` (507). What has arrived stays.
    """
    _require_reserve()
    for upload_id, length in uploads:
        content = b"".join(_pieces(source, length))
        if len(content) != length:
            raise VaultError("upload_cut")
        with _locked(upload_id) as fd:
            _write_all(fd, content)


def leaves(upload_id: str) -> list[bytes]:
    """Leaf hashes of all that has arrived."""
    with _locked(upload_id) as fd:
        size = os.fstat(fd).st_size
        done = _finished_leaves(upload_id, size)
        return done + _tree_of_the_rest(fd, len(done), size).leaves()


def remove(upload_id: str) -> None:
    path_of(upload_id).unlink(missing_ok=True)
    _leaves_path(upload_id).unlink(missing_ok=True)


def older_than(moment: datetime) -> Iterator[str]:
    """Ids of staging files last written before `moment`: what a crash may have left without a row."""
    folder = Path(settings.STAGING_DIR)
    if not folder.is_dir():
        return
    for entry in os.scandir(folder):
        if not entry.name.endswith(".leaves") and entry.stat().st_mtime < moment.timestamp():
            yield entry.name


def _pieces(source: Source, wanted: int) -> Iterator[bytes]:
    """At most `wanted` bytes of `source`, piece by piece. VaultError `upload_cut` when the line breaks."""
    while wanted:
        try:
            piece = source.read(min(PIECE_BYTES, wanted))
        except OSError as error:
            raise VaultError("upload_cut") from error
        if not piece:
            return
        yield piece
        wanted -= len(piece)


def _copy(fd: int, tree: SegmentTree, pieces: Iterator[bytes], size: int, recheck: Callable[[], None]) -> int:
    """Write and hash all pieces. Hashing takes as long as all else, so another thread does it meanwhile; to start one
    for a small file would take longer than to hash it.

    Whatever fails, every byte in the file has been hashed at the end; on a full disk more than that, in segments that
    are not finished.
    """
    next_check = size + RECHECK_BYTES
    with ThreadPoolExecutor(1) as hasher:
        hashing: Future[None] | None = None
        for piece in pieces:
            if hashing:
                hashing.result()  # so that never more than two pieces are in memory
                hashing = None
            if len(piece) == PIECE_BYTES:
                hashing = hasher.submit(tree.update, piece)
            else:
                tree.update(piece)
            size += _write_all(fd, piece)
            if size >= next_check:
                recheck()
                _require_reserve()
                _begin_writing_back(fd, size)
                next_check = size + RECHECK_BYTES
        if hashing:
            hashing.result()
    return size


def _begin_writing_back(fd: int, size: int) -> None:
    """Have the disk work while more arrives, so that fdatasync finds little left to do.

    Linux begins to write what this call names. It drops from memory only what is on the disk already: the scanner may
    have to read that again.
    """
    os.posix_fadvise(fd, max(0, size - RECHECK_BYTES), RECHECK_BYTES, os.POSIX_FADV_DONTNEED)


def _write_all(fd: int, piece: bytes) -> int:
    """Also when the file takes less at a time than it is given."""
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(fd, rest) :]
    return len(piece)


def _leaves_path(upload_id: str) -> Path:
    return path_of(upload_id).with_suffix(".leaves")


def _finished_leaves(upload_id: str, size: int) -> list[bytes]:
    try:
        joined = _leaves_path(upload_id).read_bytes()
    except FileNotFoundError:
        return []
    count = min(len(joined) // LEAF_BYTES, size // SEGMENT_SIZE)
    return [joined[i * LEAF_BYTES : (i + 1) * LEAF_BYTES] for i in range(count)]


def _keep_leaves(upload_id: str, found: list[bytes], size: int) -> None:
    finished = size // SEGMENT_SIZE
    if not finished:
        return
    target = _leaves_path(upload_id)
    draft = target.with_suffix(".leaves-draft")
    # Only saves hashing again: without space for it, or torn by a crash, the upload still goes on.
    with suppress(OSError):
        draft.write_bytes(b"".join(found[:finished]))
        draft.replace(target)


def _tree_of_the_rest(fd: int, finished: int, size: int) -> SegmentTree:
    """A tree that has seen the bytes from segment `finished` to `size`."""
    tree = SegmentTree(SEGMENT_SIZE)
    position = finished * SEGMENT_SIZE
    while position < size:
        piece = os.pread(fd, min(SEGMENT_SIZE, size - position), position)
        if not piece:
            break
        tree.update(piece)
        position += len(piece)
    return tree


@contextmanager
def _locked(upload_id: str) -> Iterator[int]:
    """The staging file, for one request at a time."""
    try:
        fd = os.open(path_of(upload_id), os.O_RDWR)
    except FileNotFoundError:
        raise BaseError("not_found", status=404) from None
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise VaultError("upload_busy", status=423) from None
        yield fd
    finally:
        os.close(fd)
