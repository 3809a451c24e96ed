"""Changes of vaults: they begin, get folders and versions; uploads begin, are refused, end."""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from siegel.base import audit, blobs
from siegel.base.actions import action
from siegel.base.errors import BaseError
from siegel.base.ids import new_id
from siegel.base.models import Blob
from siegel.firms import actions as firms
from siegel.firms.queries import dossiers_visible_to
from siegel.keys import rules as seal_rules
from siegel.keys.actions import chains
from siegel.keys.queries import scanner_keys, team_name
from siegel.seals.derive import digest
from siegel.seals.documents import Manifest, Verdict
from siegel.seals.files import check_header
from siegel.seals.records import FolderChange, Genesis, Record
from siegel.seals.rows import MAX_ROW_SIZE
from siegel.seals.signed import Signed
from siegel.vault import queries, staging
from siegel.vault.errors import VaultError
from siegel.vault.models import Node, Upload, Vault, Version

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.firms.models import Dossier
    from siegel.seals.chain import Node as SealedNode
    from siegel.seals.chain import NodeLookup, Step

UPLOAD_LIFE = timedelta(hours=24)
# Of one person, not yet committed. The program `siegel` has two batches of 200 files under way, and one that was ended
# leaves its own behind until they expire.
MAX_OPEN_UPLOADS = 1000
MAX_ANNOUNCED_BYTES = 20 << 30
Rows = Mapping[tuple[str, int], bytes]


@dataclass(frozen=True)
class File:
    """One file of a commit: its upload, manifest, age header for the vault's epoch, and sealed row."""

    upload: str
    manifest: Signed
    header: bytes
    row: bytes


class _AcceptedBeforeError(Exception):
    """The same commit arrived twice at once: undo this one, answer as the other."""


@action
def begin_vault(
    *, by: "Person", vault_id: str, dossier_id: str | None, documents: chains.Documents, rows: Rows
) -> chains.Appended:
    """A vault with its first record, for a dossier of the person or for himself. The same record again changes nothing.

    BaseError `not_found`; FirmsError `vault_exists` (409); KeysError as in `chains.begin_chain`; VaultError
    `row_differs`, `dossier_differs`.
    """
    dossier = _dossier(by, dossier_id)
    if dossier and not Vault.objects.filter(pk=vault_id).exists():
        firms.attach_vault(dossier=dossier, vault_id=vault_id, by=by)
    begun = chains.begin_chain(by=by, vault_id=vault_id, documents=documents, personal=_personal(dossier))
    if begun.step is None:
        return begun
    genesis = begun.step.record.changes[0]
    if not isinstance(genesis, Genesis) or genesis.vault_kind == "team" or genesis.dossier != dossier_id:
        raise VaultError("dossier_differs")
    Vault.objects.create(
        id=vault_id,
        chain_id=vault_id,
        tenant=by.tenant,
        dossier=dossier,
        vault_kind=genesis.vault_kind,
        row=_row(rows, vault_id, 0, genesis.row, count=1),
        changed_at=timezone.now(),
    )
    return begun


@action
def append_record(*, by: "Person", vault_id: str, documents: chains.Documents, rows: Rows) -> chains.Appended:
    """A record without files: folders, a roster, an epoch. KeysError `stale` (409) and as in `chains.append_record`."""
    appended = chains.append_record(
        by=by,
        vault_id=vault_id,
        documents=documents,
        nodes=_nodes(vault_id, documents.record),
        personal=_personal_of(vault_id),
    )
    if appended.step:
        _add_folders(appended.step, rows)
    return appended


def commit_files(*, by: "Person", vault_id: str, record: Signed, files: Sequence[File], rows: Rows) -> chains.Appended:
    """Publish checked uploads, and folders, with one record; all or nothing. The same record again changes nothing.

    Until the transaction has been committed the staging files stay: after `stale` (409) the same uploads are committed
    with another record. VaultError `upload_unchecked` (409), `manifest_differs`, `row_differs`; KeysError.
    """
    queries.require_writer(by, vault_id)
    if known := chains.accepted_before(vault_id, record):
        return known
    uploads = queries.uploads_into(by, vault_id, [file.upload for file in files])
    blob_ids = {file.upload: new_id() for file in files}
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
    rows: Rows,
    uploads: Mapping[str, Upload],
    blob_ids: Mapping[str, str],
) -> chains.Appended:
    appended = chains.append_record(
        by=by,
        vault_id=vault_id,
        documents=chains.Documents(record=record, manifests=tuple(file.manifest for file in files)),
        nodes=_nodes(vault_id, record),
        personal=_personal_of(vault_id),
    )
    step = appended.step
    if step is None:
        raise _AcceptedBeforeError
    _require_checked(by, uploads.values())
    _add_folders(step, rows)
    for file, manifest in zip(files, step.manifests, strict=True):
        _check_file(file, manifest, uploads[file.upload])
    _add_versions(by, step, files, uploads, blob_ids)
    gone, _ = Upload.objects.filter(pk__in=uploads).delete()
    if gone != len(uploads):
        raise BaseError("not_found", status=404)
    return appended


def _require_checked(by: "Person", uploads: Iterable[Upload]) -> None:
    """Readers believe no scanner whose key was taken back before the version: its uploads are checked again."""
    certified = scanner_keys(by.tenant)
    for one in uploads:
        found = Signed(bytes(one.verdict_bytes or b""), bytes(one.verdict_sig or b""))
        if not one.verdict_bytes or Verdict.parse(found).scanner not in certified:
            raise VaultError("upload_unchecked", status=409)


@action
def fetch_version(*, by: "Person", vault_id: str, node: str, number: int) -> Version:
    """The version, and an entry that it was fetched."""
    found = queries.version_of(by, vault_id, node, number)
    audit.record(
        "vault.version_fetched",
        tenant=by.tenant,
        by=by,
        about={"vault": vault_id, "node": node, "version": number},
        personal=_personal(found.vault.dossier),
    )
    return found


def begin_upload(*, by: "Person", vault_id: str, length: int) -> Upload:
    """An empty upload of `length` bytes into a vault the person may write to; errors as of `begin_uploads`."""
    [upload] = begin_uploads(by=by, vault_id=vault_id, lengths=[length])
    return upload


def begin_uploads(*, by: "Person", vault_id: str, lengths: Sequence[int]) -> list[Upload]:
    """An empty upload for each of `lengths`, in bytes, all or none.

    BaseError `not_found`, `disk_full` (507); VaultError `too_many_uploads` (429). One request at a time is admitted, so
    that two do not get the same space.
    """
    queries.require_writer(by, vault_id)
    now = timezone.now()
    ends = now + UPLOAD_LIFE
    uploads = [Upload(id=new_id(), person=by, vault_id=vault_id, length=length, expires_at=ends) for length in lengths]
    with transaction.atomic():
        announced = queries.announced(by, now)
        count, size = announced.own_count + len(lengths), announced.own_bytes + sum(lengths)
        if count > MAX_OPEN_UPLOADS or size > MAX_ANNOUNCED_BYTES:
            raise VaultError("too_many_uploads", status=429)
        staging.require_space(announced.all_bytes + sum(lengths), lambda: queries.live_uploads(now))
        Upload.objects.bulk_create(uploads)
        for upload in uploads:
            staging.create(upload.id)
    return uploads


def drop_upload(upload: Upload) -> None:
    """Row and bytes are gone."""
    drop_uploads([upload])


def drop_uploads(uploads: Sequence[Upload]) -> None:
    """Rows and bytes are gone."""
    Upload.objects.filter(pk__in=[upload.pk for upload in uploads]).delete()
    for upload in uploads:
        staging.remove(upload.pk)


@action
def refuse_upload(*, upload: Upload, by: "Person", verdict: Verdict) -> None:
    """The scanner did not find it clean: it is stored nowhere, and the log keeps the fact."""
    drop_upload(upload)
    infected = verdict.result == "infected"
    audit.record(
        "vault.upload_refused" if infected else "vault.upload_not_scannable",
        tenant=by.tenant,
        by=by,
        about={
            "vault": upload.vault_id,
            "payload": verdict.payload_hash,
            "size": upload.length,
            "reason": verdict.reason or "",
        },
        personal=_personal_of(upload.vault_id),
        attested_by="scanner",
    )


def remove_expired_uploads() -> int:
    """Uploads past their 24 hours, and staging files without a row; returns how many rows. For the periodic thread."""
    now = timezone.now()
    expired = list(Upload.objects.filter(expires_at__lte=now))
    for upload in expired:
        drop_upload(upload)
    old = list(staging.older_than(now - UPLOAD_LIFE))
    known = set(Upload.objects.filter(pk__in=old).values_list("pk", flat=True))
    for name in set(old) - known:
        staging.remove(name)
    return len(expired)


def keep_verdicts(checked: Sequence[Upload]) -> None:
    """What the scanner found clean may be committed. Changes nothing anybody can see, so there is no entry."""
    fields = ("payload_hash", "commitment", "leaves", "verdict_bytes", "verdict_sig")
    with transaction.atomic():
        # one by one takes a fifth of the time that bulk_update takes to put its statement together
        for upload in checked:
            Upload.objects.filter(pk=upload.pk).update(**{name: getattr(upload, name) for name in fields})


def _dossier(by: "Person", dossier_id: str | None) -> "Dossier | None":
    if dossier_id is None:
        return None
    found = dossiers_visible_to(by).select_related("client").filter(pk=dossier_id).first()
    if found is None:
        raise BaseError("not_found", status=404)
    return found


def _personal(dossier: "Dossier | None") -> dict[str, str]:
    return {"client": dossier.client.name, "title": dossier.title} if dossier else {}


def _personal_of(vault_id: str) -> dict[str, str]:
    vault = Vault.objects.select_related("dossier__client").filter(pk=vault_id).first()
    if vault is None:
        name = team_name(vault_id)
        return {"team": name} if name else {}
    return _personal(vault.dossier)


def _nodes(vault_id: str, signed: Signed) -> "NodeLookup":
    """Looks up the nodes the record names: all at once, at the first question, when the record has been parsed."""

    @functools.cache
    def named() -> "Mapping[str, SealedNode]":
        changes = Record.parse(signed).changes
        return queries.nodes_named(vault_id, {getattr(one, name, "") for one in changes for name in ("node", "parent")})

    return lambda node: named().get(node)


def _row(rows: Rows, node: str, version: int, signed_hash: str, *, count: int) -> bytes:
    """The row whose hash was signed; `count` rows came in all. VaultError `row_differs`."""
    row = rows.get((node, version), b"")
    if len(rows) != count or not row or len(row) > MAX_ROW_SIZE or digest(row) != signed_hash:
        raise VaultError("row_differs")
    return row


def _add_folders(step: "Step", rows: Rows) -> None:
    changes = [change for change in step.record.changes if isinstance(change, FolderChange)]
    if len(rows) != len(changes):
        raise VaultError("row_differs")
    vault_id, seq = step.position.vault, step.position.seq
    Node.objects.bulk_create(
        Node(
            vault_id=vault_id,
            node=change.node,
            parent=change.parent,
            kind="folder",
            row=_row(rows, change.node, 0, change.row, count=len(changes)),
            epoch=change.epoch,
            seq=seq,
        )
        for change in changes
    )
    if changes:
        Vault.objects.filter(pk=vault_id).update(changed_at=timezone.now())


def _check_file(file: File, manifest: Manifest, upload: Upload) -> None:
    signed = (manifest.payload_hash, manifest.payload_size, manifest.commitment)
    if signed != (upload.payload_hash, upload.length, upload.commitment):
        raise VaultError("manifest_differs")
    if len(file.row) > MAX_ROW_SIZE or digest(file.row) != manifest.row:
        raise VaultError("row_differs")
    with seal_rules.refusing():
        check_header(file.header)


def _add_versions(
    by: "Person",
    step: "Step",
    files: Sequence[File],
    uploads: Mapping[str, Upload],
    blob_ids: Mapping[str, str],
) -> None:
    at, now = step.position, timezone.now()
    nodes = _file_nodes(step)
    Blob.objects.bulk_create(
        Blob(id=blob_ids[upload.id], tenant=by.tenant, size=upload.length, leaves=upload.leaves)
        for upload in uploads.values()
    )
    Version.objects.bulk_create(
        Version(
            vault_id=at.vault,
            node=nodes[manifest.node],
            version=manifest.version,
            seq=at.seq,
            author=by,
            published_at=now,
            manifest_bytes=file.manifest.raw,
            manifest_sig=file.manifest.sig,
            row=file.row,
            header=file.header,
            verdict_bytes=uploads[file.upload].verdict_bytes,
            verdict_sig=uploads[file.upload].verdict_sig,
            blob_id=blob_ids[file.upload],
        )
        for file, manifest in zip(files, step.manifests, strict=True)
    )
    Vault.objects.filter(pk=at.vault).update(
        file_count=F("file_count") + sum(manifest.version == 1 for manifest in step.manifests),
        size_bytes=F("size_bytes") + sum(upload.length for upload in uploads.values()),
        changed_at=now,
    )


def _file_nodes(step: "Step") -> dict[str, Node]:
    """The nodes of the record's files by id: new ones made, older ones moved to their new version."""
    at = step.position
    hashes = {node: state.manifest or "" for node, state in step.nodes.items()}
    new = [manifest for manifest in step.manifests if manifest.version == 1]
    made = Node.objects.bulk_create(
        Node(
            vault_id=at.vault,
            node=manifest.node,
            parent=manifest.parent,
            kind="file",
            version=1,
            manifest_hash=hashes[manifest.node],
            epoch=manifest.epoch,
            seq=at.seq,
        )
        for manifest in new
    )
    moved = {manifest.node: manifest for manifest in step.manifests if manifest.version > 1}
    older = list(Node.objects.filter(vault=at.vault, node__in=moved)) if moved else []
    for node in older:
        node.version, node.manifest_hash = moved[node.node].version, hashes[node.node]
        node.epoch = moved[node.node].epoch
    Node.objects.bulk_update(older, ["version", "manifest_hash", "epoch"])
    return {node.node: node for node in [*made, *older]}
