import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siegel.lib.merkle import EMPTY_ROOT, SegmentTree, leaf_hash, root_from_leaves

# The eight leaves and their roots that Certificate Transparency implementations test RFC 6962 with.
PUBLISHED_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
PUBLISHED_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def root_by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962's own recursive definition, over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + root_by_definition(leaves[:split]) + root_by_definition(leaves[split:])).digest()


@pytest.mark.parametrize("count", range(9))
def test_the_roots_of_the_published_leaves_are_the_published_ones(count: int) -> None:
    leaves = [leaf_hash(content) for content in PUBLISHED_LEAVES[:count]]
    assert root_from_leaves(leaves).hex() == PUBLISHED_ROOTS[count]


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=70))
def test_the_root_follows_the_recursive_definition(leaves: list[bytes]) -> None:
    assert root_from_leaves(leaves) == root_by_definition(leaves)


@given(st.lists(st.binary(max_size=40)), st.integers(1, 16))
def test_a_stream_in_any_pieces_has_the_tree_of_its_segments(pieces: list[bytes], segment_size: int) -> None:
    tree = SegmentTree(segment_size)
    for piece in pieces:
        tree.update(piece)
    whole = b"".join(pieces)
    segments = [whole[i : i + segment_size] for i in range(0, len(whole), segment_size)]
    assert tree.leaves() == [leaf_hash(s) for s in segments]
    assert tree.root() == root_by_definition([leaf_hash(s) for s in segments])


def test_a_tree_can_be_asked_before_its_stream_has_ended() -> None:
    tree = SegmentTree(4)
    tree.update(b"abcdef")
    before = tree.leaves()
    tree.update(memoryview(b"gh"))
    assert before == [leaf_hash(b"abcd"), leaf_hash(b"ef")]
    assert tree.leaves() == [leaf_hash(b"abcd"), leaf_hash(b"efgh")]


def test_an_empty_stream_has_no_leaf_and_the_empty_root() -> None:
    assert SegmentTree().leaves() == []
    assert SegmentTree().root() == EMPTY_ROOT


def test_a_segment_is_one_mebibyte_unless_said_otherwise() -> None:
    tree = SegmentTree()
    tree.update(bytes((1 << 20) + 1))
    assert tree.leaves() == [leaf_hash(bytes(1 << 20)), leaf_hash(b"\x00")]


def test_a_leaf_of_the_wrong_size_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        root_from_leaves([bytes(31)])
