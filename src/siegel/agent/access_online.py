"""What the commands about teams, access and letters do. `main` imports it only for these."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from siegel.agent import terminal
from siegel.agent.account import Account
from siegel.agent.directory import candidate_named, last_key_of, list_offices, person_named
from siegel.agent.errors import AgentError, UsageError
from siegel.agent.holders import give as give_access
from siegel.agent.holders import take as take_access
from siegel.agent.invite import invite
from siegel.agent.keys_online import end_unless_whole, require_typed, say_plan, word
from siegel.agent.messages import text
from siegel.agent.online import keep_session, signed_in_account
from siegel.agent.opened import OpenVault
from siegel.agent.reissue import reissue as reissue_key
from siegel.agent.rotate import due_teams, due_vaults, rotate_each
from siegel.agent.session import Home
from siegel.agent.teams import TeamInfo, found_team, list_teams, newest_key, open_team, team_named
from siegel.agent.vaults import open_named
from siegel.seals.certificates import Known
from siegel.seals.derive import Seed
from siegel.seals.documents import Holder
from siegel.seals.invitations import encode_code

BERLIN = ZoneInfo("Europe/Berlin")
TEAM_MARK = "team/"
RIGHTS = ("read", "write", "manage")


# Teams


def create_team(name: str, *, office: str | None, usernames: list[str], as_json: bool) -> None:
    account, home = signed_in_account()
    office_id = None
    if office is not None:
        office_id = next((pk for pk, known in list_offices(account).items() if office in (pk, known)), None)
        if office_id is None:
            raise AgentError("office_unknown", office=office)
    members = [_person_key(account, username).kid for username in usernames]
    team = found_team(account, home, name, office=office_id, members=members)
    keep_session(account, home)
    if as_json:
        terminal.answer({"id": team.id, "name": name})
    else:
        terminal.say("team_created", team=terminal.clean(name))


def show_teams(name: str | None, *, as_json: bool) -> None:
    account, home = signed_in_account()
    if name is not None:
        _show_holders(open_team(account, home, team_named(account, name)), as_json=as_json)
        return
    teams = list_teams(account)
    if as_json:
        terminal.answer({"teams": [asdict(team) for team in teams]})
        return
    offices = list_offices(account)
    terminal.table(("name", "office", "rights", "due"), (_team_line(team, offices) for team in teams))


def _team_line(team: TeamInfo, offices: dict[str, str]) -> list[str]:
    return [team.name, offices.get(team.office or "", ""), team.rights or "", text("yes" if team.due else "no")]


def add_to_team(name: str, username: str, *, manage: bool) -> None:
    account, home = signed_in_account()
    team = open_team(account, home, team_named(account, name))
    give_access(team, _person_key(account, username), "manage" if manage else "read")
    keep_session(account, home)
    terminal.say("team_changed", team=terminal.clean(name))


def remove_from_team(name: str, username: str) -> None:
    account, home = signed_in_account()
    team = open_team(account, home, team_named(account, name))
    take_access(team, person_named(account, username).id)
    keep_session(account, home)
    terminal.say("team_changed", team=terminal.clean(name))
    if due := len(list(due_vaults(account))):
        terminal.say("vaults_due", count=due)


def _person_key(account: Account, username: str) -> Known:
    person = person_named(account, username)
    return last_key_of(account.learn_about(person.id), person.id)


# Access


def access(name: str, *, give: str | None, take: str | None, as_json: bool) -> None:
    if give is not None and take is not None:
        raise UsageError("give_or_take")
    granted = _grant(give) if give is not None else None
    account, home = signed_in_account()
    vault = open_named(account, home, name)
    if granted is not None:
        who, rights, until = granted
        give_access(vault, _holder_key(account, home, who), rights, until)
    elif take is not None:
        take_access(vault, _subject(account, take))
    keep_session(account, home)
    if give is None and take is None:
        _show_holders(vault, as_json=as_json)
    elif as_json:
        terminal.answer({"vault": vault.id, "holders": _holder_lines(vault)})
    else:
        terminal.say("access_changed", vault=terminal.clean(name))


def _grant(given: str) -> tuple[str, str, int | None]:
    """(user or team, rights, last second) of USER:RIGHTS[:UNTIL]; UsageError `grant_invalid`."""
    who, _, rest = given.partition(":")
    rights, mark, day = rest.partition(":")
    if not who or rights not in RIGHTS:
        raise UsageError("grant_invalid", text=given)
    return who, rights, _last_second(day, given) if mark else None


def _last_second(day: str, given: str) -> int:
    """The end of that day in Berlin."""
    try:
        end = datetime.combine(date.fromisoformat(day), time(23, 59, 59), BERLIN)
    except ValueError as error:
        raise UsageError("grant_invalid", text=given) from error
    return int(end.timestamp())


def _holder_key(account: Account, home: Home, who: str) -> Known:
    if who.startswith(TEAM_MARK):
        return newest_key(account, home, team_named(account, who.removeprefix(TEAM_MARK)))
    return _person_key(account, who)


def _subject(account: Account, who: str) -> str:
    if who.startswith(TEAM_MARK):
        return team_named(account, who.removeprefix(TEAM_MARK)).id
    if account.own().certificate.kind == "client":
        # he looks after nobody's access, but may end what he gave to whom he trusts
        return candidate_named(account, who).id
    return person_named(account, who).id


def _show_holders(vault: OpenVault, *, as_json: bool) -> None:
    lines = _holder_lines(vault)
    if as_json:
        terminal.answer({"vault": vault.id, "holders": lines})
        return
    rows = (
        (
            text("firm_recovery") if one["kind"] == "recovery" else one["name"],
            word("role", one["kind"]),
            one["rights"],
            one["until_day"],
            word("state", one["state"]),
        )
        for one in lines
    )
    terminal.table(("name", "role", "rights", "until", "state"), rows)


def _holder_lines(vault: OpenVault) -> list[dict[str, Any]]:
    names = vault.people | {team.id: team.name for team in _teams_beside(vault)}
    lines = [_holder_line(vault, line, names) for line in vault.state.position.now.roster.holders]
    return sorted(lines, key=lambda line: str(line["name"]))


def _teams_beside(vault: OpenVault) -> list[TeamInfo]:
    """Names of teams are the staff's to see."""
    return list_teams(vault.account) if vault.account.own().certificate.kind != "client" else []


def _holder_line(vault: OpenVault, line: Holder, names: dict[str, str]) -> dict[str, Any]:
    known = vault.store.member(line.key)
    state = "active"
    if known is None or not vault.store.in_force(known.kid):
        state = "revoked" if known and vault.store.revoked(known.kid) else "fallen"
    day = datetime.fromtimestamp(line.until, BERLIN).date().isoformat() if line.until is not None else ""
    return {
        "subject": line.subject,
        "name": names.get(line.subject, line.subject),
        "kind": known.certificate.kind if known else "",
        "rights": line.rights,
        "until": line.until,
        "until_day": day,
        "state": state,
        "fingerprint": known.kid if known else line.key,
    }


# Letters


def invite_owner(username: str, path: Path, *, name: str, sheet: Path, vaults: list[str], as_json: bool) -> None:
    """AgentError `no_sheet`, `file_there`, `vault_unknown`; RefusedError `needs_root`."""
    root = _root_in(sheet)
    account, home = signed_in_account()
    places = {open_named(account, home, vault).id: "manage" for vault in vaults}
    with _letter_file(path) as write:
        invited = invite(account, home, name=name, username=username, role="owner", vaults=places, root=root)
        letter = invited.letter
        write(text("letter", name=name, username=username, link=letter.link, code=encode_code(letter.code)))
    keep_session(account, home)
    if as_json:
        terminal.answer({"person": invited.person, "letter": str(path)})
    else:
        terminal.say("owner_invited", username=username, path=path)


def _root_in(sheet: Path) -> Seed:
    root = terminal.read_key_file(sheet).root_seed
    if root is None:
        raise AgentError("no_sheet")
    return root


def reissue(
    username: str,
    path: Path,
    *,
    reason: str,
    since: int | None,
    sheet: Path | None,
    yes: bool,
    as_json: bool,
) -> None:
    root = _root_in(sheet) if sheet is not None else None
    account, home = signed_in_account()
    person = person_named(account, username)
    known = last_key_of(account.learn_about(person.id), person.id)
    if not as_json:
        say_plan(person, known)
    require_typed(person.username, yes=yes)
    with _letter_file(path) as write:
        done = reissue_key(account, home, person, reason=reason, since=since, root=root)
        letter = done.invited.letter
        link, code = letter.link, encode_code(letter.code)
        write(text("letter", name=person.name, username=person.username, link=link, code=code))
    # Only now: whatever fails here, the letter stays.
    account.learn_about()
    teams = rotate_each(account, home, due_teams(account))
    keep_session(account, home)
    if as_json:
        terminal.answer({"person": person.id, "letter": str(path), "missing": done.missing})
    else:
        terminal.say("reissued", path=path)
        if done.missing:
            terminal.say("reissue_missing", count=done.missing)
    end_unless_whole(teams)


def _letter_file(path: Path) -> AbstractContextManager[Callable[[str], None]]:
    """See `terminal.new_secret_file`; AgentError `file_there`."""
    if os.path.lexists(path):
        raise AgentError("file_there", path=path)
    return terminal.new_secret_file(path)
