"""Writing a mail, and trying one again."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from siegel.base import audit
from siegel.base.actions import action
from siegel.base.audit import Actor
from siegel.base.models import Tenant
from siegel.base.outmail.delivery import deliver_due
from siegel.base.outmail.models import OutMail
from siegel.base.outmail.rules import one_line

# Sent ones stay listed for so long.
KEEP = timedelta(days=30)
AGAIN = (OutMail.State.WAITING, OutMail.State.PARKED, OutMail.State.REFUSED)


def post(
    *,
    tenant: Tenant,
    kind: str,
    person: str,
    name: str,
    address: str,
    subject: str,
    text: str,
    vaults: Iterable[str] = (),
) -> OutMail:
    """A mail to one person: part of the running transaction, and on its way when that is committed.

    `person` and `vaults` are ids: before it leaves, `settings.MAIL_WANTED` is asked whether he may still have it.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a mail is posted in the transaction that it is about")
    now = timezone.now()
    mail = OutMail.objects.create(
        tenant=tenant,
        kind=kind,
        person=person,
        vaults=list(vaults),
        name=one_line(name),
        address=address,
        subject=one_line(subject),
        text=text,
        next_at=now,
        created_at=now,
        changed_at=now,
    )
    deliver_due.enqueue()
    return mail


@action
def send_again(*, mail: OutMail, by: Actor) -> None:
    """A mail that waits, was refused or parked is tried at once, with all its tries before it."""
    now = timezone.now()
    again = OutMail.objects.filter(pk=mail.pk, state__in=AGAIN)
    if not again.update(state=OutMail.State.WAITING, next_at=now, attempts=0, changed_at=now):
        audit.unchanged()
        return
    deliver_due.enqueue()
    audit.record(
        "base.mail_sent_again",
        tenant=mail.tenant,
        by=by,
        about={"mail": mail.message_id, "kind": mail.kind},
        personal={"name": mail.name},
    )


def remove_old() -> None:
    """Mails that ended a month ago are listed no more."""
    ended = (OutMail.State.SENT, OutMail.State.WRITTEN, OutMail.State.DROPPED, OutMail.State.REFUSED)
    OutMail.objects.filter(state__in=ended, changed_at__lt=timezone.now() - KEEP).delete()
