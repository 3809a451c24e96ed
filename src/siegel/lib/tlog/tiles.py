"""Tiles (C2SP tlog-tiles): the tree and its entries as files that, once full, never change.

A hash tile holds up to 256 neighbours of every eighth level of the tree; the levels between are hashed again when they
are needed. An entry bundle holds the entries under a tile of level 0. The last tile of a level may be partial.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from siegel.lib.merkle import HASH_SIZE, root_from_leaves
from siegel.lib.tlog.errors import OutsideTreeError, TileError
from siegel.lib.tlog.text import MAX_NUMBER
from siegel.lib.tlog.tree import HashReader, Node, read_nodes, require_entry

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
ENTRIES = -1
"""The level of an entry bundle."""
_MAX_LEVEL = 63
_LENGTH_SIZE = 2
_PATH = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([0-9]{1,3}))?")


@dataclass(frozen=True, slots=True)
class Tile:
    """Names a hash tile of a level (0 to 63), or with level ENTRIES a bundle. TileError for what cannot be."""

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if not (ENTRIES <= self.level <= _MAX_LEVEL and 0 <= self.index <= MAX_NUMBER):
            raise TileError("not the level or index of a tile")
        if not 1 <= self.width <= TILE_WIDTH:
            raise TileError(f"a tile has 1 to {TILE_WIDTH} places")

    @classmethod
    def parse(cls, path: str) -> "Tile":
        """From its path; TileError unless it is exactly what `path` gives."""
        match = _PATH.fullmatch(path)
        if match is None:
            raise TileError("not the path of a tile")
        level, index, width = match.groups()
        number = int(index.replace("x", "").replace("/", ""))
        tile = cls(ENTRIES if level == "entries" else int(level), number, int(width or TILE_WIDTH))
        if tile.path() != path:
            raise TileError("not the one path of this tile")
        return tile

    def path(self) -> str:
        """Below the log's prefix, such as `tile/0/x001/x234/067.p/12`."""
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        *above, last = (digits[i : i + 3] for i in range(0, len(digits), 3))
        name = "/".join([*(f"x{group}" for group in above), last])
        level = "entries" if self.level == ENTRIES else str(self.level)
        return f"tile/{level}/{name}" + (f".p/{self.width}" if self.width < TILE_WIDTH else "")


def tiles_of_tree(size: int) -> Iterator[Tile]:
    """All hash tiles of a tree, the levels upwards. A bundle goes with each of level 0."""
    level = 0
    while count := size >> (TILE_HEIGHT * level):
        for index in range(-(-count // TILE_WIDTH)):
            yield Tile(level, index, min(TILE_WIDTH, count - index * TILE_WIDTH))
        level += 1


def read_tile(tile: Tile, read: HashReader) -> bytes:
    """The content of a hash tile: its hashes one after the other."""
    level, first = tile.level * TILE_HEIGHT, tile.index * TILE_WIDTH
    return b"".join(read_nodes(read, [Node(level, first + place) for place in range(tile.width)]))


def parse_tile(tile: Tile, content: bytes) -> list[bytes]:
    """The hashes of a tile; TileError if they are not as many as it is wide."""
    if len(content) != tile.width * HASH_SIZE:
        raise TileError(f"this tile has {tile.width * HASH_SIZE} bytes, not {len(content)}")
    return [content[at : at + HASH_SIZE] for at in range(0, len(content), HASH_SIZE)]


def write_bundle(entries: Sequence[bytes]) -> bytes:
    """The content of the bundle of 1 to 256 entries. EntryError if one has 64 KiB or more."""
    if not 1 <= len(entries) <= TILE_WIDTH:
        raise TileError(f"a bundle has 1 to {TILE_WIDTH} entries")
    for entry in entries:
        require_entry(entry)
    return b"".join(len(entry).to_bytes(_LENGTH_SIZE, "big") + entry for entry in entries)


def parse_bundle(tile: Tile, content: bytes) -> list[bytes]:
    """The entries of a bundle; TileError if they are not as many as it is wide or do not end where it does."""
    entries: list[bytes] = []
    at = 0
    while at < len(content) and len(entries) < tile.width:
        begin = at + _LENGTH_SIZE
        at = begin + int.from_bytes(content[at:begin], "big")
        entries.append(content[begin:at])
    if at != len(content) or len(entries) != tile.width:
        raise TileError(f"not a bundle of {tile.width} entries")
    return entries


def hash_reader(size: int, fetch: Callable[[Tile], bytes]) -> HashReader:
    """Reads the nodes of the tree of `size` from its hash tiles, each fetched once per call.

    The tiles are not verified: what is made of them is, against the root of a checkpoint. TileError for a malformed
    tile, OutsideTreeError for a node that a tree of this size does not have.
    """

    def read(nodes: Sequence[Node]) -> list[bytes]:
        tiles: dict[Tile, list[bytes]] = {}
        found = []
        for node in nodes:
            tile, begin, end = _place(node, size)
            if tile not in tiles:
                tiles[tile] = parse_tile(tile, fetch(tile))
            found.append(root_from_leaves(tiles[tile][begin:end]))
        return found

    return read


def _place(node: Node, size: int) -> tuple[Tile, int, int]:
    """The tile that holds what is below this node, and which of its hashes that are."""
    if (node.number + 1) << node.level > size:
        raise OutsideTreeError(f"no node {node.number} on level {node.level} in a tree of {size}")
    level, height = divmod(node.level, TILE_HEIGHT)
    index, begin = divmod(node.number << height, TILE_WIDTH)
    width = min(TILE_WIDTH, (size >> (TILE_HEIGHT * level)) - index * TILE_WIDTH)
    return Tile(level, index, width), begin, begin + (1 << height)
