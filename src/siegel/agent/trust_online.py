"""What the commands about trusted people do: naming one, asking, objecting (ADR 0020)."""

from collections.abc import Sequence
from datetime import datetime

from siegel.agent import terminal
from siegel.agent.access_online import BERLIN
from siegel.agent.account import Account
from siegel.agent.client import Wire
from siegel.agent.directory import candidate_named
from siegel.agent.errors import AgentError, UsageError
from siegel.agent.holders import give
from siegel.agent.keys_online import require_confirmed
from siegel.agent.messages import text
from siegel.agent.online import keep_session, signed_in_account
from siegel.agent.vaults import open_named
from siegel.seals.documents import WAIT_DAYS
from siegel.seals.errors import IntegrityError
from siegel.seals.events import OBJECTED, REQUESTED, Event


def name_trusted(name: str, username: str, wait_days: int, *, others: Sequence[str | None]) -> None:
    """The person may read the vault after asking and waiting. UsageError; AgentError `candidate_unknown`."""
    if any(other is not None for other in others):
        raise UsageError("trusted_alone")
    if wait_days not in WAIT_DAYS:
        raise UsageError("wait_days_invalid")
    account, home = signed_in_account()
    person = candidate_named(account, username)
    vault = open_named(account, home, name)
    store = account.learn_about(person.id)
    known = store.by_kid(person.kid)
    if known is None or known.certificate.subject != person.id or not store.in_force(person.kid):
        raise IntegrityError("not_certified", "the server names a key that is not certified")
    give(vault, known, "trusted", wait_days=wait_days)
    keep_session(account, home)
    terminal.say("trust_named", name=terminal.clean(person.name), vault=terminal.clean(name), days=wait_days)


def request(name: str) -> None:
    """Asks to be let in. AgentError `entrusted_nowhere`, `asked_already`."""
    account, home = signed_in_account()
    told = next((one for one in _entrusted(account) if name in (one["vault"], one["title"], one["owners"])), None)
    if told is None:
        raise AgentError("entrusted_nowhere", vault=name)
    if told["request"]:
        raise AgentError("asked_already", day=_day(told["request"]["opens_at"]))
    # the roster itself is the server's word: a request that names another one lets nobody in
    _, answer = _declare(account, REQUESTED, told["vault"], previous=told["last"], roster=told["roster"])
    keep_session(account, home)
    terminal.say("request_sent", day=_day(answer["opens_at"]))


def object_to_all(name: str, *, yes: bool) -> None:
    """Objects to every request that stands in a vault. AgentError `nobody_asks`."""
    account, home = signed_in_account()
    asked = [one for one in account.api.get("trusted")["asked"] if name in (one["vault"], one["title"])]
    if not asked:
        vault = open_named(account, home, name)
        asked = [one for one in account.api.get("trusted")["asked"] if one["vault"] == vault.id]
    if not asked:
        raise AgentError("nobody_asks", vault=name)
    names = ", ".join(terminal.clean(one["name"]) for one in asked)
    require_confirmed("object_ask", yes=yes, names=names)
    last = asked[0]["last"]
    for one in asked:
        last, _ = _declare(account, OBJECTED, one["vault"], previous=last, request=one["hash"])
    keep_session(account, home)
    terminal.say("objected", names=names)


def show(*, as_json: bool) -> None:
    account, home = signed_in_account()
    told = account.api.get("trusted")
    keep_session(account, home)
    if as_json:
        terminal.answer(told)
        return
    lines = [(one["title"] or one["vault"], one["name"], _day(one["opens_at"])) for one in told["asked"]]
    lines += [(one["title"] or one["vault"], one["owners"], _state(one)) for one in told["entrusted"]]
    terminal.table(("vault", "who", "opens_at"), lines)


def _state(one: Wire) -> str:
    if one["is_open"]:
        return text("trust_open")
    return _day(one["request"]["opens_at"]) if one["request"] else text("trust_days", days=one["wait_days"])


def _entrusted(account: Account) -> list[Wire]:
    return list(account.api.get("trusted")["entrusted"])


def _declare(
    account: Account,
    event: str,
    vault: str,
    *,
    previous: str | None,
    request: str | None = None,
    roster: str | None = None,
) -> tuple[str, Wire]:
    """The hash of the event that the person signs, and what the server answers."""
    author, firm = account.kid, account.firm
    made = Event(author=author, event=event, firm=firm, previous=previous, request=request, roster=roster, vault=vault)
    signed = made.sign(account.seed)
    answer = account.api.post(f"vaults/{vault}/events", {"doc": signed.to_wire()}, repeatable=True)
    return signed.hash, answer


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at, BERLIN):%d.%m.%Y, %H:%M}"
