"""Who is told of what."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from siegel.accounts.mailbox import mailboxes_of
from siegel.accounts.queries import active_person, names_of
from siegel.firms.queries import standings
from siegel.firms.rules import default_digest
from siegel.keys.places import active_holders, places_of
from siegel.vault.models import Vault
from siegel.vault.queries import vault_of

if TYPE_CHECKING:
    from siegel.accounts.models import Mailbox, Person


@dataclass(frozen=True)
class Reader:
    """Somebody else who can open a vault; `reachable`: mail can be sent to him."""

    id: str
    name: str
    reachable: bool


def readers_beside(person: "Person", vault_id: str) -> list[Reader]:
    """The others who hold a vault of the person's, by name; BaseError `not_found` (404)."""
    vault = vault_of(person, vault_id).vault
    others = active_holders(vault.chain_id) - {person.pk}
    reachable = mailboxes_of(others).keys()
    found = [Reader(one["id"], one["name"], one["id"] in reachable) for one in names_of(others)]
    return sorted(found, key=lambda reader: (not reader.reachable, reader.name))


def wishes_of(boxes: "Iterable[Mailbox]") -> dict[str, str]:
    """How often each of these people wants to be told, as chosen or as his role has it. Two queries at most."""
    listed = list(boxes)
    roles = standings(box.person_id for box in listed if not box.digest)
    wishes = {}
    for box in listed:
        standing = roles.get(box.person_id)
        wishes[box.person_id] = box.digest or (default_digest(standing.role) if standing else "off")
    return wishes


def vaults_held(person: "Person", vault_ids: Iterable[str]) -> set[str]:
    """Those of these vaults that the person can open now. One query."""
    return set(places_of(person).filter(chain__in=set(vault_ids)).values_list("chain_id", flat=True))


def is_wanted(person_id: str, vault_ids: Iterable[str]) -> bool:
    """Whether a mail about these vaults may still go to the person: he is active and can open every one of them."""
    wanted = set(vault_ids)
    if not wanted:
        return True
    vault = Vault.objects.select_related("tenant").filter(pk__in=wanted).first()
    person = active_person(vault.tenant, person_id) if vault else None
    return person is not None and vaults_held(person, wanted) == wanted


def address_of(vault_id: str) -> str:
    """The page of a vault, as it stands in a mail."""
    return settings.PUBLIC_URL + reverse("vault:vault", args=[vault_id])
