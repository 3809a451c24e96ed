"""Inviting a person by letter: his place in each vault is made before he comes."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from siegel.agent.account import Account
from siegel.agent.client import Wire
from siegel.agent.errors import AgentError, ServerError
from siegel.agent.opened import STALE, TRIES, OpenVault, wraps_wire
from siegel.agent.session import Home
from siegel.agent.vaults import list_vaults, open_vault
from siegel.seals.certificates import issue
from siegel.seals.derive import PublicKeys
from siegel.seals.documents import Holder, Roster
from siegel.seals.epochs import Wrap, seal_seed
from siegel.seals.errors import RefusedError
from siegel.seals.ids import new_id
from siegel.seals.invitations import Letter, invitation_seed, new_code, new_invitation_id
from siegel.seals.records import RosterChange
from siegel.seals.replay import next_record


@dataclass(frozen=True, slots=True)
class Invited:
    """The letter, and the id of the person it is for."""

    letter: Letter
    person: str


def invite(
    account: Account,
    home: Home,
    *,
    name: str,
    username: str,
    role: str,
    vaults: Mapping[str, str],
    client: str | None = None,
) -> Invited:
    """Invites `name` as `clerk` or `client` (then of the client with this id) into `vaults` (id → rights).

    Nothing is sealed for him before each vault was found to be what the server lists it as: IntegrityError
    `title_differs`; AgentError `vault_unknown`. ServerError, for example when the user name exists; RefusedError
    `not_allowed` when the account may not invite.
    """
    account.learn_certificates()
    letter = Letter(account.api.origin, new_invitation_id(), new_code())
    person = new_id()
    seed = invitation_seed(letter.code, firm=account.firm, invitation=letter.id, root=account.key_file.root)
    keys = seed.public_keys()
    certificate = issue(
        account.seed,
        account.own(),
        keys,
        kind="invitation",
        subject=person,
        now=int(time.time()),
        role=role,
        vaults=vaults.keys(),
    )
    body: Wire = {
        "id": letter.id,
        "person": {"id": person, "name": name, "username": username},
        "role": role,
        "client": client,
        "certificate": certificate.to_wire(),
    }
    opened = _opened(account, home, vaults)
    for number in range(TRIES):
        try:
            _repair(opened)
            appends = [_append(vault, keys, person, vaults[vault.id]) for vault in opened]
            account.api.post("invitations", {**body, "vaults": appends})
        except ServerError as error:
            if error.code != STALE or number == TRIES - 1:
                raise
            _sync(opened)
        else:
            break
    return Invited(letter, person)


def _opened(account: Account, home: Home, vaults: Mapping[str, str]) -> list[OpenVault]:
    listed = {info.id: info for info in list_vaults(account)} if vaults else {}
    if unknown := vaults.keys() - listed.keys():
        raise AgentError("vault_unknown", vault=min(unknown))
    return [open_vault(account, home, listed[vault]) for vault in vaults]


def _repair(opened: Sequence[OpenVault]) -> None:
    """A seed that does not open cannot be handed on."""
    for vault in opened:
        if vault.is_spoilt:
            vault.rotate()
            vault.sync()


def _sync(opened: Sequence[OpenVault]) -> None:
    for vault in opened:
        vault.sync()


def _append(vault: OpenVault, keys: PublicKeys, person: str, rights: str) -> Wire:
    """The roster with one holder more, and the current seed wrapped for him."""
    account, now = vault.account, vault.state.position.now
    if keys.recipient is None:
        raise RefusedError("no_recipient", "an invitation has a recipient")
    holders = sorted((*now.roster.holders, Holder(keys.kid, rights, person)), key=lambda holder: holder.key)
    roster = Roster(account.kid, account.firm, tuple(holders), now.roster_hash, now.roster.seq + 1, vault.id)
    signed = roster.sign(account.seed)
    record = next_record(vault.state.position, account.seed, (RosterChange(signed.hash, roster.seq),))
    return {
        "vault": vault.id,
        "record": record.to_wire(),
        "roster": signed.to_wire(),
        "wraps": wraps_wire([Wrap(keys.kid, seal_seed(vault.seed, keys.recipient))]),
    }
