"""The form of the page `/einstellungen/tresore`."""

from typing import Any

from django import forms

from siegel.vault.models import Settings
from siegel.vault.settings import MAX_LOCK_HOURS, MAX_TRASH_DAYS

GIB = 1 << 30
# A million GB: more than any firm has, and far from what a number in the database holds.
MAX_QUOTA_GIB = 1_000_000


class SettingsForm(forms.Form):
    """Days, hours and limits in whole GB; an empty limit is none."""

    trash_days = forms.IntegerField(min_value=1, max_value=MAX_TRASH_DAYS)
    lock_hours = forms.IntegerField(min_value=1, max_value=MAX_LOCK_HOURS)
    hold_unscannable = forms.BooleanField(required=False)
    firm_quota_gib = forms.IntegerField(min_value=1, max_value=MAX_QUOTA_GIB, required=False)
    vault_quota_gib = forms.IntegerField(min_value=1, max_value=MAX_QUOTA_GIB, required=False)

    @classmethod
    def showing(cls, settings: Settings) -> "SettingsForm":
        return cls(
            initial={
                "trash_days": settings.trash_days,
                "lock_hours": settings.lock_hours,
                "hold_unscannable": settings.hold_unscannable,
                "firm_quota_gib": _gib(settings.firm_quota_bytes),
                "vault_quota_gib": _gib(settings.vault_quota_bytes),
            }
        )

    def decided(self) -> dict[str, Any]:
        """What `change_settings` takes, of a form that is valid."""
        read = self.cleaned_data
        return {
            "trash_days": read["trash_days"],
            "lock_hours": read["lock_hours"],
            "hold_unscannable": read["hold_unscannable"],
            "firm_quota_bytes": _bytes(read["firm_quota_gib"]),
            "vault_quota_bytes": _bytes(read["vault_quota_gib"]),
        }


def _gib(size_bytes: int | None) -> int | None:
    return None if size_bytes is None else size_bytes // GIB


def _bytes(gib: int | None) -> int | None:
    return None if gib is None else gib * GIB
