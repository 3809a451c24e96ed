"""How much a vault and a firm may hold."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import F, Q, Sum

from siegel.vault.errors import VaultError
from siegel.vault.models import Settings, Upload, Vault, Version
from siegel.vault.settings import settings_of

if TYPE_CHECKING:
    from siegel.base.models import Tenant


@dataclass(frozen=True)
class Quota:
    """Bytes; `limit` is None where there is none."""

    used: int
    limit: int | None


def quota_of(vault: Vault, settings: Settings) -> Quota:
    """What lists show: the vault's own limit, or else the firm's with what all its vaults hold. One query at most."""
    if settings.vault_quota_bytes is not None or settings.firm_quota_bytes is None:
        return Quota(vault.size_bytes, settings.vault_quota_bytes)
    return Quota(_stored(Q(tenant=vault.tenant_id)), settings.firm_quota_bytes)


def require_room(tenant: "Tenant", vault_id: str, length: int, now: datetime) -> None:
    """VaultError `quota_exceeded` (409) if `length` bytes more would pass a limit; announced ones count as stored."""
    settings = settings_of(tenant)
    scopes = (
        (settings.vault_quota_bytes, Q(pk=vault_id), Q(vault=vault_id)),
        (settings.firm_quota_bytes, Q(tenant=tenant), Q(vault__tenant=tenant)),
    )
    for limit, vaults, uploads in scopes:
        if limit is None:
            continue
        used = _stored(vaults) + _announced(uploads, now)
        if used + length > limit:
            free = max(limit - used, 0)
            raise VaultError("quota_exceeded", status=409, used=_mib(used), free=_mib(free), limit=_mib(limit))


def _stored(vaults: Q) -> int:
    return int(Vault.objects.filter(vaults).aggregate(size=Sum("size_bytes"))["size"] or 0)


def freed_by(vault_id: str, replaced: str, now: datetime) -> int:
    """Bytes that go when this manifest's version has been sealed anew: none where a copy keeps them.

    None, too, where another upload has been promised them.
    """
    if not replaced or Upload.objects.filter(vault=vault_id, replaces=replaced, expires_at__gt=now).exists():
        return 0
    version = Version.objects.filter(vault=vault_id, manifest_hash=replaced).select_related("blob").first()
    blob = version.blob if version else None
    return blob.size if blob and Version.objects.filter(blob=blob).count() == 1 else 0


def _announced(uploads: Q, now: datetime) -> int:
    live = Upload.objects.filter(uploads, expires_at__gt=now)
    return int(live.aggregate(size=Sum(F("length") - F("frees")))["size"] or 0)


def _mib(size_bytes: int) -> int:
    return size_bytes >> 20
