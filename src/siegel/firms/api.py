"""Master data for the browser island and the agent: clients and dossiers. For the staff only."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status

from siegel.accounts.doors import signed_in
from siegel.firms import actions, queries
from siegel.firms.doors import staff_person

router = Router(auth=signed_in)


class ClientIn(Schema):
    number: str
    name: str


class DossierIn(Schema):
    title: str


class IdOut(Schema):
    id: str


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
