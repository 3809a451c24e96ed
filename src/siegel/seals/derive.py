"""Joins, HKDF, seeds and what follows from them (docs/formats.md, sections 1 and 2)."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from siegel.lib.age import FileKey, HybridIdentity
from siegel.seals.canonical import b64, unb64

KEY_SIZE = 32
# How much of a key id people compare at a glance.
PRINT_BYTES = 6


def join(*fields: bytes | str) -> bytes:
    """`a ‖ b ‖ …`: each field after its length as u32 big-endian, text as UTF-8; different fields never join alike."""
    parts = [field.encode() if isinstance(field, str) else field for field in fields]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def split(joined: bytes, count: int) -> list[bytes]:
    """The `count` fields of a join; ValueError if it is none of that many."""
    parts = []
    while joined:
        size = int.from_bytes(joined[:4], "big")
        if len(joined) < 4 + size:
            raise ValueError("a join is cut short")
        parts.append(joined[4 : 4 + size])
        joined = joined[4 + size :]
    if len(parts) != count:
        raise ValueError(f"a join of {len(parts)} fields instead of {count}")
    return parts


def digest(text: bytes) -> str:
    """SHA-256 as b64: the hash of a document's bytes, of a row, of a join."""
    return b64(hashlib.sha256(text).digest())


def hkdf(ikm: bytes, info: str, salt: bytes = b"") -> bytes:
    """HKDF-SHA256 (RFC 5869), 32 bytes."""
    return HKDF(SHA256(), KEY_SIZE, salt, info.encode()).derive(ikm)


class Secret:
    """32 secret bytes whose repr shows nothing; equality takes constant time."""

    __slots__ = ("_raw",)
    __hash__ = None  # type: ignore[assignment]  # a secret is no dictionary key

    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEY_SIZE:
            raise ValueError(f"a secret has {KEY_SIZE} bytes")
        self._raw = bytes(raw)

    def reveal(self) -> bytes:
        """The bytes; only for the primitive that needs them."""
        return self._raw

    def __eq__(self, other: object) -> bool:
        return hmac.compare_digest(self._raw, other._raw) if isinstance(other, Secret) else NotImplemented

    def __repr__(self) -> str:
        return "<secret>"


def print_of(kid: str) -> str:
    """The beginning of a key id as people compare it at a glance: `A91C 04F7 22D0`."""
    text = unb64(kid, KEY_SIZE)[:PRINT_BYTES].hex().upper()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """What others know of a holder: the Ed25519 key (b64) and the hybrid recipient, where the holder has them."""

    signing_key: str | None
    recipient: str | None

    @property
    def kid(self) -> str:
        """The key id, b64; the root's is the root fingerprint."""
        signing_key = unb64(self.signing_key, KEY_SIZE) if self.signing_key else b""
        return digest(join("siegel-key@v1", signing_key, self.recipient or ""))


class Seed(Secret):
    """The seed of a root, recovery, person, invitation, scanner or service."""

    __slots__ = ("_signing_key",)

    @classmethod
    def generate(cls) -> "Seed":
        return cls(secrets.token_bytes(KEY_SIZE))

    @classmethod
    def parse(cls, identity: str) -> "Seed":
        """The seed in an `AGE-SECRET-KEY-PQ-1…`; KeyFormatError of `siegel.lib.age` for anything else."""
        return cls(HybridIdentity.parse(identity).seed)

    def encode(self) -> str:
        """`AGE-SECRET-KEY-PQ-1…`, for key files and recovery sheets only."""
        return self.identity().encode()

    def signing_key(self) -> Ed25519PrivateKey:
        """Derived at the first call: a batch signs hundreds of times, and to derive takes as long as to sign."""
        try:
            return self._signing_key
        except AttributeError:
            self._signing_key: Ed25519PrivateKey = Ed25519PrivateKey.from_private_bytes(
                hkdf(self._raw, "siegel-sign@v1")
            )
            return self._signing_key

    def identity(self) -> HybridIdentity:
        """The age identity; never for root, scanner and service, which only sign."""
        return HybridIdentity.from_seed(self._raw)

    def public_keys(self, *, signs_only: bool = False) -> PublicKeys:
        signing_key = b64(self.signing_key().public_key().public_bytes_raw())
        return PublicKeys(signing_key, None if signs_only else self.identity().recipient().encode())


class EpochSeed(Secret):
    """The seed of one epoch of a vault."""

    __slots__ = ()

    @classmethod
    def generate(cls) -> "EpochSeed":
        return cls(secrets.token_bytes(KEY_SIZE))

    def identity(self) -> HybridIdentity:
        """Opens the headers of the epoch's files and the seed of the epoch before."""
        return HybridIdentity.from_seed(hkdf(self._raw, "siegel-contents@v1"))

    def recipient(self) -> str:
        return self.identity().recipient().encode()

    def row_key(self) -> Secret:
        """The AES-256-GCM key of the epoch's rows."""
        return Secret(hkdf(self._raw, "siegel-rows@v1"))


def commitment(file_key: FileKey) -> str:
    """What binds a payload to one file key (b64): stands in manifest and verdict, checked before anything is opened."""
    return b64(hkdf(file_key.raw, "siegel-file-key@v1"))
