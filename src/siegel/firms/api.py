"""Master data for the browser island and the agent: clients, dossiers, offices, who may sign in. For the staff only."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status

from siegel.accounts.doors import signed_in
from siegel.firms import actions, queries
from siegel.firms.doors import owner_person, staff_person

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.firms.models import Office

router = Router(auth=signed_in)


class ClientIn(Schema):
    number: str
    name: str


class DossierIn(Schema):
    title: str


class OfficeIn(Schema):
    name: str


class MoveIn(Schema):
    """`office`: its id, or null for none."""

    office: str | None


class IdOut(Schema):
    id: str


class OfficeOut(IdOut):
    name: str


class OfficesOut(Schema):
    offices: list[OfficeOut]


class NothingOut(Schema):
    pass


@router.post("/clients", response={201: IdOut})
def add_client(request: HttpRequest, body: ClientIn) -> Status[IdOut]:
    client = actions.create_client(number=body.number, name=body.name, by=staff_person(request))
    return Status(201, IdOut(id=client.id))


@router.post("/clients/{client_id}/dossiers", response={201: IdOut})
def add_dossier(request: HttpRequest, client_id: str, body: DossierIn) -> Status[IdOut]:
    """A dossier without a vault; POST /api/vaults names it and gives it one."""
    person = staff_person(request)
    client = get_object_or_404(queries.clients_visible_to(person), pk=client_id)
    dossier = actions.create_dossier(client=client, title=body.title, by=person)
    return Status(201, IdOut(id=dossier.id))


@router.post("/clients/{client_id}/office", response=NothingOut)
def move_client(request: HttpRequest, client_id: str, body: MoveIn) -> NothingOut:
    """By the owner."""
    person = owner_person(request)
    client = get_object_or_404(queries.clients_visible_to(person), pk=client_id)
    actions.move_client(client=client, office=_office(person, body.office), by=person)
    return NothingOut()


@router.get("/offices", response=OfficesOut)
def offices(request: HttpRequest) -> OfficesOut:
    found = queries.offices_of(staff_person(request).tenant)
    return OfficesOut(offices=[OfficeOut(id=one.id, name=one.name) for one in found])


@router.post("/offices", response={201: IdOut})
def add_office(request: HttpRequest, body: OfficeIn) -> Status[IdOut]:
    """By the owner, as is renaming."""
    office = actions.create_office(name=body.name, by=owner_person(request))
    return Status(201, IdOut(id=office.id))


@router.post("/offices/{office_id}", response=NothingOut)
def rename_office(request: HttpRequest, office_id: str, body: OfficeIn) -> NothingOut:
    person = owner_person(request)
    office = get_object_or_404(queries.offices_of(person.tenant), pk=office_id)
    actions.rename_office(office=office, name=body.name, by=person)
    return NothingOut()


@router.post("/people/{person_id}/office", response=NothingOut)
def move_staff(request: HttpRequest, person_id: str, body: MoveIn) -> NothingOut:
    """A clerk changes his office; by the owner."""
    person = owner_person(request)
    staff = get_object_or_404(queries.staff_members(person.tenant), pk=person_id)
    actions.move_staff(staff=staff, office=_office(person, body.office), by=person)
    return NothingOut()


@router.post("/people/{person_id}/block", response=NothingOut)
def block(request: HttpRequest, person_id: str) -> NothingOut:
    person = staff_person(request)
    actions.block_person(person=_managed(person, person_id), by=person)
    return NothingOut()


@router.post("/people/{person_id}/unblock", response=NothingOut)
def unblock(request: HttpRequest, person_id: str) -> NothingOut:
    person = staff_person(request)
    actions.unblock_person(person=_managed(person, person_id), by=person)
    return NothingOut()


def _managed(person: "Person", person_id: str) -> "Person":
    return get_object_or_404(queries.people_managed_by(person).select_related("tenant"), pk=person_id)


def _office(person: "Person", office_id: str | None) -> "Office | None":
    return get_object_or_404(queries.offices_of(person.tenant), pk=office_id) if office_id else None
