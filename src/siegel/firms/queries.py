"""Who is who in a firm, and what each may see of its master data."""

import hashlib
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from django.db.models import Case, Exists, OuterRef, Prefetch, Q, QuerySet, When
from django.shortcuts import get_object_or_404
from django.utils import timezone

from siegel.accounts.queries import people_of
from siegel.firms.errors import FirmsError
from siegel.firms.models import Assignment, Client, ClientUser, Dossier, Firm, Office, SetUpLink, Staff

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.base.models import Tenant

Role = Literal["owner", "office_leader", "clerk", "client"]
# Who works in dossiers that are assigned to him; an owner needs no assignment.
ASSIGNED = (Staff.Role.OFFICE_LEADER, Staff.Role.CLERK)


@dataclass(frozen=True)
class Standing:
    """What somebody is in the firm. `party` is the client's name for a client user, else empty.

    `office_id`: of a member of the staff, or the client's; None where there is none.
    """

    role: Role
    display_name: str
    party: str = ""
    client_id: str | None = None
    office_id: str | None = None

    @property
    def is_staff(self) -> bool:
        return self.role != "client"


def standing(person: "Person") -> Standing | None:
    """The person's standing, or None for somebody who is neither staff nor client user. One query for staff."""
    staff = Staff.objects.filter(person=person).first()
    if staff is not None:
        return Standing(cast("Role", staff.role), person.name, office_id=staff.office_id)
    user = ClientUser.objects.filter(person=person).select_related("client").first()
    return Standing("client", person.name, user.client.name, user.client_id, user.client.office_id) if user else None


def standings(ids: Iterable[str]) -> dict[str, Standing]:
    """The standing of each of these people who has one. Two queries."""
    wanted = set(ids)
    found = {}
    for staff in Staff.objects.filter(person__in=wanted).select_related("person"):
        role = cast("Role", staff.role)
        found[staff.person_id] = Standing(role, staff.person.name, office_id=staff.office_id)
    for user in ClientUser.objects.filter(person__in=wanted).select_related("person", "client"):
        client = user.client
        found[user.person_id] = Standing("client", user.person.name, client.name, client.id, client.office_id)
    return found


def role_of(person: "Person") -> Role | None:
    found = standing(person)
    return found.role if found else None


def office_id_of(person: "Person") -> str | None:
    """The office of a member of the staff."""
    return Staff.objects.filter(person=person.pk).values_list("office", flat=True).first()


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
    rows = Staff.objects.filter(person__tenant=tenant).select_related("person", "office")
    rank = Case(When(role=Staff.Role.OWNER, then=0), When(role=Staff.Role.OFFICE_LEADER, then=1), default=2)
    return rows.order_by(rank, "person__name")


def dossiers_visible_to(person: "Person") -> QuerySet[Dossier]:
    """Owners see all dossiers of the firm, office leaders those of their office, and clerks, and leaders in other
    offices, those assigned to them; everyone else none.
    """
    assigned = Assignment.objects.filter(dossier=OuterRef("pk"), staff=person.pk)
    led = _led_by(person, OuterRef("client__office"))
    return Dossier.objects.filter(Exists(assigned) | _owned_by(person) | led, client__tenant=person.tenant_id)


def titles_of_vaults(vault_ids: Iterable[str]) -> dict[str, str]:
    """Dossiers' titles by vault id."""
    dossiers = Dossier.objects.filter(vault_id__in=set(vault_ids))
    return {one.vault_id: one.title for one in dossiers if one.vault_id}


def vaults_of_dossiers(tenant_id: str) -> QuerySet[Dossier, str | None]:
    """Ids of the firm's vaults that belong to dossiers, as a subquery."""
    return Dossier.objects.filter(client__tenant=tenant_id).exclude(vault_id=None).values_list("vault_id", flat=True)


def clients_visible_to(person: "Person") -> QuerySet[Client]:
    """Owners see all clients, office leaders those of their office; both leaders and clerks those with an assigned
    dossier or that they created; everyone else none.
    """
    assigned = Assignment.objects.filter(dossier__client=OuterRef("pk"), staff=person.pk)
    seen = Exists(assigned) | Q(created_by=person.pk) | _owned_by(person) | _led_by(person, OuterRef("office"))
    return Client.objects.filter(seen, tenant=person.tenant_id)


def _owned_by(person: "Person") -> Exists:
    return Exists(Staff.objects.filter(person=person.pk, role=Staff.Role.OWNER))


def _led_by(person: "Person", office: OuterRef) -> Exists:
    return Exists(Staff.objects.filter(person=person.pk, role=Staff.Role.OFFICE_LEADER, office=office))


def users_of(client_id: str) -> "QuerySet[ClientUser, str]":
    """Ids of the people who sign in for a client."""
    return ClientUser.objects.filter(client=client_id).values_list("person", flat=True)


def fellow_users_of(person: "Person") -> "QuerySet[ClientUser, str]":
    """Ids of the people who sign in for the same client, the person's own among them; none for staff."""
    own = ClientUser.objects.filter(person=person.pk).values("client")
    return ClientUser.objects.filter(client__in=own).values_list("person", flat=True)


def owners_of(tenant: "Tenant") -> QuerySet["Person"]:
    owners = Staff.objects.filter(role=Staff.Role.OWNER)
    return people_of(tenant.id).filter(pk__in=owners.values("person")).order_by("name")


def offices_of(tenant: "Tenant") -> QuerySet[Office]:
    return Office.objects.filter(tenant=tenant).order_by("name")


def people_managed_by(person: "Person") -> QuerySet["Person"]:
    """Whose access the person looks after: an owner everybody's, an office leader that of his office's clerks and
    clients, a clerk that of the users of clients he sees. Nobody his own, but for an owner.
    """
    found = standing(person)
    people = people_of(person.tenant_id)
    if found is None or not found.is_staff:
        return people.none()
    if found.role == "owner":
        return people
    users = ClientUser.objects.filter(client__in=clients_visible_to(person).values("pk"))
    managed = Q(pk__in=users.values("person"))
    if found.role == "office_leader":
        clerks = Staff.objects.filter(role=Staff.Role.CLERK, office=found.office_id)
        managed |= Q(pk__in=clerks.values("person"))
    return people.filter(managed)


@dataclass(frozen=True)
class DossierLine:
    title: str
    vault_id: str | None


Access = Literal["none", "invited", "active", "blocked", "revoked"]


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
    order: tuple[Access, ...] = ("active", "invited", "blocked", "revoked")
    return next((state for state in order if state in states), "none")
