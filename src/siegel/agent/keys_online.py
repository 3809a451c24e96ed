"""What the commands about keys do. `main` imports it only for these."""

import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import typer

from siegel.agent import terminal
from siegel.agent.account import Account, countersign_waiting
from siegel.agent.audit import audit
from siegel.agent.directory import ListedPerson, key_of, last_key_of, list_offices, list_people, person_named
from siegel.agent.errors import BROKEN, REFUSED, AgentError
from siegel.agent.messages import TEXTS, text
from siegel.agent.online import keep_session, signed_in_account
from siegel.agent.revoke import certify_again, fallen, falling
from siegel.agent.revoke import revoke as revoke_key
from siegel.agent.rotate import Done, due_teams, due_vaults, rotate_each
from siegel.agent.teams import list_teams
from siegel.seals.certificates import CertificateStore, Known
from siegel.seals.derive import print_of

YES = ("ja", "j", "yes", "y")


def list_keys(*, as_json: bool) -> None:
    account, _ = signed_in_account(whole=True)
    store, offices = account.certificates.store, list_offices(account)
    teams = {team.id: team.name for team in list_teams(account)}
    lines = [_key_line(one, store, offices, teams) for one in list_people(account)]
    lines.sort(key=lambda line: str(line["username"]))
    if as_json:
        terminal.answer({"people": lines})
        return
    columns = ("username", "name", "role", "office", "state", "generation", "fingerprint", "opens")
    terminal.table(columns, (_shown(line) for line in lines))


def _key_line(
    one: ListedPerson, store: CertificateStore, offices: dict[str, str], teams: dict[str, str]
) -> dict[str, Any]:
    """What the log proves of the key; name, role, office and counts as the server says."""
    key = key_of(store, one.id)
    state = one.state
    if key and store.revoked(key.kid) and state == "active":
        state = "revoked"
    elif key and not store.in_force(key.kid) and state == "active":
        state = "fallen"
    return {
        "id": one.id,
        "username": one.username,
        "name": one.name,
        "role": one.role,
        "office": offices.get(one.office or "", one.office),
        "state": state,
        "generation": key.certificate.generation if key else None,
        "fingerprint": key.kid if key else None,
        "vaults": one.vaults,
        "teams": [teams.get(team, team) for team in one.teams],
    }


def _shown(line: dict[str, Any]) -> list[str]:
    teams = ", ".join(line["teams"])
    opens = text("opens", vaults=line["vaults"], teams=teams) if teams else text("opens_vaults", vaults=line["vaults"])
    return [
        line["username"],
        line["name"],
        word("role", line["role"]),
        line["office"] or "",
        word("state", line["state"]),
        str(line["generation"] or ""),
        print_of(line["fingerprint"]) if line["fingerprint"] else "",
        opens,
    ]


def word(kind: str, code: str | None) -> str:
    """A role or state as people read it."""
    return text(f"{kind}_{code}") if f"{kind}_{code}" in TEXTS else code or ""


def certify(*, with_fallen: bool, yes: bool, as_json: bool) -> None:
    account, home = signed_in_account(whole=with_fallen)
    count, others = countersign_waiting(account), 0
    again: tuple[Known, ...] = ()
    if with_fallen:
        down = fallen(account)
        again, others = down.mine, len(down.others)
        if again and not as_json:
            _list_fallen(account, again)
        if again and not yes and _ask("fallen_ask", count=len(again)).lower() not in YES:
            raise AgentError("not_confirmed")
        certify_again(account, again)
    keep_session(account, home)
    if as_json:
        terminal.answer({"countersigned": count, "certified_again": len(again), "left_to_others": others})
        return
    terminal.say("certified", count=count + len(again))
    if others:
        terminal.say("fallen_others", count=others)


def _list_fallen(account: Account, keys: Iterable[Known]) -> None:
    terminal.say("fallen_mine")
    names = {one.id: one.name for one in list_people(account)} | {team.id: team.name for team in list_teams(account)}
    columns = ("name", "role", "fingerprint")
    lines = ((names.get(k.certificate.subject, ""), word("role", k.certificate.kind), print_of(k.kid)) for k in keys)
    terminal.table(columns, lines)


def revoke(username: str, *, reason: str, since: int | None, certify_fallen: bool, yes: bool, as_json: bool) -> None:
    # What falls is told by all that the key has certified, and what those have.
    account, home = signed_in_account(whole=since is not None)
    person = person_named(account, username)
    known = last_key_of(account.learn_about(person.id), person.id)
    if account.certificates.store.revoked(known.kid):
        raise AgentError("already_revoked", username=person.username)
    falls = falling(account, known.kid, since)
    if not as_json:
        say_plan(person, known)
        if falls.mine or falls.others:
            terminal.say("revoke_falls", mine=len(falls.mine), others=len(falls.others))
    require_typed(person.username, yes=yes)
    again = falls.mine if certify_fallen else ()
    done = revoke_key(account, home, known, reason=reason, since=since, again=again)
    if known.kid != account.kid:
        keep_session(account, home)
    if as_json:
        terminal.answer({"person": person.id, "vaults_due": done.vaults, "teams": _done_wire(done.teams)})
    else:
        terminal.say("revoked", teams=len(done.teams.rotated), vaults=done.vaults)
    end_unless_whole(done.teams)


def say_plan(person: ListedPerson, known: Known) -> None:
    """What taking back this key does now, later, and for good."""
    terminal.say(
        "revoke_plan",
        name=terminal.clean(person.name),
        username=terminal.clean(person.username),
        fingerprint=print_of(known.kid),
    )


def require_typed(username: str, *, yes: bool) -> None:
    """AgentError `not_confirmed`, `confirmation_needed`."""
    if not yes and _ask("revoke_ask") != username:
        raise AgentError("not_confirmed")


def require_confirmed(code: str, *, yes: bool, **params: object) -> None:
    """AgentError `not_confirmed`, `confirmation_needed`."""
    if not yes and _ask(code, **params).lower() not in YES:
        raise AgentError("not_confirmed")


def _ask(code: str, **params: object) -> str:
    """What the person types; AgentError `confirmation_needed` where nobody sits."""
    if not sys.stdin.isatty():
        raise AgentError("confirmation_needed")
    terminal.notes().print(text(code, **params) + ": ", end="", markup=False)
    return sys.stdin.readline().strip()


def rotate(*, everything: bool, as_json: bool) -> None:
    account, home = signed_in_account()
    done = Done()
    with terminal.counting("rotating", quiet=as_json) as show:
        teams = due_teams(account)
        rotate_each(account, home, teams, lambda _: show(done.count, len(teams)), done)
        vaults = list(due_vaults(account))
        if everything:
            of = done.count + len(vaults)
            rotate_each(account, home, vaults, lambda _: show(done.count, of), done)
    keep_session(account, home)
    left = 0 if everything else len(vaults)
    if as_json:
        terminal.answer(_done_wire(done) | {"left": left})
    elif not done.count and not left:
        terminal.say("rotate_none")
    else:
        terminal.say("rotated", rotated=len(done.rotated), unchanged=len(done.unchanged), failed=len(done.failed))
        if left:
            terminal.say("rotate_left", count=left)
    end_unless_whole(done)


def _done_wire(done: Done) -> dict[str, Any]:
    failed = {chain: error.code for chain, error in done.failed.items()}
    return {"rotated": done.rotated, "unchanged": done.unchanged, "failed": failed}


def end_unless_whole(done: Done) -> None:
    """Exit code 3 where something did not verify, 1 where something else failed."""
    for chain, error in done.failed.items():
        terminal.say("rotate_failed", id=chain, code=error.code)
    if done.is_broken:
        raise typer.Exit(BROKEN)
    if done.failed:
        raise typer.Exit(REFUSED)


def verify_all(*, as_json: bool) -> None:
    account, home = signed_in_account(verified=False)
    with terminal.counting("auditing", quiet=as_json) as show:
        found = audit(account, home, show)
    keep_session(account, home)
    if as_json:
        terminal.answer(asdict(found))
    elif not found.findings:
        counted = asdict(found)
        del counted["findings"]
        terminal.say("audit_done", **counted)
    for finding in found.findings:
        params = asdict(finding) | {"name": terminal.clean(finding.name)}
        terminal.say(f"audit_{finding.what}", **params)
    if found.findings:
        raise typer.Exit(BROKEN)
