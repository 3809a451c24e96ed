"""What follows from new contents: those who hold the vault are told, each as often as he wants (ADR 0024)."""

from collections import defaultdict

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from siegel.accounts.mailbox import mailboxes_of
from siegel.accounts.models import Mailbox
from siegel.base.jobs.followers import Entry, Follower, follow
from siegel.keys.places import active_holders
from siegel.vault.models import Vault
from siegel.vault.notices.mails import post_digest
from siegel.vault.notices.models import LastDigest, NewContents
from siegel.vault.notices.queries import vaults_held, wishes_of
from siegel.vault.notices.rules import NEWS_FOR, is_due
from siegel.vault.queries import titles_of


def note_new_contents(entry: Entry) -> None:
    """Every holder but the author has so many new files to hear of, if he wants to hear of any."""
    if timezone.now() - entry.at > NEWS_FOR:
        return
    vault = Vault.objects.filter(pk=entry.about["vault"], tenant=entry.tenant).first()
    if vault is None:
        return
    boxes = mailboxes_of(active_holders(vault.chain_id) - {entry.by or ""})
    files = int(entry.about.get("files", 0))
    for person, wish in wishes_of(boxes.values()).items():
        if wish == "off" or not files:
            continue
        row, made = NewContents.objects.get_or_create(
            person_id=person, vault=vault, defaults={"files": files, "first_at": entry.at, "last_at": entry.at}
        )
        if not made:
            NewContents.objects.filter(pk=row.pk).update(files=F("files") + files, last_at=entry.at)


CONTENTS = Follower("digests", {"vault.version_added": note_new_contents})
FOLLOWERS = (CONTENTS,)


def tell_of_new_contents() -> None:
    """For the timetable: read on in the logs, then send each person the digest that is due."""
    follow(CONTENTS)
    waiting: dict[str, list[NewContents]] = defaultdict(list)
    for row in NewContents.objects.order_by("pk"):
        waiting[row.person_id].append(row)
    if not waiting:
        return
    boxes = mailboxes_of(waiting)
    wishes = wishes_of(boxes.values())
    told = dict(LastDigest.objects.filter(person__in=waiting).values_list("person", "at"))
    now = timezone.now()
    for person, rows in waiting.items():
        wish = wishes.get(person, "off")
        first, last = min(row.first_at for row in rows), max(row.last_at for row in rows)
        if wish == "off" or is_due(wish, first_at=first, last_at=last, told_at=told.get(person), now=now):
            _send(person, boxes.get(person) if wish != "off" else None)


def _send(person_id: str, box: Mailbox | None) -> None:
    """What the person has waiting is gone, and in the same transaction on its way to him: what he may still open."""
    with transaction.atomic():
        rows = list(NewContents.objects.select_for_update().filter(person=person_id).order_by("pk"))
        NewContents.objects.filter(pk__in=[row.pk for row in rows]).delete()
        held = vaults_held(box.person, [row.vault_id for row in rows]) if box else set()
        titles = titles_of(held)
        counts = [(row.vault_id, titles[row.vault_id], row.files) for row in rows if row.vault_id in held]
        if box is None or not counts:
            return
        post_digest(box, counts)
        LastDigest.objects.update_or_create(person_id=person_id, defaults={"at": timezone.now()})
