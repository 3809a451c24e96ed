"""Sending what is due, one mail after the other."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string

from siegel.base.jobs.rules import ATTEMPTS, pause_s
from siegel.base.jobs.tasks import job
from siegel.base.outmail.errors import DeliveryError, OutmailError
from siegel.base.outmail.models import OutMail
from siegel.base.outmail.transport import transmit

log = structlog.get_logger("siegel.outmail")

State = OutMail.State
MAILS_PER_RUN = 50
# Longer than any delivery: whoever began it is gone, and nobody knows how far he came.
LOST = timedelta(minutes=15)


@job()
def deliver_due() -> None:
    """Every mail that is due is tried once; also in the timetable, for those that wait for another try.

    A mail counts as taken as soon as the server has said so, and is claimed before, so that two workers never send the
    same. Where the server itself is the trouble the others are left alone until their next turn.
    """
    now = timezone.now()
    lost = OutMail.objects.filter(state=State.SENDING, changed_at__lt=now - LOST)
    lost.update(state=State.WAITING, error="interrupted", next_at=now)
    due = OutMail.objects.filter(state=State.WAITING, next_at__lte=now).order_by("next_at", "pk")
    for mail in due.select_related("tenant")[:MAILS_PER_RUN]:
        if _claim(mail) and not _deliver(mail):
            return
    if due.exists():
        deliver_due.enqueue()


def deliver_later() -> None:
    """For the timetable: asks for a delivery where something is due. Looking takes no lock."""
    now = timezone.now()
    waiting = OutMail.objects.filter(state=State.WAITING, next_at__lte=now)
    lost = OutMail.objects.filter(state=State.SENDING, changed_at__lt=now - LOST)
    if waiting.exists() or lost.exists():
        deliver_due.call()


def _claim(mail: OutMail) -> bool:
    """Whether it is this worker's. The try counts from now on."""
    free = OutMail.objects.filter(pk=mail.pk, state=State.WAITING)
    return bool(free.update(state=State.SENDING, attempts=F("attempts") + 1, changed_at=timezone.now()))


def _deliver(mail: OutMail) -> bool:
    """Whether the next one may be tried."""
    if not import_string(settings.MAIL_WANTED)(mail.person, mail.vaults):
        _end(mail, State.DROPPED)
        return True
    try:
        _end(mail, transmit(mail))
    except OutmailError:
        _fail(mail, DeliveryError("recipient", permanent=True))
    except DeliveryError as error:
        _fail(mail, error)
        return not error.of_server
    return True


def _end(mail: OutMail, state: OutMail.State) -> None:
    OutMail.objects.filter(pk=mail.pk).update(state=state, text="", error="", reply=None, changed_at=timezone.now())
    log.info("mail ended", mail=mail.message_id, kind=mail.kind, state=state.value)


def _fail(mail: OutMail, error: DeliveryError) -> None:
    now = timezone.now()
    attempts = OutMail.objects.values_list("attempts", flat=True).get(pk=mail.pk)
    state = State.REFUSED if error.permanent else State.PARKED if attempts >= ATTEMPTS else State.WAITING
    OutMail.objects.filter(pk=mail.pk).update(
        state=state,
        error=error.code,
        reply=error.reply,
        next_at=now + timedelta(seconds=pause_s(attempts)),
        changed_at=now,
    )
    log.warning("mail failed", mail=mail.message_id, kind=mail.kind, state=state.value, error=error.code)
