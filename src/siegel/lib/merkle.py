"""The Merkle tree hash of RFC 6962, section 2.1, and its tree over the segments of a stream.

There the leaves are hashes of equal pieces of a stream (the last may be shorter), so that a piece can be verified
against the root without the others' bytes.
"""

import hashlib
from collections.abc import Iterable, Sequence

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
_LEAF = b"\x00"
_NODE = b"\x01"


def leaf_hash(content: bytes | memoryview) -> bytes:
    """SHA-256 of 0x00 and the leaf's content."""
    digest = hashlib.sha256(_LEAF)
    digest.update(content)
    return digest.digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of 0x01 and the hashes of both children."""
    return hashlib.sha256(_NODE + left + right).digest()


def leaf_hashes(contents: Iterable[bytes]) -> list[bytes]:
    """`leaf_hash` of each: for a million at once, of which each step counts."""
    sha256 = hashlib.sha256
    return [sha256(b"\x00" + content).digest() for content in contents]


def node_hashes(row: Sequence[bytes]) -> list[bytes]:
    """`node_hash` of neighbours, two by two; an odd last one has no neighbour."""
    sha256 = hashlib.sha256
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=False)]


def root_from_leaves(leaves: Sequence[bytes]) -> bytes:
    """The root over 32-byte leaf hashes in order; EMPTY_ROOT when there are none.

    RFC 6962 splits at the largest power of two below the count. Pairing level by level and carrying an odd last node
    upward gives the same tree without recursion.
    """
    if not leaves:
        return EMPTY_ROOT
    level = list(leaves)
    if any(len(leaf) != HASH_SIZE for leaf in level):
        raise ValueError(f"a leaf hash has {HASH_SIZE} bytes")
    while len(level) > 1:
        pairs = node_hashes(level)
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


class SegmentTree:
    """Hashes a stream as it passes; memory grows by 32 bytes per segment."""

    def __init__(self, segment_size: int = 1 << 20) -> None:
        if segment_size < 1:
            raise ValueError("a segment has at least one byte")
        self._segment_size = segment_size
        self._leaves: list[bytes] = []
        self._open = hashlib.sha256(_LEAF)
        self._filled = 0

    def update(self, content: bytes | bytearray | memoryview) -> None:
        """Appends `content` to the stream; any size, not copied."""
        view = memoryview(content).cast("B")
        while view:
            part = view[: self._segment_size - self._filled]
            self._open.update(part)
            self._filled += len(part)
            view = view[len(part) :]
            if self._filled == self._segment_size:
                self._leaves.append(self._open.digest())
                self._open = hashlib.sha256(_LEAF)
                self._filled = 0

    def leaves(self) -> list[bytes]:
        """The leaf hashes of what came so far, a shorter last segment included; none for an empty stream."""
        return [*self._leaves, *([self._open.digest()] if self._filled else [])]

    def root(self) -> bytes:
        """The root over `leaves()`. More content may follow."""
        return root_from_leaves(self.leaves())
