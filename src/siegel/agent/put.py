"""Files and folders from this machine into a vault: sealed once, uploaded side by side, checked and committed together.

plan      what goes where; what cannot go is known before anything is sealed (`plan`)
transfer  seal and upload, a few files at a time
check     one virus scan per batch; what is infected stays behind, the others go on
commit    one record per batch, rebased when somebody else was faster

While one batch is committed, the next is scanned and the one after it sent: else each would wait for the others.
"""

import io
import mimetypes
import os
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import BinaryIO, Protocol, TypeVar, cast

from siegel.agent.client import Api, Wire
from siegel.agent.errors import AgentError
from siegel.agent.folders import folder_id, make_folders
from siegel.agent.messages import problem_of
from siegel.agent.opened import OpenVault
from siegel.agent.plan import Item, Outcome, Plan
from siegel.agent.scans import scanned, scanner_recipient
from siegel.agent.versions import IN_MEMORY_SIZE, Payload, signed_version
from siegel.seals.errors import RefusedError
from siegel.seals.files import SealedFile, seal
from siegel.seals.ids import new_id
from siegel.seals.records import VersionChange
from siegel.seals.rows import FileRow

BATCH_FILES = 200
BATCH_BYTES = 1 << 30
# Committed, scanned and sent at one time; of what was sent nothing stays in memory.
BATCHES = 3
PARALLEL = 4
# Files up to this size go many to a request.
SMALL_BYTES = 256 << 10
BUNDLE_FILES = 100
BUNDLE_BYTES = 4 << 20


class Watcher(Protocol):
    """Is told how things go; the command line draws bars from it. Called from several threads."""

    def moved(self, item: Item, arrived: int, of: int) -> None:
        """`arrived` of `of` sealed bytes have arrived."""

    def finished(self, outcome: Outcome) -> None:
        """One file is done, one way or the other."""

    def scanning(self, files: int) -> None:
        """So many files are being scanned."""


@dataclass(slots=True)
class _Sent:
    """A file whose sealed bytes have arrived."""

    item: Item
    sealed: SealedFile
    modified: int | None
    upload: str = ""
    result: str = ""
    committed_version: int = 0


def put(vault: OpenVault, plan: Plan, watcher: Watcher) -> list[Outcome]:
    """Puts all of `plan` into the vault; one outcome per file, the refused ones first.

    A lost connection, a full disk or a server that refuses ends it with that error: what was committed before stays.
    """
    outcomes = list(plan.refused)
    for outcome in outcomes:
        watcher.finished(outcome)
    if plan.folders:
        make_folders(vault, plan.folders)
    pool, scans = ThreadPoolExecutor(PARALLEL), ThreadPoolExecutor(1)
    ended = Event()
    under_way: deque[_Batch] = deque()
    try:
        for items in batches(plan.items, BATCH_FILES, BATCH_BYTES):
            if len(under_way) == BATCHES:
                outcomes += under_way.popleft().finish()
            batch = _Batch(vault, watcher, ended, items)
            batch.begin(pool, scans)
            under_way.append(batch)
        for batch in under_way:
            outcomes += batch.finish()
    finally:
        # After an error the files that have not begun stay where they are, and the others stop where they stand.
        ended.set()
        for executor in (pool, scans):
            executor.shutdown(wait=False, cancel_futures=True)
    return outcomes


class Sized(Protocol):
    @property
    def size(self) -> int: ...


AnySized = TypeVar("AnySized", bound=Sized)


def batches(items: Sequence[AnySized], most_files: int, most_bytes: int) -> Iterator[list[AnySized]]:
    """`items` in order, in lists of no more than that; a larger file has one of its own."""
    batch: list[AnySized] = []
    size = 0
    for item in items:
        if batch and (len(batch) == most_files or size + item.size > most_bytes):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += item.size
    if batch:
        yield batch


class _Batch:
    """Up to 200 files on their way into one record."""

    def __init__(self, vault: OpenVault, watcher: Watcher, ended: Event, items: Sequence[Item]) -> None:
        self._vault = vault
        self._ended = ended
        self._watcher = watcher
        self._items = items
        self._sending: list[Future[list[_Sent]]] = []
        self._scanned: Future[list[_Sent]] = Future()
        self._outcomes: list[Outcome] = []

    @property
    def _api(self) -> Api:
        return self._vault.account.api

    def begin(self, pool: ThreadPoolExecutor, scans: ThreadPoolExecutor) -> None:
        """Starts sealing and uploading, and the scan of what will have arrived.

        ServerError 503 without a scanner: before everything was sent in vain.
        """
        scanner_recipient(self._vault)
        small = [item for item in self._items if item.size <= SMALL_BYTES]
        bundles = batches(small, BUNDLE_FILES, BUNDLE_BYTES)
        self._sending = [pool.submit(self._send_small, bundle) for bundle in bundles]
        large = [item for item in self._items if item.size > SMALL_BYTES]
        self._sending += [pool.submit(self._send, item) for item in large]
        self._scanned = scans.submit(self._scan)

    def finish(self) -> list[Outcome]:
        """Commits what has arrived and was found clean; one outcome per file."""
        clean = self._scanned.result()
        if clean:
            self._vault.write(lambda: self._commit(clean))
        for one in clean:
            self._done(Outcome(one.item.source, "/".join(one.item.path), "stored", one.committed_version))
        return self._outcomes

    def _done(self, outcome: Outcome) -> None:
        self._outcomes.append(outcome)
        self._watcher.finished(outcome)

    def _refuse(self, item: Item, code: str, detail: str = "") -> None:
        self._done(Outcome(item.source, "/".join(item.path), code, detail=detail))

    # Transfer

    def _send(self, item: Item) -> list[_Sent]:
        """Seals and uploads; nothing when the file could not be read, which is then in the outcomes."""
        with tempfile.SpooledTemporaryFile(IN_MEMORY_SIZE, dir=str(self._vault.home.work)) as payload:
            sent = self._seal(item, cast("BinaryIO", payload))
            if sent is None:
                return []
            sent.upload = self._upload(item, cast("BinaryIO", payload), sent.sealed.payload_size)
        return [sent]

    def _send_small(self, items: Sequence[Item]) -> list[_Sent]:
        """The same for a bundle of small files, in one request."""
        sealed, payloads = [], []
        for item in items:
            payload = io.BytesIO()
            one = self._seal(item, payload)
            if one is None:
                continue
            if one.sealed.payload_size > SMALL_BYTES * 2:
                # It has grown since it was planned.
                one.upload = self._upload(item, payload, one.sealed.payload_size)
            else:
                payloads.append(payload.getvalue())
            sealed.append(one)
        if self._ended.is_set():
            raise CancelledError
        uploads = iter(self._api.upload_small(self._vault.id, payloads) if payloads else [])
        for one in sealed:
            if not one.upload:
                one.upload = next(uploads)
                self._watcher.moved(one.item, one.sealed.payload_size, one.sealed.payload_size)
        return sealed

    def _seal(self, item: Item, payload: BinaryIO) -> _Sent | None:
        """Seals into `payload`; None when the file could not be read, which is then in the outcomes."""
        try:
            with item.source.open("rb") as source:
                modified = int(os.fstat(source.fileno()).st_mtime)
                sealed = seal(source, payload)
        except RefusedError as error:
            self._refuse(item, error.code)
            return None
        except OSError as error:
            if error.filename != str(item.source):
                raise
            self._refuse(item, "unreadable", problem_of(error))
            return None
        return _Sent(item, sealed, modified if modified >= 0 else None)

    def _upload(self, item: Item, payload: BinaryIO, size: int) -> str:
        def progress(arrived: int) -> None:
            if self._ended.is_set():
                raise CancelledError
            self._watcher.moved(item, arrived, size)

        return self._api.upload(self._vault.id, payload, size, progress)

    def _scan(self) -> list[_Sent]:
        """Waits until all has arrived. Runs beside the commit of the batch before, which alone changes the vault."""
        sent = [one for sending in self._sending for one in sending.result()]
        return scanned(
            self._vault, sent, lambda one, code, why: self._refuse(one.item, code, why), self._watcher.scanning
        )

    # Commit

    def _commit(self, clean: Sequence[_Sent]) -> None:
        vault = self._vault
        changes, files = [], []
        recipient = vault.seed.recipient()
        for one in clean:
            change, file = self._version(one, recipient)
            changes.append(change)
            files.append(file)
            one.committed_version = change.version
        body = {"record": vault.record(changes).to_wire(), "files": files, "rows": []}
        self._api.post(f"vaults/{vault.id}/commit", body, repeatable=True)

    def _version(self, one: _Sent, recipient: str) -> tuple[VersionChange, Wire]:
        """A new file, or the next version of the one that bears the name by now."""
        vault, sealed, name = self._vault, one.sealed, one.item.path[-1]
        parent = folder_id(vault, one.item.path[:-1])
        before = vault.children(parent).get(name)
        if before is not None and before.is_folder:
            raise AgentError("is_a_folder", path="/" + "/".join(one.item.path), vault=vault.title)
        if before is None and vault.bears(parent, name):
            raise AgentError("name_taken", name=name, vault=vault.title)
        node = before.id if before else new_id()
        content = FileRow(sealed.content_hash, None, one.modified, name, sealed.size, media_type(name), one.item.note)
        payload = Payload(sealed.file_key, sealed.commitment, sealed.payload_hash, sealed.payload_size, one.upload)
        return signed_version(vault, payload, content, node=node, parent=parent, recipient=recipient)


def media_type(name: str) -> str:
    """By the name's ending."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
