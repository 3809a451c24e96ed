"""Nothing but records is left of nodes that were purged, or lay in the trash for long enough."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Sum

from siegel.base import blobs
from siegel.base.models import Blob
from siegel.vault import thumbnails
from siegel.vault.models import Lock, Node, Placement, Vault, Version
from siegel.vault.tree import with_descendants


def empty(vault_id: str, roots: Collection[str]) -> int:
    """Rows, headers and contents of these nodes and of all below them go; returns how many nodes. Within an action.

    A payload goes with its last version; its file once the transaction has been committed.
    """
    if not roots:
        return 0
    gone = with_descendants(vault_id, roots)
    nodes = Node.objects.filter(vault=vault_id, node__in=gone, purged=False)
    versions = Version.objects.filter(vault=vault_id, node__node__in=gone).exclude(row=b"")
    thumbnails.drop(vault_id, versions)
    candidates = set(versions.filter(blob__isnull=False).values_list("blob", flat=True))
    versions.update(blob=None, header=b"", row=b"", held=False)
    Placement.objects.filter(vault=vault_id, node__in=gone).update(row=b"")
    Lock.objects.filter(vault=vault_id, node__in=gone).delete()
    nodes.filter(kind="folder").update(row=b"")
    count = nodes.update(purged=True)
    drop_unnamed(vault_id, candidates)
    return count


def drop_unnamed(vault_id: str, candidates: Collection[str]) -> None:
    """Deletes those of these blobs that no version names any more; their files once the transaction was committed."""
    named = Version.objects.filter(blob=OuterRef("pk"))
    unnamed = Blob.objects.filter(~Exists(named), pk__in=candidates)
    ids = list(unnamed.values_list("pk", flat=True))
    size = unnamed.aggregate(size=Sum("size"))["size"] or 0
    Blob.objects.filter(pk__in=ids).delete()
    Vault.objects.filter(pk=vault_id).update(size_bytes=F("size_bytes") - size)

    def delete_files() -> None:
        for blob_id in ids:
            blobs.delete(blob_id)

    transaction.on_commit(delete_files)
