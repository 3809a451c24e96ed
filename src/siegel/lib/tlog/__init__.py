"""Transparency logs: RFC 6962 trees in the C2SP formats tlog-tiles, tlog-checkpoint, tlog-cosignature, tlog-proof.

A log is a list of entries that only grows. Its *checkpoint*, a signed note, names the size and the Merkle root over all
entries. An *inclusion proof* shows that an entry stands under a root; a *consistency proof* that one root's entries are
the beginning of another's. Who keeps the last checkpoint he saw and asks for consistency with the next notices every
change to what was logged; *witnesses* do so for others and say so by a cosignature with their time.

Appending needs the right edge of the tree only; what it returns is stored, and proofs are made from what is stored:

    frontier = Frontier.read(size, read)
    for run in frontier.extend(map(entry_hash, entries)):   # goes into the storage with the entries
        ...
    checkpoint = Checkpoint(origin, frontier.size, frontier.root())
    note = Note(checkpoint.text(), (sign(checkpoint.text(), origin, key),))
    proof = ProofFile(index, tuple(inclusion_proof(index, checkpoint.size, read)), note)

`read` is a `HashReader`, over the storage's table of nodes or, by `hash_reader`, over tiles. On the other side:

    ProofFile.parse(content).verify(entry_hash(entry), log, witnesses)
    verify_growth(last_seen, open_checkpoint(Note.parse(signed), log).checkpoint, consistency)

Nothing here reads a clock, a file or the network, and nothing needs the whole tree in memory.

    TlogError
    ├── OutsideTreeError      an entry, node or size that the tree does not have
    ├── EntryError            an entry of 64 KiB or more
    ├── StoreError            a storage that gives other hashes than it was asked for
    ├── FormatError
    │   ├── KeyFormatError    no verifier key
    │   ├── NoteError         no signed note
    │   ├── CheckpointError   a note that is no checkpoint
    │   ├── TileError         no tile, bundle or path of one
    │   └── ProofFileError    no proof file
    ├── SignatureError        a known key's signature that does not verify
    │   └── UnsignedError     no signature of a key that is asked for
    ├── WitnessError          what a witness does not cosign, with its HTTP status
    └── ProofError            a proof that does not show what it is said to
        ├── OriginError       a checkpoint of another log
        ├── RollbackError     the newer checkpoint is the smaller one
        └── SplitViewError    two roots for one size
"""

from siegel.lib.tlog.checkpoint import Checkpoint, VerifiedCheckpoint, open_checkpoint, verify_growth
from siegel.lib.tlog.errors import (
    CheckpointError,
    EntryError,
    FormatError,
    KeyFormatError,
    NoteError,
    OriginError,
    OutsideTreeError,
    ProofError,
    ProofFileError,
    RollbackError,
    SignatureError,
    SplitViewError,
    StoreError,
    TileError,
    TlogError,
    UnsignedError,
    WitnessError,
)
from siegel.lib.tlog.keys import COSIGNATURE, ED25519, VerifierKey
from siegel.lib.tlog.note import MAX_NOTE_SIZE, MAX_SIGNATURES, Note, Signature, cosign, sign
from siegel.lib.tlog.proof import MAX_PROOF_FILE_SIZE, ProofFile
from siegel.lib.tlog.tiles import (
    ENTRIES,
    TILE_HEIGHT,
    TILE_WIDTH,
    Tile,
    hash_reader,
    parse_bundle,
    parse_tile,
    read_tile,
    tiles_of_tree,
    write_bundle,
)
from siegel.lib.tlog.tree import (
    MAX_ENTRY_SIZE,
    Frontier,
    HashReader,
    Node,
    Run,
    consistency_proof,
    entry_hash,
    inclusion_proof,
    nodes_of_tree,
    require_entry,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from siegel.lib.tlog.witness import SIZE_TYPE, AddCheckpoint, examine

__all__ = [
    "COSIGNATURE",
    "ED25519",
    "ENTRIES",
    "MAX_ENTRY_SIZE",
    "MAX_NOTE_SIZE",
    "MAX_PROOF_FILE_SIZE",
    "MAX_SIGNATURES",
    "SIZE_TYPE",
    "TILE_HEIGHT",
    "TILE_WIDTH",
    "AddCheckpoint",
    "Checkpoint",
    "CheckpointError",
    "EntryError",
    "FormatError",
    "Frontier",
    "HashReader",
    "KeyFormatError",
    "Node",
    "Note",
    "NoteError",
    "OriginError",
    "OutsideTreeError",
    "ProofError",
    "ProofFile",
    "ProofFileError",
    "RollbackError",
    "Run",
    "Signature",
    "SignatureError",
    "SplitViewError",
    "StoreError",
    "Tile",
    "TileError",
    "TlogError",
    "UnsignedError",
    "VerifiedCheckpoint",
    "VerifierKey",
    "WitnessError",
    "consistency_proof",
    "cosign",
    "entry_hash",
    "examine",
    "hash_reader",
    "inclusion_proof",
    "nodes_of_tree",
    "open_checkpoint",
    "parse_bundle",
    "parse_tile",
    "read_tile",
    "require_entry",
    "sign",
    "tiles_of_tree",
    "tree_root",
    "verify_consistency",
    "verify_growth",
    "verify_inclusion",
    "write_bundle",
]
