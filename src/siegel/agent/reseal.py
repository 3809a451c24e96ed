"""Old contents under present keys: fetched, opened and sealed anew as they come, and committed a few at a time.

Nothing lies in plain text on this machine, and no more than a few MiB in memory. What was committed stays done: a run
that was stopped goes on where it was when it is called again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from siegel.agent.anew import BATCH_BYTES, BATCH_FILES, SentAnew, send_anew
from siegel.agent.client import Wire
from siegel.agent.errors import AgentError, OfflineError
from siegel.agent.old_contents import OldVersion, old_contents
from siegel.agent.opened import OpenVault
from siegel.agent.scans import scanned, scanner_recipient
from siegel.agent.tree import place_change
from siegel.agent.versions import signed_anew
from siegel.seals.errors import IntegrityError, SealError
from siegel.seals.nodes import Node
from siegel.seals.records import ResealChange

NAMES_PER_RECORD = 500


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
    sent: dict[str, tuple[OldVersion, SentAnew]] = {}

    def refuse(one: SentAnew, code: str, _: str) -> None:
        old, _one = sent[one.upload]
        done.failed.append((old.node, old.version, AgentError(code)))

    for old in batch:
        try:
            one = send_anew(vault, old.node, old.version, vault.id, replaces=old.manifest)
            sent[one.upload] = old, one
        except OfflineError:
            raise
        except (AgentError, SealError) as error:
            done.failed.append((old.node, old.version, error))
    good = []
    for one in scanned(vault, [one for _, one in sent.values()], refuse):
        old, _one = sent[one.upload]
        # What opens today must not come to wait for a release.
        if one.result == "clean" or vault.state.is_released(old.manifest):
            good.append((old, one))
        else:
            refuse(one, one.result, "")
    committed: list[int] = []

    def attempt() -> None:
        committed[:] = [_commit(vault, good)]

    if good:
        vault.write(attempt)
        done.versions += sum(committed)


def _commit(vault: OpenVault, good: Sequence[tuple[OldVersion, SentAnew]]) -> int:
    """How many were still to be done: somebody else may have been quicker, or have purged one."""
    changes: list[ResealChange] = []
    files: list[Wire] = []
    recipient = vault.seed.recipient()
    for old, one in good:
        if vault.hashes[old.node, old.version] != old.manifest or vault.state.tree.is_purged(old.node):
            continue
        change, file = signed_anew(vault, one.payload, one.row, node=old.node, version=old.version, recipient=recipient)
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
