"""What a record does to the tables of a vault's tree; files and their versions are added in `contents`."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from django.utils import timezone

from siegel.seals.derive import digest
from siegel.seals.records import FolderChange, PlaceChange, PurgeChange, ReleaseChange, RemoveChange
from siegel.seals.rows import MAX_ROW_SIZE
from siegel.vault import emptying
from siegel.vault.errors import VaultError
from siegel.vault.models import Activity, Node, Placement, Vault, Version
from siegel.vault.tree import live_files, with_copies

if TYPE_CHECKING:
    from siegel.seals.chain import Step

Rows = Mapping[tuple[str, int], bytes]


def row_of(rows: Rows, node: str, signed_hash: str, *, count: int) -> bytes:
    """The row of version 0 whose hash was signed; `count` rows came in all. VaultError `row_differs`."""
    row = rows.get((node, 0), b"")
    if len(rows) != count or not row or len(row) > MAX_ROW_SIZE or digest(row) != signed_hash:
        raise VaultError("row_differs")
    return row


def remember(vault_id: str, index: int, nodes: Iterable[str]) -> None:
    """The log's entry at `index` is about these nodes of the vault."""
    Activity.objects.bulk_create(Activity(vault_id=vault_id, index=index, node=node) for node in sorted(set(nodes)))


def change_tree(step: "Step", rows: Rows, log_index: int) -> None:
    """Folders, places, trash and releases of a record the chain has accepted; its versions are there already.

    `rows`: one for each folder and each place. VaultError `row_differs`.
    """
    changes = step.record.changes
    named = [change for change in changes if isinstance(change, FolderChange | PlaceChange)]
    if len(rows) != len(named):
        raise VaultError("row_differs")
    subjects = {str(node) for change in changes if (node := getattr(change, "node", None)) is not None}
    if not subjects:
        return
    vault_id, seq = step.position.vault, step.position.seq
    _add_folders(vault_id, seq, [one for one in named if isinstance(one, FolderChange)], rows)
    _place(vault_id, seq, [one for one in named if isinstance(one, PlaceChange)], rows)
    _remove(vault_id, seq, [one.node for one in changes if isinstance(one, RemoveChange)])
    emptying.empty(vault_id, {one.node for one in changes if isinstance(one, PurgeChange)})
    _release(vault_id, [one.manifest for one in changes if isinstance(one, ReleaseChange)])
    remember(vault_id, log_index, subjects)
    counted = any(isinstance(one, PlaceChange | RemoveChange) for one in changes)
    count = {"file_count": live_files(vault_id)} if counted else {}
    Vault.objects.filter(pk=vault_id).update(changed_at=timezone.now(), **count)


def _add_folders(vault_id: str, seq: int, changes: Collection[FolderChange], rows: Rows) -> None:
    Node.objects.bulk_create(
        Node(
            vault_id=vault_id,
            node=change.node,
            parent=change.parent,
            kind="folder",
            row=row_of(rows, change.node, change.row, count=len(rows)),
            epoch=change.epoch,
            seq=seq,
        )
        for change in changes
    )


def _place(vault_id: str, seq: int, changes: Collection[PlaceChange], rows: Rows) -> None:
    Placement.objects.bulk_create(
        Placement(
            vault_id=vault_id,
            node=change.node,
            seq=seq,
            row=row_of(rows, change.node, change.row, count=len(rows)),
            epoch=change.epoch,
        )
        for change in changes
    )
    parents = {change.node: change.parent for change in changes}
    placed = list(Node.objects.filter(vault=vault_id, node__in=parents).only("node")) if parents else []
    for node in placed:
        node.parent, node.removed_seq, node.removed_at = parents[node.node], None, None
    Node.objects.bulk_update(placed, ["parent", "removed_seq", "removed_at"], batch_size=100)


def _remove(vault_id: str, seq: int, nodes: Collection[str]) -> None:
    if nodes:
        Node.objects.filter(vault=vault_id, node__in=nodes).update(removed_seq=seq, removed_at=timezone.now())


def _release(vault_id: str, manifests: Collection[str]) -> None:
    """The versions are open from now on, and so are their copies."""
    if manifests:
        versions = Version.objects.filter(vault=vault_id)
        versions.filter(manifest_hash__in=manifests).update(released=True)
        versions.filter(manifest_hash__in=with_copies(vault_id, manifests)).update(held=False)
