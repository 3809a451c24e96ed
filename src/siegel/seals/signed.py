"""What all signed documents share (docs/formats.md, section 1): the bytes as signed, one namespace per kind."""

from abc import abstractmethod
from dataclasses import dataclass, fields, is_dataclass
from typing import ClassVar, Self, cast

from siegel.lib import sshsig
from siegel.seals import canonical
from siegel.seals.canonical import Json, b64, unb64
from siegel.seals.derive import Seed, digest
from siegel.seals.errors import IntegrityError
from siegel.seals.fields import Fields


@dataclass(frozen=True, slots=True)
class Signed:
    """A document as stored and sent: `raw` is verified and hashed as received."""

    raw: bytes
    sig: bytes

    @property
    def hash(self) -> str:
        return digest(self.raw)

    def to_wire(self) -> dict[str, str]:
        return {"bytes": b64(self.raw), "sig": b64(self.sig)}

    @classmethod
    def from_wire(cls, value: Json) -> "Signed":
        read = Fields(value, "signed document")
        raw, sig = read.take("bytes"), read.take("sig")
        read.done()
        if not isinstance(raw, str) or not isinstance(sig, str):
            raise IntegrityError("document_invalid", "signed document: bytes and sig are text")
        return cls(unb64(raw), unb64(sig))


@dataclass(frozen=True, slots=True)
class Accepted:
    """A certificate, or a revocation, as the log has it: the document, the time and the place of its acceptance."""

    signed: Signed
    accepted_at: int
    log_index: int

    @classmethod
    def from_wire(cls, value: Json) -> Self:
        f = Fields(value, "accepted document")
        return cls(Signed.from_wire(f.take("doc")), f.time("accepted_at"), f.integer("log_index", 0))


class Document:
    """What all kinds share: one canonical text, one namespace."""

    NAMESPACE: ClassVar[str]

    @classmethod
    @abstractmethod
    def read(cls, f: Fields) -> Self:
        """Takes all fields of the kind."""

    @classmethod
    def parse(cls, signed: Signed) -> Self:
        """The document, its form checked, its signature not; IntegrityError otherwise."""
        f = Fields(canonical.parse(signed.raw), cls.__name__)
        document = cls.read(f)
        f.done()
        return document

    @classmethod
    def verify(cls, signed: Signed, signing_key: str | None) -> None:
        """IntegrityError `signature_invalid` unless `signing_key` (b64) signed these bytes as this kind; None never."""
        if signing_key is None:
            raise IntegrityError("signature_invalid", f"{cls.__name__}: signed by a key that does not sign")
        try:
            sshsig.verify(signed.sig, cls.NAMESPACE, signed.raw, unb64(signing_key, 32))
        except sshsig.SignatureError as error:
            raise IntegrityError("signature_invalid", f"{cls.__name__}: {error}") from error

    def encode(self) -> bytes:
        return canonical.encode(cast(Json, _plain(self)))

    def sign(self, seed: Seed) -> Signed:
        """The signed document, after its own form was checked."""
        text = self.encode()
        signed = Signed(text, sshsig.sign(seed.signing_key(), self.NAMESPACE, text))
        self.parse(signed)
        return signed


class Change:
    """One change of a record; its class is its kind."""

    KIND: ClassVar[str]


def _plain(value: object) -> object:
    """Dataclasses as objects (a change with its kind), tuples as lists."""
    if is_dataclass(value):
        absent = getattr(value, "ABSENT_WHEN_NONE", ())
        named = {f.name: getattr(value, f.name) for f in fields(value)}
        members = {name: _plain(part) for name, part in named.items() if part is not None or name not in absent}
        return members | {"kind": value.KIND} if isinstance(value, Change) else members
    return [_plain(member) for member in value] if isinstance(value, tuple) else value


def require(condition: bool, problem: str) -> None:
    if not condition:
        raise IntegrityError("document_invalid", problem)
