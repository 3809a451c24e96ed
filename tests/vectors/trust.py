"""The vectors of trust.json: a client's own vault trusts his wife; she asks, he objects; and what is refused."""

from dataclasses import replace
from typing import Any

from siegel.seals.certificates import root_certificate
from siegel.seals.chain import Entry
from siegel.seals.derive import digest
from siegel.seals.documents import Holder, Roster
from siegel.seals.events import OBJECTED, REQUESTED, AcceptedEvent, Event
from siegel.seals.records import RosterChange
from siegel.seals.signed import Signed
from tests.vectors.hierarchy import Chain, Log, rights, time_at
from tests.vectors.story import Keeper, accepted_wire, entry_wire, id_of


def trust_vectors(sealed: Keeper) -> dict[str, Any]:
    log = Log(sealed, firm=id_of("firm of trust"))
    log.accept("root", root_certificate(log.seed("root"), log.firm, time_at(0)))
    log.certify("root", "owner", "owner")
    log.certify("owner", "clerk", "clerk")
    log.certify("clerk", "client", "client")
    log.certify("clerk", "wife", "client")
    log.certify("clerk", "child", "client")
    log.certify("clerk", "letter", "invitation", role="client", vaults=(id_of("hierarchy own"),))
    own = Chain(log, "own", "personal")
    own.apply(own.begin("client", rights(client="manage")))
    own.apply(_entry(own, "client", _trust(log, "wife", 14)))
    own.apply(own.rotation("client"))
    told = _events(log, own)
    return {
        "firm": log.firm,
        "root": log.root,
        "vault": own.id,
        "kids": {name: known.kid for name, known in log.known.items()},
        "certificates": [accepted_wire(item) for item in log.accepted],
        "entries": [entry_wire(entry) for entry in own.entries],
        "wraps_for": sorted(log.known[name].kid for name in ("client", "wife")),
        "events": [accepted_wire(item) for item in told],
        "requests": _requests(log, told),
        "broken_entries": _broken_entries(log, own),
        "broken_events": _broken_events(log, own, told),
    }


def _trust(log: Log, name: str, days: int | None, **more: Any) -> Holder:
    known = log.known[name]
    return replace(Holder(known.kid, "trusted", known.certificate.subject, None, days), **more)


def _entry(chain: Chain, author: str, *lines: Holder) -> Entry:
    """The next roster: the client, and these lines."""
    log, now = chain.log, chain.state.position.now
    client = log.known["client"]
    holders = sorted([Holder(client.kid, "manage", client.certificate.subject), *lines], key=lambda line: line.key)
    seq, kid = now.roster.seq + 1, log.known[author].kid
    roster = Roster(kid, log.firm, tuple(holders), now.roster_hash, seq, chain.id)
    # as a liar would: its own form is not looked at
    text = roster.encode()
    signed = _sign_raw(log, author, Roster.NAMESPACE, text)
    return chain.entry(author, RosterChange(signed.hash, seq), roster=signed)


def _sign_raw(log: Log, author: str, namespace: str, text: bytes) -> Signed:
    from siegel.lib import sshsig

    return Signed(text, sshsig.sign(log.seed(author).signing_key(), namespace, text))


def _event(log: Log, of: str, author: str, event: str, previous: str | None, about: str, **more: Any) -> Signed:
    asks = event == REQUESTED
    kid = log.known[author].kid
    document = Event(kid, event, log.firm, previous, None if asks else about, about if asks else None, of)
    return _sign_raw(log, more.pop("signer", author), Event.NAMESPACE, replace(document, **more).encode())


def _events(log: Log, own: Chain) -> list[AcceptedEvent]:
    """She asks, he objects, she asks again."""
    told: list[AcceptedEvent] = []

    def take(author: str, event: str, about: str) -> str:
        previous = told[-1].signed.hash if told else None
        at = log.tick()
        told.append(AcceptedEvent(_event(log, own.id, author, event, previous, about), at.time, at.log_index))
        return told[-1].signed.hash

    roster = own.state.position.now.roster_hash
    request = take("wife", REQUESTED, roster)
    take("client", OBJECTED, request)
    take("wife", REQUESTED, roster)
    return told


def _requests(log: Log, told: list[AcceptedEvent]) -> list[dict[str, Any]]:
    asked, objection, again = told
    wife = log.known["wife"].kid
    common = {"author": wife}
    return [
        common | {"hash": asked.signed.hash, "time": asked.accepted_at, "objection": objection.signed.hash},
        common | {"hash": again.signed.hash, "time": again.accepted_at, "objection": None},
    ]


def _broken_entries(log: Log, own: Chain) -> list[dict[str, Any]]:
    """Each: the chain, and then `entry`, is refused with `code`, or taken where that is null."""
    found: list[dict[str, Any]] = []

    def attempt(name: str, code: str | None, *lines: Holder, author: str = "client") -> None:
        found.append({"name": name, "code": code, "entry": entry_wire(_entry(own, author, *lines))})

    attempt("two are trusted", None, _trust(log, "wife", 7), _trust(log, "clerk", 30))
    attempt("nobody is trusted any more", None)
    for days in (0, 1, 15, 31):
        attempt(f"a wait of {days} days", "document_invalid", _trust(log, "wife", days))
    attempt("trusted without a wait", "document_invalid", _trust(log, "wife", None))
    attempt("a reader who waits", "document_invalid", _trust(log, "wife", 14, rights="read"))
    attempt("a reader in a personal vault", None, _trust(log, "wife", None, rights="read"))
    attempt("a second who manages a personal vault", "roster_holder", _trust(log, "wife", None, rights="manage"))
    attempt("trusted until an end", "roster_holder", _trust(log, "wife", 14, until=time_at(1000)))
    attempt("a letter that is trusted", "roster_holder", _trust(log, "letter", 14))
    attempt("a trusted person trusts another", "record_rights", _trust(log, "child", 7), author="wife")
    return found


def _broken_events(log: Log, own: Chain, told: list[AcceptedEvent]) -> list[dict[str, Any]]:
    """Each: these events, and then `event`, are refused with `code`, or taken where that is null."""
    found: list[dict[str, Any]] = []
    last, roster = told[-1].signed.hash, own.state.position.now.roster_hash
    index = log.index + 1

    def offer(name: str, code: str | None, signed: Signed, at: int = index) -> None:
        wire = accepted_wire(AcceptedEvent(signed, time_at(at), at))
        found.append({"name": name, "code": code, "event": wire})

    def attempt(name: str, code: str | None, author: str, event: str, about: str, **more: Any) -> None:
        offer(name, code, _event(log, own.id, author, event, more.pop("previous", last), about, **more))

    attempt("an objection to the second request", None, "client", OBJECTED, last)
    attempt("of another vault", "event_vault", "client", OBJECTED, last, vault=id_of("x"))
    attempt("of another firm", "event_vault", "client", OBJECTED, last, firm=id_of("x"))
    attempt("from the beginning again", "event_previous", "wife", REQUESTED, roster, previous=None)
    attempt("with one left out", "event_previous", "client", OBJECTED, last, previous=told[0].signed.hash)
    attempt("to a request nobody made", "event_request", "client", OBJECTED, digest(b"x"))
    attempt("to an objection", "event_request", "client", OBJECTED, told[1].signed.hash)
    attempt("to one's own request", "event_request", "wife", OBJECTED, last)
    attempt("by a letter", "event_author", "letter", REQUESTED, roster)
    attempt("signed by somebody else", "signature_invalid", "client", OBJECTED, last, signer="wife")
    attempt("of an unknown kind", "document_invalid", "client", "opened", last)
    attempt("with both", "document_invalid", "client", OBJECTED, last, roster=roster)
    early = _event(log, own.id, "child", OBJECTED, last, last)
    offer("before its author was certified", "event_author", early, log.known["child"].log_index - 1)
    return found


def wire_requests(requests: list[Any]) -> list[dict[str, Any]]:
    """What `verify_events` found, as trust.json tells of it."""
    return [
        {"author": one.author.kid, "hash": one.hash, "time": one.accepted_at, "objection": one.objection}
        for one in requests
    ]
