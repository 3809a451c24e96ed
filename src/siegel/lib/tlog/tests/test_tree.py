import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siegel.lib import tlog
from siegel.lib.tlog.tests.trees import Storage, entry_at, leaves_of, mth, path, subproof

LEAVES = leaves_of(300)
STORAGE = Storage.of(LEAVES)
bounded = settings(max_examples=80)
sizes = st.sampled_from([1, 2, 3, 4, 7, 8, 9, 127, 128, 129, 255, 256, 257]) | st.integers(1, len(LEAVES))


@bounded
@given(st.lists(st.integers(0, 70), max_size=6))
def test_a_tree_grown_in_any_portions_is_the_tree_of_its_leaves(portions: list[int]) -> None:
    storage = Storage()
    for portion in portions:
        storage.extend(LEAVES[storage.frontier.size :][:portion])
        size = storage.frontier.size
        assert storage.frontier.root() == mth(LEAVES[:size])
        assert tlog.tree_root(size, storage.read) == mth(LEAVES[:size])
        resumed = tlog.Frontier(size, storage.frontier.roots)
        assert resumed.roots == tlog.Frontier.read(size, storage.read).roots == storage.frontier.roots
    leaf_hash = tlog.entry_hash(b"next")
    assert tlog.Frontier(storage.frontier.size, storage.frontier.roots).extend([leaf_hash]) == (
        storage.frontier.extend([leaf_hash])
    )


def test_the_nodes_to_store_are_all_perfect_subtrees_and_nothing_else() -> None:
    storage = Storage.of(LEAVES[:100])
    assert sorted(storage.nodes) == [(level, index) for level in range(7) for index in range(100 >> level)]
    for (level, index), digest in storage.nodes.items():
        assert digest == mth(LEAVES[index << level : (index + 1) << level])


def test_the_state_of_a_frontier_is_one_hash_per_bit_of_its_size() -> None:
    frontier = tlog.Frontier()
    assert (frontier.size, frontier.roots, frontier.root()) == (0, (), mth([]))
    frontier.extend(LEAVES[:7])
    assert list(frontier.roots) == [mth(LEAVES[:4]), mth(LEAVES[4:6]), LEAVES[6]]
    frontier.extend(LEAVES[7:8])
    assert list(frontier.roots) == [mth(LEAVES[:8])]


@bounded
@given(sizes, st.data())
def test_inclusion_proofs_are_those_of_the_rfc_and_verify(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = tlog.inclusion_proof(index, size, STORAGE.read)
    assert proof == path(index, LEAVES[:size])
    tlog.verify_inclusion(tlog.entry_hash(entry_at(index)), index, size, proof, mth(LEAVES[:size]))


@bounded
@given(sizes, st.data())
def test_consistency_proofs_are_those_of_the_rfc_and_verify(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    proof = tlog.consistency_proof(old, size, STORAGE.read)
    assert proof == subproof(old, LEAVES[:size])
    tlog.verify_consistency(old, size, proof, mth(LEAVES[:old]), mth(LEAVES[:size]))


def altered(proof: list[bytes], data: st.DataObject) -> list[bytes]:
    """The proof with one hash flipped, dropped, doubled or swapped, or with another beside it; never as it was."""
    other = list(proof)
    at = data.draw(st.integers(0, len(proof)))
    change = data.draw(st.sampled_from(["insert", "flip", "drop", "double", "swap", "cut"] if proof else ["insert"]))
    at = min(at, len(proof) - 1) if change != "insert" else at
    if change == "insert":
        other.insert(at, data.draw(st.binary(min_size=32, max_size=32)))
    elif change == "flip":
        other[at] = bytes([other[at][0] ^ 1]) + other[at][1:]
    elif change == "drop":
        del other[at]
    elif change == "double":
        other.insert(at, other[at])
    elif change == "swap":
        other[at], other[0] = other[0], other[at]
    else:
        other[at] = other[at][:-1]
    return other if other != proof else [*proof, bytes(32)]


@bounded
@given(sizes, st.data())
def test_an_inclusion_proof_serves_for_nothing_else(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    root, proof, leaf = mth(LEAVES[:size]), path(index, LEAVES[:size]), LEAVES[index]
    other = data.draw(st.integers(-2, size + 2).filter(lambda n: n != index))
    for case in (
        (leaf, other, size, proof, root),
        (tlog.entry_hash(b"another"), index, size, proof, root),
        (leaf, index, size, altered(proof, data), root),
        (leaf, index, size, proof, mth(LEAVES[: size + 1] if size < len(LEAVES) else LEAVES[1:])),
        (leaf[:-1], index, size, proof, root),
        (leaf, index, size, proof, root + b"\x00"),
        (leaf, index, 2**63, proof, root),
    ):
        with pytest.raises(tlog.ProofError):
            tlog.verify_inclusion(*case)


@bounded
@given(sizes, st.data())
def test_a_consistency_proof_serves_for_nothing_else(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    proof, old_root, root = subproof(old, LEAVES[:size]), mth(LEAVES[:old]), mth(LEAVES[:size])
    cases = [
        (old, size, altered(proof, data), old_root, root),
        (old, size, proof, mth(LEAVES[1 : old + 1]), root),
        (old, size, proof, old_root, mth(LEAVES[1 : size + 1])),
        (0, size, [], mth([]), root),
        (size + 1, size, proof, old_root, root),
        (old, 2**63, proof, old_root, root),
        (old, size, proof, old_root[1:], root),
    ]
    if old < size:
        cases += [
            (old, size, proof, root, old_root),
            (old, old, proof, old_root, old_root),
            (old, size, [], root, root),
        ]
    for case in cases:
        with pytest.raises(tlog.ProofError):
            tlog.verify_consistency(*case)


def test_an_inclusion_proof_for_another_size_is_refused_or_says_the_same() -> None:
    """A size is not always bound by the proof alone; it is signed beside the root. The index is."""
    size, index = 200, 77
    proof, root = path(index, LEAVES[:size]), mth(LEAVES[:size])
    accepted = set()
    for other in range(1, 300):
        try:
            tlog.verify_inclusion(LEAVES[index], index, other, proof, root)
            accepted.add(other)
        except tlog.ProofError:
            pass
    assert size in accepted
    assert all(len(path(index, LEAVES[:other])) == len(proof) for other in accepted)


def test_nobody_gets_a_proof_beyond_the_tree() -> None:
    for index, size in [(0, 0), (5, 5), (-1, 5), (0, -1), (0, 2**63)]:
        with pytest.raises(tlog.OutsideTreeError):
            tlog.inclusion_proof(index, size, STORAGE.read)
    for old, size in [(0, 5), (6, 5), (-1, 5), (1, 2**63)]:
        with pytest.raises(tlog.OutsideTreeError):
            tlog.consistency_proof(old, size, STORAGE.read)
    with pytest.raises(tlog.OutsideTreeError):
        tlog.tree_root(-1, STORAGE.read)


@pytest.mark.parametrize("answer", [[], [bytes(32)], [bytes(32)] * 3, [bytes(32), bytes(31)]])
def test_a_storage_that_answers_with_other_hashes_is_named(answer: list[bytes]) -> None:
    with pytest.raises(tlog.StoreError):
        tlog.inclusion_proof(1, 4, lambda _: answer)
    with pytest.raises(tlog.StoreError):
        tlog.Frontier(6, answer)


def test_a_frontier_of_nothing_takes_no_roots() -> None:
    with pytest.raises(tlog.StoreError):
        tlog.Frontier(0, [bytes(32)])


def test_a_proof_asks_the_storage_once_for_few_nodes() -> None:
    asked: list[int] = []

    def read(nodes: object) -> list[bytes]:
        assert isinstance(nodes, list)
        asked.append(len(nodes))
        return [bytes(32)] * len(nodes)

    size = 2**40 - 1
    assert len(tlog.inclusion_proof(0, size, read)) == 40
    assert len(tlog.consistency_proof(1, size, read)) == 40
    assert len(asked) == 2
    assert max(asked) <= 2 * 40


def test_an_entry_of_seventy_kilobytes_is_refused_and_one_just_below_the_limit_is_not() -> None:
    assert len(tlog.entry_hash(bytes(65_535))) == 32
    for size in (65_536, 70_000):
        with pytest.raises(tlog.EntryError):
            tlog.entry_hash(bytes(size))


def test_a_bad_leaf_leaves_the_tree_as_it_was() -> None:
    frontier = tlog.Frontier()
    frontier.extend(LEAVES[:5])
    with pytest.raises(ValueError, match="32 bytes"):
        frontier.extend([LEAVES[5], b"short"])
    frontier.extend(LEAVES[5:9])
    assert frontier.root() == mth(LEAVES[:9])
    full = tlog.Frontier(2**63 - 1, [bytes(32)] * 63)
    with pytest.raises(tlog.OutsideTreeError):
        full.extend(LEAVES[:1])
    assert full.size == 2**63 - 1
