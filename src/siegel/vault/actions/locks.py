"""Files are locked and unlocked. A lock is a courtesy: it keeps others' records away, and seals nothing."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import timezone

from siegel.base import audit
from siegel.base.actions import action
from siegel.base.errors import BaseError
from siegel.keys.places import may_manage
from siegel.seals.records import PlaceChange, PurgeChange, RemoveChange, VersionChange
from siegel.seals.rows import MAX_ROW_SIZE
from siegel.vault import queries
from siegel.vault.actions.tree import remember
from siegel.vault.errors import VaultError
from siegel.vault.locks import locks_in
from siegel.vault.models import Lock, Vault
from siegel.vault.personal import personal_of
from siegel.vault.settings import settings_of
from siegel.vault.tree import nodes_known, with_ancestors

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.seals.chain import Step


@action
def lock_node(*, by: "Person", vault_id: str, node: str, epoch: int, row: bytes | None) -> Lock:
    """Nobody else changes this file for as many hours as the firm has set. Again, by the holder: it lasts on.

    BaseError `not_found`, also for folders and what is not live; VaultError `node_locked` (409), `row_differs`.
    """
    audit.in_turn(by.tenant)
    queries.require_writer(by, vault_id)
    _require_live_file(vault_id, node)
    if row is not None and not 0 < len(row) <= MAX_ROW_SIZE:
        raise VaultError("row_differs")
    now = timezone.now()
    if other := locks_in(vault_id).exclude(person=by).filter(node=node).first():
        raise _locked(other)
    until = now + timedelta(hours=settings_of(by.tenant_id).lock_hours)
    values = {"person": by, "since": now, "until": until, "epoch": epoch, "row": row}
    lock, _ = Lock.objects.update_or_create(vault_id=vault_id, node=node, defaults=values)
    _logged("vault.node_locked", by, vault_id, node)
    return lock


@action
def unlock_node(*, by: "Person", vault_id: str, node: str) -> None:
    """The holder takes his lock away, or somebody who manages the vault breaks it. BaseError `not_found`."""
    audit.in_turn(by.tenant)
    queries.require_reader(by, vault_id)
    lock = Lock.objects.filter(vault=vault_id, node=node).first()
    if lock is None or (lock.person_id != by.pk and not may_manage(by, vault_id)):
        raise BaseError("not_found", status=404)
    lock.delete()
    _logged("vault.node_unlocked" if lock.person_id == by.pk else "vault.lock_broken", by, vault_id, node)


def require_unlocked(by: "Person", step: "Step") -> None:
    """VaultError `node_locked` (409) if the record touches what somebody else has locked. After the chain's rules.

    Moved, removed and purged must not be the node or an ancestor of it. No query for a record that does not; one where
    there is no lock.
    """
    vault_id, changes = step.position.vault, step.record.changes
    moved = {one.node for one in changes if isinstance(one, PlaceChange | RemoveChange | PurgeChange)}
    written = {one.node for one in changes if isinstance(one, VersionChange) and one.version > 1}
    if not moved | written:
        return
    for lock in locks_in(vault_id).exclude(person=by):
        if lock.node in written or (moved and moved & with_ancestors(vault_id, [lock.node])):
            raise _locked(lock)


def _require_live_file(vault_id: str, node: str) -> None:
    path = nodes_known(vault_id, [node])
    if node not in path or path[node].kind != "file" or any(one.removed or one.purged for one in path.values()):
        raise BaseError("not_found", status=404)


def _locked(lock: Lock) -> VaultError:
    until = timezone.localtime(lock.until)
    return VaultError("node_locked", status=409, name=lock.person.name, until=f"{until:%d.%m.%Y %H:%M}")


def _logged(kind: str, by: "Person", vault_id: str, node: str) -> None:
    about = {"vault": vault_id, "node": node}
    entry = audit.record(kind, tenant=by.tenant, by=by, about=about, personal=personal_of(vault_id))
    remember(vault_id, entry.index, [node])
    Vault.objects.filter(pk=vault_id).update(locks=F("locks") + 1)
