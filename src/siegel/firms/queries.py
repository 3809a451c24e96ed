"""Who is who in a firm, and what each may see of its master data."""

import hashlib
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from siegel.firms.errors import FirmsError
from siegel.firms.models import Assignment, Client, ClientUser, Dossier, Firm, SetUpLink, Staff

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.base.models import Tenant

Role = Literal["owner", "clerk", "client"]


@dataclass(frozen=True)
class Standing:
    """What somebody is in the firm. `party` is the client's name for a client user, else empty."""

    role: Role
    display_name: str
    party: str = ""
    client_id: str | None = None

    @property
    def is_staff(self) -> bool:
        return self.role != "client"


def standing(person: "Person") -> Standing | None:
    """The person's standing, or None for somebody who is neither staff nor client user. One query for staff."""
    role = Staff.objects.filter(person=person).values_list("role", flat=True).first()
    if role is not None:
        return Standing(cast("Role", role), person.name)
    user = ClientUser.objects.filter(person=person).select_related("client").first()
    return Standing("client", person.name, user.client.name, user.client_id) if user else None


def role_of(person: "Person") -> Role | None:
    found = standing(person)
    return found.role if found else None


def root_fingerprint_of(tenant: "Tenant") -> bytes | None:
    """32 bytes, as the owner's browser gave them; None before the firm was founded."""
    fingerprint = Firm.objects.filter(tenant=tenant).values_list("root_fingerprint", flat=True).first()
    return bytes(fingerprint) if fingerprint else None


def firm_to_set_up(token: str) -> "Tenant":
    """The firm a one-time link founds; FirmsError `set_up_link_invalid` (410) if unknown, used or expired."""
    link = (
        SetUpLink.objects.select_related("tenant")
        .filter(token_hash=set_up_token_hash(token), used_at=None, expires_at__gt=timezone.now())
        .first()
    )
    if link is None:
        raise FirmsError("set_up_link_invalid", status=410)
    return link.tenant


def set_up_token_hash(token: str) -> bytes:
    """How a link's token is stored; it is random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).digest()


def staff_members(tenant: "Tenant") -> QuerySet[Staff]:
    return Staff.objects.filter(person__tenant=tenant).select_related("person").order_by("role", "person__name")


def dossiers_visible_to(person: "Person") -> QuerySet[Dossier]:
    """Owners see all dossiers of the firm, clerks those assigned to them, everyone else none."""
    assigned = Assignment.objects.filter(dossier=OuterRef("pk"), staff=person.pk)
    return Dossier.objects.filter(Exists(assigned) | _owned_by(person), client__tenant=person.tenant_id)


def titles_of_vaults(vault_ids: Iterable[str]) -> dict[str, str]:
    """Dossiers' titles by vault id."""
    dossiers = Dossier.objects.filter(vault_id__in=set(vault_ids))
    return {one.vault_id: one.title for one in dossiers if one.vault_id}


def clients_visible_to(person: "Person") -> QuerySet[Client]:
    """Owners see all clients, clerks those with an assigned dossier or that they created, everyone else none."""
    assigned = Assignment.objects.filter(dossier__client=OuterRef("pk"), staff=person.pk)
    created = Q(created_by=person.pk)
    return Client.objects.filter(Exists(assigned) | created | _owned_by(person), tenant=person.tenant_id)


def _owned_by(person: "Person") -> Exists:
    return Exists(Staff.objects.filter(person=person.pk, role=Staff.Role.OWNER))


@dataclass(frozen=True)
class DossierLine:
    title: str
    vault_id: str | None


Access = Literal["none", "invited", "active", "blocked"]


@dataclass(frozen=True)
class ClientLine:
    """A client in a list, with the dossiers that the reader may see; `access` is the best state among its people."""

    id: str
    number: str
    name: str
    dossiers: Sequence[DossierLine]
    access: Access


def client_lines(person: "Person", *, after: str | None = None, limit: int) -> list[ClientLine]:
    """The first `limit` clients that `person` sees, sorted by name; or those after the client with the id `after`.

    Three queries, one more with `after`.
    """
    clients = clients_visible_to(person).order_by("sort_name", "number")
    if after is not None:
        last = get_object_or_404(clients, pk=after)
        clients = clients.filter(Q(sort_name__gt=last.sort_name) | Q(sort_name=last.sort_name, number__gt=last.number))
    shown = clients.prefetch_related(
        Prefetch("dossiers", dossiers_visible_to(person).order_by("title")),
        Prefetch("users", ClientUser.objects.select_related("person")),
    )
    return [_client_line(client) for client in shown[:limit]]


def _client_line(client: Client) -> ClientLine:
    return ClientLine(
        id=client.id,
        number=client.number,
        name=client.name,
        dossiers=[DossierLine(one.title, one.vault_id) for one in client.dossiers.all()],
        access=_access({user.person.state for user in client.users.all()}),
    )


def _access(states: Set[str]) -> Access:
    order: tuple[Access, ...] = ("active", "invited", "blocked")
    return next((state for state in order if state in states), "none")
