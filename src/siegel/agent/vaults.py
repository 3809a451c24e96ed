"""The vaults of a person: listed, found by name, opened, begun."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from siegel.agent.account import Account
from siegel.agent.begin import begin_chain, rulers
from siegel.agent.errors import AgentError
from siegel.agent.opened import OpenVault, open_by_id
from siegel.agent.session import Home
from siegel.seals.canonical import Json
from siegel.seals.errors import IntegrityError, SealError
from siegel.seals.fields import Fields
from siegel.seals.replay import Head
from siegel.seals.rows import VaultRow, require_shown


@dataclass(frozen=True, slots=True)
class VaultInfo:
    """A line of the server's list: what the server says; `open_vault` compares it with what was sealed."""

    id: str
    name: str
    title: str
    kind: str
    rights: str
    head: Head
    dossier: str | None = None
    client_number: str = ""
    client_name: str = ""


def list_vaults(account: Account) -> list[VaultInfo]:
    """The vaults the person holds, as the server lists them.

    The name is the title where no other vault bears it, else client number/title.
    """
    listed = [_info(item) for item in Fields(account.api.get("vaults"), "vaults").items("vaults")]
    titles = Counter(vault.title for vault in listed)
    return [
        replace(vault, name=f"{vault.client_number}/{vault.title}")
        if vault.dossier and titles[vault.title] > 1
        else vault
        for vault in listed
    ]


def _info(item: Json) -> VaultInfo:
    f = Fields(item, "vault")
    vault_id, kind, rights = f.id("id"), f.text("vault_kind"), f.text("rights")
    head = Head(f.integer("seq", 1), f.hash("head"))
    dossier = f.nullable(lambda name: Fields(f.take(name), "dossier"), "dossier")
    if dossier is None:
        # The server does not know what a personal vault is called.
        return VaultInfo(vault_id, vault_id, "", kind, rights, head)
    title = dossier.text("title")
    number, client = dossier.text("client_number"), dossier.text("client_name")
    return VaultInfo(vault_id, title, title, kind, rights, head, dossier.id("id"), number, client)


def open_named(account: Account, home: Home, name: str) -> OpenVault:
    """The vault that is called `name`: a title, a client number/title, or an id. AgentError `vault_unknown`."""
    listed = list_vaults(account)
    found = [v for v in listed if name == v.id or (v.dossier and name in (v.title, f"{v.client_number}/{v.title}"))]
    if not found:
        # A personal vault is known by its sealed title only.
        opened = [open_vault(account, home, v) for v in listed if not v.dossier]
        return next((vault for vault in opened if vault.title == name), None) or _unknown(name)
    if len(found) > 1:
        names = ", ".join(f"{v.client_number}/{v.title}" for v in found)
        raise AgentError("vault_ambiguous", vault=name, names=names)
    return open_vault(account, home, found[0])


def _unknown(name: str) -> OpenVault:
    raise AgentError("vault_unknown", vault=name)


def open_vault(account: Account, home: Home, info: VaultInfo) -> OpenVault:
    """Replays and opens a vault; IntegrityError `title_differs` when the server lists it as another one."""
    vault = open_by_id(account, home, info.id)
    genesis = vault.state.genesis
    if genesis is None or vault.row is None:
        raise IntegrityError("record_shape", "a vault that has not begun")
    require_shown(vault.row, genesis, VaultRow(info.client_name, info.client_number, info.title), info.dossier)
    return vault


def lost_of(_: Account, home: Home, info: VaultInfo) -> str | None:
    """`vault_rolled_back` or `vault_forked` when the list shows less than this client has seen, or something else."""
    seen = home.head(info.id)
    if seen is None or seen.seq < info.head.seq or seen == info.head:
        return None
    return "vault_rolled_back" if seen.seq > info.head.seq else "vault_forked"


def mismatch_of(account: Account, home: Home, info: VaultInfo) -> str | None:
    """Code of the error for which a listed vault does not open, or not as what it is listed; None if it does."""
    try:
        open_vault(account, home, info)
    except SealError as error:
        return error.code
    return None


def begin_vault(
    account: Account, home: Home, row: VaultRow, *, dossier: str | None, holders: Iterable[tuple[str, str]] = ()
) -> OpenVault:
    """A new vault: for a dossier, or the person's own without one (then `row` names no client).

    The person manages it; so do the owners of a dossier's vault, and the firm's recovery key holds it. `holders` are
    (key id, rights) of others, whose certificates must be known.
    """
    store = account.learn_about()
    keys = {account.kid: "manage", **dict(holders)} | (rulers(store) if dossier is not None else {})
    kind = "personal" if dossier is None else "dossier"
    begun = begin_chain(account, row, kind=kind, dossier=dossier, holders=keys)
    account.api.post("vaults", {"id": begun.id, "dossier": dossier, **begun.append}, repeatable=True)
    return open_by_id(account, home, begun.id)
