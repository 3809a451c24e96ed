"""A person's own new mail address counts when he has opened the link that was sent there.

So nobody's mails go to a stranger by a slip of the hand. Nothing is kept of the question but the mail and an entry:
the link itself says, signed by the server, whose address it is and which one it takes the place of. It opens nothing;
whoever follows it must be signed in as that person.
"""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from siegel.accounts.errors import AccountsError
from siegel.accounts.mailbox import mailbox_of, set_mailbox
from siegel.accounts.models import Mailbox, Person
from siegel.base import audit
from siegel.base.actions import action
from siegel.base.outmail.actions import post
from siegel.base.outmail.models import OutMail
from siegel.base.outmail.rules import checked_address
from siegel.base.throttle import refuse_excess

KIND = "confirm_address"
VALID = timedelta(days=1)
ASKED_PER_HOUR = 5
_SALT = "siegel.accounts.own_address"


def save_own_mailbox(*, person: Person, address: str, language: str, digest: str) -> bool:
    """The wishes count at once, and so does an address taken away; True where a new one was asked for by mail.

    OutmailError `address_invalid`; AccountsError `bad_request`; BaseError `throttled` (429).
    """
    present = mailbox_of(person).address
    wanted = checked_address(address) if address.strip() else ""
    is_new = wanted not in ("", present)
    if is_new:
        refuse_excess(f"own address {person.pk}", limit=ASKED_PER_HOUR, window_s=3600)
    set_mailbox(person=person, by=person, address=present if is_new else wanted, language=language, digest=digest)
    if is_new:
        _ask(person=person, address=wanted, before=present, language=language)
    return is_new


def asked_address(person: Person) -> str:
    """The address that waits to be confirmed; empty if none does."""
    since = timezone.now() - VALID
    mails = OutMail.objects.filter(tenant=person.tenant_id, kind=KIND, person=person.pk, created_at__gt=since)
    newest = mails.order_by("-pk").first()
    set_since = Mailbox.objects.filter(person=person, address=newest.address).exists() if newest else False
    return newest.address if newest and not set_since else ""


def linked_address(person: Person, link: str) -> str:
    """The address for which the link was sent; his present one where it was followed before.

    AccountsError `address_link_invalid`: old, or another address came since; `address_link_of_another` person.
    """
    try:
        said = signing.loads(link, salt=_SALT, max_age=VALID)
    except signing.BadSignature as error:
        raise AccountsError("address_link_invalid") from error
    if said["person"] != person.pk:
        raise AccountsError("address_link_of_another")
    if mailbox_of(person).address not in (said["before"], said["address"]):
        raise AccountsError("address_link_invalid")
    return str(said["address"])


def confirm_own_address(*, person: Person, link: str) -> None:
    """The address counts from now on; one that does already stays. Errors as `linked_address`."""
    set_mailbox(person=person, by=person, address=linked_address(person, link))


@action
def _ask(*, person: Person, address: str, before: str, language: str) -> None:
    link = signing.dumps({"person": person.pk, "address": address, "before": before}, salt=_SALT)
    with translation.override(language):
        firm = person.tenant.name
        lines = [
            _("Guten Tag %(name)s,") % {"name": person.name},
            _("soll diese Adresse für Ihren Zugang bei %(firm)s gelten? Dann öffnen Sie bitte diesen Link:")
            % {"firm": firm},
            f"{settings.PUBLIC_URL}{reverse('accounts:mailbox_link')}?{urlencode({'link': link})}",
            _("Er gilt einen Tag. Haben Sie nicht darum gebeten, brauchen Sie nichts zu tun."),
        ]
        subject = _("Bitte bestätigen: Ihre E-Mail-Adresse bei %(firm)s") % {"firm": firm}
    post(
        tenant=person.tenant,
        kind=KIND,
        person=person.pk,
        name=person.name,
        address=address,
        subject=subject,
        text="\n\n".join(lines) + "\n",
    )
    audit.record(
        "accounts.address_asked",
        tenant=person.tenant,
        by=person,
        about={"person": person.id},
        personal={"name": person.name, "email": address},
    )
