"""Uploads begin, are refused, kept with their verdicts, and end."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils import timezone

from siegel.base import audit
from siegel.base.actions import action
from siegel.base.errors import BaseError
from siegel.base.ids import new_id
from siegel.base.locks import alone
from siegel.keys.places import may_manage
from siegel.seals.documents import Verdict
from siegel.vault import queries, quota, staging
from siegel.vault.actions.tree import remember
from siegel.vault.errors import VaultError
from siegel.vault.models import Upload
from siegel.vault.personal import personal_of

if TYPE_CHECKING:
    from siegel.accounts.models import Person

UPLOAD_LIFE = timedelta(hours=24)
# Of one person, not yet committed. The program `siegel` has three batches of 200 files under way, and one that ended
# early leaves its own behind until they expire.
MAX_OPEN_UPLOADS = 1500
MAX_ANNOUNCED_BYTES = 20 << 30
# Put together once for hundreds of uploads, which takes longer than to run it.
_KEEP_VERDICT = """
    UPDATE vault_upload SET payload_hash = %s, commitment = %s, leaves = %s, verdict_bytes = %s, verdict_sig = %s
    WHERE id = %s
"""


def begin_upload(*, by: "Person", vault_id: str, length: int, replaces: str = "") -> Upload:
    """An empty upload of `length` bytes into a vault the person may write to; errors as of `begin_uploads`."""
    [upload] = begin_uploads(by=by, vault_id=vault_id, lengths=[length], replaces=replaces)
    return upload


def begin_uploads(*, by: "Person", vault_id: str, lengths: Sequence[int], replaces: str = "") -> list[Upload]:
    """An empty upload for each of `lengths`, in bytes, all or none.

    BaseError `not_found`, `disk_full` (507); VaultError `too_many_uploads` (429), `quota_exceeded` (409). One request
    at a time is admitted, so that two do not get the same space. `replaces`: of what is sealed anew; the bytes that go
    then do not count against the limits, for whoever manages the vault: nobody else may seal anew.
    """
    queries.require_writer(by, vault_id)
    if replaces and not may_manage(by, vault_id):
        raise BaseError("not_found", status=404)
    now = timezone.now()
    ends = now + UPLOAD_LIFE
    with transaction.atomic():
        alone("uploads")
        frees = min(quota.freed_by(vault_id, replaces, now), *lengths)
        more = {"replaces": replaces, "frees": frees, "expires_at": ends}
        uploads = [Upload(id=new_id(), person=by, vault_id=vault_id, length=length, **more) for length in lengths]
        announced = queries.announced(by, now)
        count, size = announced.own_count + len(lengths), announced.own_bytes + sum(lengths)
        if count > MAX_OPEN_UPLOADS or size > MAX_ANNOUNCED_BYTES:
            raise VaultError("too_many_uploads", status=429)
        quota.require_room(by.tenant, vault_id, sum(lengths) - frees, now)
        staging.require_space(announced.all_bytes + sum(lengths), lambda: queries.live_uploads(now))
        Upload.objects.bulk_create(uploads)
        staging.create(upload.id for upload in uploads)
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
    audit.in_turn(by.tenant)
    drop_upload(upload)
    infected = verdict.result == "infected"
    logged = audit.record(
        "vault.upload_refused" if infected else "vault.upload_not_scannable",
        tenant=by.tenant,
        by=by,
        about={
            "vault": upload.vault_id,
            "payload": verdict.payload_hash,
            "size": upload.length,
            "reason": verdict.reason or "",
        },
        personal=personal_of(upload.vault_id),
        attested_by="scanner",
    )
    remember(upload.vault_id, logged.index, [""])


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
    rows: list[list[str | bytes]] = [
        [one.payload_hash, one.commitment, *map(_bytes, (one.leaves, one.verdict_bytes, one.verdict_sig)), one.pk]
        for one in checked
    ]
    if rows:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(_KEEP_VERDICT, rows)


def _bytes(value: bytes | memoryview | None) -> bytes:
    return bytes(value or b"")
