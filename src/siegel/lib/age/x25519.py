"""The classic recipient type: `age1…` and `AGE-SECRET-KEY-1…`."""

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from siegel.lib.age import bech32
from siegel.lib.age.errors import HeaderError, KeyFormatError, RecipientError
from siegel.lib.age.file_key import FileKey
from siegel.lib.age.stanza import Stanza, encode_base64, unwrap_file_key, wrap_file_key

KIND = "X25519"
RECIPIENT_PREFIX = "age1"
IDENTITY_PREFIX = "AGE-SECRET-KEY-1"
KEY_SIZE = 32


class X25519Recipient:
    """A public key of 32 bytes."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEY_SIZE:
            raise KeyFormatError(f"an X25519 recipient has {KEY_SIZE} bytes")
        self.raw = bytes(raw)

    @classmethod
    def parse(cls, text: str) -> "X25519Recipient":
        raw = bech32.decode(text, "age")
        if not text.startswith(RECIPIENT_PREFIX):
            raise KeyFormatError("not an X25519 recipient")
        return cls(raw)

    def encode(self) -> str:
        return bech32.encode("age", self.raw)

    def wrap(self, file_key: FileKey) -> Stanza:
        ephemeral = X25519PrivateKey.generate()
        share = ephemeral.public_key().public_bytes_raw()
        try:
            secret = ephemeral.exchange(X25519PublicKey.from_public_bytes(self.raw))
        except ValueError:
            raise RecipientError("the X25519 recipient is a point of low order") from None
        body = wrap_file_key(file_key, _wrap_key(secret, share, self.raw))
        return Stanza(KIND, (encode_base64(share),), body)

    def __eq__(self, other: object) -> bool:
        return self.raw == other.raw if isinstance(other, X25519Recipient) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"X25519Recipient({self.encode()})"


class X25519Identity:
    """A private key of 32 bytes."""

    __slots__ = ("_key", "_recipient")

    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEY_SIZE:
            raise KeyFormatError(f"an X25519 identity has {KEY_SIZE} bytes")
        self._key = X25519PrivateKey.from_private_bytes(raw)
        self._recipient = X25519Recipient(self._key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> "X25519Identity":
        return cls(X25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> "X25519Identity":
        raw = bech32.decode(text, "age-secret-key-")
        if not text.startswith(IDENTITY_PREFIX):
            raise KeyFormatError("not an X25519 identity")
        return cls(raw)

    def encode(self) -> str:
        """The secret as text; for a key file and nothing else."""
        return bech32.encode("age-secret-key-", self._key.private_bytes_raw()).upper()

    def recipient(self) -> X25519Recipient:
        return self._recipient

    def unwrap(self, stanzas: Sequence[Stanza]) -> FileKey | None:
        """The file key, or None when no stanza is for this identity; HeaderError for a malformed X25519 stanza."""
        for stanza in stanzas:
            if stanza.kind == KIND and (file_key := self._unwrap(stanza)):
                return file_key
        return None

    def _unwrap(self, stanza: Stanza) -> FileKey | None:
        stanza.require(arguments=1)
        share = stanza.value(0, KEY_SIZE)
        try:
            secret = self._key.exchange(X25519PublicKey.from_public_bytes(share))
        except ValueError:
            raise HeaderError("the share of an X25519 stanza is a point of low order") from None
        return unwrap_file_key(stanza.body, _wrap_key(secret, share, self._recipient.raw))

    def __repr__(self) -> str:
        return "<secret>"


def _wrap_key(secret: bytes, share: bytes, recipient: bytes) -> bytes:
    return HKDF(SHA256(), 32, share + recipient, b"age-encryption.org/v1/X25519").derive(secret)
