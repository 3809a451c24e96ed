"""The firm, people and vault of the room above."""

from siegel.vault.tests.conftest import _empty_stores, clerk, client_id, client_user, owner, scanner, vault

__all__ = ["_empty_stores", "clerk", "client_id", "client_user", "owner", "scanner", "vault"]
