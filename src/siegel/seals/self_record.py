"""What a person has seen of his firm, signed and sealed by himself for his other devices (ADR 0021).

A device without memory cannot tell an old state from the newest. It asks the server for this record, which the server
can neither read nor make, only withhold, or show as it was.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from siegel.lib.age import AgeError, HybridRecipient, open_file, seal_file
from siegel.seals import canonical
from siegel.seals.canonical import JsonInput
from siegel.seals.derive import Seed, digest, join, split
from siegel.seals.errors import IntegrityError
from siegel.seals.fields import Fields
from siegel.seals.replay import Head
from siegel.seals.signed import Document, Signed, require

# Sealed. About 8,000 heads.
MAX_SELF_RECORD_SIZE = 1 << 20


@dataclass(frozen=True, slots=True)
class SeenHead:
    """The last head seen of a vault or team."""

    hash: str
    seq: int
    vault: str

    @classmethod
    def read(cls, f: Fields) -> Self:
        head = cls(f.hash("hash"), f.integer("seq", 1), f.id("vault"))
        f.done()
        return head


@dataclass(frozen=True, slots=True)
class SeenRevocation:
    """A key that was seen revoked, and the place of that in the log."""

    key: str
    log_index: int

    @classmethod
    def read(cls, f: Fields) -> Self:
        seen = cls(f.hash("key"), f.integer("log_index", 0))
        f.done()
        return seen


@dataclass(frozen=True, slots=True)
class SelfRecord(Document):
    """`number` goes up with every record of the same key, `author`; `root`: the pinned root's fingerprint."""

    NAMESPACE = "siegel-self@v1"
    author: str
    firm: str
    heads: tuple[SeenHead, ...]
    number: int
    person: str
    revoked: tuple[SeenRevocation, ...]
    root: str

    @classmethod
    def read(cls, f: Fields) -> Self:
        heads = tuple(SeenHead.read(Fields(item, "seen head")) for item in f.items("heads"))
        revoked = tuple(SeenRevocation.read(Fields(item, "seen revocation")) for item in f.items("revoked"))
        for names in ([head.vault for head in heads], [one.key for one in revoked]):
            require(names == sorted(set(names)), "SelfRecord: lists are sorted, each once")
        return cls(
            author=f.hash("author"),
            firm=f.id("firm"),
            heads=heads,
            number=f.integer("number", 1),
            person=f.id("person"),
            revoked=revoked,
            root=f.hash("root"),
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """What a device remembers of a firm: the last head of each vault and team, and where each key was revoked."""

    heads: Mapping[str, Head]
    revoked: Mapping[str, int]

    @classmethod
    def of(cls, record: SelfRecord) -> Self:
        heads = {head.vault: Head(head.seq, head.hash) for head in record.heads}
        return cls(heads, {one.key: one.log_index for one in record.revoked})

    @property
    def hash(self) -> str:
        """The same for all who know the same."""
        heads: list[JsonInput] = [[vault, head.seq, head.hash] for vault, head in sorted(self.heads.items())]
        revoked: list[JsonInput] = [[key, place] for key, place in sorted(self.revoked.items())]
        return digest(canonical.encode([heads, revoked]))

    def joined(self, other: "Seen") -> "Seen":
        """What both know together.

        IntegrityError `vault_forked` where they know one vault at the same place with different histories,
        `revocation_moved` where one key was revoked at two places.
        """
        heads = dict(self.heads)
        for vault, head in other.heads.items():
            known = heads.get(vault, head)
            if known.seq == head.seq and known.hash != head.hash:
                raise IntegrityError("vault_forked", "two devices were shown different histories of a vault")
            heads[vault] = max(known, head, key=lambda one: one.seq)
        if any(other.revoked.get(key, place) != place for key, place in self.revoked.items()):
            raise IntegrityError("revocation_moved", "two devices were shown a revocation in different places")
        return Seen(heads, {**self.revoked, **other.revoked})


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """Whose self-record it is: the pinned root and the person, with the seed that signs and opens it.

    `line`: all roots the firm has had, as verified: another device may have pinned an earlier or a later one.
    """

    firm: str
    person: str
    root: str
    seed: Seed
    line: frozenset[str] = frozenset()

    def seal(self, seen: Seen, number: int) -> tuple[bytes, str]:
        """The record as an age file for the person's own key, and its hash."""
        keys = self.seed.public_keys()
        signed = SelfRecord(
            author=keys.kid,
            firm=self.firm,
            heads=tuple(SeenHead(head.hash, head.seq, vault) for vault, head in sorted(seen.heads.items())),
            number=number,
            person=self.person,
            revoked=tuple(SeenRevocation(key, place) for key, place in sorted(seen.revoked.items())),
            root=self.root,
        ).sign(self.seed)
        return seal_signed(signed, keys.recipient or ""), signed.hash

    def open(self, sealed: bytes, number: int) -> tuple[SelfRecord, str]:
        """The record that the server calls the `number`th, and its hash.

        IntegrityError `self_record_invalid` if it does not open or is none, `signature_invalid`, `self_record_differs`
        if it is another person's, key's or firm's, or has another number; `root_differs`.
        """
        opened = io.BytesIO()
        try:
            open_file(io.BytesIO(sealed), opened, [self.seed.identity()])
            raw, sig = split(opened.getvalue(), 2)
        except (AgeError, ValueError) as error:
            raise IntegrityError("self_record_invalid", "the self-record does not open") from error
        signed = Signed(raw, sig)
        record, keys = SelfRecord.parse(signed), self.seed.public_keys()
        SelfRecord.verify(signed, keys.signing_key)
        if (record.author, record.firm, record.person) != (keys.kid, self.firm, self.person):
            raise IntegrityError("self_record_differs", "the self-record is another person's, key's or firm's")
        if record.number != number:
            raise IntegrityError("self_record_differs", "the self-record has another number than the server says")
        if record.root not in self.line | {self.root}:
            raise IntegrityError("root_differs", "the self-record pins another root")
        return record, signed.hash


def seal_signed(signed: Signed, recipient: str) -> bytes:
    """A signed document as an age file for one recipient."""
    sealed = io.BytesIO()
    seal_file(io.BytesIO(join(signed.raw, signed.sig)), sealed, [HybridRecipient.parse(recipient)])
    return sealed.getvalue()
