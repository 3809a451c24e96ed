"""What the owner decided for the firm's vaults."""

from typing import TYPE_CHECKING

from siegel.vault.models import Settings

if TYPE_CHECKING:
    from siegel.base.models import Tenant

MAX_TRASH_DAYS = 3650
MAX_LOCK_HOURS = 24 * 14


def settings_of(tenant: "Tenant | str") -> Settings:
    """The tenant's settings, with the defaults where nothing was decided; not saved. One query."""
    tenant_id = tenant if isinstance(tenant, str) else tenant.pk
    return Settings.objects.filter(pk=tenant_id).first() or Settings(tenant_id=tenant_id)
