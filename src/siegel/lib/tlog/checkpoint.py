"""Checkpoints (C2SP tlog-checkpoint): which log, how many entries, which root; and what it means to believe one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from siegel.lib.merkle import EMPTY_ROOT, HASH_SIZE
from siegel.lib.tlog.errors import (
    CheckpointError,
    OriginError,
    ProofError,
    RollbackError,
    SplitViewError,
    UnsignedError,
)
from siegel.lib.tlog.keys import VerifierKey
from siegel.lib.tlog.note import Note
from siegel.lib.tlog.text import MAX_NUMBER, is_line, parse_hash, parse_number, to_base64
from siegel.lib.tlog.tree import verify_consistency


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a tree. CheckpointError for a value that cannot be, such as an empty tree with another root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not all(map(is_line, (self.origin, *self.extensions))):
            raise CheckpointError("origin and extensions are lines, none of them empty")
        if not 0 <= self.size <= MAX_NUMBER or len(self.root) != HASH_SIZE:
            raise CheckpointError(f"not the size of a tree, or not a root of {HASH_SIZE} bytes")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise CheckpointError("not the root of the empty tree")

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """From the text of a note; CheckpointError unless it is exactly what `text` gives."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop():
            raise CheckpointError("a checkpoint has at least three lines, each ended by a newline")
        try:
            size, root = parse_number(lines[1]), parse_hash(lines[2])
        except ValueError as error:
            raise CheckpointError(f"size or root of a checkpoint: {error}") from None
        return cls(lines[0], size, root, tuple(lines[3:]))

    def text(self) -> str:
        """The text that is signed."""
        return "\n".join((self.origin, str(self.size), to_base64(self.root), *self.extensions)) + "\n"


@dataclass(frozen=True, slots=True)
class VerifiedCheckpoint:
    """A checkpoint that its log signed. `cosigned` are the witnesses that did, each with the time it states."""

    checkpoint: Checkpoint
    cosigned: Mapping[VerifierKey, int | None]


def open_checkpoint(
    note: Note, log: VerifierKey, witnesses: Iterable[VerifierKey] = (), *, origin: str | None = None
) -> VerifiedCheckpoint:
    """The checkpoint in a note, signed by `log`. How many witnesses are enough is the caller's to decide.

    Its origin is the name of the log's key unless given. UnsignedError without the log's signature, SignatureError if
    the log's or a witness's does not verify, CheckpointError if the text is none, OriginError if it is another log's.
    """
    verified = note.verify([log, *witnesses])
    if log not in verified:
        raise UnsignedError("the log has not signed this")
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != (log.name if origin is None else origin):
        raise OriginError("the checkpoint is another log's")
    return VerifiedCheckpoint(checkpoint, {key: time for key, time in verified.items() if key != log})


def verify_growth(older: Checkpoint, newer: Checkpoint, proof: Sequence[bytes]) -> None:
    """Returns if the newer checkpoint is the same log grown on, or not grown: what every verifier that remembers asks.

    OriginError for another log, RollbackError for a smaller tree, SplitViewError for one of the same size with another
    root; ProofError if the consistency proof does not hold. From an empty tree, and to the same, the proof is empty.
    """
    if older.origin != newer.origin:
        raise OriginError("checkpoints of two logs")
    if newer.size < older.size:
        raise RollbackError(f"the log had {older.size} entries and now shows {newer.size}")
    if newer.size == older.size and newer.root != older.root:
        raise SplitViewError(f"the log shows two trees of {newer.size} entries")
    if older.size:
        verify_consistency(older.size, newer.size, proof, older.root, newer.root)
    elif proof:
        raise ProofError("what grew from nothing has no proof")
