"""Files from a vault to this machine: nothing has its name before all of it was verified."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from siegel.agent.entities import Entity
from siegel.agent.errors import AgentError
from siegel.agent.opened import OpenVault
from siegel.agent.whole import whole_file
from siegel.lib.merkle import HASH_SIZE
from siegel.seals.documents import Manifest
from siegel.seals.errors import IntegrityError
from siegel.seals.fields import Fields
from siegel.seals.files import Version, open_version
from siegel.seals.rows import FileRow
from siegel.seals.scanning import require_open
from siegel.seals.signed import Signed
from siegel.seals.thumbnails import Pictured, open_thumbnail

Progress = Callable[[int], None]


def get_file(vault: OpenVault, entity: Entity, target: Path, progress: Progress = lambda _: None) -> None:
    """Fetches and opens the latest version into `target`, which is replaced only by a complete, verified file.

    IntegrityError when manifest, verdict, header, payload or contents are not what was signed; then there is no file.
    `progress` is told how many bytes of plaintext are there.
    """
    with whole_file(target) as sink:
        open_into(vault, entity, sink, progress)


def open_into(vault: OpenVault, entity: Entity, sink: BinaryIO, progress: Progress) -> None:
    """Opens the latest version of a file into `sink`; see `get_file`."""
    version = version_of(vault, entity)
    source = vault.account.api.download(f"{version.place}/payload")
    try:
        open_version(source, _Counting(sink, progress), version, vault.opened.seed(version.manifest.epoch).identity())
    finally:
        source.close()


@dataclass(frozen=True, slots=True)
class FetchedVersion(Version):
    """A version with the `place` that the server gives it."""

    place: str


def version_of(vault: OpenVault, entity: Entity, number: int | None = None) -> FetchedVersion:
    """A version of a file, the latest if none is named: manifest and verdict are verified, the header is not.

    IntegrityError; RefusedError `held`; AgentError `is_a_folder`, `version_unknown`.
    """
    if not isinstance(entity.row, FileRow):
        raise AgentError("is_a_folder", path=entity.name, vault=vault.title)
    number = number or entity.node.version
    if (entity.id, number) not in vault.hashes:
        raise AgentError("version_unknown", path=entity.name, version=number)
    return fetch_version(vault, entity.id, number)


def fetch_version(vault: OpenVault, node: str, number: int) -> FetchedVersion:
    """A version that the chain has, of a file wherever it lies; errors as of `version_of`."""
    place = f"vaults/{vault.id}/nodes/{node}/versions/{number}"
    meta = Fields(vault.account.api.get(place), "version")
    signed = Signed.from_wire(meta.take("manifest"))
    if signed.hash != vault.hashes[node, number]:
        # somebody may have sealed it anew since
        vault.sync()
    if signed.hash != vault.hashes[node, number]:
        raise IntegrityError("manifest_differs", "the manifest is not the one in the vault's chain")
    row = vault.file_row(node, number)
    manifest = Manifest.parse(signed)
    verdict = meta.nullable(lambda name: Signed.from_wire(meta.take(name)), "verdict")
    state, known = vault.state, signed.hash
    require_open(verdict, manifest, vault.store, state.scanned_at(known), released=state.is_released(known))
    joined = meta.binary("leaves")
    leaves = [joined[start : start + HASH_SIZE] for start in range(0, len(joined), HASH_SIZE)]
    return FetchedVersion(manifest, row, meta.binary("header"), leaves, place)


def picture_of(vault: OpenVault, node: str, manifest: Manifest) -> bytes | None:
    """The thumbnail of a version; None where it has none, or the server does not give it.

    IntegrityError `thumbnail_invalid`. A copy has that of the version whose payload it shares.
    """
    if manifest.thumbnail is None:
        return None
    answer = vault.account.api.get(f"vaults/{vault.id}/thumbnails?of={node}.{manifest.version}")
    found = [Fields(item, "thumbnail") for item in Fields(answer, "thumbnails").items("thumbnails")]
    if not found:
        return None
    versions = vault.state.versions
    origin = versions[vault.hashes[node, manifest.version]]
    while origin.copied_from is not None:
        origin = versions[origin.copied_from]
    of = Pictured(vault.account.firm, vault.id, manifest.commitment, origin.epoch)
    return open_thumbnail(vault.opened.seed(origin.epoch), of, found[0].binary("box"), manifest.thumbnail)


class _Counting:
    """Tells how much was written."""

    def __init__(self, sink: BinaryIO, progress: Progress) -> None:
        self._sink = sink
        self._progress = progress
        self._written = 0

    def write(self, content: bytes | memoryview, /) -> int:
        written = self._sink.write(content)
        self._written += written
        self._progress(self._written)
        return written
