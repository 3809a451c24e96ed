"""How a person opens his seed: changed by himself. The seed and its certificate stay as they are."""

from typing import TYPE_CHECKING

from siegel.base.actions import action
from siegel.keys import queries
from siegel.keys.actions.people import PersonKeys, keep_unlocking
from siegel.keys.errors import KeysError

if TYPE_CHECKING:
    from siegel.accounts.models import Person


@action
def change_password(*, person: "Person", keys: PersonKeys) -> None:
    """The new password signs in and opens the seed, the old one does neither; all the person's sessions are over."""
    certificate = queries.certificate_of(person)
    if certificate is None:
        raise KeysError("document_refused", reason="not_certified")
    keep_unlocking(person=person, keys=keys, generation=certificate.generation)
