"""Timestamps on signed heads, once a day for each log, by the service that the settings name (RFC 3161).

A stamp says that the head existed then. Who rules database and log key can throw stamps away but make none of an
earlier day: a log that was rebuilt has none from before. It lies here like the log itself, so it counts as no
confirmation from outside; it proves what it does to whoever holds an export.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from django.conf import settings
from django.db import transaction

from siegel.base import timestamps
from siegel.base.audit import checkpoints
from siegel.base.audit.auditor.verify import TamperedError, stamp_of
from siegel.base.jobs.rules import pause_s
from siegel.base.models import AuditCheckpoint, AuditStamping, AuditTimestamp, Tenant
from siegel.base.timestamps import Stamp, TimestampError, TimestampService

log = structlog.get_logger("siegel.audit")

EVERY_S = 24 * 3600
# Without a new one for so long, the page says it in yellow.
LATE_S = 26 * 3600
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the page says of the stamps: the newest, and why there is no newer one (`code`, empty when all is well)."""

    service: str
    size: int | None
    at: datetime | None
    is_late: bool
    code: str


def stamp_due() -> None:
    """For the timetable: every log whose turn it is. One service is asked, so its silence ends the round."""
    service: TimestampService | None = settings.TSA
    if service is None:
        return
    now = int(time.time())
    waiting = AuditStamping.objects.filter(next_at__gt=now).values("tenant")
    for tenant in Tenant.objects.exclude(pk__in=waiting).order_by("pk"):
        checkpoint = checkpoints.newest(tenant.pk)
        if checkpoint is not None and not _stamp(service, checkpoint):
            return


def anchor_of(tenant: Tenant) -> Anchor | None:
    """None where no service is set and none ever stamped."""
    newest = AuditTimestamp.objects.filter(checkpoint__tenant=tenant).select_related("checkpoint").order_by("-at")
    stamp = newest.first()
    service: TimestampService | None = settings.TSA
    if stamp is None and service is None:
        return None
    tried = AuditStamping.objects.filter(tenant=tenant).first()
    if stamp is None:
        host = service.host if service else ""
        return Anchor(host, None, None, True, tried.code if tried else "")
    is_late = time.time() - stamp.at > LATE_S
    # A log that did not grow needs no second stamp.
    if is_late and (head := checkpoints.newest(tenant.pk)) is not None and head.size == stamp.checkpoint.size:
        is_late = False
    at = datetime.fromtimestamp(stamp.at, UTC)
    return Anchor(stamp.service, stamp.checkpoint.size, at, is_late, tried.code if tried and is_late else "")


def stamps_of(tenant_id: str) -> Iterator[AuditTimestamp]:
    """In the order of the log."""
    stamps = AuditTimestamp.objects.filter(checkpoint__tenant=tenant_id).select_related("checkpoint")
    return stamps.order_by("checkpoint__size").iterator(_BATCH)


def first_bad(tenant_id: str) -> str | None:
    """What is wrong with the stamps: `timestamp_altered` for one that is not on its head or was altered.

    `timestamp_untrusted` for one that is whole but leads to none of the certificates that are trusted here now.
    """
    untrusted = None
    for stamp in stamps_of(tenant_id):
        text = checkpoints.note_of(stamp.checkpoint).text.encode()
        try:
            timestamps.verify(bytes(stamp.answer), text, settings.TSA_CA_FILE)
        except TimestampError as error:
            untrusted = _why(bytes(stamp.answer), text, error)
            if untrusted == "timestamp_altered":
                return untrusted
    return untrusted


def _why(answer: bytes, text: bytes, error: TimestampError) -> str:
    if error.code not in ("certificate", "roots"):
        return "timestamp_altered"
    try:
        stamp_of(answer, text)
    except (TamperedError, ValueError, LookupError):
        return "timestamp_altered"
    return "timestamp_untrusted"


def _stamp(service: TimestampService, checkpoint: AuditCheckpoint) -> bool:
    """Whether the service may be asked for others."""
    tenant_id, now = checkpoint.tenant_id, int(time.time())
    if AuditTimestamp.objects.filter(checkpoint=checkpoint).exists():  # nothing has happened since
        _note(tenant_id, tried_at=now, next_at=now + EVERY_S, failures=0, code="")
        return True
    try:
        stamp = timestamps.ask(service, checkpoints.note_of(checkpoint).text.encode())
    except TimestampError as error:
        last = AuditStamping.objects.filter(tenant=tenant_id).first()
        failures = (last.failures if last else 0) + 1
        log.error("log not stamped", tenant=tenant_id, code=error.code, failures=failures)
        _note(tenant_id, tried_at=now, next_at=now + pause_s(failures), failures=failures, code=error.code)
        return not error.of_service
    _keep(checkpoint, stamp, service.host)
    _note(tenant_id, tried_at=now, next_at=now + EVERY_S, failures=0, code="")
    return True


def _keep(checkpoint: AuditCheckpoint, stamp: Stamp, service: str) -> None:
    """With its checkpoint, which was thinned out if the log grew while the service was asked."""
    values = {"note": checkpoint.note, "signed_at": checkpoint.signed_at}
    with transaction.atomic():
        kept, _ = AuditCheckpoint.objects.get_or_create(
            tenant_id=checkpoint.tenant_id, size=checkpoint.size, defaults=values
        )
        stamped = {"answer": stamp.answer, "service": service, "at": stamp.at}
        AuditTimestamp.objects.get_or_create(checkpoint=kept, defaults=stamped)


def _note(tenant_id: str, **values: int | str) -> None:
    AuditStamping.objects.update_or_create(tenant_id=tenant_id, defaults=values)
