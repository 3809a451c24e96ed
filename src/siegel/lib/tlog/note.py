"""Signed notes (C2SP signed-note): a text, a blank line, and a line per signature."""

from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from siegel.lib.tlog.errors import NoteError, UnsignedError
from siegel.lib.tlog.keys import COSIGNATURE, ED25519, VerifierKey, cosigned_message, is_key_name
from siegel.lib.tlog.text import MAX_NUMBER, from_base64, is_line, to_base64

MAX_NOTE_SIZE = 1_000_000
"""Bytes of a signed note."""
MAX_SIGNATURES = 100
_MARK = "\N{EM DASH} "
_KEY_ID_SIZE = 4


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature line. What the bytes mean is known to who knows the key; NoteError for a name that cannot be."""

    name: str
    key_id: bytes
    signature: bytes

    def __post_init__(self) -> None:
        if not is_key_name(self.name) or len(self.key_id) != _KEY_ID_SIZE or not self.signature:
            raise NoteError("not a signature with a key's name and id")

    @classmethod
    def parse(cls, line: str) -> "Signature":
        """From a line without its newline; NoteError."""
        name, _, encoded = line.removeprefix(_MARK).partition(" ")
        try:
            decoded = from_base64(encoded)
        except ValueError:
            raise NoteError("a signature is not canonical base64") from None
        signature = cls(name, decoded[:_KEY_ID_SIZE], decoded[_KEY_ID_SIZE:])
        if signature.line() != line:
            raise NoteError("not a signature line")
        return signature

    def line(self) -> str:
        return f"{_MARK}{self.name} {to_base64(self.key_id + self.signature)}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text with at least one signature, none of them verified yet. NoteError for what cannot stand in a note."""

    text: str
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        *lines, end = self.text.split("\n")
        if end or not lines or not all(is_line(line) for line in lines if line):
            raise NoteError("the text of a note is lines of UTF-8 without control characters, each ended by a newline")
        if not 1 <= len(self.signatures) <= MAX_SIGNATURES:
            raise NoteError(f"a note has 1 to {MAX_SIGNATURES} signatures")

    @classmethod
    def parse(cls, signed: bytes) -> "Note":
        """NoteError unless `signed` is exactly what `encode` writes."""
        if len(signed) > MAX_NOTE_SIZE:
            raise NoteError(f"a note has at most {MAX_NOTE_SIZE} bytes")
        try:
            whole = signed.decode()
        except UnicodeDecodeError:
            raise NoteError("a note is UTF-8") from None
        text, blank, lines = whole.rpartition("\n\n")
        if not blank or not lines.endswith("\n"):
            raise NoteError("no blank line before the signatures, or no newline after them")
        if lines.count("\n") > MAX_SIGNATURES:
            raise NoteError(f"a note has at most {MAX_SIGNATURES} signatures")
        return cls(text + "\n", tuple(map(Signature.parse, lines[:-1].split("\n"))))

    def encode(self) -> bytes:
        return (self.text + "\n" + "".join(signature.line() + "\n" for signature in self.signatures)).encode()

    def verify(self, keys: Iterable[VerifierKey]) -> dict[VerifierKey, int | None]:
        """Which of the keys signed the text, each with the time that its first signature states (None without one).

        Signatures of other keys are ignored. SignatureError if one of these keys does not verify, even beside others
        that do; UnsignedError if none of the keys signed. ValueError if two keys share name and id.
        """
        known: dict[tuple[str, bytes], VerifierKey] = {}
        for key in keys:
            if known.setdefault((key.name, key.key_id), key) != key:
                raise ValueError(f"two keys are called {key.name}+{key.key_id.hex()}")
        verified: dict[VerifierKey, int | None] = {}
        for signature in self.signatures:
            signer = known.get((signature.name, signature.key_id))
            if signer is not None:
                time = signer.verify(signature.signature, self.text)
                verified.setdefault(signer, time)
        if not verified:
            raise UnsignedError("none of the keys asked for signed this")
        return verified


def sign(text: str, name: str, key: Ed25519PrivateKey) -> Signature:
    """The plain signature of a note's text, as a log makes it."""
    return _signature(name, ED25519, key, key.sign(text.encode()))


def cosign(text: str, name: str, key: Ed25519PrivateKey, time: int) -> Signature:
    """The signature of a witness on a checkpoint's text.

    It states that at `time` (whole seconds since 1970) this was the largest tree of its log that the witness had seen,
    and that it had verified its growth from every earlier one: see to both first. A witness never uses one key under
    two names.
    """
    if not 0 <= time <= MAX_NUMBER:
        raise ValueError("a time is not negative and has 63 bits")
    signature = key.sign(cosigned_message(time, text))
    return _signature(name, COSIGNATURE, key, time.to_bytes(8, "big") + signature)


def _signature(name: str, signature_type: int, key: Ed25519PrivateKey, signature: bytes) -> Signature:
    verifier = VerifierKey(name, signature_type, key.public_key().public_bytes_raw())
    return Signature(name, verifier.key_id, signature)
