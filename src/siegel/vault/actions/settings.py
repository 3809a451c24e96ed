"""The owner decides about the firm's vaults."""

from typing import TYPE_CHECKING

from siegel.base import audit
from siegel.base.actions import action
from siegel.vault.models import Settings

if TYPE_CHECKING:
    from siegel.accounts.models import Person


@action
def change_settings(
    *,
    by: "Person",
    trash_days: int,
    lock_hours: int,
    hold_unscannable: bool,
    firm_quota_bytes: int | None,
    vault_quota_bytes: int | None,
) -> None:
    """What holds for all vaults of the firm from now on. The door has seen that `by` is an owner."""
    audit.in_turn(by.tenant)
    values = {
        "trash_days": trash_days,
        "lock_hours": lock_hours,
        "hold_unscannable": hold_unscannable,
        "firm_quota_bytes": firm_quota_bytes,
        "vault_quota_bytes": vault_quota_bytes,
    }
    Settings.objects.update_or_create(pk=by.tenant_id, defaults=values)
    about = {**values, "hold_unscannable": int(hold_unscannable)}
    audit.record("vault.settings_changed", tenant=by.tenant, by=by, about=about)
