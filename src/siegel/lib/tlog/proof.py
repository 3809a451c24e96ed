"""Proof files (C2SP tlog-proof, `.tlog-proof`): that an entry is in a log, for anybody, offline."""

from collections.abc import Iterable
from dataclasses import dataclass

from siegel.lib.merkle import HASH_SIZE
from siegel.lib.tlog.checkpoint import VerifiedCheckpoint, open_checkpoint
from siegel.lib.tlog.errors import ProofFileError
from siegel.lib.tlog.keys import VerifierKey
from siegel.lib.tlog.note import MAX_NOTE_SIZE, Note
from siegel.lib.tlog.text import MAX_NUMBER, from_base64, parse_hash, parse_number, to_base64
from siegel.lib.tlog.tree import verify_inclusion

MAX_PROOF_FILE_SIZE = 2 * MAX_NOTE_SIZE
"""Bytes, extra data included."""
_HEADER = "c2sp.org/tlog-proof@v1"
_EXTRA = "extra "
_INDEX = "index "
_MAX_HASHES = 63


@dataclass(frozen=True, slots=True)
class ProofFile:
    """An index, the inclusion proof and the signed checkpoint it leads to; nothing is verified yet.

    `extra` is what the application adds (empty: nothing); no signature covers it. ProofFileError for what cannot be.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Note
    extra: bytes = b""

    def __post_init__(self) -> None:
        if not 0 <= self.index <= MAX_NUMBER or len(self.hashes) > _MAX_HASHES:
            raise ProofFileError(f"not an index, or more than {_MAX_HASHES} hashes")
        if any(len(digest) != HASH_SIZE for digest in self.hashes):
            raise ProofFileError(f"a hash has {HASH_SIZE} bytes")

    @classmethod
    def parse(cls, content: bytes) -> "ProofFile":
        """ProofFileError unless `content` is exactly what `encode` writes; NoteError if the note in it is none."""
        if len(content) > MAX_PROOF_FILE_SIZE:
            raise ProofFileError(f"a proof file has at most {MAX_PROOF_FILE_SIZE} bytes")
        head, _, note = content.partition(b"\n\n")
        try:
            header, *lines = head.decode("ascii").split("\n")
            if header != _HEADER:
                raise ProofFileError("not a proof file of this version")
            extra = from_base64(lines.pop(0).removeprefix(_EXTRA)) if lines and lines[0].startswith(_EXTRA) else b""
            index = parse_number(lines.pop(0).removeprefix(_INDEX)) if lines else 0
            proof = cls(index, tuple(map(parse_hash, lines)), Note.parse(note), extra)
        except ValueError as error:
            raise ProofFileError(f"not a proof file: {error}") from None
        if proof.encode() != content:
            raise ProofFileError("not the lines of a proof file")
        return proof

    def encode(self) -> bytes:
        extra = [_EXTRA + to_base64(self.extra)] if self.extra else []
        lines = [_HEADER, *extra, f"{_INDEX}{self.index}", *map(to_base64, self.hashes)]
        return ("\n".join(lines) + "\n\n").encode() + self.checkpoint.encode()

    def verify(
        self, leaf: bytes, log: VerifierKey, witnesses: Iterable[VerifierKey] = (), *, origin: str | None = None
    ) -> VerifiedCheckpoint:
        """Returns if `leaf`, a leaf hash, stands at `index` in the checkpointed tree: the checkpoint that says so.

        Errors as of `open_checkpoint`; ProofError if the proof is of another tree, size, index or leaf.
        """
        verified = open_checkpoint(self.checkpoint, log, witnesses, origin=origin)
        verify_inclusion(leaf, self.index, verified.checkpoint.size, self.hashes, verified.checkpoint.root)
        return verified
