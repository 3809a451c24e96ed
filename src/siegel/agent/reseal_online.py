"""What `siegel keys reseal` does: the vaults that have something under older keys, one after the other."""

from collections.abc import Iterator
from typing import Any

import typer

from siegel.agent import terminal
from siegel.agent.account import Account
from siegel.agent.errors import BROKEN, REFUSED, AgentError, OfflineError
from siegel.agent.online import keep_session, signed_in_account
from siegel.agent.opened import OpenVault
from siegel.agent.reseal import Resealed, reseal
from siegel.agent.session import Home
from siegel.agent.vaults import list_vaults, open_vault
from siegel.seals.errors import IntegrityError, SealError
from siegel.seals.fields import Fields


def reseal_vaults(wanted: list[str], *, as_json: bool) -> None:
    """All that the person manages, or those named by their ids. AgentError `vault_unknown`."""
    account, home = signed_in_account()
    results: list[dict[str, Any]] = []
    is_broken = False
    for vault_id in wanted or _with_old(account):
        done, error = _one(account, home, vault_id, as_json=as_json)
        is_broken = is_broken or done.is_broken or isinstance(error, IntegrityError)
        failed = [{"node": node, "version": version, "code": why.code} for node, version, why in done.failed]
        code = error.code if error else None
        results.append(
            {"vault": vault_id, "versions": done.versions, "names": done.names, "failed": failed, "code": code}
        )
        for one in failed:
            terminal.say("reseal_failed", vault=vault_id, **one)
        if error:
            terminal.say("reseal_stopped", vault=vault_id, code=error.code)
    keep_session(account, home)
    if as_json:
        terminal.answer({"vaults": results})
    else:
        counts = {name: sum(one[name] for one in results) for name in ("versions", "names")}
        terminal.say("resealed", **counts, failed=sum(len(one["failed"]) for one in results))
    if is_broken:
        raise typer.Exit(BROKEN)
    if any(one["failed"] or one["code"] for one in results):
        raise typer.Exit(REFUSED)


def _one(
    account: Account, home: Home, vault_id: str, *, as_json: bool
) -> tuple[Resealed, AgentError | SealError | None]:
    """What was done, and what ended it before all was. OfflineError ends the whole run."""
    done = Resealed()
    try:
        vault = _opened(account, home, vault_id)
        with terminal.counting("resealing", quiet=as_json) as show:
            reseal(vault, show, done)
    except OfflineError:
        raise
    except (AgentError, SealError) as error:
        return done, error
    return done, None


def _opened(account: Account, home: Home, vault_id: str) -> OpenVault:
    found = next((one for one in list_vaults(account) if one.id == vault_id), None)
    if found is None:
        raise AgentError("vault_unknown", vault=vault_id)
    return open_vault(account, home, found)


def _with_old(account: Account) -> Iterator[str]:
    """Vaults of the person's to manage that, as the server says, have contents under older keys."""
    is_owner = account.own().certificate.kind == "owner"
    for item in Fields(account.api.get("vaults?old=true"), "vaults").items("vaults"):
        line = Fields(item, "vault")
        manages = line.text("rights") == "manage" or (is_owner and line.text("vault_kind") == "dossier")
        if manages and line.integer("old", 0):
            yield line.id("id")
