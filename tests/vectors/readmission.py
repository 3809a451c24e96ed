"""The vectors of readmission.json: a client whose key was lost gets his own vault back; what else an owner tries."""

from dataclasses import dataclass, field
from typing import Any

from siegel.seals.certificates import root_certificate
from siegel.seals.epochs import rotation_due
from tests.vectors.hierarchy import Chain, Log, Rights, rights, time_at
from tests.vectors.story import Keeper, accepted_wire, entry_wire, id_of

LOST = rights(client="manage", recovery="hold", clerk="read")
FOUND = rights(client_2="manage", recovery="hold", clerk="read")


def readmission_vectors(sealed: Keeper) -> dict[str, Any]:
    log = Log(sealed, firm=id_of("firm of readmission"))
    cases = _Cases(log)
    _found(log)
    own, closed = Chain(log, "own", "personal"), Chain(log, "closed", "personal")
    own.apply(own.begin("client", LOST))
    closed.apply(closed.begin("client", rights(client="manage")))
    cases.attempt("a founder whose key is in force", "record_rights", own, LOST)
    log.tick()
    log.revoke("clerk", "client", reason="lost")
    client = log.known["client"].certificate.subject
    log.certify("clerk", "letter", "invitation", client, role="client", generation=2, vaults=(own.id,))
    cases.attempt("a founder who has no new key", "roster_holder", own, LOST | rights(owner="read"))
    cases.attempt("the letter itself", "roster_holder", own, _instead("letter"))
    log.certify("letter", "client 2", "client", client, generation=2)
    cases.attempt("the letter that was redeemed", "roster_holder", own, _instead("letter"))
    _refused(cases, own, closed)
    cases.attempt("the founder's new key", None, own, FOUND)
    own.apply(own.holders("owner", FOUND))
    due = rotation_due(own.state.position, log.store, time_at(log.index))
    cases.attempt("a second time", "record_rights", own, FOUND)
    log.revoke("root", "recovery", reason="replaced")
    log.revoke("clerk", "client 2", reason="lost")
    log.certify("clerk", "client 3", "client", client, generation=3)
    cases.attempt("a recovery key that was taken back", "record_rights", own, _instead("client 3"))
    # behind that case's place in the log
    log.certify("owner", "somebody", "clerk")
    log.certify("root", "recovery 2", "recovery", log.firm, generation=2)
    cases.attempt("the line of one that was replaced means the one in force", None, own, _instead("client 3"))
    return {
        "firm": log.firm,
        "root": log.root,
        "certificates": [accepted_wire(item) for item in log.accepted],
        "revocations": [accepted_wire(item) for item in log.revocations],
        "due": due,
        "cases": cases.told,
    }


def _instead(name: str) -> Rights:
    return {name: ("manage", None)} | rights(recovery="hold", clerk="read")


def _found(log: Log) -> None:
    log.accept("root", root_certificate(log.seed("root"), log.firm, time_at(0)))
    log.certify("root", "recovery", "recovery", log.firm)
    log.certify("root", "owner", "owner")
    log.certify("owner", "clerk", "clerk")
    log.certify("clerk", "client", "client")
    log.certify("clerk", "stranger", "client")


def _refused(cases: "_Cases", own: Chain, closed: Chain) -> None:
    """Where the founder's new key is in force."""
    cases.attempt("the owner besides", "roster_holder", own, FOUND | rights(owner="read"))
    cases.attempt("the owner instead", "roster_holder", own, _instead("owner"))
    cases.attempt("a stranger besides", "roster_holder", own, FOUND | rights(stranger="read"))
    cases.attempt("a stranger instead", "roster_holder", own, _instead("stranger"))
    cases.attempt("others' rights are raised", "roster_holder", own, FOUND | rights(clerk="write"))
    cases.attempt("another's line goes", "roster_holder", own, rights(client_2="manage", recovery="hold"))
    cases.attempt("recovery goes", "roster_holder", own, rights(client_2="manage", clerk="read"))
    cases.attempt("the founder's access ends", "roster_holder", own, FOUND | {"client 2": ("manage", time_at(10**6))})
    cases.attempt("both of the founder's keys", "roster_holder", own, LOST | rights(client_2="read"))
    cases.attempt("as it was", "roster_holder", own, LOST)
    cases.attempt("by a clerk", "record_rights", own, FOUND, author="clerk")
    cases.attempt("by the founder himself", "record_rights", own, FOUND, author="client 2")
    cases.attempt("a vault that recovery does not hold", "record_rights", closed, rights(client_2="manage"))


@dataclass
class _Cases:
    """Each: after `entries`, `entry` is refused with `code`, or taken where that is null."""

    log: Log
    told: list[dict[str, Any]] = field(default_factory=list)

    def attempt(self, name: str, code: str | None, chain: Chain, lines: Rights, *, author: str = "owner") -> None:
        entries, entry = [entry_wire(one) for one in chain.entries], entry_wire(chain.holders(author, lines))
        self.told.append({"name": name, "code": code, "vault": chain.id, "entries": entries, "entry": entry})
