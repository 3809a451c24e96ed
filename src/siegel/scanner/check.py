"""One check: open the upload, judge it, sign the verdict."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hmac import compare_digest
from io import FileIO
from threading import BoundedSemaphore

from siegel.lib.age import FileKey, PayloadError, open_payload, sealed_size
from siegel.lib.merkle import SegmentTree
from siegel.seals.canonical import Json, b64, unb64
from siegel.seals.errors import IntegrityError
from siegel.seals.files import open_file_key
from siegel.seals.ids import check_id
from siegel.seals.signed import Signed

from .errors import BusyError, KeyGoneError, RequestError, UploadError
from .keys import Keys
from .limits import CLAMD_FILE_BYTES
from .scan import Scan
from .spool import Budget, MemoryFile

_FIELDS = {"firm", "path", "payload_hash", "commitment", "scanner_header"}
_MAX_PAYLOAD_BYTES = sealed_size(CLAMD_FILE_BYTES)


@dataclass(frozen=True, slots=True)
class Upload:
    """What the web process says about an upload; nothing of it is believed before it was verified."""

    firm: str
    path: str
    payload_hash: str
    commitment: str
    scanner_header: bytes

    @classmethod
    def parse(cls, fields: dict[str, Json]) -> Upload:
        """RequestError unless all fields are there, text, and of their form."""
        if fields.keys() != _FIELDS:
            raise RequestError("check: missing or unknown fields")
        text = {name: value for name, value in fields.items() if isinstance(value, str)}
        try:
            check_id(text["firm"])
            unb64(text["payload_hash"], 32)
            unb64(text["commitment"], 32)
            header = unb64(text["scanner_header"])
            return cls(text["firm"], text["path"], text["payload_hash"], text["commitment"], header)
        except (KeyError, IntegrityError) as error:
            raise RequestError("check: a field has the wrong form") from error


class Checker:
    """Runs at most `parallel` checks at one time; the others wait, and give up after `patience_s`."""

    def __init__(self, keys: Keys, scan: Scan, budget: Budget, *, parallel: int, patience_s: float = 120.0) -> None:
        self._keys = keys
        self._scan = scan
        self._budget = budget
        self._slots = BoundedSemaphore(parallel)
        self._patience_s = patience_s

    def check(self, upload: Upload) -> Signed:
        """The signed verdict. KeyGoneError, UploadError, BusyError when there is nothing to judge."""
        file_key = self._file_key(upload)
        with self._slot(), _stored_payload(upload.path) as (payload, size_bytes):
            needed_bytes = size_bytes + self._scan.unpacked_bytes
            if needed_bytes > self._budget.total_bytes:
                raise UploadError("this machine has not the memory to scan so large a file", "too_large")
            with self._budget.reserved(needed_bytes, timeout_s=self._patience_s) as reserved:
                if not reserved:
                    raise BusyError("no memory to spool the upload within the time limit")
                return self._judge(upload, file_key, payload)

    def _file_key(self, upload: Upload) -> FileKey:
        """Checked against the commitment: else one payload could open as something harmless here only."""
        for identity in self._keys.identities():
            try:
                return open_file_key(upload.scanner_header, identity, upload.commitment)
            except IntegrityError as error:
                if error.code != "header_foreign":
                    raise UploadError("the scanner header is wrong", error.code) from error
        raise KeyGoneError("no living scanner key opens the header")

    def _judge(self, upload: Upload, file_key: FileKey, payload: FileIO) -> Signed:
        with MemoryFile() as plaintext:
            _open_into(plaintext, file_key, payload, upload.payload_hash)
            version = self._scan.recent_version()
            finding = self._scan.judge(plaintext)
        return self._keys.sign_verdict(
            firm=upload.firm,
            payload_hash=upload.payload_hash,
            commitment=upload.commitment,
            result=finding.result.name.lower(),
            reason=finding.reason,
            engine=version.engine,
            database=version.database,
        )

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=self._patience_s):
            raise BusyError("too many uploads are being scanned")
        try:
            yield
        finally:
            self._slots.release()


class _HashedSource:
    """A payload that is hashed as it is read, once, from its start to its end."""

    def __init__(self, payload: FileIO) -> None:
        self._payload = payload
        self.tree = SegmentTree()

    def readinto(self, buffer: memoryview, /) -> int | None:
        count = self._payload.readinto(buffer)
        self.tree.update(buffer[:count])
        return count

    def readline(self, size: int, /) -> bytes:
        raise NotImplementedError("payloads have no lines")


def _open_into(plaintext: MemoryFile, file_key: FileKey, payload: FileIO, payload_hash: str) -> None:
    """All of the plaintext, verified chunk by chunk and as a whole; UploadError when the payload is another."""
    source = _HashedSource(payload)
    try:
        open_payload(file_key, source, plaintext)
    except PayloadError as error:
        raise UploadError("the payload does not open", "payload_invalid") from error
    if not compare_digest(b64(source.tree.root()), payload_hash):
        raise UploadError("the payload has another hash", "payload_hash_mismatch")


@contextmanager
def _stored_payload(path: str) -> Iterator[tuple[FileIO, int]]:
    """The file and its size; a link is not followed, and only a regular file will do."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        raise UploadError("the stored payload cannot be opened", "payload_missing") from error
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        os.close(fd)
        raise UploadError("the stored payload is no regular file", "payload_missing")
    with FileIO(fd, "rb") as payload:
        if status.st_size > _MAX_PAYLOAD_BYTES:
            raise UploadError("ClamAV looks at less than 2 GiB", "too_large")
        yield payload, status.st_size
