"""The file key: the 16 bytes every header wraps and every payload key comes from."""

import hmac
import os

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FILE_KEY_SIZE = 16


class FileKey:
    """A secret of 16 random bytes; never reused for a second payload."""

    __slots__ = ("raw",)
    __hash__ = None  # type: ignore[assignment]  # a secret is no dictionary key

    def __init__(self, raw: bytes) -> None:
        if len(raw) != FILE_KEY_SIZE:
            raise ValueError(f"a file key has {FILE_KEY_SIZE} bytes")
        self.raw = bytes(raw)

    @classmethod
    def generate(cls) -> "FileKey":
        return cls(os.urandom(FILE_KEY_SIZE))

    def derive(self, info: bytes, *, salt: bytes = b"") -> bytes:
        """32 bytes: HKDF-SHA-256 with the file key as input, as age derives its own keys."""
        return HKDF(SHA256(), 32, salt, info).derive(self.raw)

    def __eq__(self, other: object) -> bool:
        return hmac.compare_digest(self.raw, other.raw) if isinstance(other, FileKey) else NotImplemented

    def __repr__(self) -> str:
        return "<secret>"
