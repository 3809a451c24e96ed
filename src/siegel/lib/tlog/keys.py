"""Verifier keys (vkeys) of C2SP signed-note and tlog-cosignature: a name, a type and an Ed25519 public key."""

import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from siegel.lib.tlog.errors import KeyFormatError, SignatureError
from siegel.lib.tlog.text import MAX_NUMBER, from_base64, is_line, to_base64

ED25519 = 0x01
"""Signature type: Ed25519 over the text of a note. Logs sign so."""
COSIGNATURE = 0x04
"""Signature type: Ed25519 over a time and the text of a checkpoint. Witnesses sign so."""
_KEY_SIZE = 32
_TIME_SIZE = 8


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """Whose signature, of which type, is believed. KeyFormatError for a name, type or length that cannot be."""

    name: str
    signature_type: int
    public_key: bytes

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise KeyFormatError("a key's name is not empty and has no spaces, plus signs or control characters")
        if self.signature_type not in (ED25519, COSIGNATURE) or len(self.public_key) != _KEY_SIZE:
            raise KeyFormatError(f"not an Ed25519 key of type {ED25519} or {COSIGNATURE}")

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """From `<name>+<key id in hex>+<type and public key in base64>`; KeyFormatError."""
        try:
            name, _, material = text.split("+", 2)
            decoded = from_base64(material)
        except ValueError:
            raise KeyFormatError("not a verifier key") from None
        key = cls(name, decoded[0] if decoded else 0, decoded[1:])
        if key.encode() != text:
            raise KeyFormatError("the key id is not that of the key")
        return key

    def encode(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{to_base64(self._material())}"

    @property
    def key_id(self) -> bytes:
        """Four bytes. They tell keys of one name apart and prove nothing."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._material()).digest()[:4]

    def verify(self, signature: bytes, text: str) -> int | None:
        """Returns if this key signed the text: the time it states (whole seconds since 1970), None for type ED25519.

        SignatureError otherwise.
        """
        time, message = None, text.encode()
        if self.signature_type == COSIGNATURE:
            time = int.from_bytes(signature[:_TIME_SIZE], "big")
            signature, message = signature[_TIME_SIZE:], cosigned_message(time, text)
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, message)
        except (InvalidSignature, ValueError):
            raise SignatureError(f"the signature of {self.name} does not fit the text") from None
        if time is not None and time > MAX_NUMBER:
            raise SignatureError(f"the time of {self.name}'s signature is too large")
        return time

    def _material(self) -> bytes:
        return bytes([self.signature_type]) + self.public_key


def is_key_name(text: str) -> bool:
    return is_line(text) and "+" not in text and not any(character.isspace() for character in text)


def cosigned_message(time: int, text: str) -> bytes:
    """What a witness signs (C2SP tlog-cosignature, Ed25519 signed message)."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()
