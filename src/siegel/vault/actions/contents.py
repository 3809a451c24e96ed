"""Files are published: uploads that were checked, and copies of what is there already."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import timezone

from siegel.base import audit, blobs
from siegel.base.actions import action
from siegel.base.errors import BaseError
from siegel.base.ids import new_id
from siegel.base.models import Blob
from siegel.keys import rules as seal_rules
from siegel.keys.actions import chains
from siegel.keys.queries import scanner_keys
from siegel.seals.derive import digest
from siegel.seals.documents import Manifest, Verdict
from siegel.seals.files import check_header
from siegel.seals.rows import MAX_ROW_SIZE
from siegel.seals.signed import Signed
from siegel.vault import emptying, queries, staging, thumbnails
from siegel.vault.actions import resealing, tree
from siegel.vault.actions.locks import require_unlocked
from siegel.vault.errors import VaultError
from siegel.vault.models import Node, Upload, Vault, Version
from siegel.vault.personal import personal_of
from siegel.vault.settings import settings_of
from siegel.vault.tree import Lookups

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.seals.chain import Step


@dataclass(frozen=True)
class File:
    """One file of a commit: its upload (None for a copy), manifest, age header for the epoch, and sealed row.

    `thumbnail`: the sealed picture that the manifest names; None for a copy, which takes its source's.
    """

    upload: str | None
    manifest: Signed
    header: bytes
    row: bytes
    thumbnail: bytes | None = None


@dataclass(frozen=True)
class Payload:
    """What a version is published with, from its upload or from the version that it copies. `size` of a new blob."""

    blob: str
    verdict: Signed
    held: bool
    size: int = 0


class _AcceptedBeforeError(Exception):
    """The same commit arrived twice at once: undo this one, answer as the other."""


def commit_files(
    *, by: "Person", vault_id: str, record: Signed, files: Sequence[File], rows: tree.Rows
) -> chains.Appended:
    """Publish checked uploads and copies, and change the tree, with one record; all or nothing.

    The same record again changes nothing.

    Until the transaction has been committed the staging files stay: after `stale` (409) the same uploads are committed
    with another record. VaultError `upload_unchecked`, `node_locked` (both 409), `manifest_differs`, `row_differs`,
    `thumbnail_differs`; KeysError.
    """
    queries.require_writer(by, vault_id)
    if known := chains.accepted_before(vault_id, record):
        return known
    uploads = queries.uploads_into(by, vault_id, [file.upload for file in files if file.upload])
    blob_ids = {name: new_id() for name in uploads}
    try:
        with blobs.kept({blob_ids[name]: staging.path_of(name) for name in uploads}):
            appended = _publish(
                by=by, vault_id=vault_id, record=record, files=files, rows=rows, uploads=uploads, blob_ids=blob_ids
            )
    except _AcceptedBeforeError:
        known = chains.accepted_before(vault_id, record)
        assert known is not None
        return known
    for name in uploads:
        staging.remove(name)
    return appended


@action
def _publish(
    *,
    by: "Person",
    vault_id: str,
    record: Signed,
    files: Sequence[File],
    rows: tree.Rows,
    uploads: Mapping[str, Upload],
    blob_ids: Mapping[str, str],
) -> chains.Appended:
    audit.in_turn(by.tenant)
    manifests = tuple(file.manifest for file in files)
    lookups = Lookups(vault_id, record, manifests)
    appended = chains.append_record(
        by=by,
        vault_id=vault_id,
        documents=chains.Documents(record=record, manifests=manifests),
        nodes=lookups.node,
        versions=lookups.version,
        personal=personal_of(vault_id),
    )
    step = appended.step
    if step is None or appended.log_index is None:
        raise _AcceptedBeforeError
    require_unlocked(by, step)
    payloads = _cleared(by, uploads, blob_ids)
    Blob.objects.bulk_create(
        Blob(id=blob_ids[name], tenant=by.tenant, size=one.length, leaves=one.leaves) for name, one in uploads.items()
    )
    resealed = resealing.replaced_by(step, uploads, files)
    _add_versions(by, step, files, _payloads(step, files, uploads, payloads), resealed)
    tree.change_tree(step, rows, appended.log_index)
    gone, _ = Upload.objects.filter(pk__in=uploads).delete()
    if gone != len(uploads):
        raise BaseError("not_found", status=404)
    return appended


def _cleared(by: "Person", uploads: Mapping[str, Upload], blob_ids: Mapping[str, str]) -> dict[str, Payload]:
    """What the uploads are published with. VaultError `upload_unchecked` (409).

    Readers believe no scanner whose key was taken back before the version: its uploads are checked again. So is what
    would be held, and the firm does not hold any more.
    """
    certified = scanner_keys(by.tenant)
    holds = settings_of(by.tenant_id).hold_unscannable
    payloads = {}
    for name, one in uploads.items():
        signed = Signed(bytes(one.verdict_bytes or b""), bytes(one.verdict_sig or b""))
        verdict = Verdict.parse(signed) if signed.raw else None
        held = verdict is not None and verdict.result != "clean"
        if verdict is None or verdict.scanner not in certified or (held and not holds):
            raise VaultError("upload_unchecked", status=409)
        payloads[name] = Payload(blob_ids[name], signed, held, one.length)
    return payloads


def _payloads(
    step: "Step", files: Sequence[File], uploads: Mapping[str, Upload], uploaded: Mapping[str, Payload]
) -> list[Payload]:
    """One per file, in order. One query for all copies."""
    sources = _sources(step)
    found = []
    for file, manifest in zip(files, step.manifests, strict=True):
        if (file.upload is None) != (manifest.copied_from is not None):
            raise VaultError("manifest_differs")
        _check_sealed(file, manifest)
        if file.upload is not None:
            _check_upload(manifest, uploads[file.upload])
            found.append(uploaded[file.upload])
        else:
            found.append(sources[manifest.copied_from or ""])
    return found


def _sources(step: "Step") -> dict[str, Payload]:
    """What the copies of the record copy, by the hash of the manifest."""
    named = {manifest.copied_from for manifest in step.manifests if manifest.copied_from}
    if not named:
        return {}
    rows = Version.objects.filter(vault=step.position.vault, manifest_hash__in=named, blob__isnull=False)
    return {
        row.manifest_hash: Payload(
            str(row.blob_id), Signed(bytes(row.verdict_bytes), bytes(row.verdict_sig)), held=row.held
        )
        for row in rows.only("manifest_hash", "blob", "verdict_bytes", "verdict_sig", "held")
    }


def _check_sealed(file: File, manifest: Manifest) -> None:
    if len(file.row) > MAX_ROW_SIZE or digest(file.row) != manifest.row:
        raise VaultError("row_differs")
    thumbnails.check(file.thumbnail, manifest)
    with seal_rules.refusing():
        check_header(file.header)


def _check_upload(manifest: Manifest, upload: Upload) -> None:
    signed = (manifest.payload_hash, manifest.payload_size, manifest.commitment)
    if signed != (upload.payload_hash, upload.length, upload.commitment):
        raise VaultError("manifest_differs")


def _add_versions(
    by: "Person",
    step: "Step",
    files: Sequence[File],
    payloads: Sequence[Payload],
    resealed: Mapping[str, Version],
) -> None:
    """`resealed`: what comes in the place of another, by its manifest: those others."""
    at, now = step.position, timezone.now()
    first = {file.manifest.hash for file, one in zip(files, step.manifests, strict=True) if one.version == 1}
    nodes = _file_nodes(step, new := first - resealed.keys())
    blobs_left = resealing.retire(at.vault, resealed.values())
    made = Version.objects.bulk_create(
        Version(
            vault_id=at.vault,
            node=nodes[manifest.node],
            version=manifest.version,
            seq=at.seq,
            author=by,
            published_at=now,
            manifest_bytes=file.manifest.raw,
            manifest_sig=file.manifest.sig,
            manifest_hash=file.manifest.hash,
            copied_from=manifest.copied_from or "",
            row=file.row,
            header=file.header,
            verdict_bytes=payload.verdict.raw,
            verdict_sig=payload.verdict.sig,
            blob_id=payload.blob,
            held=payload.held and not resealing.is_released(resealed.get(file.manifest.hash)),
            epoch=manifest.epoch,
            replaces=manifest.previous or "" if file.manifest.hash in resealed else "",
        )
        for file, manifest, payload in zip(files, step.manifests, payloads, strict=True)
    )
    thumbnails.keep(at.vault, made, [file.thumbnail for file in files], step.manifests)
    grown = sum(payload.size for payload in payloads)
    Vault.objects.filter(pk=at.vault).update(file_count=F("file_count") + len(new), size_bytes=F("size_bytes") + grown)
    if blobs_left:
        emptying.drop_unnamed(at.vault, blobs_left)


def _file_nodes(step: "Step", new: Collection[str]) -> dict[str, Node]:
    """The nodes of the record's files by id: made for `new` manifests, older ones moved to what stands now."""
    at, states = step.position, step.nodes
    first = [manifest for manifest in step.manifests if states[manifest.node].manifest in new]
    made = Node.objects.bulk_create(
        Node(
            vault_id=at.vault,
            node=manifest.node,
            parent=manifest.parent,
            kind="file",
            version=1,
            manifest_hash=states[manifest.node].manifest or "",
            epoch=manifest.epoch,
            seq=at.seq,
        )
        for manifest in first
    )
    moved = {manifest.node for manifest in step.manifests} - {node.node for node in made}
    older = list(Node.objects.filter(vault=at.vault, node__in=moved)) if moved else []
    for node in older:
        state = states[node.node]
        node.version, node.manifest_hash, node.epoch = state.version, state.manifest or "", state.epoch
    Node.objects.bulk_update(older, ["version", "manifest_hash", "epoch"])
    return {node.node: node for node in [*made, *older]}
