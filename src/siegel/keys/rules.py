"""What the server asks of sealed things it cannot open, and which of its words fit a refusal by `seals`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from siegel.keys.errors import KeysError
from siegel.lib.age import AgeError
from siegel.seals.errors import SealError

if TYPE_CHECKING:
    from siegel.seals.records import Record

# Refusals that only say that the author has not seen the newest records.
STALE = {"record_seq", "record_previous", "epoch_not_current"}
# What a record did, by its most telling change.
AUDIT_KINDS = {
    "genesis": "vault.created",
    "roster": "keys.roster_changed",
    "epoch": "keys.epoch_started",
    "version": "vault.version_added",
    "folder": "vault.folder_added",
}


@contextmanager
def refusing() -> Iterator[None]:
    """Turns refusals of `seals` into ours: `stale` (409) or `document_refused` (400) with the rule's code as reason."""
    try:
        yield
    except SealError as error:
        if error.code in STALE:
            raise KeysError("stale", status=409) from error
        raise KeysError("document_refused", reason=error.code) from error
    except AgeError as error:
        raise KeysError("document_refused", reason="age") from error


def audit_kind(record: "Record") -> str:
    """The kind of the audit entry for a record."""
    kinds = {change.KIND for change in record.changes}
    return next(name for kind, name in AUDIT_KINDS.items() if kind in kinds)
