"""Versions are fetched."""

from typing import TYPE_CHECKING

from siegel.base import audit
from siegel.base.actions import action
from siegel.vault import queries
from siegel.vault.actions.tree import remember
from siegel.vault.models import Version
from siegel.vault.personal import personal_of_dossier

if TYPE_CHECKING:
    from siegel.accounts.models import Person


@action
def fetch_version(*, by: "Person", vault_id: str, node: str, number: int) -> Version:
    """The version, and an entry that it was fetched. BaseError `not_found`; VaultError `held` (409)."""
    audit.in_turn(by.tenant)
    found = queries.version_of(by, vault_id, node, number)
    logged = audit.record(
        "vault.version_fetched",
        tenant=by.tenant,
        by=by,
        about={"vault": vault_id, "node": node, "version": number},
        personal=personal_of_dossier(found.vault.dossier),
    )
    remember(vault_id, logged.index, {node})
    return found
