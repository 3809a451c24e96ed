"""Sealed pictures of versions: kept beside them, given out a screenful at a time, gone with what opens the version."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Length

from siegel.base.errors import BaseError
from siegel.keys.places import held
from siegel.seals.derive import digest
from siegel.seals.documents import Manifest
from siegel.seals.thumbnails import MAX_THUMBNAIL_SIZE
from siegel.vault.errors import VaultError
from siegel.vault.models import Thumbnail, Vault, Version

if TYPE_CHECKING:
    from siegel.accounts.models import Person

NAMED = re.compile(r"([\w-]{22})\.(\d{1,9})", re.ASCII)
# In one answer: what a screen of a list shows.
MOST_AT_ONCE = 50


@dataclass(frozen=True)
class Shown:
    """A sealed thumbnail, and the version that it is of."""

    node: str
    version: int
    box: bytes


def check(box: bytes | None, manifest: Manifest) -> None:
    """VaultError `thumbnail_differs` unless it comes exactly with an upload whose manifest names it."""
    signed = manifest.thumbnail if manifest.copied_from is None else None
    sent = None if box is None else digest(box)
    if sent != signed or len(box or b"") > MAX_THUMBNAIL_SIZE:
        raise VaultError("thumbnail_differs")


def keep(
    vault_id: str, versions: Sequence[Version], boxes: Sequence[bytes | None], manifests: Sequence[Manifest]
) -> None:
    """Those of new versions, which were checked; a copy takes its source's. Counted with what the vault holds."""
    copied = {one.copied_from for one in manifests if one.copied_from and one.thumbnail}
    taken = _boxes_of(vault_id, copied) if copied else {}
    kept = []
    for version, sent, manifest in zip(versions, boxes, manifests, strict=True):
        box = taken.get(manifest.copied_from) if manifest.copied_from else sent
        if box is not None:
            kept.append(Thumbnail(version=version, box=box))
    Thumbnail.objects.bulk_create(kept)
    if kept:
        size = sum(len(one.box) for one in kept)
        Vault.objects.filter(pk=vault_id).update(size_bytes=F("size_bytes") + size)


def _boxes_of(vault_id: str, manifests: Collection[str]) -> dict[str, bytes]:
    rows = Thumbnail.objects.filter(version__vault=vault_id, version__manifest_hash__in=manifests)
    return {manifest: bytes(box) for manifest, box in rows.values_list("version__manifest_hash", "box")}


def drop(vault_id: str, versions: "QuerySet[Version]") -> None:
    """Those of these versions go, and take up no room any more. Within an action."""
    gone = Thumbnail.objects.filter(version__in=versions)
    size = gone.aggregate(size=Sum(Length("box")))["size"]
    if size:
        gone.delete()
        Vault.objects.filter(pk=vault_id).update(size_bytes=F("size_bytes") - size)


def thumbnails_of(person: "Person", vault_id: str, named: Sequence[str]) -> list[Shown]:
    """Of versions in a vault that the person holds, each named `node.version`; none of what waits for a release.

    BaseError `not_found` (404); VaultError `too_many` (400). One query and those of the access.
    """
    held(person, vault_id)
    if len(named) > MOST_AT_ONCE:
        raise VaultError("too_many", most=MOST_AT_ONCE)
    wanted = Q()
    for name in named:
        match = NAMED.fullmatch(name)
        if match is None:
            raise BaseError("not_found", status=404)
        wanted |= Q(version__node__node=match[1], version__version=int(match[2]))
    if not wanted:
        return []
    rows = Thumbnail.objects.filter(wanted, version__vault=vault_id, version__held=False, version__replaced=False)
    values = rows.values_list("version__node__node", "version__version", "box")
    return [Shown(node, version, bytes(box)) for node, version, box in values]
