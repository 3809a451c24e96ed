"""Followers of the audit log: higher rooms do what follows from entries of lower ones (`followups.py` of each room).

In order, at least once, each entry in a transaction with the cursor. One that keeps failing is parked after
`rules.ATTEMPTS` tries, and those behind it go on; `retry_parked` hands it over once more.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from siegel.base.jobs.models import Cursor, ParkedEntry
from siegel.base.jobs.rules import ATTEMPTS, pause_s
from siegel.base.models import AuditEntry, Tenant

log = structlog.get_logger("siegel.jobs")

ENTRIES_PER_READ = 500


@dataclass(frozen=True)
class Entry:
    """What a follower reads of an entry: its leaf, without what names people."""

    tenant: Tenant
    index: int
    kind: str
    at: datetime
    by: str | None
    about: Mapping[str, Any]


Handler = Callable[[Entry], None]


@dataclass(frozen=True)
class Follower:
    """`handlers` by kind. The name stays for ever: the cursors bear it."""

    name: str
    handlers: Mapping[str, Handler]


def follow(follower: Follower) -> None:
    """Read on in all logs, until their ends or until an entry fails."""
    for tenant in Tenant.objects.order_by("pk"):
        _follow_one(follower, tenant)


def _follow_one(follower: Follower, tenant: Tenant) -> None:
    cursor, _ = Cursor.objects.get_or_create(name=follower.name, tenant=tenant)
    if cursor.retry_at is not None and cursor.retry_at > timezone.now():
        return
    while entries := _entries(tenant, cursor.next):
        for entry in entries:
            if entry.kind in follower.handlers and not _hand_over(follower, entry, cursor):
                return
        cursor.next = entries[-1].index + 1
        Cursor.objects.filter(pk=cursor.pk, next__lt=cursor.next).update(next=cursor.next)


def _entries(tenant: Tenant, start: int) -> list[Entry]:
    rows = AuditEntry.objects.filter(tenant=tenant, index__gte=start).order_by("index").only("index", "leaf")
    return [_entry(tenant, row) for row in rows[:ENTRIES_PER_READ]]


def _entry(tenant: Tenant, row: AuditEntry) -> Entry:
    leaf = json.loads(bytes(row.leaf))
    return Entry(tenant, row.index, leaf["kind"], datetime.fromtimestamp(leaf["at"], UTC), leaf["by"], leaf["about"])


def _hand_over(follower: Follower, entry: Entry, cursor: Cursor) -> bool:
    """Whether the follower may read on behind the entry."""
    try:
        with transaction.atomic():
            now_there = Cursor.objects.select_for_update().get(pk=cursor.pk)
            if now_there.next <= entry.index:
                follower.handlers[entry.kind](entry)
                Cursor.objects.filter(pk=cursor.pk).update(next=entry.index + 1, failures=0, retry_at=None)
    except Exception as error:
        log.exception("follower failed", follower=follower.name, tenant=entry.tenant.pk, index=entry.index)
        return _note_failure(follower, entry, cursor, error)
    return True


def _note_failure(follower: Follower, entry: Entry, cursor: Cursor, error: Exception) -> bool:
    """Whether the entry is parked."""
    failures = Cursor.objects.values_list("failures", flat=True).get(pk=cursor.pk) + 1
    if failures < ATTEMPTS:
        later = timezone.now() + timedelta(seconds=pause_s(failures))
        Cursor.objects.filter(pk=cursor.pk).update(next=entry.index, failures=failures, retry_at=later)
        return False
    with transaction.atomic():
        ParkedEntry.objects.get_or_create(
            name=follower.name, tenant=entry.tenant, index=entry.index, defaults={"error": type(error).__name__[:100]}
        )
        Cursor.objects.filter(pk=cursor.pk).update(next=entry.index + 1, failures=0, retry_at=None)
    log.error("entry parked", follower=follower.name, tenant=entry.tenant.pk, index=entry.index)
    return True


def retry_parked(followers: Iterable[Follower]) -> tuple[int, int]:
    """Hand over what was parked once more: how many went well, how many stay."""
    known = {follower.name: follower for follower in followers}
    parked = list(ParkedEntry.objects.select_related("tenant").order_by("pk"))
    done = 0
    for one in parked:
        follower = known.get(one.name)
        row = AuditEntry.objects.filter(tenant=one.tenant, index=one.index).first()
        if follower is None or row is None:
            continue
        entry = _entry(one.tenant, row)
        try:
            with transaction.atomic():
                follower.handlers[entry.kind](entry)
                one.delete()
        except Exception:
            log.exception("entry stays parked", follower=one.name, tenant=one.tenant_id, index=one.index)
            continue
        done += 1
    return done, len(parked) - done
