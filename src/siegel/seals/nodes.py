"""The tree of a vault: nodes, their versions, and where they lie (docs/formats.md, section 3, Tree)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from siegel.seals.errors import IntegrityError

# Of a parent; the top level has depth 0.
MAX_DEPTH = 127


@dataclass(frozen=True, slots=True)
class Placed:
    """The place row that names a node: its hash, and the epoch it was sealed under."""

    row: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Node:
    """A folder or a file at its latest version; `row` and `manifest` are hashes, `manifest` a file's only.

    `place` names the node where it was placed after its latest version; None while the name in `row` holds.
    `removed`, `purged`: the node itself, whatever its ancestors are.
    `log_index`: the place of a file's version in the log, where its record was replayed.
    """

    kind: Literal["folder", "file"]
    parent: str
    version: int
    epoch: int
    row: str
    manifest: str | None = None
    log_index: int = 0
    place: Placed | None = None
    removed: bool = False
    purged: bool = False


@dataclass(frozen=True, slots=True)
class PastVersion:
    """What a later record may say of a version: copy it, release it, seal it anew. Hashes as in its manifest.

    `log_index`: its place in the log, where its record was replayed. `replaces`: the manifest in whose place this one
    has come; `replaced`: another has come in the place of this one.
    """

    node: str
    version: int
    payload_hash: str
    payload_size: int
    commitment: str
    log_index: int
    copied_from: str | None = None
    released: bool = False
    epoch: int = 0
    replaces: str | None = None
    replaced: bool = False
    thumbnail: str | None = None


NodeLookup: TypeAlias = Callable[[str], Node | None]
# By the hash of the manifest.
VersionLookup: TypeAlias = Callable[[str], PastVersion | None]


def no_version(_: str) -> PastVersion | None:
    """Where nothing can be copied or released: in teams, in what only begins."""
    return None


@dataclass(frozen=True, slots=True)
class Tree:
    """A vault's tree with the changes of one record on top (`fresh`), which nobody sees before all of them hold.

    `known` must give the nodes that the record names and all their ancestors.
    """

    vault: str
    known: NodeLookup
    fresh: dict[str, Node] = field(default_factory=dict)

    def find(self, node: str) -> Node | None:
        return self.fresh.get(node) or self.known(node)

    def path(self, node: str) -> Iterator[Node]:
        """The node and its ancestors up to the top level. IntegrityError `node_parent` where one is missing."""
        while node != self.vault:
            found = self.find(node)
            if found is None:
                raise IntegrityError("node_parent", "an ancestor is not known")
            yield found
            node = found.parent

    def is_live(self, node: str) -> bool:
        return not any(one.removed or one.purged for one in self.path(node))

    def is_purged(self, node: str) -> bool:
        return any(one.purged for one in self.path(node))

    def lies_in(self, node: str, folder: str) -> bool:
        """Whether `node` is `folder` or lies below it."""
        return node == folder or any(one.parent == folder for one in self.path(node))

    def require_parent(self, parent: str, *, moved: str | None = None) -> None:
        """IntegrityError `node_parent`, `node_cycle` (for a node that is `moved` there), `node_depth`."""
        if parent == self.vault:
            return
        folder = self.find(parent)
        if folder is None or folder.kind != "folder" or not self.is_live(parent):
            raise IntegrityError("node_parent", "the parent is no live folder of this vault")
        if moved is not None and self.lies_in(parent, moved):
            raise IntegrityError("node_cycle", "a folder cannot lie in itself")
        if sum(1 for _ in self.path(parent)) > MAX_DEPTH:
            raise IntegrityError("node_depth", "folders lie too deep in each other")

    def change(self, node: str, before: Node, **fields: object) -> None:
        self.fresh[node] = replace(before, **fields)  # type: ignore[arg-type]  # names of fields, as replace has them


def forerunners(manifest: str, version: VersionLookup) -> Iterator[PastVersion]:
    """The version with this manifest, and all whose contents it has: what it was copied from or sealed anew of."""
    at: str | None = manifest
    while at is not None and (found := version(at)) is not None:
        yield found
        at = found.copied_from or found.replaces


def origins(manifest: str | None, version: VersionLookup) -> Iterator[PastVersion]:
    """The version with this manifest, what it was copied from, and so on to the one whose payload the scanner saw."""
    while manifest is not None and (found := version(manifest)) is not None:
        yield found
        manifest = found.copied_from
