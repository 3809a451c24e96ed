"""What the mails say: vaults by the titles the server knows, people, counts. Never a file's name; no free text."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from siegel.accounts.models import Mailbox
from siegel.base.outmail.actions import post
from siegel.base.outmail.rules import one_line
from siegel.vault.notices.queries import address_of

# What a sender may add; free text would tempt to write what belongs into the vault.
SENTENCES: dict[str, str | Promise] = {
    "": "",
    "new": gettext_lazy("Es liegen neue Unterlagen für Sie bereit."),
    "please_look": gettext_lazy("Bitte sehen Sie die Unterlagen durch."),
    "missing": gettext_lazy("Es fehlen noch Unterlagen von Ihnen."),
    "questions": gettext_lazy("Es gibt eine Rückfrage zu den Unterlagen."),
}


def post_notice(box: Mailbox, *, sender: str, vault_id: str, title: str, sentence: str) -> None:
    """To one person: who points to which vault. Part of the running transaction."""
    firm = box.person.tenant.name
    with translation.override(box.language):
        names = {"sender": one_line(sender), "title": one_line(title), "firm": one_line(firm)}
        lines = [
            _("%(sender)s möchte Sie auf den Tresor „%(title)s“ bei %(firm)s aufmerksam machen.") % names,
            str(SENTENCES[sentence]),
            address_of(vault_id),
        ]
        subject = _("%(sender)s: Tresor „%(title)s“") % names
        text = _letter(box, [line for line in lines if line])
    _post(box, "notice", subject, text, [vault_id])


def post_digest(box: Mailbox, counts: Sequence[tuple[str, str, int]]) -> None:
    """To one person: (vault id, title, new files) of each vault. Part of the running transaction."""
    firm = one_line(box.person.tenant.name)
    with translation.override(box.language):
        lines = [_("bei %(firm)s liegen neue Dateien für Sie bereit:") % {"firm": firm}]
        for vault_id, title, files in counts:
            number = ngettext("%(n)s Datei", "%(n)s Dateien", files) % {"n": files}
            lines.append(f"{one_line(title)}: {number}\n{address_of(vault_id)}")
        subject = _("Neue Dateien bei %(firm)s") % {"firm": firm}
        text = _letter(box, lines)
    _post(box, "digest", subject, text, [vault_id for vault_id, _title, _files in counts])


def post_readmitted(box: Mailbox, *, owner: str, vault_id: str) -> None:
    """To the founder of a vault of his own, whatever he wants to be told of: somebody had its key in hand.

    Part of the running transaction. It says nothing of the vault, not even what it is called.
    """
    names = {"name": box.person.name, "owner": owner, "firm": box.person.tenant.name}
    names = {field: one_line(text) for field, text in names.items()}
    with translation.override(box.language):
        subject = _("Ihr eigener Tresor bei %(firm)s ist wieder da") % names
        lines = [
            _("Guten Tag %(name)s,") % names,
            _("%(owner)s hat Ihren eigenen Tresor mit dem Notfallblatt von %(firm)s für Ihren neuen Zugang geöffnet:")
            % names,
            address_of(vault_id),
            _("Haben Sie gar keinen neuen Zugang erhalten? Dann rufen Sie bitte Ihre Kanzlei an."),
        ]
    _post(box, "readmitted", subject, "\n\n".join(lines) + "\n", [vault_id])


def _letter(box: Mailbox, lines: Sequence[str]) -> str:
    end = _("Wie oft Siegel Ihnen schreibt, oder dass es das nicht mehr tut, stellen Sie hier ein:")
    settings_page = f"{settings.PUBLIC_URL}{reverse('accounts:access')}#e-mail"
    greeting = _("Guten Tag %(name)s,") % {"name": one_line(box.person.name)}
    return "\n\n".join([greeting, *lines, f"-- \n{end}\n{settings_page}"]) + "\n"


def _post(box: Mailbox, kind: str, subject: str, text: str, vaults: Sequence[str]) -> None:
    person = box.person
    post(
        tenant=person.tenant,
        kind=kind,
        person=person.pk,
        name=person.name,
        address=box.address,
        subject=subject,
        text=text,
        vaults=vaults,
    )
