"""Trees to test with: a naive reference, written from the definitions of RFC 6962, and a storage of nodes."""

import hashlib
from collections.abc import Sequence

from siegel.lib import tlog

Hashes = Sequence[bytes]


def leaves_of(size: int) -> list[bytes]:
    return [hashlib.sha256(b"\x00" + entry_at(index)).digest() for index in range(size)]


def entry_at(index: int) -> bytes:
    return f"entry {index}\n".encode()


def split(count: int) -> int:
    """The largest power of two below `count`."""
    k = 1
    while 2 * k < count:
        k *= 2
    return k


def mth(leaves: Hashes) -> bytes:
    """Section 2.1, over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: Hashes) -> list[bytes]:
    """Section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: Hashes, *, known: bool = True) -> list[bytes]:
    """Section 2.1.2."""
    if m == len(leaves):
        return [] if known else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], known=known), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], known=False), mth(leaves[:k])]


class Storage:
    """Keeps nodes as a database would, and refuses to let one change."""

    def __init__(self) -> None:
        self.frontier = tlog.Frontier()
        self.nodes: dict[tlog.Node, bytes] = {}
        self.reads = 0

    @classmethod
    def of(cls, leaves: Hashes) -> "Storage":
        storage = cls()
        storage.extend(leaves)
        return storage

    def extend(self, leaves: Hashes) -> None:
        for run in self.frontier.extend(leaves):
            for index, digest in enumerate(run.hashes, start=run.first):
                assert self.nodes.setdefault(tlog.Node(run.level, index), digest) == digest

    def read(self, nodes: Sequence[tlog.Node]) -> list[bytes]:
        self.reads += 1
        return [self.nodes[node] for node in nodes]
