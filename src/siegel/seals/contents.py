"""The changes of a record of contents, applied one after the other (docs/formats.md, section 3, Record and Tree)."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from siegel.seals.documents import STAFF, Epoch, Manifest, Roster
from siegel.seals.errors import IntegrityError
from siegel.seals.known import Known
from siegel.seals.nodes import Node, PastVersion, Placed, Tree, VersionLookup
from siegel.seals.records import (
    FolderChange,
    PlaceChange,
    PurgeChange,
    Record,
    ReleaseChange,
    RemoveChange,
    ResealChange,
    VersionChange,
)
from siegel.seals.signed import Signed

if TYPE_CHECKING:
    from siegel.seals.records import AnyChange

AnyDocument = TypeVar("AnyDocument", Roster, Epoch, Manifest)


def named_document(
    kind: type[AnyDocument], signed: Signed | None, named: str, record: Record, author: Known
) -> AnyDocument:
    """The document a change names: its hash, its signature by the record's author, its firm and vault."""
    if signed is None or signed.hash != named:
        raise IntegrityError("record_documents", "a document is not the one the record names")
    document = kind.parse(signed)
    if (document.firm, document.vault) != (record.firm, record.vault):
        raise IntegrityError("record_documents", "a document of another vault")
    if document.author != record.author:
        raise IntegrityError("record_documents", "a document by another author")
    kind.verify(signed, author.certificate.signing_key)
    return document


@dataclass(slots=True)
class Contents:
    """One record of contents under examination; its author has been found to be a writer.

    After `apply`, `tree.fresh` holds the nodes and `versions` the versions, by manifest, that it made or changed.
    """

    record: Record
    author: Known
    manages: bool
    epoch: int
    log_index: int
    tree: Tree
    known_version: VersionLookup
    subjects: set[str] = field(default_factory=set)
    manifests: list[Manifest] = field(default_factory=list)
    versions: dict[str, PastVersion] = field(default_factory=dict)

    def apply(self, documents: Iterator[Signed]) -> None:
        """All changes, with the manifests in their order. IntegrityError with the code of the broken rule."""
        for change in self.record.changes:
            self._apply(change, documents)

    def _apply(self, change: "AnyChange", documents: Iterator[Signed]) -> None:
        match change:
            case FolderChange():
                self._folder(change)
            case VersionChange():
                self._version(change, next(documents))
            case PlaceChange():
                self._place(change)
            case RemoveChange():
                self._remove(change)
            case PurgeChange():
                self._purge(change)
            case ReleaseChange():
                self._release(change)
            case ResealChange():
                self._reseal(change, next(documents))
            case _:
                raise IntegrityError("record_shape", "a change that is none of contents")

    def _subject(self, node: str) -> None:
        if node in self.subjects:
            raise IntegrityError("node_repeated", "a node is the subject of two changes of one record")
        self.subjects.add(node)

    def _folder(self, change: FolderChange) -> None:
        self._subject(change.node)
        self._check_new(change.node, change.parent)
        self._check_epoch(change.epoch)
        self.tree.fresh[change.node] = Node("folder", change.parent, 0, change.epoch, change.row)

    def _place(self, change: PlaceChange) -> None:
        self._subject(change.node)
        before = self._known(change.node)
        if self.tree.is_purged(change.node):
            raise IntegrityError("node_purged", "the node is gone for ever")
        self.tree.require_parent(change.parent, moved=change.node)
        self._check_epoch(change.epoch)
        placed = Placed(change.row, change.epoch)
        self.tree.change(change.node, before, parent=change.parent, place=placed, removed=False)

    def _remove(self, change: RemoveChange) -> None:
        self._subject(change.node)
        before = self._known(change.node)
        self._check_live(change.node)
        self.tree.change(change.node, before, removed=True)

    def _purge(self, change: PurgeChange) -> None:
        if not self.manages:
            raise IntegrityError("record_rights", "only who manages the vault purges")
        self._subject(change.node)
        before = self._known(change.node)
        if not before.removed or self.tree.is_purged(change.node):
            raise IntegrityError("node_removed", "the node itself is not in the trash")
        self.tree.change(change.node, before, purged=True)

    def _release(self, change: ReleaseChange) -> None:
        if self.author.certificate.kind not in STAFF:
            raise IntegrityError("record_rights", "only the staff releases")
        self._subject(change.node)
        found = self._in_force(change, change.manifest)
        if found.released:
            raise IntegrityError("node_repeated", "the version was released before")
        self.versions[change.manifest] = replace(found, released=True)

    def _reseal(self, change: ResealChange, signed: Signed) -> None:
        """The server then lets go of what it replaces, so it takes the right that a purge takes."""
        if not self.manages:
            raise IntegrityError("record_rights", "only who manages the vault seals anew")
        self._subject(change.node)
        before = self._known(change.node)
        manifest = named_document(Manifest, signed, change.manifest, self.record, self.author)
        old = self._in_force(change, manifest.previous or "")
        self._check_resealed(change, manifest, before.parent)
        if old.epoch >= manifest.epoch:
            raise IntegrityError("node_repeated", "the version is sealed under the current epoch already")
        if manifest.payload_size != old.payload_size or manifest.commitment == old.commitment:
            raise IntegrityError("reseal_differs", "not the same contents under another key")
        self.manifests.append(manifest)
        is_latest = before.manifest == manifest.previous
        latest = {"epoch": manifest.epoch, "row": manifest.row, "manifest": change.manifest} if is_latest else {}
        self.tree.change(change.node, before, **latest)
        self.versions[manifest.previous or ""] = replace(old, replaced=True)
        self.versions[change.manifest] = self._past(manifest, replaces=manifest.previous)

    def _check_resealed(self, change: ResealChange, manifest: Manifest, parent: str) -> None:
        if (manifest.node, manifest.parent, manifest.version) != (change.node, parent, change.version):
            raise IntegrityError("manifest_mismatch", "the manifest is for another node or version")
        if manifest.copied_from is not None:
            raise IntegrityError("manifest_mismatch", "what is sealed anew is no copy")
        self._check_current(manifest)

    def _version(self, change: VersionChange, signed: Signed) -> None:
        before = self._version_before(change)
        manifest = named_document(Manifest, signed, change.manifest, self.record, self.author)
        if (manifest.node, manifest.parent, manifest.version) != (change.node, change.parent, change.version):
            raise IntegrityError("manifest_mismatch", "the manifest is for another node or version")
        if manifest.previous != (before.manifest if before else None):
            raise IntegrityError("manifest_mismatch", "the manifest follows another version")
        self._check_current(manifest)
        self._check_copy(manifest)
        self.manifests.append(manifest)
        self.tree.fresh[change.node] = Node(
            "file", change.parent, change.version, manifest.epoch, manifest.row, change.manifest, self.log_index
        )
        self.versions[change.manifest] = self._past(manifest)

    def _past(self, manifest: Manifest, *, replaces: str | None = None) -> PastVersion:
        return PastVersion(
            manifest.node,
            manifest.version,
            manifest.payload_hash,
            manifest.payload_size,
            manifest.commitment,
            self.log_index,
            manifest.copied_from,
            epoch=manifest.epoch,
            replaces=replaces,
            thumbnail=manifest.thumbnail,
        )

    def _in_force(self, change: ReleaseChange | ResealChange, manifest: str) -> PastVersion:
        """The version that the change is about, which stands under this manifest today."""
        found = self.known_version(manifest)
        if found is None or found.replaced or (found.node, found.version) != (change.node, change.version):
            raise IntegrityError("node_version", "no version of this node has that manifest")
        if self.tree.is_purged(change.node):
            raise IntegrityError("node_purged", "the node is gone for ever")
        return found

    def _version_before(self, change: VersionChange) -> Node | None:
        """The file that a further version follows; None for a new one."""
        self._subject(change.node)
        if change.version == 1:
            self._check_new(change.node, change.parent)
            return None
        before = self.tree.find(change.node)
        if before is None or before.kind != "file":
            raise IntegrityError("node_version", "a further version of something that is no file")
        self._check_live(change.node)
        if (change.version, change.parent) != (before.version + 1, before.parent):
            raise IntegrityError("node_version", "the version does not follow the latest one, or its folder changed")
        return before

    def _check_copy(self, manifest: Manifest) -> None:
        if manifest.copied_from is None:
            return
        source = self.known_version(manifest.copied_from)
        if source is None or source.replaced or self.tree.is_purged(source.node):
            raise IntegrityError("copy_unknown", "what it was copied from is no version of this vault")
        copied = (manifest.payload_hash, manifest.payload_size, manifest.commitment, manifest.thumbnail)
        if copied != (source.payload_hash, source.payload_size, source.commitment, source.thumbnail):
            raise IntegrityError("copy_differs", "the copy is not what it was copied from")

    def _check_new(self, node: str, parent: str) -> None:
        if node == self.record.vault or self.tree.find(node):
            raise IntegrityError("node_exists", "the id of a new node is taken")
        self.tree.require_parent(parent)

    def _check_current(self, manifest: Manifest) -> None:
        if manifest.generation != self.author.certificate.generation:
            raise IntegrityError("manifest_mismatch", "the manifest names another generation of its author")
        self._check_epoch(manifest.epoch)

    def _check_epoch(self, epoch: int) -> None:
        if epoch != self.epoch:
            raise IntegrityError("epoch_not_current", "sealed under an epoch that is not the current one")

    def _check_live(self, node: str) -> None:
        if not self.tree.is_live(node):
            raise IntegrityError("node_removed", "the node is not there any more")

    def _known(self, node: str) -> Node:
        found = self.tree.find(node)
        if found is None:
            raise IntegrityError("node_unknown", "no such node")
        return found
