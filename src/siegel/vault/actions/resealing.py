"""Versions that were sealed anew come in the place of others, whose headers and contents go."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from siegel.seals.documents import Verdict
from siegel.seals.records import ResealChange
from siegel.seals.signed import Signed
from siegel.vault import thumbnails
from siegel.vault.errors import VaultError
from siegel.vault.models import Upload, Version

if TYPE_CHECKING:
    from siegel.seals.chain import Step


class Sent(Protocol):
    """A file of a commit, with the upload it was sent as."""

    @property
    def upload(self) -> str | None: ...
    @property
    def manifest(self) -> Signed: ...


def replaced_by(step: "Step", uploads: Mapping[str, Upload], files: Sequence[Sent]) -> dict[str, Version]:
    """What the record's resealed versions come in the place of, by their own manifests. One query where there are any.

    VaultError `manifest_differs` for an upload that was announced to replace something else than it does.
    """
    anew = {change.manifest for change in step.record.changes if isinstance(change, ResealChange)}
    previous = {
        file.manifest.hash: manifest.previous or ""
        for file, manifest in zip(files, step.manifests, strict=True)
        if file.manifest.hash in anew
    }
    for file in files:
        announced = uploads[file.upload].replaces if file.upload else ""
        if announced and announced != previous.get(file.manifest.hash):
            raise VaultError("manifest_differs")
    if not previous:
        return {}
    rows = Version.objects.filter(vault=step.position.vault, manifest_hash__in=previous.values())
    found = {row.manifest_hash: row for row in rows}
    return {manifest: found[old] for manifest, old in previous.items()}


def retire(vault_id: str, replaced: Iterable[Version]) -> Collection[str]:
    """Nothing opens them any more; the blobs that they named."""
    rows = list(replaced)
    blobs = {str(row.blob_id) for row in rows if row.blob_id is not None}
    if rows:
        named = Version.objects.filter(pk__in=[row.pk for row in rows])
        thumbnails.drop(vault_id, named)
        named.update(replaced=True, blob=None, header=b"", held=False)
    return blobs


def is_released(replaced: Version | None) -> bool:
    """Whether the staff has released what this one comes in the place of, or what that one was a copy of."""
    if replaced is None:
        return False
    verdict = Verdict.parse(Signed(bytes(replaced.verdict_bytes), bytes(replaced.verdict_sig)))
    return replaced.released or (verdict.result != "clean" and not replaced.held)
