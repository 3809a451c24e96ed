"""A vault's tree in its tables: nodes with their ancestors, what lies below, and what the rules of a chain ask."""

import functools
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import connection

from siegel.seals import nodes as seals
from siegel.seals.documents import Manifest
from siegel.seals.records import Record, ReleaseChange, ResealChange
from siegel.seals.signed import Signed
from siegel.vault.models import Node, Version

# Subtrees are followed in both directions by the database: one statement, however deep they are.
_UP = """
    WITH RECURSIVE up(node) AS (
        SELECT node FROM vault_node WHERE vault_id = %s AND node IN ({marks})
        UNION
        SELECT above.parent FROM vault_node above JOIN up ON above.node = up.node WHERE above.vault_id = %s
    )
    SELECT node FROM up
"""
_DOWN = """
    WITH RECURSIVE down(node) AS (
        SELECT node FROM vault_node WHERE vault_id = %s AND node IN ({marks})
        UNION
        SELECT below.node FROM vault_node below JOIN down ON below.parent = down.node WHERE below.vault_id = %s
    )
    SELECT node FROM down
"""
_LIVE_FILES = """
    WITH RECURSIVE live(node, kind) AS (
        SELECT node, kind FROM vault_node
        WHERE vault_id = %s AND parent = %s AND removed_seq IS NULL AND NOT purged
        UNION ALL
        SELECT below.node, below.kind FROM vault_node below JOIN live ON below.parent = live.node
        WHERE below.vault_id = %s AND below.removed_seq IS NULL AND NOT below.purged
    )
    SELECT COUNT(*) FROM live WHERE kind = 'file'
"""
_COPIES = """
    WITH RECURSIVE copies(manifest) AS (
        SELECT manifest_hash FROM vault_version WHERE vault_id = %s AND manifest_hash IN ({marks})
        UNION
        SELECT copy.manifest_hash FROM vault_version copy JOIN copies ON copy.copied_from = copies.manifest
        WHERE copy.vault_id = %s
    )
    SELECT manifest FROM copies
"""


def _closure(statement: str, vault_id: str, named: Collection[str]) -> set[str]:
    if not named:
        return set()
    marks = ", ".join(["%s"] * len(named))
    with connection.cursor() as cursor:
        cursor.execute(statement.format(marks=marks), [vault_id, *named, vault_id])
        return {row[0] for row in cursor.fetchall()}


def with_ancestors(vault_id: str, named: Collection[str]) -> set[str]:
    """Ids of the named nodes that exist, and of all above them; the vault's own among them. One query."""
    return _closure(_UP, vault_id, named)


def with_descendants(vault_id: str, named: Collection[str]) -> set[str]:
    """Ids of the named nodes that exist, and of all below them, whatever became of them. One query."""
    return _closure(_DOWN, vault_id, named)


def with_copies(vault_id: str, manifests: Collection[str]) -> set[str]:
    """Hashes of these manifests, and of all that were copied from their versions. One query."""
    return _closure(_COPIES, vault_id, manifests)


def live_files(vault_id: str) -> int:
    """How many files are neither in the trash nor purged. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_LIVE_FILES, [vault_id, vault_id, vault_id])
        return int(cursor.fetchone()[0])


@dataclass(frozen=True)
class Lookups:
    """What the rules of a chain ask for one record; fetched at the first question, when it has been parsed."""

    vault_id: str
    record: Signed
    manifests: tuple[Signed, ...] = ()

    def node(self, node: str) -> seals.Node | None:
        return self._nodes.get(node)

    def version(self, manifest: str) -> seals.PastVersion | None:
        return self._versions.get(manifest)

    @functools.cached_property
    def _versions(self) -> dict[str, seals.PastVersion]:
        """The versions that the record copies, releases or seals anew. One query."""
        changes = Record.parse(self.record).changes
        named = {change.manifest for change in changes if isinstance(change, ReleaseChange)}
        anew = {change.manifest for change in changes if isinstance(change, ResealChange)}
        for one in self.manifests:
            manifest = Manifest.parse(one)
            source = manifest.previous if one.hash in anew else manifest.copied_from
            named |= {source} if source else set()
        return versions_named(self.vault_id, named)

    @functools.cached_property
    def _nodes(self) -> dict[str, seals.Node]:
        """The nodes that the record names, and those of what it copies, with all their ancestors. Two queries."""
        changes = Record.parse(self.record).changes
        named = {getattr(one, name) for one in changes for name in ("node", "parent") if hasattr(one, name)}
        return nodes_known(self.vault_id, named | {one.node for one in self._versions.values()})


def nodes_known(vault_id: str, named: Collection[str]) -> dict[str, seals.Node]:
    """These nodes and their ancestors as the rules see them; without row hashes: no rule reads them. Two queries."""
    rows = Node.objects.filter(vault=vault_id, node__in=with_ancestors(vault_id, named))
    return {row.node: _sealed(row) for row in rows.defer("row")}


def _sealed(row: Node) -> seals.Node:
    return seals.Node(
        "folder" if row.kind == "folder" else "file",
        row.parent,
        row.version,
        row.epoch,
        row="",
        manifest=row.manifest_hash or None,
        removed=row.removed_seq is not None,
        purged=row.purged,
    )


def versions_named(vault_id: str, manifests: Iterable[str]) -> dict[str, seals.PastVersion]:
    """Published versions by the hash of their manifest, as the rules see them. One query at most."""
    wanted = set(manifests)
    if not wanted:
        return {}
    rows = Version.objects.filter(vault=vault_id, manifest_hash__in=wanted).select_related("node")
    found = {}
    for row in rows.only("manifest_bytes", "manifest_sig", "manifest_hash", "released", "replaced", "node__node"):
        manifest = Manifest.parse(Signed(bytes(row.manifest_bytes), bytes(row.manifest_sig)))
        found[row.manifest_hash] = seals.PastVersion(
            row.node.node,
            manifest.version,
            manifest.payload_hash,
            manifest.payload_size,
            manifest.commitment,
            0,
            manifest.copied_from,
            row.released,
            epoch=manifest.epoch,
            replaced=row.replaced,
            thumbnail=manifest.thumbnail,
        )
    return found
