"""The post-quantum recipient type: `age1pq1…` and `AGE-SECRET-KEY-PQ-1…`.

ML-KEM-768 and X25519 together (X-Wing, HPKE KEM 0x647a): whoever wants the file key must break both. The identity
is a seed of 32 bytes from which both private keys are expanded.
"""

import hashlib
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from siegel.lib.age import bech32
from siegel.lib.age.errors import HeaderError, KeyFormatError, RecipientError
from siegel.lib.age.file_key import FileKey
from siegel.lib.age.stanza import Stanza, encode_base64

KIND = "mlkem768x25519"
RECIPIENT_PREFIX = "age1pq1"
IDENTITY_PREFIX = "AGE-SECRET-KEY-PQ-1"
SEED_SIZE = 32
_MLKEM_PUBLIC_SIZE = 1184
_MLKEM_SEED_SIZE = 64
_MLKEM_CIPHERTEXT_SIZE = 1088
RECIPIENT_SIZE = _MLKEM_PUBLIC_SIZE + 32
ENCAPSULATION_SIZE = _MLKEM_CIPHERTEXT_SIZE + 32
_INFO = b"age-encryption.org/mlkem768x25519"
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class HybridRecipient:
    """A public key of 1216 bytes: ML-KEM-768 first, then X25519."""

    __slots__ = ("_key", "raw")

    def __init__(self, raw: bytes) -> None:
        if len(raw) != RECIPIENT_SIZE:
            raise KeyFormatError(f"a hybrid recipient has {RECIPIENT_SIZE} bytes")
        self.raw = bytes(raw)
        try:
            mlkem = MLKEM768PublicKey.from_public_bytes(self.raw[:_MLKEM_PUBLIC_SIZE])
        except ValueError:
            raise KeyFormatError("the ML-KEM part of a hybrid recipient is invalid") from None
        self._key = MLKEM768X25519PublicKey(mlkem, X25519PublicKey.from_public_bytes(self.raw[_MLKEM_PUBLIC_SIZE:]))

    @classmethod
    def parse(cls, text: str) -> "HybridRecipient":
        raw = bech32.decode(text, "age1pq")
        if not text.startswith(RECIPIENT_PREFIX):
            raise KeyFormatError("not a hybrid recipient")
        return cls(raw)

    def encode(self) -> str:
        return bech32.encode("age1pq", self.raw)

    def wrap(self, file_key: FileKey) -> Stanza:
        try:
            sealed = _SUITE.encrypt(file_key.raw, self._key, _INFO)
        except ValueError:
            raise RecipientError("the X25519 part of a hybrid recipient is a point of low order") from None
        return Stanza(KIND, (encode_base64(sealed[:ENCAPSULATION_SIZE]),), sealed[ENCAPSULATION_SIZE:])

    def __eq__(self, other: object) -> bool:
        return self.raw == other.raw if isinstance(other, HybridRecipient) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"HybridRecipient({self.encode()[:20]}…)"


class HybridIdentity:
    """A seed of 32 bytes and the two private keys expanded from it with SHAKE-256."""

    __slots__ = ("_key", "_recipient", "_x25519", "seed")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_SIZE:
            raise KeyFormatError(f"the seed of a hybrid identity has {SEED_SIZE} bytes")
        self.seed = bytes(seed)
        expanded = hashlib.shake_256(self.seed).digest(_MLKEM_SEED_SIZE + 32)
        mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_SIZE])
        self._x25519 = X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_SIZE:])
        self._key = MLKEM768X25519PrivateKey(mlkem, self._x25519)
        self._recipient = HybridRecipient(
            mlkem.public_key().public_bytes_raw() + self._x25519.public_key().public_bytes_raw()
        )

    @classmethod
    def from_seed(cls, seed: bytes) -> "HybridIdentity":
        return cls(seed)

    @classmethod
    def generate(cls) -> "HybridIdentity":
        return cls(os.urandom(SEED_SIZE))

    @classmethod
    def parse(cls, text: str) -> "HybridIdentity":
        raw = bech32.decode(text, "age-secret-key-pq-")
        if not text.startswith(IDENTITY_PREFIX):
            raise KeyFormatError("not a hybrid identity")
        return cls(raw)

    def encode(self) -> str:
        """The secret as text; for a key file and nothing else."""
        return bech32.encode("age-secret-key-pq-", self.seed).upper()

    def recipient(self) -> HybridRecipient:
        return self._recipient

    def unwrap(self, stanzas: Sequence[Stanza]) -> FileKey | None:
        """The file key, or None when no stanza is for this identity; HeaderError for a malformed hybrid stanza."""
        for stanza in stanzas:
            if stanza.kind == KIND and (file_key := self._unwrap(stanza)):
                return file_key
        return None

    def _unwrap(self, stanza: Stanza) -> FileKey | None:
        stanza.require(arguments=1)
        encapsulation = stanza.value(0, ENCAPSULATION_SIZE)
        share = X25519PublicKey.from_public_bytes(encapsulation[_MLKEM_CIPHERTEXT_SIZE:])
        try:
            # HPKE answers InvalidTag for a low-order share as for a foreign stanza; this tells the two apart.
            self._x25519.exchange(share)
        except ValueError:
            raise HeaderError("the X25519 part of a hybrid stanza is a point of low order") from None
        try:
            return FileKey(_SUITE.decrypt(encapsulation + stanza.body, self._key, _INFO))
        except InvalidTag:
            return None

    def __repr__(self) -> str:
        return "<secret>"
