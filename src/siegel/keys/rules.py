"""What the server asks of sealed things it cannot open, and which of its words fit a refusal by `seals`."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from siegel.keys.errors import KeysError
from siegel.lib.age import AgeError
from siegel.seals.errors import SealError

if TYPE_CHECKING:
    from siegel.seals.records import Record

# Refusals that only say that the author has not seen the newest records.
STALE = {"record_seq", "record_previous", "epoch_not_current", "event_previous", "event_roster"}
TEAM_NAME_MAX = 100
# What a record did, by its most telling change: in a vault, in a team.
AUDIT_KINDS = {
    "genesis": "vault.created",
    "roster": "keys.roster_changed",
    "epoch": "keys.epoch_started",
    "version": "vault.version_added",
    "release": "vault.version_released",
    "reseal": "vault.version_resealed",
    "purge": "vault.node_purged",
    "remove": "vault.node_removed",
    "place": "vault.node_placed",
    "folder": "vault.folder_added",
}
TEAM_AUDIT_KINDS = {"genesis": "keys.team_founded", "roster": "keys.team_changed", "epoch": "keys.team_rotated"}


@contextmanager
def refusing() -> Iterator[None]:
    """Turns refusals of `seals` into ours: `stale` (409) or `document_refused` (400) with the rule's code as reason."""
    try:
        yield
    except SealError as error:
        if error.code in STALE:
            raise KeysError("stale", status=409) from error
        if error.code == "revocation_last_owner":
            raise KeysError("last_owner", status=409) from error
        if error.code == "certificate_time":
            # who certifies now dates it now: his clock and ours differ by more than five minutes
            raise KeysError("clock_wrong") from error
        raise KeysError("document_refused", reason=error.code) from error
    except AgeError as error:
        raise KeysError("document_refused", reason="age") from error


def audit_kind(record: "Record", vault_kind: str) -> str:
    """The kind of the audit entry for a record of a chain of this kind."""
    kinds = {change.KIND for change in record.changes}
    names = AUDIT_KINDS | TEAM_AUDIT_KINDS if vault_kind == "team" else AUDIT_KINDS
    return next(name for kind, name in names.items() if kind in kinds)


def check_team_name(name: str) -> None:
    """KeysError `team_name_invalid` unless it is one line of 1 to 100 characters."""
    fits = 0 < len(name) <= TEAM_NAME_MAX and name == name.strip() and unicodedata.is_normalized("NFC", name)
    if not fits or any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in name):
        raise KeysError("team_name_invalid")
