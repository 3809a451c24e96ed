"""Teams: listed, founded, opened. Who is in one is changed like a vault's roster (`holders`)."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from siegel.agent.account import Account
from siegel.agent.begin import begin_chain, rulers
from siegel.agent.errors import AgentError
from siegel.agent.opened import OpenVault, open_by_id
from siegel.agent.session import Home
from siegel.seals.canonical import Json
from siegel.seals.certificates import Known, team_certificate
from siegel.seals.errors import IntegrityError
from siegel.seals.fields import Fields
from siegel.seals.rows import VaultRow


@dataclass(frozen=True, slots=True)
class TeamInfo:
    """A line of the server's list; `rights`: None for a ruler who is not in it."""

    id: str
    name: str
    office: str | None
    due: bool
    rights: str | None


def list_teams(account: Account) -> list[TeamInfo]:
    """The teams the person is in; for an owner all, for an office leader those of his office too."""
    return [_info(item) for item in Fields(account.api.get("teams"), "teams").items("teams")]


def _info(item: Json) -> TeamInfo:
    f = Fields(item, "team")
    office, rights = f.nullable(f.id, "office"), f.nullable(f.text, "rights")
    return TeamInfo(f.id("id"), f.text("name"), office, f.flag("due"), rights)


def team_named(account: Account, name: str) -> TeamInfo:
    """By name or id; AgentError `team_unknown_here`."""
    found = next((team for team in list_teams(account) if name in (team.name, team.id)), None)
    if found is None:
        raise AgentError("team_unknown_here", team=name)
    return found


def open_team(account: Account, home: Home, info: TeamInfo) -> OpenVault:
    """The team's chain, opened; IntegrityError `title_differs` when it is called otherwise than listed."""
    team = open_by_id(account, home, info.id)
    if team.kind != "team" or team.title != info.name:
        raise IntegrityError("title_differs", "the server shows the team as another one than the sealed one")
    return team


def newest_key(account: Account, home: Home, info: TeamInfo) -> Known:
    """The key that a line for the team names; its chain was opened, so it is the team that is meant. As `open_team`."""
    known = open_team(account, home, info).store.generation(info.id)
    if known is None:
        raise IntegrityError("team_differs", "the team has no certified key")
    account.learn_about(info.id)
    return known


def found_team(
    account: Account, home: Home, name: str, *, office: str | None = None, members: Iterable[str] = ()
) -> OpenVault:
    """A new team of the person, the owners, recovery, and `members` (key ids), who read.

    By an owner, or an office leader, whose office it gets; ServerError for others and for a name that is taken.
    """
    store = account.learn_about()
    own = account.own()
    its = own.certificate.office or office
    holders = dict.fromkeys(members, "read") | {account.kid: "manage"} | rulers(store)
    begun = begin_chain(account, VaultRow("", "", name), kind="team", dossier=None, holders=holders)
    certificate = team_certificate(
        account.seed, own, begun.recipient, team=begun.id, generation=1, now=int(time.time()), office=its
    )
    body = {"id": begun.id, "name": name, "office": its, "certificate": certificate.to_wire(), **begun.append}
    account.api.post("teams", body, repeatable=True)
    account.learn_about(begun.id)
    return open_by_id(account, home, begun.id)
