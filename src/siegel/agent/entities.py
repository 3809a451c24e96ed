"""Files and folders of a vault with their opened rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from siegel.seals.derive import EpochSeed
from siegel.seals.nodes import Node
from siegel.seals.rows import FileRow, FolderRow, Place, PlaceRow, name_key, open_row


@dataclass(frozen=True, slots=True)
class Entity:
    """A file or folder with its opened row."""

    id: str
    node: Node
    row: FileRow | FolderRow
    placed: PlaceRow | None = None

    @property
    def name(self) -> str:
        """Where it was placed after its latest version, that name counts."""
        return (self.placed or self.row).name

    @property
    def is_folder(self) -> bool:
        return self.node.kind == "folder"


@dataclass(slots=True)
class Names:
    """What lies in which folder under which name."""

    _children: dict[str, dict[str, Entity]] = field(default_factory=dict)
    _places: dict[str, tuple[str, str]] = field(default_factory=dict)
    # How many times a name stood in a folder already, by folder and name.
    _doubles: dict[tuple[str, str], int] = field(default_factory=dict)
    # The nodes whose name has this key, by folder and key: looking through ten thousand for each new one takes longer
    # than to seal it.
    _bearers: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def hide(self, node_id: str) -> None:
        if (before := self._places.pop(node_id, None)) is not None:
            parent, name = before
            entity = self._children[parent].pop(name)
            self._bearers[parent, name_key(entity.name)].discard(node_id)

    def bearers(self, folder: str, name: str) -> set[str]:
        """The nodes in a folder that bear this name, in whatever case."""
        return self._bearers.get((folder, name_key(name)), set())

    def show(self, entity: Entity) -> None:
        """Files it under its parent and name; of two nodes with one name the first keeps it."""
        children = self._children.setdefault(entity.node.parent, {})
        name, key = entity.name, (entity.node.parent, entity.name)
        while name in children:
            # counted on, not from the start: whoever writes there can give thousands one name
            self._doubles[key] = number = self._doubles.get(key, 0) + 1
            name = f"{entity.name}*{number if number > 1 else ''}"
        self._places[entity.id] = (entity.node.parent, name)
        children[name] = entity
        self._bearers.setdefault((entity.node.parent, name_key(entity.name)), set()).add(entity.id)

    def children(self, folder: str) -> dict[str, Entity]:
        return self._children.get(folder, {})

    def walk(self, folder: str, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Entity]]:
        """Everything below a folder, folders before what is in them. No recursion: trees may be deep."""
        waiting = [(path, sorted(self.children(folder).items(), reverse=True))]
        while waiting:
            above, left = waiting[-1]
            if not left:
                waiting.pop()
                continue
            name, entity = left.pop()
            here = (*above, name)
            yield here, entity
            if entity.is_folder:
                waiting.append((here, sorted(self.children(entity.id).items(), reverse=True)))


def open_entity_row(seed: EpochSeed, place: Place, node: Node, sealed: bytes) -> FileRow | FolderRow:
    """The row of a node; errors as of `open_row`."""
    if node.kind == "folder":
        return open_row(seed, place, FolderRow, sealed)
    return open_row(seed, place, FileRow, sealed)
