import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siegel.lib import tlog
from siegel.lib.tlog.tests.trees import Storage, entry_at, leaves_of, mth

SIZE = 70_000
"""The example of C2SP tlog-tiles."""
LEAVES = leaves_of(SIZE)
STORAGE = Storage.of(LEAVES)
TILES = {tile: tlog.read_tile(tile, STORAGE.read) for tile in tlog.tiles_of_tree(SIZE)}
READ = tlog.hash_reader(SIZE, TILES.__getitem__)
bounded = settings(max_examples=60)


def test_a_tree_of_seventy_thousand_has_the_tiles_of_the_specification() -> None:
    shape = [(level, sum(1 for t in TILES if t.level == level and t.width == 256)) for level in range(3)]
    assert shape == [(0, 273), (1, 1), (2, 0)]
    assert [(t.level, t.index, t.width) for t in TILES if t.width < 256] == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert list(tlog.tiles_of_tree(256)) == [tlog.Tile(0, 0, 256), tlog.Tile(1, 0, 1)]
    assert list(tlog.tiles_of_tree(0)) == []


def test_a_tile_holds_the_hashes_that_the_specification_defines() -> None:
    for tile in (tlog.Tile(0, 3), tlog.Tile(1, 1, 17), tlog.Tile(2, 0, 1)):
        span = 256**tile.level
        starts = range(tile.index * 256 * span, (tile.index * 256 + tile.width) * span, span)
        assert tlog.parse_tile(tile, TILES[tile]) == [mth(LEAVES[at : at + span]) for at in starts]


@bounded
@given(st.integers(1, SIZE), st.data())
def test_proofs_from_tiles_are_those_from_nodes(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    assert tlog.inclusion_proof(index, size, READ) == tlog.inclusion_proof(index, size, STORAGE.read)
    assert tlog.consistency_proof(index + 1, size, READ) == tlog.consistency_proof(index + 1, size, STORAGE.read)


def test_a_proof_fetches_each_tile_once() -> None:
    fetched: list[tlog.Tile] = []

    def fetch(tile: tlog.Tile) -> bytes:
        fetched.append(tile)
        return TILES[tile]

    tlog.inclusion_proof(1000, SIZE, tlog.hash_reader(SIZE, fetch))
    assert len(fetched) == len(set(fetched)) <= 4


def test_an_altered_tile_makes_a_proof_that_does_not_verify() -> None:
    tile = tlog.Tile(0, 3)
    content = bytearray(TILES[tile])
    content[7] ^= 1
    proof = tlog.inclusion_proof(1000, SIZE, tlog.hash_reader(SIZE, {**TILES, tile: bytes(content)}.__getitem__))
    with pytest.raises(tlog.ProofError):
        tlog.verify_inclusion(LEAVES[1000], 1000, SIZE, proof, STORAGE.frontier.root())


def test_a_tile_of_another_width_is_refused() -> None:
    tile = tlog.Tile(0, 3)
    for content in (TILES[tile][:-1], TILES[tile][32:], b""):
        with pytest.raises(tlog.TileError):
            tlog.hash_reader(SIZE, {tile: content}.__getitem__)([tlog.Node(0, 1000)])


@pytest.mark.parametrize("node", [(0, SIZE), (8, 273), (16, 1), (40, 0)])
def test_a_node_beyond_the_tree_is_not_read_from_a_tile(node: tuple[int, int]) -> None:
    with pytest.raises(tlog.OutsideTreeError):
        READ([tlog.Node(*node)])


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (tlog.Tile(0, 1234067), "tile/0/x001/x234/067"),
        (tlog.Tile(0, 0), "tile/0/000"),
        (tlog.Tile(63, 999, 1), "tile/63/999.p/1"),
        (tlog.Tile(1, 1000, 255), "tile/1/x001/000.p/255"),
        (tlog.Tile(tlog.ENTRIES, 273, 112), "tile/entries/273.p/112"),
    ],
)
def test_a_tile_has_one_path(tile: tlog.Tile, path: str) -> None:
    assert tile.path() == path
    assert tlog.Tile.parse(path) == tile


@bounded
@given(st.integers(-1, 63), st.integers(0, 2**63 - 1), st.integers(1, 256))
def test_every_path_leads_back_to_its_tile(level: int, index: int, width: int) -> None:
    assert tlog.Tile.parse(tlog.Tile(level, index, width).path()) == tlog.Tile(level, index, width)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001",
        "tile/00/001",
        "tile/64/001",
        "tile/-1/001",
        "tile/0/001.p/0",
        "tile/0/001.p/00",
        "tile/0/001.p/01",
        "tile/0/001.p/256",
        "tile/0/001.p/",
        "tile/0/001/",
        "/tile/0/001",
        "tile/0/001\n",
        "tile/Entries/001",
        "tile/0/../001",
        "tile/0/٠٠١",
        "tile/0/" + "x999/" * 6 + "999",
    ],
)
def test_a_malformed_path_is_refused(path: str) -> None:
    with pytest.raises(tlog.TileError):
        tlog.Tile.parse(path)


def test_a_bundle_gives_back_its_entries_and_they_hash_to_the_tile() -> None:
    tile = tlog.Tile(tlog.ENTRIES, 273, 112)
    entries = [entry_at(index) for index in range(273 * 256, SIZE)]
    content = tlog.write_bundle(entries)
    assert content[:2] == len(entries[0]).to_bytes(2, "big")
    assert tlog.parse_bundle(tile, content) == entries
    assert [tlog.entry_hash(entry) for entry in entries] == tlog.parse_tile(
        tlog.Tile(0, 273, 112), TILES[tlog.Tile(0, 273, 112)]
    )


@bounded
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_any_entries_survive_a_bundle(entries: list[bytes]) -> None:
    assert tlog.parse_bundle(tlog.Tile(tlog.ENTRIES, 0, len(entries)), tlog.write_bundle(entries)) == entries


def test_an_entry_of_seventy_kilobytes_fits_no_bundle() -> None:
    for entries, error in [([bytes(70_000)], tlog.EntryError), ([], tlog.TileError), ([b""] * 257, tlog.TileError)]:
        with pytest.raises(error):
            tlog.write_bundle(entries)
    largest = hashlib.shake_128(b"").digest(65_535)
    assert tlog.parse_bundle(tlog.Tile(tlog.ENTRIES, 0, 1), tlog.write_bundle([largest])) == [largest]


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content[:-1],
        lambda content: content + b"\x00",
        lambda content: content + b"\x00\x00",
        lambda content: content[3:],
        lambda content: b"\x00" + content[1:-1],
        lambda content: b"\xff\xff" + content[2:],
        lambda content: b"",
    ],
)
def test_a_malformed_bundle_is_refused(change: Callable[[bytes], bytes]) -> None:
    content = tlog.write_bundle([b"a", b"bc", b""])
    with pytest.raises(tlog.TileError):
        tlog.parse_bundle(tlog.Tile(tlog.ENTRIES, 0, 3), change(content))


@pytest.mark.parametrize(("level", "index", "width"), [(64, 0, 1), (-2, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)])
def test_a_tile_that_cannot_be_has_no_name(level: int, index: int, width: int) -> None:
    with pytest.raises(tlog.TileError):
        tlog.Tile(level, index, width)
