"""Inviting a person by letter: his place in each vault and team is made before he comes."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from siegel.agent.account import Account
from siegel.agent.client import Wire
from siegel.agent.errors import AgentError, ServerError
from siegel.agent.holders import roster_append
from siegel.agent.opened import STALE, TRIES, OpenVault
from siegel.agent.session import Home
from siegel.agent.teams import list_teams, open_team
from siegel.agent.vaults import list_vaults, open_vault
from siegel.seals.certificates import Known, issue
from siegel.seals.derive import PublicKeys, Seed
from siegel.seals.documents import Certificate, Holder
from siegel.seals.epochs import Wrap, seal_seed
from siegel.seals.errors import RefusedError
from siegel.seals.ids import new_id
from siegel.seals.invitations import Letter, invitation_seed, new_code, new_invitation_id
from siegel.seals.signed import Signed


@dataclass(frozen=True, slots=True)
class Invited:
    """The letter, and the id of the person it is for."""

    letter: Letter
    person: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An invitation before the server has it."""

    letter: Letter
    keys: PublicKeys
    signed: Signed

    @property
    def certificate(self) -> Certificate:
        return Certificate.parse(self.signed)


def invite(
    account: Account,
    home: Home,
    *,
    name: str,
    username: str,
    role: str,
    vaults: Mapping[str, str],
    client: str | None = None,
    office: str | None = None,
    email: str = "",
    root: Seed | None = None,
) -> Invited:
    """Invites `name` as `office_leader`, `clerk` or `client` (then of the client with this id), or as `owner`.

    `vaults`: vaults and teams (id → rights). `office`: id; whoever has one invites for it. `email`: where
    mail for him goes. `root`: its seed, which alone signs an owner's invitation. Nothing is sealed for him
    before each vault was found to be what the server lists it as: IntegrityError `title_differs`; AgentError
    `vault_unknown`. ServerError, for example when the user name exists; RefusedError `not_allowed` when the account may
    not invite.
    """
    account.learn_about()
    person = new_id()
    drafted = draft(account, person, role=role, vaults=vaults.keys(), office=office, root=root)
    opened = _opened(account, home, vaults)
    who = {"id": person, "name": name, "username": username, "email": email}

    def lines(vault: OpenVault) -> list[Holder]:
        line = Holder(drafted.keys.kid, vaults[vault.id], person)
        return [*vault.state.position.now.roster.holders, line]

    send(account, drafted, {"person": who, "role": role, "client": client}, opened, lines)
    return Invited(drafted.letter, person)


def draft(
    account: Account,
    person: str,
    *,
    role: str,
    vaults: Iterable[str],
    office: str | None = None,
    generation: int = 1,
    root: Seed | None = None,
) -> Draft:
    """A new code, and the certificate of the keys it gives. RefusedError `not_allowed`, `needs_root`."""
    letter = Letter(account.api.origin, new_invitation_id(), new_code())
    seed = invitation_seed(letter.code, firm=account.firm, invitation=letter.id, root=account.root)
    signer, issuer = (account.seed, account.own()) if root is None else (root, root_of(account, root))
    signed = issue(
        signer,
        issuer,
        seed.public_keys(),
        kind="invitation",
        subject=person,
        now=int(time.time()),
        role=role,
        vaults=vaults,
        office=office,
        generation=generation,
    )
    return Draft(letter, seed.public_keys(), signed)


def root_of(account: Account, seed: Seed) -> Known:
    """RefusedError `needs_root` unless it is the seed of the firm's present root."""
    root = account.certificates.store.root()
    if root is None or root.kid != seed.public_keys(signs_only=True).kid:
        raise RefusedError("needs_root", "not the firm's present root")
    return root


def send(
    account: Account,
    drafted: Draft,
    body: Wire,
    opened: Sequence[OpenVault],
    lines: Callable[[OpenVault], Sequence[Holder]],
) -> None:
    """Sends the invitation with the rosters that name it; `lines` gives those of a vault's next one."""
    body = {
        "id": drafted.letter.id,
        "office": drafted.certificate.office,
        "certificate": drafted.signed.to_wire(),
        **body,
    }
    for number in range(TRIES):
        try:
            _repair(opened)
            appends = [_append(vault, lines(vault), drafted.keys) for vault in opened]
            account.api.post("invitations", {**body, "vaults": appends})
        except ServerError as error:
            if error.code != STALE or number == TRIES - 1:
                raise
            _sync(opened)
        else:
            return


def _opened(account: Account, home: Home, chains: Mapping[str, str]) -> list[OpenVault]:
    """The vaults and teams, each found to be what it is listed as."""
    vaults = {info.id: info for info in list_vaults(account)} if chains else {}
    teams = {info.id: info for info in list_teams(account)} if chains.keys() - vaults.keys() else {}
    if unknown := chains.keys() - vaults.keys() - teams.keys():
        raise AgentError("vault_unknown", vault=min(unknown))
    return [
        open_vault(account, home, vaults[chain]) if chain in vaults else open_team(account, home, teams[chain])
        for chain in chains
    ]


def _repair(opened: Sequence[OpenVault]) -> None:
    """A seed that does not open cannot be handed on."""
    for vault in opened:
        if vault.is_spoilt:
            vault.rotate()
            vault.sync()


def _sync(opened: Sequence[OpenVault]) -> None:
    for vault in opened:
        vault.sync()


def _append(vault: OpenVault, lines: Sequence[Holder], keys: PublicKeys) -> Wire:
    """The next roster, and the current seed wrapped for the letter."""
    if keys.recipient is None:
        raise RefusedError("no_recipient", "an invitation has a recipient")
    wrap = Wrap(keys.kid, seal_seed(vault.seed, keys.recipient))
    return {"vault": vault.id, **roster_append(vault, lines, [wrap])}
