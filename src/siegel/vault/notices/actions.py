"""„Benachrichtigung verschicken“."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from siegel.accounts.mailbox import mailboxes_of
from siegel.base import audit
from siegel.base.actions import action
from siegel.base.errors import BaseError
from siegel.keys.places import active_holders
from siegel.vault.notices.mails import SENTENCES, post_notice
from siegel.vault.personal import personal_of
from siegel.vault.queries import vault_of

if TYPE_CHECKING:
    from siegel.accounts.models import Person


@action
def notify(*, by: "Person", vault_id: str, people: Sequence[str], sentence: str) -> int:
    """A mail to each of these people, who hold the vault beside `by` and have an address; how many.

    BaseError `not_found` (404) unless all of them are such, and for a vault that `by` does not hold.
    """
    line = vault_of(by, vault_id)
    wanted = set(people)
    boxes = mailboxes_of(wanted & (active_holders(line.vault.chain_id) - {by.pk}))
    if not wanted or boxes.keys() != wanted or sentence not in SENTENCES:
        raise BaseError("not_found", status=404)
    for box in boxes.values():
        post_notice(box, sender=by.name, vault_id=line.id, title=line.title, sentence=sentence)
    told = ", ".join(sorted(box.person.name for box in boxes.values()))
    audit.record(
        "vault.notified",
        tenant=by.tenant,
        by=by,
        about={"vault": line.id, "people": sorted(wanted)},
        personal={"title": line.title, "people": told} | personal_of(line.id),
    )
    return len(boxes)
