"""Who has which keys, as the server lists it beside what the log proves."""

from dataclasses import dataclass

from siegel.agent.account import Account
from siegel.agent.errors import AgentError
from siegel.seals.canonical import Json
from siegel.seals.certificates import CertificateStore, Known
from siegel.seals.documents import PERSONS
from siegel.seals.fields import Fields


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A line of the server's list. `vaults`: how many name him in a line of his own; `teams`: ids."""

    id: str
    username: str
    name: str
    role: str | None
    office: str | None
    state: str
    vaults: int
    teams: tuple[str, ...]


def list_people(account: Account) -> list[ListedPerson]:
    """The person himself, and those whose access he looks after."""
    people: list[ListedPerson] = []
    after, more = "", True
    while more:
        f = Fields(account.api.get(f"keys/tree?after={after}"), "tree")
        page = [_person(item) for item in f.items("people")]
        people += page
        more = f.flag("more")
        if more and (not page or page[-1].id <= after):
            raise AgentError("answer_invalid")
        after = page[-1].id if page else after
    return people


def _person(item: Json) -> ListedPerson:
    f = Fields(item, "person")
    return ListedPerson(
        id=f.id("id"),
        username=f.text("username"),
        name=f.text("name"),
        role=f.nullable(f.text, "role"),
        office=f.nullable(f.id, "office"),
        state=f.text("state"),
        vaults=f.integer("vaults", 0),
        teams=tuple(f.strings("teams")),
    )


def person_named(account: Account, username: str) -> ListedPerson:
    """By user name or id; AgentError `person_unknown`."""
    found = next((one for one in list_people(account) if username in (one.username, one.id)), None)
    if found is None:
        raise AgentError("person_unknown", username=username)
    return found


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom one may trust; `kid` is the server's word for his key."""

    id: str
    name: str
    kid: str


def candidate_named(account: Account, username: str) -> Candidate:
    """By user name or id; AgentError `candidate_unknown`."""
    for item in Fields(account.api.get("trusted/candidates"), "candidates").items("people"):
        f = Fields(item, "person")
        found = Candidate(f.id("id"), f.text("name"), f.hash("kid"))
        if username in (f.text("username"), found.id):
            return found
    raise AgentError("candidate_unknown", username=username)


def list_offices(account: Account) -> dict[str, str]:
    """Names by id."""
    offices = Fields(account.api.get("offices"), "offices").items("offices")
    return {f.id("id"): f.text("name") for f in (Fields(item, "office") for item in offices)}


def key_of(store: CertificateStore, person: str) -> Known | None:
    """The person's newest key, revoked or not; None before his letter was redeemed."""
    own = [known for known in store if known.certificate.subject == person and known.certificate.kind in PERSONS]
    newest = max(own, key=lambda known: known.certificate.generation, default=None)
    return store.by_kid(newest.kid) if newest else None


def last_key_of(store: CertificateStore, person: str) -> Known:
    """The person's newest key, or the newest letter to him if that was not redeemed; AgentError `no_key`."""
    letters = [
        known
        for known in store
        if known.certificate.subject == person
        and known.certificate.kind == "invitation"
        and store.redemption(known.kid) is None
    ]
    own = key_of(store, person)
    found = max([*letters, *([own] if own else [])], key=lambda known: known.log_index, default=None)
    if found is None:
        raise AgentError("no_key")
    return found
