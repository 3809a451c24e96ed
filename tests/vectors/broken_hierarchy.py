"""Attempts to break the firm of hierarchy.py, each with the code of the rule it must meet."""

import copy
from dataclasses import dataclass, replace
from typing import Any

from siegel.seals.certificates import Accepted, recertify
from siegel.seals.chain import Entry
from siegel.seals.derive import digest
from siegel.seals.documents import Revocation
from siegel.seals.records import FolderChange
from siegel.seals.replay import replay
from siegel.seals.revocations import AcceptedRevocation
from siegel.seals.signed import Signed
from tests.vectors.hierarchy import Chain, Log, Rights, rights, time_at
from tests.vectors.story import accepted_wire, entry_wire, id_of


@dataclass
class At:
    """A chain of the log after its first entries; at the end of the log when these are all."""

    log: Log
    name: str
    after: int

    def __post_init__(self) -> None:
        whole = self.log.chains[self.name]
        self.chain = copy.copy(whole)
        self.chain.entries = whole.entries[: self.after]
        self.chain.state = replay(self.log.firm, whole.id, self.chain.entries, self.log.store)
        ended = self.after == len(whole.entries)
        self.index = 1 + (self.log.index if ended else self.chain.entries[-1].log_index)


def revocations(log: Log) -> list[dict[str, Any]]:
    """Each: the whole log, and then `revocation`, is refused with `code`, or taken where that is null."""
    found: list[dict[str, Any]] = []
    index = log.index + 1

    def attempt(name: str, code: str | None, author: str, about: str, signer: str | None = None, **more: Any) -> None:
        draft = Revocation(log.known[author].kid, log.known[about].hash, None, log.firm, "lost")
        signed = replace(draft, **more).sign(log.seed(signer or author))
        wire = accepted_wire(AcceptedRevocation(signed, time_at(index), index))
        found.append({"name": name, "revocation": wire, "code": code})

    attempt("an owner revokes an office leader", None, "partner", "leader", compromised_since=0)
    attempt("an office leader revokes a clerk of his office", None, "leader", "clerk")
    attempt("a clerk revokes himself", None, "clerk", "clerk")
    attempt("a clerk withdraws a letter to a client", None, "clerk", "open letter")
    attempt("the root revokes the last owner", None, "root", "partner")
    attempt("the root revokes recovery", None, "root", "recovery")
    attempt("an owner revokes a team's key", None, "partner", "team 3")
    attempt("the last owner revokes himself", "revocation_last_owner", "partner", "partner")
    attempt("a clerk revokes his leader", "revocation_rights", "clerk", "leader")
    attempt("a clerk revokes a clerk", "revocation_rights", "clerk", "new")
    attempt("a clerk withdraws a letter to a clerk", "revocation_rights", "clerk", "letter")
    attempt("an office leader revokes a client of no office", "revocation_rights", "leader", "outsider")
    attempt("an office leader revokes an owner", "revocation_rights", "leader", "partner")
    attempt("an owner revokes the root", "revocation_rights", "partner", "root")
    attempt("an owner revokes recovery", "revocation_rights", "partner", "recovery")
    attempt("the root revokes a clerk", "revocation_rights", "root", "clerk")
    attempt("the root revokes itself", "revocation_rights", "root", "root")
    attempt("a letter revokes itself", "revocation_rights", "open letter", "open letter")
    attempt("recovery revokes itself", "revocation_rights", "recovery", "recovery")
    attempt("a revoked owner revokes", "revocation_rights", "owner", "leader")
    attempt("a second time", "revocation_repeated", "partner", "colleague")
    attempt("a certificate nobody knows", "revocation_certificate", "partner", "leader", certificate=digest(b"x"))
    attempt("another firm", "revocation_firm", "partner", "leader", firm=id_of("x"))
    attempt("a signature by another key", "signature_invalid", "partner", "leader", signer="leader")
    attempt("compromised in the future", "revocation_time", "partner", "leader", compromised_since=index + 1)
    return found


def certificates(log: Log) -> list[dict[str, Any]]:
    """Each: the whole log, and then `certificate`, is refused with `code`, or taken where that is null."""
    found: list[dict[str, Any]] = []
    index, known = log.index + 1, log.known
    keys = log.seed("stranger").public_keys()

    def offer(name: str, code: str | None, signed: Signed, place: int = index) -> None:
        wire = accepted_wire(Accepted(signed, time_at(place), place))
        found.append({"name": name, "certificate": wire, "code": code})

    def attempt(name: str, code: str | None, issuer: str, like: str, place: int = index, **more: Any) -> None:
        """As the certificate of `like`, for a stranger's keys, by `issuer`."""
        base = replace(known[like].certificate, signing_key=keys.signing_key, recipient=keys.recipient)
        fields: dict[str, Any] = {
            "issuer": known[issuer].hash,
            "not_before": time_at(log.index),
            "subject": id_of("stranger"),
        } | more
        offer(name, code, replace(base, **fields).sign(log.seed(issuer)), place)

    def again(name: str, generation: int) -> dict[str, Any]:
        return {"subject": known[name].certificate.subject, "generation": generation}

    def same(name: str) -> dict[str, Any]:
        certificate = known[name].certificate
        return {
            "signing_key": certificate.signing_key,
            "recipient": certificate.recipient,
            "subject": certificate.subject,
        }

    team: dict[str, Any] = {"signing_key": None, "subject": log.chains["team"].id}
    attempt("a leader certifies for his office", None, "leader", "clerk")
    attempt("an owner certifies for an office", None, "partner", "clerk")
    attempt("the next generation of a team", None, "leader", "team 3", **team, generation=4)
    offer("a fallen key again", None, _again(log, "partner", "team 3"))
    attempt("a leader for another office", "certificate_office", "leader", "clerk", office=id_of("x"))
    attempt("a leader for no office", "certificate_office", "leader", "clerk", office=None)
    redeemer: dict[str, Any] = {"subject": known["open letter"].certificate.subject}
    attempt(
        "a letter redeemed for another office",
        "certificate_office",
        "open letter",
        "client",
        **redeemer,
        office=id_of("x"),
    )
    attempt("a key in another office", "certificate_conflict", "partner", "clerk", **same("clerk"), office=None)
    attempt("a team by a clerk", "certificate_issuer_rights", "clerk", "team 3", **team, generation=4)
    attempt("a leader by a leader", "certificate_issuer_rights", "leader", "leader")
    attempt("an owner by an owner", "certificate_issuer_rights", "partner", "partner")
    attempt("a generation skipped", "certificate_generation", "leader", "team 3", **team, generation=5)
    attempt("a generation again", "certificate_generation", "leader", "team 3", **team)
    attempt("a team in another office", "certificate_office", "partner", "team 3", **team, generation=4, office=None)
    attempt("by a revoked owner", "certificate_issuer_revoked", "owner", "leader")
    attempt("by a revoked clerk", "certificate_issuer_revoked", "colleague", "outsider")
    offer("a revoked key again", "certificate_revoked", _again(log, "partner", "colleague"))
    attempt("a second key of a clerk", "subject_has_key", "leader", "clerk", **again("clerk", 2))
    attempt("a second key with the number of the first", "subject_has_key", "leader", "clerk", **again("clerk", 1))
    attempt("a second key of an owner", "subject_has_key", "root", "partner", **again("partner", 2))
    attempt("a letter to a clerk who has a key", "subject_has_key", "leader", "letter", **again("clerk", 2))
    attempt("the next key of a revoked client", None, "clerk", "client", **again("client", 2))
    attempt("a letter for the next key of a revoked client", None, "clerk", "open letter", **again("client", 2))
    attempt("the next key but one", "certificate_generation", "clerk", "client", **again("client", 3))
    attempt("the number of a revoked key again", "certificate_generation", "clerk", "client", **again("client", 1))
    attempt("a letter for the key but one", "certificate_generation", "clerk", "open letter", **again("client", 3))
    attempt("a first key with another number", "certificate_generation", "clerk", "client", generation=2)
    early: dict[str, Any] = {"not_before": time_at(0)}
    revoked, certified = log.store.revoked(known["client"].kid), known["clerk"].log_index
    for place in (revoked.log_index if revoked else 0, known["client"].log_index + 1):
        attempt(
            f"the next key at place {place}, not behind the revocation",
            "subject_has_key",
            "clerk",
            "client",
            place,
            **again("client", 2),
            **early,
        )
    attempt("a key at its issuer's place", "certificate_place", "clerk", "client", certified, **early)
    attempt("a key before its issuer", "certificate_issuer", "clerk", "client", certified - 1, **early)
    return found


def _again(log: Log, issuer: str, name: str) -> Signed:
    return recertify(log.seed(issuer), log.known[issuer], log.known[name].certificate, time_at(log.index))


def entries(log: Log) -> list[dict[str, Any]]:
    """Each: after the first `after` entries of a chain (a new one where it is null), `entry` is refused with `code`.

    `extra`: certificates besides those of the log. `teams`: whether the chains of teams are known.
    """
    found: list[dict[str, Any]] = []

    def attempt(name: str, code: str | None, at: At, entry: Entry, *, extra: Any = (), teams: bool = True) -> None:
        entry = replace(entry, log_index=at.index, accepted_at=time_at(at.index))
        case = {"name": name, "chain": at.name, "vault": at.chain.id, "after": len(at.chain.entries)}
        listed = [accepted_wire(item) for item in extra]
        found.append(case | {"entry": entry_wire(entry), "extra": listed, "teams": teams, "code": code})

    def holders(name: str, code: str | None, at: At, author: str, lines: Rights) -> None:
        attempt(name, code, at, at.chain.holders(author, lines))

    team, vault, last = At(log, "team", 4), At(log, "vault", 5), At(log, "vault", 7)
    ruled = rights(owner="manage", leader="manage", recovery="hold")
    held = rights(owner="manage", recovery="hold")
    holders("a team that takes in a clerk", None, team, "leader", ruled | rights(clerk="read"))
    holders("a client in a team", "roster_holder", team, "leader", ruled | rights(client="read"))
    holders("who writes in a team", "roster_holder", team, "leader", ruled | rights(clerk="write"))
    holders("a team in a team", "roster_holder", team, "leader", ruled | rights(team_1="read"))
    letter = ruled | rights(open_letter="read")
    holders("a letter to a client in a team", "roster_holder", team, "leader", letter)
    holders("a leader takes the owner off", "roster_holder", team, "leader", rights(leader="manage", recovery="hold"))
    attempt("a folder in a team", "record_shape", team, _folder(log, team.chain, "leader"))
    attempt(
        "a team's epoch without a certificate",
        "team_differs",
        At(log, "team", 7),
        At(log, "team", 7).chain.rotation("leader"),
    )
    reader = At(log, "team", 1)
    attempt(
        "a member changes the team",
        "record_rights",
        reader,
        reader.chain.holders("clerk", ruled | rights(clerk="read")),
    )
    holders("an owner takes in a clerk", None, vault, "owner", held | rights(clerk="read"))
    holders("two lines of one team", "roster_holder", vault, "owner", held | rights(team_1="read", team_3="write"))
    holders("a team that holds", "roster_holder", vault, "owner", held | rights(team_1="hold"))
    ends: Rights = {"owner": ("manage", time_at(90)), "recovery": ("hold", None)}
    holders("an owner whose access ends", "roster_holder", vault, "owner", ends)
    ends = {"owner": ("manage", None), "recovery": ("hold", time_at(90))}
    holders("recovery whose access ends", "roster_holder", vault, "owner", ends)
    attempt("a member of the team writes", None, last, _folder(log, last.chain, "new"))
    attempt("one who left the team writes", "record_rights", last, _folder(log, last.chain, "clerk"))
    attempt("one whose time is over writes", "record_author_revoked", last, _folder(log, last.chain, "client"))
    attempt("a revoked owner writes", "record_author_revoked", last, _folder(log, last.chain, "owner"))
    attempt("a team that nobody knows", "team_unknown", last, _folder(log, last.chain, "new"), teams=False)
    found += _owners_without_a_line(log)
    dated = copy.copy(last)
    dated.index = log.chains["team"].entries[0].log_index
    attempt("a revoked owner writes, dated back", "record_place", dated, _folder(log, last.chain, "owner"))
    dated.index = last.chain.entries[-1].log_index
    attempt("a record at its predecessor's place", "record_place", dated, _folder(log, last.chain, "new"))
    rogue = _rogue_generation(log)
    attempt("a team's key that no epoch is for", "team_differs", last, _folder(log, last.chain, "new"), extra=[rogue])
    found += _beginnings(log)
    return found


def _owners_without_a_line(log: Log) -> list[dict[str, Any]]:
    """The partner stands in neither roster, but is an owner in force."""
    found: list[dict[str, Any]] = []
    team, vault = At(log, "team", 5), At(log, "vault", 7)
    ruled, held = rights(owner="manage", leader="manage", recovery="hold", letter="read"), rights(recovery="hold")

    def attempt(name: str, code: str | None, at: At, entry: Entry) -> None:
        entry = replace(entry, log_index=at.index, accepted_at=time_at(at.index))
        case = {"name": name, "chain": at.name, "vault": at.chain.id, "after": len(at.chain.entries)}
        found.append(case | {"entry": entry_wire(entry), "extra": [], "teams": True, "code": code})

    into_team = team.chain.holders("partner", ruled | rights(partner="manage"))
    attempt("an owner without a line adds himself to a team", None, team, into_team)
    into_vault = vault.chain.holders("partner", held | rights(partner="manage"))
    attempt("an owner without a line adds himself to a dossier", None, vault, into_vault)
    attempt("an owner without a line begins an epoch", None, vault, vault.chain.rotation("partner"))
    attempt("an owner without a line writes", None, vault, _folder(log, vault.chain, "partner"))
    revoked = vault.chain.holders("owner", held | rights(owner="manage"))
    attempt("a revoked owner adds himself", "record_author_revoked", vault, revoked)
    leader = vault.chain.holders("leader", held | rights(leader="manage"))
    attempt("a leader without a line adds himself", "record_rights", vault, leader)
    return found


def _folder(log: Log, chain: Chain, author: str) -> Entry:
    epoch = chain.state.position.now.epoch.epoch
    return chain.entry(author, FolderChange(epoch, id_of("hierarchy folder"), chain.id, digest(b"row")))


def _rogue_generation(log: Log) -> Accepted:
    """A key of the team that one who may certify made for himself."""
    recipient = log.seed("stranger").public_keys().recipient
    base = replace(log.known["team 3"].certificate, issuer=log.known["leader"].hash, generation=4, recipient=recipient)
    return Accepted(base.sign(log.seed("leader")), time_at(log.index + 1), log.index + 1)


def _beginnings(log: Log) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    clerks = rights(partner="manage", clerk="manage", recovery="hold")
    leaders = rights(partner="manage", leader="manage", recovery="hold")
    through = rights(clerk="manage", team_1="manage", recovery="hold")
    own = rights(clerk="manage", team_1="read")
    clients = rights(outsider="manage", team_1="read")
    cases: list[tuple[str, str | None, str, str, Rights]] = [
        ("a dossier of a team", None, "clerk", "dossier", clerks | rights(team_1="write")),
        ("a dossier whose owners are in a team only", "roster_holder", "clerk", "dossier", through),
        ("a personal vault of a team", None, "clerk", "personal", own),
        ("a client's personal vault of a team", "roster_holder", "outsider", "personal", clients),
        ("a dossier with a revoked holder", "roster_holder", "clerk", "dossier", clerks | rights(colleague="read")),
        ("a team by a clerk", "record_rights", "clerk", "team", clerks),
        ("a team whose key is not certified", "team_differs", "leader", "team", leaders),
    ]
    for name, code, author, kind, lines in cases:
        chain = Chain(log, name, kind)
        del log.chains[name]
        entry = replace(chain.begin(author, lines), log_index=log.index + 1, accepted_at=time_at(log.index + 1))
        case = {"name": name, "chain": None, "vault": chain.id, "after": 0, "entry": entry_wire(entry)}
        found.append(case | {"extra": [], "teams": True, "code": code})
    return found
