"""Notices of a vault, for its page."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from siegel.accounts.doors import person_of, signed_in
from siegel.base.throttle import refuse_excess
from siegel.keys import schemas
from siegel.vault.notices import actions, queries

router = Router(auth=signed_in)

PER_HOUR = 10
HOUR_S = 3600


class NoticeIn(schemas.Strict):
    people: Annotated[list[schemas.Id], Field(min_length=1, max_length=200)]
    sentence: Annotated[str, Field(max_length=20)] = ""


@router.get("/vaults/{vault_id}/notice")
def readers(request: HttpRequest, vault_id: str) -> dict[str, Any]:
    """Who could be told of the vault. Addresses are nobody's business."""
    found = queries.readers_beside(person_of(request), vault_id)
    return {"people": [{"id": one.id, "name": one.name, "reachable": one.reachable} for one in found]}


@router.post("/vaults/{vault_id}/notice")
def notify(request: HttpRequest, vault_id: str, body: NoticeIn) -> dict[str, int]:
    """A mail to each of them. BaseError `throttled` (429) from the eleventh within an hour."""
    person = person_of(request)
    queries.readers_beside(person, vault_id)  # who may not ask does not count either
    refuse_excess(f"notice {person.pk} {vault_id}", limit=PER_HOUR, window_s=HOUR_S)
    return {"sent": actions.notify(by=person, vault_id=vault_id, people=body.people, sentence=body.sentence)}
