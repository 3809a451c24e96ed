"""The log's signed head by mail, once a day, to owners and to whom they chose: a piece of evidence in other hands.

It is no confirmation, for the server itself sends it. But whoever kept one holds it against the log later: the page
„Stand vergleichen“ has the reader's browser compute whether the log has grown from there.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from siegel.accounts.mailbox import mailboxes_of
from siegel.accounts.models import Mailbox
from siegel.base import audit
from siegel.base.actions import action
from siegel.base.audit import checkpoints
from siegel.base.models import AuditCheckpoint, Tenant
from siegel.base.outmail.actions import post
from siegel.base.outmail.rules import one_line
from siegel.firms.models import LogMail, Staff

if TYPE_CHECKING:
    from siegel.accounts.models import Person

KIND = "log_head"
# In Berlin, as the digests of a day.
SENT_FROM_HOUR = 7
RULE = "-" * 40


def readers_of(tenant: Tenant) -> set[str]:
    """Ids of those who are to get the mail, whether or not they have an address. Two queries."""
    chosen = dict(LogMail.objects.filter(person__tenant=tenant).values_list("person", "is_wanted"))
    owners = Staff.objects.filter(person__tenant=tenant, role=Staff.Role.OWNER).values_list("person", flat=True)
    return {person for person, is_wanted in chosen.items() if is_wanted} | (set(owners) - chosen.keys())


def may_compare(person: "Person") -> bool:
    """Whether somebody outside the staff was chosen, and so may ask how the log stands."""
    return LogMail.objects.filter(person=person, is_wanted=True).exists()


@action
def set_log_mail(*, person: "Person", is_wanted: bool, by: "Person") -> None:
    """A person of the firm gets the mail from now on, or no more."""
    audit.in_turn(by.tenant)
    if (person.pk in readers_of(by.tenant)) == is_wanted:
        audit.unchanged()
        return
    LogMail.objects.update_or_create(person=person, defaults={"is_wanted": is_wanted})
    audit.record(
        "firms.log_mail_set",
        tenant=by.tenant,
        by=by,
        about={"person": person.pk, "wanted": is_wanted},
        personal={"name": person.name},
    )


def post_due() -> None:
    """For the timetable: to everybody who has not had today's, where the log has grown since his last one."""
    now = timezone.localtime()
    if now.hour < SENT_FROM_HOUR:
        return
    for tenant in Tenant.objects.filter(kind=Tenant.Kind.FIRM).order_by("pk"):
        newest = checkpoints.newest(tenant.pk)
        boxes = mailboxes_of(readers_of(tenant)) if newest is not None else {}
        for box in boxes.values():
            if newest is not None:
                _post_one(box, newest, now)


def _post_one(box: Mailbox, newest: AuditCheckpoint, now: datetime) -> None:
    with transaction.atomic():
        mail, _made = LogMail.objects.select_for_update().get_or_create(person=box.person, defaults={"is_wanted": True})
        was_today = mail.told_at is not None and timezone.localtime(mail.told_at).date() >= now.date()
        if not mail.is_wanted or was_today or mail.told_size >= newest.size:
            return
        LogMail.objects.filter(pk=mail.pk).update(told_at=now, told_size=newest.size)
        with translation.override(box.language):
            subject = _("Protokoll von %(firm)s: Stand vom %(day)s") % {
                "firm": one_line(box.person.tenant.name),
                "day": f"{now:%d.%m.%Y}",
            }
            text = "\n\n".join(_paragraphs(box, newest)) + "\n"
        post(
            tenant=box.person.tenant,
            kind=KIND,
            person=box.person_id,
            name=box.person.name,
            address=box.address,
            subject=subject,
            text=text,
        )


def _paragraphs(box: Mailbox, newest: AuditCheckpoint) -> Sequence[str]:
    names = {"name": one_line(box.person.name), "firm": one_line(box.person.tenant.name), "n": newest.size}
    note = bytes(newest.note).decode()
    return (
        _("Guten Tag %(name)s,") % names,
        _("das Protokoll von %(firm)s hat %(n)s Einträge. Dies ist sein signierter Stand:") % names,
        f"{RULE}\n{note}{RULE}",
        _(
            "Wofür ist das gut? Im Protokoll steht, wer wann worauf zugegriffen hat. Wer dort später etwas ändert oder"
            " entfernt, kann diesen Stand in Ihrer Hand nicht mehr ändern. Heben Sie die E-Mail deshalb auf;"
            " mehr müssen Sie nicht tun."
        ),
        _("Vergleichen können Sie jederzeit: Melden Sie sich an, und fügen Sie die Zeilen zwischen den Strichen ein:"),
        settings.PUBLIC_URL + reverse("firms:compare_log"),
        _("Diese E-Mail enthält keine Inhalte und keine Namen aus dem Protokoll. Die Kanzlei kann sie abbestellen."),
    )
