"""Witnesses (C2SP tlog-witness): the request `add-checkpoint` and what a witness examines before it cosigns."""

from collections.abc import Sequence
from dataclasses import dataclass

from siegel.lib.tlog.checkpoint import Checkpoint, open_checkpoint
from siegel.lib.tlog.errors import ProofError, SignatureError, TlogError, WitnessError
from siegel.lib.tlog.keys import VerifierKey
from siegel.lib.tlog.note import MAX_NOTE_SIZE, Note
from siegel.lib.tlog.text import parse_hash, parse_number, to_base64
from siegel.lib.tlog.tree import verify_consistency

MALFORMED, NOT_SIGNED, UNKNOWN_LOG, CONFLICT, NO_PROOF = 400, 403, 404, 409, 422
"""Statuses of a refusal; to CONFLICT belongs the size the witness holds."""
SIZE_TYPE = "text/x.tlog.size"
"""Content type of that size."""
_OLD = "old "
_MAX_HASHES = 63


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """`old <size>`, the consistency proof, an empty line, the signed checkpoint."""

    old_size: int
    proof: tuple[bytes, ...]
    note: Note

    @classmethod
    def parse(cls, body: bytes) -> "AddCheckpoint":
        """WitnessError MALFORMED."""
        head, _, note = body.partition(b"\n\n")
        try:
            first, *hashes = head.decode("ascii").split("\n")
            if not first.startswith(_OLD) or len(hashes) > _MAX_HASHES or len(body) > MAX_NOTE_SIZE:
                raise WitnessError("not the lines of a request", MALFORMED)
            old_size = parse_number(first.removeprefix(_OLD))
            return cls(old_size, tuple(map(parse_hash, hashes)), Note.parse(note))
        except (ValueError, TlogError) as error:
            raise WitnessError(f"not a request: {error}", MALFORMED) from error

    def encode(self) -> bytes:
        lines = [f"{_OLD}{self.old_size}", *map(to_base64, self.proof)]
        return ("\n".join(lines) + "\n\n").encode() + self.note.encode()

    @property
    def origin(self) -> str:
        return self.note.text.partition("\n")[0]


def examine(request: AddCheckpoint, log: VerifierKey | None, last: Checkpoint | None) -> Checkpoint:
    """The checkpoint that may be cosigned, once it is kept as the new `last`: the log's, grown from the one held.

    `log` is None for a log the witness does not know, `last` before its first checkpoint. WitnessError.
    """
    if log is None:
        raise WitnessError("an unknown log", UNKNOWN_LOG)
    try:
        fresh = open_checkpoint(request.note, log).checkpoint
    except SignatureError as error:
        raise WitnessError(str(error), NOT_SIGNED) from error
    except TlogError as error:
        raise WitnessError(str(error), MALFORMED) from error
    if request.old_size > fresh.size:
        raise WitnessError("the new checkpoint is the smaller one", MALFORMED)
    held = last.size if last else 0
    if request.old_size != held:
        raise WitnessError(f"the witness holds {held}", CONFLICT, held)
    if last is not None and last.size == fresh.size and last.root != fresh.root:
        raise WitnessError("two trees of one size", CONFLICT, held)
    _require_growth(last, fresh, request.proof)
    return fresh


def _require_growth(last: Checkpoint | None, fresh: Checkpoint, proof: Sequence[bytes]) -> None:
    try:
        if last is not None and last.size:
            verify_consistency(last.size, fresh.size, proof, last.root, fresh.root)
        elif proof:
            raise ProofError("what grew from nothing has no proof")
    except ProofError as error:
        raise WitnessError(str(error), NO_PROOF) from error
