"""Trusted people: who asks to be let into which vault (docs/formats.md 10)."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from siegel.accounts.doors import person_of, signed_in
from siegel.keys import schemas, trusted
from siegel.keys.actions.events import declare
from siegel.keys.models import AccessEvent

router = Router(auth=signed_in)

Wire = dict[str, Any]


class EventIn(schemas.Strict):
    doc: schemas.Doc


@router.get("/trusted")
def overview(request: HttpRequest) -> Wire:
    """`asked`: requests to which the person may object; `entrusted`: vaults that trust him."""
    person = person_of(request)
    return {
        "asked": [
            {"vault": one.vault, "title": one.title, "name": one.name, "last": one.last, **_request(one.request)}
            for one in trusted.asked_of(person)
        ],
        "entrusted": [
            {
                "vault": one.vault,
                "title": one.title,
                "owners": one.owners,
                "wait_days": one.wait_days,
                "roster": one.roster,
                "last": one.last,
                "request": _request(one.request) if one.request else None,
                "is_open": one.is_open,
            }
            for one in trusted.entrusted_to(person)
        ],
    }


@router.get("/trusted/candidates")
def candidates(request: HttpRequest) -> Wire:
    """Whom the person may trust."""
    found = trusted.candidates_for(person_of(request))
    return {
        "people": [{"id": one.id, "name": one.name, "username": one.username, "kid": one.kid} for one in found],
    }


@router.post("/vaults/{vault_id}/events", response={201: Wire})
def add_event(request: HttpRequest, vault_id: str, body: EventIn) -> Status[Wire]:
    """A request or an objection."""
    row = declare(by=person_of(request), vault_id=vault_id, signed=body.doc.signed())
    return Status(201, _request(row))


def _request(row: AccessEvent) -> Wire:
    """`opens_at`: null of an objection."""
    return {"hash": row.pk, "accepted_at": row.accepted_at, "opens_at": row.opens_at}
