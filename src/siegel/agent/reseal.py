"""Old contents under present keys: fetched, opened and sealed anew as they come, and committed a few at a time.

Nothing lies in plain text on this machine, and no more than a few MiB in memory. What was committed stays done: a run
that was stopped goes on where it was when it is called again.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from siegel.agent.client import Wire
from siegel.agent.errors import AgentError, OfflineError
from siegel.agent.get import fetch_version, picture_of
from siegel.agent.old_contents import OldVersion, old_contents
from siegel.agent.opened import OpenVault
from siegel.agent.scans import scanned, scanner_recipient
from siegel.agent.tree import place_change
from siegel.agent.versions import Payload, signed_anew
from siegel.seals.errors import IntegrityError, SealError
from siegel.seals.files import SealedFile, seal_anew
from siegel.seals.nodes import Node
from siegel.seals.records import ResealChange
from siegel.seals.rows import FileRow

BATCH_FILES = 50
BATCH_BYTES = 256 << 20
NAMES_PER_RECORD = 500
IN_MEMORY_SIZE = 4 << 20


@dataclass(slots=True)
class Resealed:
    """Versions that were sealed anew, names, and what could not be and why: (node, version, error)."""

    versions: int = 0
    names: int = 0
    failed: list[tuple[str, int, AgentError | SealError]] = field(default_factory=list)

    @property
    def is_broken(self) -> bool:
        """Whether something did not verify."""
        return any(isinstance(error, IntegrityError) for _, _, error in self.failed)


@dataclass(slots=True)
class _Sent:
    """A version whose new payload has arrived."""

    old: OldVersion
    sealed: SealedFile
    row: FileRow
    upload: str
    picture: bytes | None = None
    result: str = ""


# Is told how many of how many versions are done.
Progress = Callable[[int, int], None]


def reseal(vault: OpenVault, progress: Progress = lambda done, of: None, done: Resealed | None = None) -> Resealed:
    """Seals anew all that lies under older keys, the most sensitive first, then names. OfflineError, ServerError 503.

    What fails alone is in the answer, and stays as it was.
    """
    done = done or Resealed()
    vault.rotate_if_due()
    old = old_contents(vault)
    of = len(old)
    if old:
        scanner_recipient(vault)
    for number, batch in _batches(old):
        _reseal_batch(vault, batch, done)
        progress(number, of)
    _reseal_names(vault, done)
    return done


def _batches(old: Sequence[OldVersion]) -> Iterator[tuple[int, list[OldVersion]]]:
    """In order, no node twice in one; with how many are in all up to it."""
    batch: list[OldVersion] = []
    for number, one in enumerate(old):
        is_full = len(batch) == BATCH_FILES or sum(at.payload_size for at in batch) + one.payload_size > BATCH_BYTES
        if batch and (is_full or one.node in {at.node for at in batch}):
            yield number, batch
            batch = []
        batch.append(one)
    if batch:
        yield len(old), batch


def _reseal_batch(vault: OpenVault, batch: Sequence[OldVersion], done: Resealed) -> None:
    def refuse(one: _Sent, code: str, _: str) -> None:
        done.failed.append((one.old.node, one.old.version, AgentError(code)))

    sent = []
    for old in batch:
        try:
            sent.append(_send(vault, old))
        except OfflineError:
            raise
        except (AgentError, SealError) as error:
            done.failed.append((old.node, old.version, error))
    good = []
    for one in scanned(vault, sent, refuse):
        # What opens today must not come to wait for a release.
        if one.result == "clean" or vault.state.is_released(one.old.manifest):
            good.append(one)
        else:
            refuse(one, one.result, "")
    committed: list[int] = []

    def attempt() -> None:
        committed[:] = [_commit(vault, good)]

    if good:
        vault.write(attempt)
        done.versions += sum(committed)


def _send(vault: OpenVault, old: OldVersion) -> _Sent:
    """Fetches, seals anew and uploads one version; the sealed bytes wait in the folder of state."""
    version = fetch_version(vault, old.node, old.version)
    source = vault.account.api.download(f"{version.place}/payload")
    with tempfile.SpooledTemporaryFile(IN_MEMORY_SIZE, dir=str(vault.home.work)) as spooled:
        payload = cast("BinaryIO", spooled)
        try:
            identity = vault.opened.seed(version.manifest.epoch).identity()
            sealed = seal_anew(source, payload, version, identity)
        finally:
            source.close()
        api, size = vault.account.api, sealed.payload_size
        upload = api.upload(vault.id, payload, size, lambda _: None, replaces=old.manifest)
    return _Sent(old, sealed, version.row, upload, picture_of(vault, old.node, version.manifest))


def _commit(vault: OpenVault, good: Sequence[_Sent]) -> int:
    """How many were still to be done: somebody else may have been quicker, or have purged one."""
    changes: list[ResealChange] = []
    files: list[Wire] = []
    recipient = vault.seed.recipient()
    for one in good:
        old, sealed = one.old, one.sealed
        if vault.hashes[old.node, old.version] != old.manifest or vault.state.tree.is_purged(old.node):
            continue
        payload = Payload(
            sealed.file_key,
            sealed.commitment,
            sealed.payload_hash,
            sealed.payload_size,
            one.upload,
            picture=one.picture,
        )
        change, file = signed_anew(vault, payload, one.row, node=old.node, version=old.version, recipient=recipient)
        changes.append(change)
        files.append(file)
    if changes:
        body = {"record": vault.record(changes).to_wire(), "files": files, "rows": []}
        vault.account.api.post(f"vaults/{vault.id}/commit", body, repeatable=True)
    return len(changes)


def _reseal_names(vault: OpenVault, done: Resealed) -> None:
    """Names of folders, and of what was placed, where they lie: what was sealed with its version is done with it."""
    while True:
        named: list[int] = []

        def attempt(named: list[int] = named) -> None:
            old = [entity for _, entity in vault.walk(vault.id) if _is_old(vault, entity.node)]
            made = [place_change(vault, one.id, one.node.parent, one.name) for one in old[:NAMES_PER_RECORD]]
            named[:] = [len(made)]
            if made:
                vault.append([change for change, _ in made], rows=[row for _, row in made])

        try:
            vault.write(attempt)
        except OfflineError:
            raise
        except AgentError as error:
            done.failed.append(("", 0, error))
            return
        done.names += named[0]
        if named[0] < NAMES_PER_RECORD:
            return


def _is_old(vault: OpenVault, node: Node) -> bool:
    if node.place is not None:
        return node.place.epoch < vault.epoch
    return node.kind == "folder" and node.epoch < vault.epoch
