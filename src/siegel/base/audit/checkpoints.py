"""Signed heads of a tenant's log, and the witnesses' cosignatures on them. Never inside a business transaction."""

import time
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from siegel.base.audit import notary, tree
from siegel.base.models import AuditCheckpoint, AuditCosignature, AuditLog, AuditTimestamp, Tenant
from siegel.lib import tlog

log = structlog.get_logger("siegel.audit")

# Of the checkpoints that no witness confirmed, one is kept for each such span; the newest always.
KEEP_EVERY_S = 3600


def grown(tenant_id: str, *, at_once: bool) -> None:
    """After the commit of an action: its answer waits for the signature if one of its entries is weighty.

    Otherwise the worker signs within about a second. Without a notary the log goes on unsigned; the pages say so.
    """
    if at_once:
        sign_quietly(tenant_id)


def sign_quietly(tenant_id: str) -> None:
    """`sign_head`; what hinders it goes to the operator's log."""
    try:
        sign_head(tenant_id)
    except notary.NotaryError as error:
        log.error("log not signed", tenant=tenant_id, code=error.code)


def log_of(tenant_id: str) -> AuditLog:
    """The published side of the tenant's log; made when first asked for. It has another origin once it begins anew."""
    host = urlsplit(settings.PUBLIC_URL).netloc
    return AuditLog.objects.get_or_create(tenant_id=tenant_id, defaults={"origin": f"{host}/log/{tenant_id}"})[0]


def signing_key(tenant_id: str) -> tlog.VerifierKey | None:
    """The key under which the next head of the log is signed, also the first; None where nobody signs."""
    try:
        return tlog.VerifierKey.parse(notary.last(log_of(tenant_id).origin).vkey)
    except notary.NotaryError:
        return None


def sign_head(tenant_id: str) -> AuditCheckpoint | None:
    """The signed checkpoint of the log as it is now; None for an empty log.

    NotaryError: nobody signs (`notary.silent`), or this is not the log signed before (`tlog.rollback`, `tlog.proof`).
    """
    size = tree.size_of(tenant_id)
    known = newest(tenant_id)
    if size == 0 or (known is not None and known.size == size):
        return known
    published, read = log_of(tenant_id), tree.reader(tenant_id)
    last = notary.last(published.origin)
    if last.size > size:
        raise notary.NotaryError("tlog.rollback")
    proof = tlog.consistency_proof(last.size, size, read) if last.size else []
    text = tlog.Checkpoint(published.origin, size, tlog.tree_root(size, read)).text()
    line = notary.sign(text, proof)
    note = tlog.Note(text, (tlog.Signature.parse(line.removesuffix("\n")),))
    tlog.open_checkpoint(note, tlog.VerifierKey.parse(last.vkey))
    if published.vkey != last.vkey:
        AuditLog.objects.filter(pk=tenant_id).update(vkey=last.vkey)
    return keep(tenant_id, size, note)


def newest(tenant_id: str) -> AuditCheckpoint | None:
    return AuditCheckpoint.objects.filter(tenant=tenant_id).order_by("-size").first()


def unsigned() -> list[str]:
    """The tenants whose logs have grown beyond their newest checkpoint."""
    signed = dict(AuditCheckpoint.objects.values_list("tenant").annotate(Max("size")))
    return [pk for pk in Tenant.objects.values_list("pk", flat=True) if tree.size_of(pk) > signed.get(pk, 0)]


def note_of(checkpoint: AuditCheckpoint) -> tlog.Note:
    """The signed note with the witnesses' cosignatures."""
    note = tlog.Note.parse(bytes(checkpoint.note))
    lines = AuditCosignature.objects.filter(checkpoint=checkpoint).order_by("pk").values_list("line", flat=True)
    return tlog.Note(note.text, (*note.signatures, *(tlog.Signature.parse(line) for line in lines)))


def keep(tenant_id: str, size: int, note: tlog.Note) -> AuditCheckpoint:
    """The signed head is one of the log's from now on; the one of this size that is there already stays."""
    try:
        with transaction.atomic():
            values = {"note": note.encode(), "signed_at": int(time.time())}
            kept = AuditCheckpoint.objects.create(tenant_id=tenant_id, size=size, **values)
            _thin_out(tenant_id, kept)
    except IntegrityError:  # another thread was quicker
        return AuditCheckpoint.objects.get(tenant_id=tenant_id, size=size)
    return kept


def _thin_out(tenant_id: str, kept: AuditCheckpoint) -> None:
    """Removes the one before, unless a witness confirmed it, it was stamped or its span of time would have none."""
    before = AuditCheckpoint.objects.filter(tenant=tenant_id, size__lt=kept.size).order_by("-size")[:2]
    if len(before) < 2 or before[0].signed_at // KEEP_EVERY_S != before[1].signed_at // KEEP_EVERY_S:
        return
    if not any(kind.objects.filter(checkpoint=before[0]).exists() for kind in (AuditCosignature, AuditTimestamp)):
        before[0].delete()
