"""Master data for the browser island and the agent: clients, dossiers, staff. For the staff only."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status

from siegel.accounts.doors import signed_in
from siegel.firms import actions, queries
from siegel.firms.doors import staff_person

router = Router(auth=signed_in)

PAGE = 500


class DossierOut(Schema):
    id: str
    title: str
    vault: str | None


class UserOut(Schema):
    id: str
    name: str
    username: str
    state: str


class ClientOut(Schema):
    id: str
    number: str
    name: str
    access: str
    dossiers: list[DossierOut]
    users: list[UserOut]


class ClientsOut(Schema):
    clients: list[ClientOut]
    more: bool


class StaffOut(Schema):
    id: str
    name: str
    username: str
    role: str
    state: str


class StaffListOut(Schema):
    staff: list[StaffOut]


class ClientIn(Schema):
    number: str
    name: str


class DossierIn(Schema):
    title: str
    assigned: list[str] = []


class IdOut(Schema):
    id: str


@router.get("/clients", response=ClientsOut)
def clients(request: HttpRequest, after: str | None = None) -> ClientsOut:
    """Up to 500 clients sorted by name; `more` says to ask again with `after` = the last id."""
    lines = queries.client_lines(staff_person(request), after=after, limit=PAGE + 1)
    return ClientsOut(clients=[_client_out(line) for line in lines[:PAGE]], more=len(lines) > PAGE)


@router.post("/clients", response={201: IdOut})
def add_client(request: HttpRequest, body: ClientIn) -> Status[IdOut]:
    client = actions.create_client(number=body.number, name=body.name, by=staff_person(request))
    return Status(201, IdOut(id=client.id))


@router.post("/clients/{client_id}/dossiers", response={201: IdOut})
def add_dossier(request: HttpRequest, client_id: str, body: DossierIn) -> Status[IdOut]:
    """A dossier without a vault; POST /api/vaults names it and gives it one."""
    person = staff_person(request)
    client = get_object_or_404(queries.clients_visible_to(person), pk=client_id)
    assigned = queries.named_staff(person.tenant, body.assigned)
    dossier = actions.create_dossier(client=client, title=body.title, assigned=assigned, by=person)
    return Status(201, IdOut(id=dossier.id))


@router.get("/staff", response=StaffListOut)
def staff(request: HttpRequest) -> StaffListOut:
    members = queries.staff_members(staff_person(request).tenant)
    return StaffListOut(
        staff=[
            StaffOut(
                id=member.person_id,
                name=member.person.name,
                username=member.person.username,
                role=member.role,
                state=member.person.state,
            )
            for member in members
        ]
    )


def _client_out(line: queries.ClientLine) -> ClientOut:
    return ClientOut(
        id=line.id,
        number=line.number,
        name=line.name,
        access=line.access,
        dossiers=[DossierOut(id=one.id, title=one.title, vault=one.vault_id) for one in line.dossiers],
        users=[UserOut(id=one.id, name=one.name, username=one.username, state=one.state) for one in line.users],
    )
