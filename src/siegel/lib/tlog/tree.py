"""The growing RFC 6962 tree: appending, and making and verifying both kinds of proof.

Only the roots of *perfect* subtrees are ever stored. Such a node, once complete, never changes, and every hash that a
proof needs folds from at most log2(size) of them. Verification follows RFC 9162, sections 2.1.3.2 and 2.1.4.2.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from siegel.lib.merkle import EMPTY_ROOT, HASH_SIZE, leaf_hash, node_hash, node_hashes
from siegel.lib.tlog.errors import EntryError, OutsideTreeError, ProofError, StoreError
from siegel.lib.tlog.text import MAX_NUMBER

MAX_ENTRY_SIZE = (1 << 16) - 1
"""Bytes. A bundle writes an entry's length in two."""


class Node(NamedTuple):
    """Names the perfect subtree over the 2^level leaves from number * 2^level on; level 0 are the leaves."""

    level: int
    number: int


class Run(NamedTuple):
    """Hashes of neighbours on one level: `hashes[i]` is that of Node(level, first + i)."""

    level: int
    first: int
    hashes: list[bytes]


HashReader = Callable[[Sequence[Node]], Sequence[bytes]]
"""Gives the stored hashes of these nodes, in their order. All that one proof needs is asked for at once."""


def require_entry(entry: bytes) -> None:
    """EntryError from 64 KiB on."""
    if len(entry) > MAX_ENTRY_SIZE:
        raise EntryError(f"an entry has at most {MAX_ENTRY_SIZE} bytes, this one {len(entry)}")


def entry_hash(entry: bytes) -> bytes:
    """The leaf hash of an entry. EntryError from 64 KiB on."""
    require_entry(entry)
    return leaf_hash(entry)


def nodes_of_tree(size: int) -> list[Node]:
    """The largest perfect subtrees that together make the tree, left to right: one per bit of its size."""
    return _nodes(0, _checked_size(size))


def read_nodes(read: HashReader, nodes: Sequence[Node]) -> list[bytes]:
    """The hashes of these nodes. StoreError if the storage does not give exactly one hash for each."""
    return _one_for_each(nodes, read(nodes) if nodes else ())


class Frontier:
    """The right edge of a tree: all that appending needs. Its state is one hash per bit of the size."""

    def __init__(self, size: int = 0, roots: Sequence[bytes] = ()) -> None:
        """Goes on where another frontier of this size and with these `roots` stood. StoreError if they do not fit."""
        nodes = nodes_of_tree(size)
        self._size = size
        # By level; of a level whose bit in the size is not set, the hash is stale and nobody looks at it.
        self._open = {node.level: digest for node, digest in zip(nodes, _one_for_each(nodes, roots), strict=True)}

    @classmethod
    def read(cls, size: int, read: HashReader) -> "Frontier":
        """The frontier of the tree of `size` whose nodes are stored."""
        nodes = nodes_of_tree(size)
        return cls(size, read_nodes(read, nodes))

    @property
    def size(self) -> int:
        """Number of leaves."""
        return self._size

    @property
    def roots(self) -> tuple[bytes, ...]:
        """The hashes of `nodes_of_tree(size)`, in that order."""
        return tuple(self._open[node.level] for node in nodes_of_tree(self._size))

    def root(self) -> bytes:
        """The root of the tree as it is; more leaves may follow."""
        return _fold(list(self.roots)) if self._size else EMPTY_ROOT

    def extend(self, leaves: Iterable[bytes]) -> list[Run]:
        """Appends leaf hashes. Returns all nodes that this made complete, the leaves first: what is to be stored.

        The same leaves give the same tree in whatever portions they come. ValueError for a hash of a wrong size,
        OutsideTreeError past the largest size; the frontier is unchanged then.
        """
        fresh, first = list(leaves), self._size
        if set(map(len, fresh)) - {HASH_SIZE}:
            raise ValueError(f"a leaf hash has {HASH_SIZE} bytes")
        self._size = _checked_size(first + len(fresh))
        runs: list[Run] = []
        while fresh:
            level = len(runs)
            runs.append(Run(level, first, fresh))
            row = [self._open[level], *fresh] if first & 1 else fresh
            self._open[level] = row[-1]
            fresh = node_hashes(row)
            first >>= 1
        return runs


def tree_root(size: int, read: HashReader) -> bytes:
    """The root of the tree that the first `size` leaves make."""
    nodes = nodes_of_tree(size)
    return _fold(read_nodes(read, nodes)) if nodes else EMPTY_ROOT


def inclusion_proof(index: int, size: int, read: HashReader) -> list[bytes]:
    """The hashes from the leaf's sibling up to the root's child (RFC 6962, section 2.1.1).

    OutsideTreeError unless 0 <= index < size.
    """
    if not 0 <= index < _checked_size(size):
        raise OutsideTreeError(f"no entry {index} in a tree of {size}")
    begin, end, siblings = 0, size, list[list[Node]]()
    while end - begin > 1:
        split = _split(begin, end)
        if index < split:
            siblings.append(_nodes(split, end))
            end = split
        else:
            siblings.append(_nodes(begin, split))
            begin = split
    return _fold_each(siblings[::-1], read)


def consistency_proof(old_size: int, size: int, read: HashReader) -> list[bytes]:
    """The hashes that show the tree of `old_size` to be the beginning of that of `size` (RFC 6962, section 2.1.2).

    OutsideTreeError unless 0 < old_size <= size: what grew from nothing needs no proof.
    """
    if not 0 < old_size <= _checked_size(size):
        raise OutsideTreeError(f"no proof from a tree of {old_size} to one of {size}")
    begin, end, subtrees = 0, size, list[list[Node]]()
    while end != old_size:
        split = _split(begin, end)
        if old_size <= split:
            subtrees.append(_nodes(split, end))
            end = split
        else:
            subtrees.append(_nodes(begin, split))
            begin = split
    if begin:  # else this is the whole old tree, whose root the verifier has
        subtrees.append(_nodes(begin, end))
    return _fold_each(subtrees[::-1], read)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Returns if `leaf`, a leaf hash, stands at `index` in the tree of `size` with this root; else ProofError."""
    if not 0 <= index < size <= MAX_NUMBER:
        raise ProofError(f"no entry {index} in a tree of {size}")
    _require_hashes(leaf, *proof)
    position, last, digest = index, size - 1, leaf
    for sibling in proof:
        if not last:
            raise ProofError("the proof is too long for a tree of this size")
        if position & 1 or position == last:
            digest = node_hash(sibling, digest)
            position, last = _past_promotions(position, last)
        else:
            digest = node_hash(digest, sibling)
        position, last = position >> 1, last >> 1
    if last or digest != root:
        raise ProofError(f"the proof does not show this leaf at {index} in this tree of {size}")


def verify_consistency(old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes) -> None:
    """Returns if the tree of `size` begins with the one of `old_size`; else ProofError.

    Also for an old size of 0, of which there is nothing to prove.
    """
    if not 0 < old_size <= size <= MAX_NUMBER:
        raise ProofError(f"no proof from a tree of {old_size} to one of {size}")
    _require_hashes(*proof)
    if old_size == size:
        if proof or old_root != root:
            raise ProofError("trees of one size are consistent by the same root and no proof")
        return
    position, last = old_size - 1, size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    # A perfect old tree is a node of the new one, and the proof leaves out what the verifier knows.
    start, rest = (proof[0], proof[1:]) if position and proof else (old_root, proof)
    digest = old_digest = start
    for sibling in rest:
        if not last:
            raise ProofError("the proof is too long for trees of these sizes")
        if position & 1 or position == last:
            digest, old_digest = node_hash(sibling, digest), node_hash(sibling, old_digest)
            position, last = _past_promotions(position, last)
        else:
            digest = node_hash(digest, sibling)
        position, last = position >> 1, last >> 1
    if last or digest != root or old_digest != old_root:
        raise ProofError(f"the proof does not show this tree of {size} to begin with that of {old_size}")


def _one_for_each(nodes: Sequence[Node], hashes: Sequence[bytes]) -> list[bytes]:
    if len(hashes) != len(nodes) or any(len(digest) != HASH_SIZE for digest in hashes):
        raise StoreError(f"not one hash for each of {len(nodes)} nodes")
    return list(hashes)


def _past_promotions(position: int, last: int) -> tuple[int, int]:
    """Up to the level where the node was last a right child: between, it had no sibling and no hash in the proof."""
    while position and not position & 1:
        position, last = position >> 1, last >> 1
    return position, last


def _checked_size(size: int) -> int:
    if not 0 <= size <= MAX_NUMBER:
        raise OutsideTreeError(f"no tree has the size {size}")
    return size


def _require_hashes(*hashes: bytes) -> None:
    if any(len(digest) != HASH_SIZE for digest in hashes):
        raise ProofError(f"a hash has {HASH_SIZE} bytes")


def _split(begin: int, end: int) -> int:
    """Where RFC 6962 splits these leaves: the left child is perfect and as large as can be."""
    return begin + (1 << ((end - begin - 1).bit_length() - 1))


def _nodes(begin: int, end: int) -> list[Node]:
    """The perfect subtrees over the leaves of a subtree, largest first."""
    nodes: list[Node] = []
    for level in reversed(range((end - begin).bit_length())):
        if (end - begin) >> level & 1:
            nodes.append(Node(level, begin >> level))
            begin += 1 << level
    return nodes


def _fold(hashes: list[bytes]) -> bytes:
    """The root over neighbouring subtrees, largest first, at least one."""
    *others, digest = hashes
    for left in reversed(others):
        digest = node_hash(left, digest)
    return digest


def _fold_each(subtrees: Sequence[list[Node]], read: HashReader) -> list[bytes]:
    hashes = iter(read_nodes(read, [node for nodes in subtrees for node in nodes]))
    return [_fold(list(islice(hashes, len(nodes)))) for nodes in subtrees]
