"""Stanzas: the lines of a header that wrap the file key for one recipient."""

import binascii
import re
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from siegel.lib.age.errors import HeaderError
from siegel.lib.age.file_key import FILE_KEY_SIZE, FileKey

COLUMNS = 64
WRAPPED_KEY_SIZE = FILE_KEY_SIZE + 16
_ARGUMENT = re.compile(r"[\x21-\x7e]+")
_WRAP_NONCE = bytes(12)


class Stanza(NamedTuple):
    """`-> kind arguments…` with its body; the header's grammar is checked, the meaning is not."""

    kind: str
    arguments: tuple[str, ...]
    body: bytes

    def encode(self) -> bytes:
        body = encode_base64(self.body)
        # The last line must be shorter than 64 columns, so a full one is followed by an empty one.
        lines = [body[i : i + COLUMNS] for i in range(0, len(body) + 1, COLUMNS)]
        return "\n".join([" ".join(["->", self.kind, *self.arguments]), *lines, ""]).encode("ascii")

    def value(self, index: int, size_bytes: int) -> bytes:
        """Argument `index` decoded; HeaderError unless it is canonical base64 of exactly `size_bytes`."""
        decoded = decode_base64(self.arguments[index])
        if len(decoded) != size_bytes:
            raise HeaderError(f"argument of a {self.kind} stanza has {len(decoded)} bytes instead of {size_bytes}")
        return decoded

    def require(self, *, arguments: int) -> None:
        """HeaderError unless the stanza has so many arguments and a body of exactly a wrapped file key.

        The body's length is checked before anything is decrypted: otherwise one ciphertext could be made that
        opens under several keys, and trying it would tell which (a partitioning oracle).
        """
        if len(self.arguments) != arguments:
            raise HeaderError(f"a {self.kind} stanza has {len(self.arguments)} arguments instead of {arguments}")
        if len(self.body) != WRAPPED_KEY_SIZE:
            raise HeaderError(f"the body of a {self.kind} stanza has {len(self.body)} bytes")


def parse_argument_line(line: str) -> tuple[str, ...]:
    """The arguments of a line `-> kind …`, kind first; HeaderError unless each is printable ASCII."""
    arrow, *arguments = line.split(" ")
    if arrow != "->" or not arguments or not all(_ARGUMENT.fullmatch(a) for a in arguments):
        raise HeaderError("malformed stanza line")
    return tuple(arguments)


def encode_base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode("ascii").rstrip("=")


def decode_base64(text: str) -> bytes:
    """The bytes of canonical, unpadded base64; HeaderError for anything else."""
    try:
        decoded = binascii.a2b_base64(text + "=" * (-len(text) % 4))
    except ValueError:
        raise HeaderError("invalid base64") from None
    # The decoder is lenient towards foreign characters and loose bits; encoding again shows both.
    if encode_base64(decoded) != text:
        raise HeaderError("base64 is not canonical")
    return decoded


def wrap_file_key(file_key: FileKey, wrap_key: bytes) -> bytes:
    """The body of an X25519 or scrypt stanza. The nonce is fixed because every wrap key is used once."""
    return ChaCha20Poly1305(wrap_key).encrypt(_WRAP_NONCE, file_key.raw, None)


def unwrap_file_key(body: bytes, wrap_key: bytes) -> FileKey | None:
    try:
        return FileKey(ChaCha20Poly1305(wrap_key).decrypt(_WRAP_NONCE, body, None))
    except InvalidTag:
        return None
