"""Files and folders of a vault with their opened rows."""

from dataclasses import dataclass

from siegel.seals.derive import EpochSeed
from siegel.seals.nodes import Node
from siegel.seals.rows import FileRow, FolderRow, Place, PlaceRow, open_row


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


def open_entity_row(seed: EpochSeed, place: Place, node: Node, sealed: bytes) -> FileRow | FolderRow:
    """The row of a node; errors as of `open_row`."""
    if node.kind == "folder":
        return open_row(seed, place, FolderRow, sealed)
    return open_row(seed, place, FileRow, sealed)
