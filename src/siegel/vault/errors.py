"""VaultError: what the vault refuses. Codes and texts stand in `messages.py`."""

from siegel.base.errors import DomainError


class VaultError(DomainError):
    """A rule of the vault refused what was asked."""
