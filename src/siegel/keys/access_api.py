"""Taking keys back, teams, and who has which keys (docs/formats.md 10)."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from siegel.accounts.doors import person_of, signed_in
from siegel.firms.doors import owner_person, staff_person
from siegel.keys import overview, recovery, schemas, wire
from siegel.keys.actions.recovery_key import replace_recovery
from siegel.keys.actions.revocations import revoke_key
from siegel.keys.actions.root import NewRoot, change_root
from siegel.keys.actions.teams import found_team
from siegel.keys.errors import KeysError

router = Router(auth=signed_in)

Wire = dict[str, Any]
# 201 for something new, 200 for the same record again
APPENDED = {200: Wire, 201: Wire}


class RevocationIn(schemas.Strict):
    revocation: schemas.Doc
    certificates: Annotated[list[schemas.Doc], Field(max_length=schemas.MAX_ITEMS)] = []


class RootIn(RevocationIn):
    root: schemas.Doc


class RecoveryIn(schemas.Strict):
    certificate: schemas.Doc
    revocation: schemas.Doc


class TeamIn(schemas.Append):
    id: schemas.Id
    name: schemas.Name
    office: schemas.Id | None = None


@router.post("/keys/revocations", response={201: Wire})
def revoke(request: HttpRequest, body: RevocationIn) -> Status[Wire]:
    """Everybody may take back his own key; the staff those of the people whose access they look after."""
    certificates = [doc.signed() for doc in body.certificates]
    due = revoke_key(by=person_of(request), signed=body.revocation.signed(), certificates=certificates)
    return Status(201, {"vaults": due.vaults, "teams": due.teams})


@router.post("/keys/root", response={201: Wire})
def replace_root(request: HttpRequest, body: RootIn) -> Status[Wire]:
    """By an owner: what the old root, or recovery, and the new root have signed."""
    certificates = [doc.signed() for doc in body.certificates]
    new = NewRoot(body.root.signed(), body.revocation.signed(), certificates)
    due = change_root(by=owner_person(request), new=new)
    return Status(201, {"vaults": due.vaults, "teams": due.teams})


@router.post("/keys/recovery", response={201: Wire})
def replace_recovery_key(request: HttpRequest, body: RecoveryIn) -> Status[Wire]:
    """By an owner: a new recovery key and the end of the old one, as the root has signed them."""
    by = owner_person(request)
    due = replace_recovery(by=by, certificate=body.certificate.signed(), revocation=body.revocation.signed())
    return Status(201, {"vaults": due.vaults, "teams": due.teams})


@router.get("/keys/due")
def due(request: HttpRequest, after: str = "") -> Wire:
    """What the person may give new keys; `after`: the last vault of the answer before."""
    found = overview.due_for(person_of(request), after=after)
    return {"teams": found.teams, "vaults": found.vaults, "more": found.more}


@router.get("/keys/recovery/wraps")
def recovery_wraps(request: HttpRequest, after: str = "") -> Wire:
    """What the recovery seed opens; for owners. `after`: the last chain of the answer before."""
    found = recovery.recoverable(person_of(request), after=after)
    return {"chains": [wire.recoverable(one) for one in found.chains], "more": found.more}


@router.get("/keys/recovery/lost")
def lost(request: HttpRequest, after: str = "") -> Wire:
    """Personal vaults that an owner can give back to their founders. `after`: the last vault of the answer before."""
    found = recovery.lost_vaults(person_of(request), after=after)
    return {"vaults": [wire.lost_vault(one) for one in found.vaults], "more": found.more}


@router.get("/keys/tree")
def tree(request: HttpRequest, after: str = "") -> Wire:
    """People and their keys; `after`: the last person of the answer before."""
    found = overview.key_tree(staff_person(request), after=after)
    return {
        "people": [wire.person_keys(one) for one in found.people],
        "teams": [
            {"id": team.pk, "name": team.name, "office": team.office_id, "vaults": found.vaults_by_team.get(team.pk, 0)}
            for team in found.teams
        ],
        "more": found.more,
    }


@router.get("/teams")
def teams(request: HttpRequest) -> Wire:
    return {"teams": [wire.team(line) for line in overview.teams_of(staff_person(request))]}


@router.post("/teams", response=APPENDED)
def found(request: HttpRequest, body: TeamIn) -> Status[Wire]:
    """By an owner, or by an office leader for his office."""
    [row] = body.rows if len(body.rows) == 1 else [None]
    if row is None or (row.node, row.version) != (body.id, 0):
        raise KeysError("document_refused", reason="row_differs")
    begun = found_team(
        by=staff_person(request),
        team_id=body.id,
        name=body.name,
        office_id=body.office,
        documents=wire.documents_of(body),
        row=row.row,
    )
    return Status(201 if begun.step else 200, {"seq": begun.seq, "head": begun.head})
