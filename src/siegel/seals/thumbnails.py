"""Thumbnails: a small picture of a version's contents, sealed like its row (docs/formats.md, 9)."""

import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from siegel.seals.derive import EpochSeed, digest, join
from siegel.seals.errors import IntegrityError
from siegel.seals.rows import NONCE_SIZE

# Bytes of a sealed one.
MAX_THUMBNAIL_SIZE = 32 * 1024


@dataclass(frozen=True, slots=True)
class Pictured:
    """What a thumbnail is bound to: the contents under one file key, which a version and its copies share.

    `epoch`: of the version that was uploaded or sealed anew; of a copy not its own.
    """

    firm: str
    vault: str
    commitment: str
    epoch: int

    def associated(self) -> bytes:
        return join("thumbnail", self.firm, self.vault, self.commitment, str(self.epoch))


def seal_thumbnail(seed: EpochSeed, of: Pictured, image: bytes, *, nonce: bytes | None = None) -> bytes:
    """The image sealed under the epoch's row key. `nonce` is for test vectors only; never seal two with one."""
    nonce = secrets.token_bytes(NONCE_SIZE) if nonce is None else nonce
    return nonce + AESGCM(seed.row_key().reveal()).encrypt(nonce, image, of.associated())


def open_thumbnail(seed: EpochSeed, of: Pictured, sealed: bytes, signed_hash: str) -> bytes:
    """The image; IntegrityError `thumbnail_invalid` unless it is the one of these contents that the manifest names."""
    if not NONCE_SIZE < len(sealed) <= MAX_THUMBNAIL_SIZE or digest(sealed) != signed_hash:
        raise IntegrityError("thumbnail_invalid", "the thumbnail is not the signed one")
    try:
        key = AESGCM(seed.row_key().reveal())
        return key.decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], of.associated())
    except InvalidTag as error:
        raise IntegrityError("thumbnail_invalid", "the thumbnail was altered or is of other contents") from error
