"""Random ids: 16 bytes as 22 characters base64url (docs/formats.md 1)."""

from siegel.seals.ids import new_id

__all__ = ["ID_LENGTH", "new_id"]

ID_LENGTH = 22
