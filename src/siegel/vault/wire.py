"""Parts of the vault's answers (docs/formats.md 10)."""

from typing import TYPE_CHECKING, Any

from siegel.seals.canonical import b64
from siegel.vault import chain_news, queries
from siegel.vault.locks import locks_in
from siegel.vault.quota import Quota, quota_of
from siegel.vault.settings import settings_of

if TYPE_CHECKING:
    from siegel.base.models import Blob
    from siegel.vault.models import Lock, Vault, Version

Wire = dict[str, Any]


def row(sealed: chain_news.SealedRow) -> Wire:
    return {"node": sealed.node, "version": sealed.version, "seq": sealed.seq, "row": b64(sealed.row)}


def present(shown: queries.Shown) -> Wire:
    """What holds now, whatever the records say: locks, settings, what waits for a release."""
    settings = settings_of(shown.chain.tenant_id)
    quota = quota_of(shown.vault, settings) if shown.vault else Quota(0, None)
    return {
        "locks": [_lock(lock) for lock in locks_in(shown.vault.pk)] if shown.vault else [],
        "settings": {
            "trash_days": settings.trash_days,
            "lock_hours": settings.lock_hours,
            "quota": {"used": quota.used, "limit": quota.limit},
        },
        "title": _title(shown.vault) if shown.vault else None,
        "held": [{"node": n, "version": k} for n, k in queries.held_versions(shown.vault)] if shown.vault else [],
    }


def _title(vault: "Vault") -> Wire | None:
    """The sealed name that the founder of a personal vault gave it later."""
    return {"epoch": vault.title_epoch, "row": b64(bytes(vault.title_row))} if vault.title_row is not None else None


def _lock(lock: "Lock") -> Wire:
    return {
        "node": lock.node,
        "person": lock.person_id,
        "name": lock.person.name,
        "since": int(lock.since.timestamp()),
        "until": int(lock.until.timestamp()),
        "epoch": lock.epoch,
        "row": b64(bytes(lock.row)) if lock.row is not None else None,
    }


def blob_of(version: "Version") -> "Blob":
    """Of a version that `queries.version_of` gave, which has one."""
    assert version.blob is not None
    return version.blob
