"""A person who has lost his key, or the letter with it, gets another letter: he stays who he is, with the next keys.

The old key is taken back in the same step. The letter invites him to the same vaults and teams, with the same rights
and the same end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from siegel.agent.account import Account
from siegel.agent.directory import ListedPerson, key_of, last_key_of
from siegel.agent.invite import Invited, draft, send
from siegel.agent.opened import OpenVault
from siegel.agent.session import Home
from siegel.agent.teams import list_teams, open_team
from siegel.agent.vaults import list_vaults, open_vault
from siegel.seals.derive import Seed
from siegel.seals.documents import Holder
from siegel.seals.errors import RefusedError
from siegel.seals.revocations import revoke_key


@dataclass(frozen=True, slots=True)
class Reissued:
    """The letter; how many of his vaults it does not open, as the account may not put him back there."""

    invited: Invited
    missing: int


def reissue(
    account: Account,
    home: Home,
    person: ListedPerson,
    *,
    reason: str = "lost",
    since: int | None = None,
    root: Seed | None = None,
) -> Reissued:
    """Takes the person's key back and makes a letter of the next generation; his teams are due then.

    AgentError `no_key` for somebody who was never invited; RefusedError `not_allowed`, `needs_root` for an owner;
    IntegrityError `title_differs`; ServerError. Nothing was done then.
    """
    store = account.learn_about(person.id)
    old, own = last_key_of(store, person.id), key_of(store, person.id)
    role = old.certificate.role or old.certificate.kind
    if role == "owner" and root is None:
        raise RefusedError("needs_root", "only the root certifies an owner's invitation")
    revocation = None
    if store.revoked(old.kid) is None:
        revocation = revoke_key(account.seed, account.own(), old, since, reason).to_wire()
    opened = list(_places_of(account, home, person))
    drafted = draft(
        account,
        person.id,
        role=role,
        vaults=[vault.id for vault in opened],
        office=old.certificate.office,
        root=root if role == "owner" else None,
        generation=1 + (own.certificate.generation if own else 0),
    )
    who = {"id": person.id, "name": person.name, "username": person.username}
    body = {"person": who, "role": role, "client": None, "revocation": revocation}
    send(account, drafted, body, opened, lambda vault: _replaced(vault, person.id, drafted.keys.kid))
    return Reissued(Invited(drafted.letter, person.id), person.vaults + len(person.teams) - len(opened))


def _places_of(account: Account, home: Home, person: ListedPerson) -> Iterator[OpenVault]:
    """The vaults and teams with a line of his own that the account manages."""
    if person.teams:
        for team in list_teams(account):
            if team.id in person.teams and team.rights == "manage":
                yield open_team(account, home, team)
    found = 0
    for info in list_vaults(account):
        if found == person.vaults:
            return
        if info.rights == "manage" and info.dossier is not None:
            vault = open_vault(account, home, info)
            lines = vault.state.position.now.roster.holders
            # who is trusted is named anew by whom the vault belongs to
            if any(line.subject == person.id and line.rights != "trusted" for line in lines):
                found += 1
                yield vault


def _replaced(vault: OpenVault, person: str, key: str) -> Sequence[Holder]:
    """The lines with another key in the person's."""
    lines = vault.state.position.now.roster.holders
    own = next((line for line in lines if line.subject == person), None)
    if own is None:
        raise RefusedError("holder_gone", "the person does not belong to it any more")
    return [*(line for line in lines if line.subject != person), replace(own, key=key)]
