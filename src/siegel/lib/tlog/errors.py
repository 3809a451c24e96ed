"""What can go wrong with a transparency log; drawn as a tree in the package's docstring."""

from typing import ClassVar


class TlogError(Exception):
    """Base of all errors of this package. `code` is stable and meant for machines, the message for developers."""

    code: ClassVar[str] = "tlog.error"


class OutsideTreeError(TlogError):
    """Asked for an entry, node or size that this tree does not have."""

    code = "tlog.outside_tree"


class EntryError(TlogError):
    """An entry of 64 KiB or more, which no bundle can hold."""

    code = "tlog.entry"


class StoreError(TlogError):
    """The storage gave other hashes than it was asked for: too few, too many, or of a wrong size."""

    code = "tlog.store"


class FormatError(TlogError):
    """Text or bytes that are not exactly as the specification has them."""

    code = "tlog.format"


class KeyFormatError(FormatError):
    """No verifier key of a known type, or one whose key id is not its own."""

    code = "tlog.key"


class NoteError(FormatError):
    """Not a signed note."""

    code = "tlog.note"


class CheckpointError(FormatError):
    """A note whose text is no checkpoint."""

    code = "tlog.checkpoint"


class TileError(FormatError):
    """A tile, bundle or path of one that is malformed, or of another width."""

    code = "tlog.tile"


class ProofFileError(FormatError):
    """Not a proof file."""

    code = "tlog.proof_file"


class SignatureError(TlogError):
    """A signature by a known key that does not verify: the whole note is refused."""

    code = "tlog.signature"


class UnsignedError(SignatureError):
    """No signature by any key that is asked for."""

    code = "tlog.unsigned"


class ProofError(TlogError):
    """A proof that does not show what it is said to: of another tree, size, index or entry, or altered."""

    code = "tlog.proof"


class OriginError(ProofError):
    """A checkpoint of another log."""

    code = "tlog.origin"


class RollbackError(ProofError):
    """The newer checkpoint is the smaller one."""

    code = "tlog.rollback"


class SplitViewError(ProofError):
    """Two checkpoints of one size with different roots: together they convict the log."""

    code = "tlog.split_view"


class WitnessError(TlogError):
    """A witness does not cosign; `status` is that of C2SP tlog-witness, `held` the size it holds where that matters."""

    code = "tlog.witness"

    def __init__(self, message: str, status: int, held: int | None = None) -> None:
        super().__init__(message)
        self.status, self.held = status, held
