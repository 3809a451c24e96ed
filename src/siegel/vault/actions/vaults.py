"""Vaults begin, and get records without files."""

from typing import TYPE_CHECKING

from django.utils import timezone

from siegel.accounts.mailbox import mailboxes_of
from siegel.base import audit
from siegel.base.actions import action
from siegel.base.errors import BaseError
from siegel.firms import actions as firms
from siegel.firms.queries import dossiers_visible_to
from siegel.keys.actions import chains
from siegel.seals.documents import Roster
from siegel.seals.readmission import founder_line
from siegel.seals.records import Genesis
from siegel.vault.actions import tree
from siegel.vault.actions.locks import require_unlocked
from siegel.vault.errors import VaultError
from siegel.vault.models import Vault
from siegel.vault.notices.mails import post_readmitted
from siegel.vault.personal import personal_of, personal_of_dossier
from siegel.vault.tree import Lookups

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.firms.models import Dossier


@action
def begin_vault(
    *, by: "Person", vault_id: str, dossier_id: str | None, documents: chains.Documents, rows: tree.Rows
) -> chains.Appended:
    """A vault with its first record, for a dossier of the person or for himself. The same record again changes nothing.

    BaseError `not_found`; FirmsError `vault_exists` (409); KeysError as in `chains.begin_chain`; VaultError
    `row_differs`, `dossier_differs`.
    """
    audit.in_turn(by.tenant)
    dossier = _dossier(by, dossier_id)
    if dossier and not Vault.objects.filter(pk=vault_id).exists():
        firms.attach_vault(dossier=dossier, vault_id=vault_id, by=by)
    begun = chains.begin_chain(by=by, vault_id=vault_id, documents=documents, personal=personal_of_dossier(dossier))
    if begun.step is None:
        return begun
    genesis = begun.step.record.changes[0]
    if not isinstance(genesis, Genesis) or genesis.vault_kind == "team" or genesis.dossier != dossier_id:
        raise VaultError("dossier_differs")
    Vault.objects.create(
        id=vault_id,
        chain_id=vault_id,
        tenant=by.tenant,
        dossier=dossier,
        vault_kind=genesis.vault_kind,
        row=tree.row_of(rows, vault_id, genesis.row, count=1),
        changed_at=timezone.now(),
    )
    return begun


@action
def append_record(*, by: "Person", vault_id: str, documents: chains.Documents, rows: tree.Rows) -> chains.Appended:
    """A record without files: changes of the tree, a roster, an epoch.

    KeysError `stale` (409) and as in `chains.append_record`; VaultError `node_locked` (409), `row_differs`.
    """
    audit.in_turn(by.tenant)
    lookups = Lookups(vault_id, documents.record)
    appended = chains.append_record(
        by=by,
        vault_id=vault_id,
        documents=documents,
        nodes=lookups.node,
        versions=lookups.version,
        personal=personal_of(vault_id),
    )
    if appended.step and appended.log_index is not None:
        require_unlocked(by, appended.step)
        tree.change_tree(appended.step, rows, appended.log_index)
        if appended.readmits:
            _tell_founder(by, vault_id, appended.step.position.now.roster)
    return appended


def _tell_founder(by: "Person", vault_id: str, roster: Roster) -> None:
    """By mail, if he has an address and may sign in, that his own vault is back."""
    line = founder_line(roster)
    boxes = mailboxes_of([line.subject] if line else [])
    for box in boxes.values():
        post_readmitted(box, owner=by.name, vault_id=vault_id)


def _dossier(by: "Person", dossier_id: str | None) -> "Dossier | None":
    if dossier_id is None:
        return None
    found = dossiers_visible_to(by).select_related("client").filter(pk=dossier_id).first()
    if found is None:
        raise BaseError("not_found", status=404)
    return found
