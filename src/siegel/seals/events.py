"""What people declare about a vault beside its chain: who asks to be let in, who objects (docs/formats.md 3, ADR 0020).

The events of a vault follow one another: each names the one before. A client verifies all of them with `verify_events`,
the server each new one with `check_event`; how long somebody has waited the server alone decides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

from siegel.seals.canonical import Json
from siegel.seals.certificates import CertificateStore, Known
from siegel.seals.chain import manages_all
from siegel.seals.derive import Seed
from siegel.seals.documents import PERSONS, Roster
from siegel.seals.errors import IntegrityError
from siegel.seals.fields import Fields
from siegel.seals.holders import Moment, is_member, members, resolve
from siegel.seals.signed import Document, Signed

REQUESTED, OBJECTED = "requested", "objected"
DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Event(Document):
    """A person's own word about a vault.

    `requested`: a trusted person asks to be let in; `roster` is the hash of the one that names him. `objected`:
    somebody who may write refuses the request with the hash `request`.
    """

    NAMESPACE = "siegel-event@v1"
    author: str
    event: str
    firm: str
    previous: str | None
    request: str | None
    roster: str | None
    vault: str

    @classmethod
    def read(cls, f: Fields) -> Self:
        event = f.choice("event", (REQUESTED, OBJECTED))
        return cls(
            author=f.hash("author"),
            event=event,
            firm=f.id("firm"),
            previous=f.nullable(f.hash, "previous"),
            request=f.where(event == OBJECTED, f.hash, "request"),
            roster=f.where(event == REQUESTED, f.hash, "roster"),
            vault=f.id("vault"),
        )


@dataclass(frozen=True, slots=True)
class AcceptedEvent:
    """An event with time and place of its acceptance in the log."""

    signed: Signed
    accepted_at: int
    log_index: int

    @classmethod
    def from_wire(cls, value: Json) -> Self:
        f = Fields(value, "event")
        accepted = cls(Signed.from_wire(f.take("doc")), f.time("accepted_at"), f.integer("log_index", 0))
        f.done()
        return accepted


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asks to be let in. `objection`: the hash of the first objection, None while there is none."""

    hash: str
    author: Known
    accepted_at: int
    objection: str | None = None

    def opens_at(self, wait_days: int) -> int:
        """When the server hands him the vault's keys, if nobody objects."""
        return self.accepted_at + wait_days * DAY_S


@dataclass(frozen=True, slots=True)
class Place:
    """The vault of an event, and its roster now: `roster_hash` is what a new request must name."""

    firm: str
    vault: str
    vault_kind: str
    roster: Roster
    roster_hash: str


def request_access(seed: Seed, place: Place, previous: str | None) -> Signed:
    """A trusted person asks; `previous`: the hash of the vault's last event."""
    kid = seed.public_keys().kid
    return Event(kid, REQUESTED, place.firm, previous, None, place.roster_hash, place.vault).sign(seed)


def object_to(seed: Seed, place: Place, request: str, previous: str | None) -> Signed:
    """Somebody who may write there objects to a request."""
    return Event(seed.public_keys().kid, OBJECTED, place.firm, previous, request, None, place.vault).sign(seed)


def trusted_lines(roster: Roster, store: CertificateStore, moment: Moment) -> dict[str, int]:
    """How many days each of the people whom the roster trusts waits, by the key id that counts at the moment."""
    found = {}
    for holder in roster.holders:
        if holder.wait_days is not None:
            known = resolve(holder, store, moment.log_index)
            if store.in_force(known.kid, moment.log_index):
                found[known.kid] = holder.wait_days
    return found


def may_object(author: Known, place: Place, store: CertificateStore, moment: Moment) -> bool:
    """Who may write or manage, by whichever of his keys: a person with new keys goes on guarding his vault."""
    if manages_all(author.certificate.kind, place.vault_kind):
        return True
    subject = author.certificate.subject
    lines = (line for line in place.roster.holders if line.rights in ("write", "manage"))
    if any(line.subject == subject for line in lines):
        return True
    teams = (member for member in members(place.roster, store, moment).values() if member.rights in ("write", "manage"))
    return any(
        member.known.certificate.kind == "team"
        and is_member(store.teams[member.known.certificate.subject], author.kid, moment, store)
        for member in teams
    )


def verify_events(events: Iterable[AcceptedEvent], place: Place, store: CertificateStore) -> list[Request]:
    """The requests among all events of a vault, in the order of the log; IntegrityError.

    `event_vault`, `event_previous`, `event_author`, `event_request`, `signature_invalid`.

    Whether a request still counts (its author a trusted person today, with this key) is the caller's question, and
    whether whoever objected might was that of the server at that time.
    """
    requests: dict[str, Request] = {}
    previous: str | None = None
    for accepted in events:
        event, author = _verified(accepted, place, store, previous)
        previous = accepted.signed.hash
        if event.event == REQUESTED:
            requests[previous] = Request(previous, author, accepted.accepted_at)
        else:
            before = requests.get(event.request or "")
            if before is None or before.author.kid == author.kid:
                raise IntegrityError("event_request", "an objection to a request that there is not, or to one's own")
            requests[before.hash] = replace(before, objection=before.objection or previous)
    return list(requests.values())


def check_event(
    accepted: AcceptedEvent, before: Sequence[AcceptedEvent], place: Place, store: CertificateStore
) -> tuple[Event, Known]:
    """One more event after `before`, as the server takes it: a request names today's roster, which trusts its author.

    IntegrityError as `verify_events`; `event_roster`; `event_rights` for who is not trusted, or may not object.
    """
    verify_events([*before, accepted], place, store)
    event = Event.parse(accepted.signed)
    author = store.by_kid(event.author)
    assert author is not None
    moment = Moment(accepted.log_index, accepted.accepted_at)
    if event.event == REQUESTED:
        if event.roster != place.roster_hash:
            raise IntegrityError("event_roster", "the request names another roster than today's")
        may = author.kid in trusted_lines(place.roster, store, moment)
    else:
        may = may_object(author, place, store, moment)
    if not may:
        raise IntegrityError("event_rights", "the roster does not let the author declare this")
    return event, author


def _verified(
    accepted: AcceptedEvent, place: Place, store: CertificateStore, previous: str | None
) -> tuple[Event, Known]:
    event = Event.parse(accepted.signed)
    if (event.firm, event.vault) != (place.firm, place.vault):
        raise IntegrityError("event_vault", "an event of another vault")
    if event.previous != previous:
        raise IntegrityError("event_previous", "the event does not follow the vault's last one")
    author = store.by_kid(event.author)
    if author is None or author.certificate.kind not in PERSONS or store.since(author.kid) > accepted.log_index:
        raise IntegrityError("event_author", "the author is nobody who may declare anything")
    if not store.in_force(author.kid, accepted.log_index):
        raise IntegrityError("event_author", "the author's key was taken back before")
    Event.verify(accepted.signed, author.certificate.signing_key)
    return event, author
