"""Vaults of people's own are named anew. The name is sealed; that it is the newest is the server's word alone."""

from typing import TYPE_CHECKING

from django.db.models import F

from siegel.base import audit
from siegel.base.actions import action
from siegel.base.errors import BaseError
from siegel.keys.places import may_manage
from siegel.seals.rows import MAX_ROW_SIZE
from siegel.vault.actions.tree import remember
from siegel.vault.errors import VaultError
from siegel.vault.models import Vault
from siegel.vault.personal import personal_of

if TYPE_CHECKING:
    from siegel.accounts.models import Person


@action
def rename_vault(*, by: "Person", vault_id: str, epoch: int, row: bytes) -> None:
    """The vault bears the name in `row` (sealed under `epoch`) from here.

    BaseError `not_found` for all but the founder of a personal vault; VaultError `row_differs` for what is no row.
    """
    audit.in_turn(by.tenant)
    vault = Vault.objects.filter(pk=vault_id, vault_kind="personal").first()
    if vault is None or not may_manage(by, vault_id):
        raise BaseError("not_found", status=404)
    if not 0 < len(row) <= MAX_ROW_SIZE:
        raise VaultError("row_differs")
    vault.title_epoch, vault.title_row, vault.locks = epoch, row, F("locks") + 1
    vault.save(update_fields=["title_epoch", "title_row", "locks"])
    about = {"vault": vault_id}
    entry = audit.record("vault.renamed", tenant=by.tenant, by=by, about=about, personal=personal_of(vault_id))
    remember(vault_id, entry.index, [""])
