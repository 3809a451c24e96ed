"""The trash is emptied by itself, once its time is over."""

from datetime import datetime, timedelta

from django.utils import timezone

from siegel.base import audit
from siegel.base.actions import action
from siegel.vault import emptying
from siegel.vault.actions.tree import remember
from siegel.vault.models import Node, Vault
from siegel.vault.personal import personal_of
from siegel.vault.settings import settings_of


def empty_trashes(now: datetime | None = None) -> int:
    """What lay in the trash for longer than its firm keeps it goes; returns how many nodes. For the periodic thread."""
    now = now or timezone.now()
    due = Node.objects.filter(purged=False, removed_at__isnull=False)
    tenants = due.values_list("vault__tenant", flat=True).distinct()
    emptied = 0
    for tenant in tenants:
        before = now - timedelta(days=settings_of(tenant).trash_days)
        old = due.filter(vault__tenant=tenant, removed_at__lt=before)
        for vault_id in old.values_list("vault", flat=True).distinct():
            emptied += empty_trash(vault_id=vault_id, before=before)
    return emptied


@action
def empty_trash(*, vault_id: str, before: datetime) -> int:
    """Nodes of one vault that were removed before a moment; returns how many went, those below them included."""
    vault = Vault.objects.select_related("tenant").get(pk=vault_id)
    audit.in_turn(vault.tenant)
    roots = set(Node.objects.filter(vault=vault, purged=False, removed_at__lt=before).values_list("node", flat=True))
    if not roots:
        audit.unchanged()
        return 0
    count = emptying.empty(vault_id, roots)
    entry = audit.record(
        "vault.trash_emptied",
        tenant=vault.tenant,
        about={"vault": vault_id, "nodes": count},
        personal=personal_of(vault_id),
    )
    remember(vault_id, entry.index, ["", *roots])
    return count
