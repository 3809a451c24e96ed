"""Trusted people ask to be let into a vault, and those who write there object. The waiting is the server's to keep."""

from typing import TYPE_CHECKING

from siegel.base import audit
from siegel.base.actions import action
from siegel.keys import queries, rules, trusted
from siegel.keys.errors import KeysError
from siegel.keys.models import AccessEvent, Chain
from siegel.seals.canonical import b64
from siegel.seals.events import DAY_S, REQUESTED, AcceptedEvent, Event, Place, check_event, trusted_lines
from siegel.seals.holders import Moment, keys_of
from siegel.seals.signed import Signed

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.seals.certificates import CertificateStore

KINDS = {REQUESTED: "keys.access_requested", "objected": "keys.access_objected"}


@action
def declare(*, by: "Person", vault_id: str, signed: Signed) -> AccessEvent:
    """A request or an objection, in the log with its signature. The same again changes nothing.

    BaseError `not_found` (404) for whom the vault does not concern; KeysError `access_requested` (409) while a request
    of his stands, `stale` (409) when somebody declared something meanwhile, `document_refused`.
    """
    audit.in_turn(by.tenant)
    chain = trusted.concerned(by, vault_id)
    if known := AccessEvent.objects.filter(pk=signed.hash, chain=chain).first():
        audit.unchanged()
        return known
    with rules.refusing():
        event = Event.parse(signed)
    logged = audit.record(
        KINDS[event.event],
        tenant=by.tenant,
        by=by,
        about={"vault": vault_id, "event": b64(signed.raw), "signature": b64(signed.sig)},
        attested_by="person",
    )
    accepted = AcceptedEvent(signed, logged.at, logged.index)
    row = _checked(by, chain, event, accepted)
    row.save(force_insert=True)
    if row.request_id:
        AccessEvent.objects.filter(pk=row.request_id).update(ended=True)
    return row


def _checked(by: "Person", chain: Chain, event: Event, accepted: AcceptedEvent) -> AccessEvent:
    rows = list(AccessEvent.objects.filter(chain=chain).order_by("log_index"))
    before = [trusted.accepted(row) for row in rows]
    position = queries.position_of(chain)
    now = position.now
    place = Place(chain.tenant_id, chain.pk, now.vault_kind, now.roster, now.roster_hash)
    store = queries.store_of(by.tenant, {event.author, *(row.kid for row in rows), *keys_of(now.roster)})
    with rules.refusing():
        _, author = check_event(accepted, before, place, store)
    if author.certificate.subject != by.id:
        raise KeysError("document_refused", reason="event_author")
    if event.event == REQUESTED and any(row.kid == event.author and row.opens_at and not row.ended for row in rows):
        raise KeysError("access_requested", status=409)
    if any(row.pk == event.request and row.ended for row in rows):
        # everybody who opens the vault verifies all events: nobody makes more of them than say something
        raise KeysError("document_refused", reason="event_request")
    return AccessEvent(
        hash=accepted.signed.hash,
        chain=chain,
        event=event.event,
        person=by,
        kid=event.author,
        previous=event.previous or "",
        request_id=event.request,
        bytes=accepted.signed.raw,
        sig=accepted.signed.sig,
        accepted_at=accepted.accepted_at,
        log_index=accepted.log_index,
        opens_at=_opens_at(place, store, event, accepted),
    )


def _opens_at(place: Place, store: "CertificateStore", event: Event, accepted: AcceptedEvent) -> int | None:
    if event.event != REQUESTED:
        return None
    days = trusted_lines(place.roster, store, Moment(accepted.log_index, accepted.accepted_at))[event.author]
    return accepted.accepted_at + days * DAY_S
