"""A version opened and sealed anew on its way to the server: into the vault it lies in, or into another."""

import tempfile
from dataclasses import dataclass
from typing import BinaryIO, cast

from siegel.agent.get import fetch_version, picture_of
from siegel.agent.opened import OpenVault
from siegel.agent.versions import IN_MEMORY_SIZE, Payload
from siegel.seals.files import SealedFile, seal_anew
from siegel.seals.rows import FileRow

# Of versions that are scanned and committed together: a batch waits for its slowest.
BATCH_FILES = 50
BATCH_BYTES = 256 << 20


@dataclass(slots=True)
class SentAnew:
    """A version whose new payload has arrived. `row` and `picture` as they were; `result` is what the scanner finds."""

    sealed: SealedFile
    row: FileRow
    upload: str
    picture: bytes | None = None
    result: str = ""

    @property
    def payload(self) -> Payload:
        sealed = self.sealed
        return Payload(
            sealed.file_key,
            sealed.commitment,
            sealed.payload_hash,
            sealed.payload_size,
            self.upload,
            picture=self.picture,
        )


def send_anew(vault: OpenVault, node: str, version: int, into: str, *, replaces: str = "") -> SentAnew:
    """Fetches a version, verifies it, and seals it anew while it is read; uploads that into the vault `into`.

    The sealed bytes wait in the folder of state; in plain text there are never more than a few MiB, in memory.
    `replaces` as of `Api.upload`; errors as of `fetch_version` and `seal_anew`.
    """
    api = vault.account.api
    fetched = fetch_version(vault, node, version)
    source = api.download(f"{fetched.place}/payload")
    with tempfile.SpooledTemporaryFile(IN_MEMORY_SIZE, dir=str(vault.home.work)) as spooled:
        payload = cast("BinaryIO", spooled)
        try:
            sealed = seal_anew(source, payload, fetched, vault.opened.seed(fetched.manifest.epoch).identity())
        finally:
            source.close()
        upload = api.upload(into, payload, sealed.payload_size, lambda _: None, replaces=replaces)
    return SentAnew(sealed, fetched.row, upload, picture_of(vault, node, fetched.manifest))
