"""A person's mail address and what he wants to be told.

Staff set a client's address when they invite him, and it is used as it is; afterwards he changes it himself, by a link
sent there (`own_address`), or whoever looks after his access. Every change is logged, and told to the address that was
there before. An address opens nothing.
"""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from siegel.accounts.errors import AccountsError
from siegel.accounts.models import Mailbox, Person
from siegel.base import audit
from siegel.base.actions import action
from siegel.base.outmail.actions import post
from siegel.base.outmail.rules import checked_address


def mailbox_of(person: Person) -> Mailbox:
    """The person's mailbox; an empty one, not stored, where he has none."""
    return Mailbox.objects.filter(person=person).first() or Mailbox(person=person)


def mailboxes_of(ids: Iterable[str]) -> dict[str, Mailbox]:
    """The mailboxes, with their people, of those of them who have an address and may sign in. One query."""
    found = Mailbox.objects.filter(person__in=set(ids), person__state=Person.State.ACTIVE).exclude(address="")
    return {box.person_id: box for box in found.select_related("person__tenant")}


def addresses_of(ids: Iterable[str]) -> dict[str, str]:
    """The addresses of those of them who have one, whether they may sign in or not. One query."""
    return dict(Mailbox.objects.filter(person__in=set(ids)).exclude(address="").values_list("person", "address"))


@action
def set_mailbox(
    *, person: Person, by: Person, address: str, language: str | None = None, digest: str | None = None
) -> Mailbox:
    """The person's address (empty: none), and, unless None, the language of his mails and how often he wants digests.

    OutmailError `address_invalid`; AccountsError `bad_request` for a language or digest that does not exist.
    """
    audit.in_turn(person.tenant)
    box = mailbox_of(person)
    before = (box.address, box.language, box.digest)
    box.address = checked_address(address) if address.strip() else ""
    if language is not None:
        box.language = _one_of(language, Mailbox.Language)
    if digest is not None:
        box.digest = _one_of(digest, Mailbox.Digest)
    if before == (box.address, box.language, box.digest):
        audit.unchanged()
        return box
    box.save()
    if before[0] != box.address:
        audit.record(
            "accounts.address_set",
            tenant=person.tenant,
            by=by,
            about={"person": person.id},
            personal={"name": person.name, "email": box.address},
        )
        if before[0]:
            _tell_old_address(person, before[0], box.language)
    else:
        audit.record("accounts.mail_wishes_set", tenant=person.tenant, by=by, about={"person": person.id})
    return box


def _one_of(text: str, choices: type[Mailbox.Language] | type[Mailbox.Digest]) -> str:
    if text not in choices.values:
        raise AccountsError("bad_request")
    return text


def _tell_old_address(person: Person, address: str, language: str) -> None:
    with translation.override(language):
        subject = _("Ihre E-Mail-Adresse bei %(firm)s wurde geändert") % {"firm": person.tenant.name}
        lines = [
            _("Guten Tag %(name)s,") % {"name": person.name},
            _("für Ihren Zugang bei %(firm)s gilt ab jetzt eine andere E-Mail-Adresse.") % {"firm": person.tenant.name},
            _("Waren Sie das nicht? Dann melden Sie sich an, prüfen Sie „Mein Zugang“, und rufen Sie Ihre Kanzlei an:"),
            settings.PUBLIC_URL + reverse("accounts:access"),
        ]
    post(
        tenant=person.tenant,
        kind="address_changed",
        person=person.pk,
        name=person.name,
        address=address,
        subject=subject,
        text="\n\n".join(lines) + "\n",
    )
