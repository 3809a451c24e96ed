"""Time and place of every certificate and revocation, as the server says them, against the entries of the log.

In the order of the places nothing can be put in between unnoticed, but the place of one document alone, and the time of
its acceptance, are the server's word until the entry at that place is proven.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Self

from siegel.agent.account import Account
from siegel.seals.certificates import Accepted, CertificateStore
from siegel.seals.errors import IntegrityError
from siegel.seals.revocations import AcceptedRevocation

REVOKED = "keys.revoked"
# Names the new root and the end of the old one, not each key that the new one certifies anew.
ROOT_CHANGED = "keys.root_changed"


class Places:
    """What the server says now of where keys stand in the log."""

    @classmethod
    def of(cls, account: Account) -> Self:
        """Of all that the account may see. IntegrityError, ServerError."""
        listed = account.fetch_evidence()
        return cls(listed, account.certificates.learn(*listed.values()))

    def __init__(self, listed: Mapping[str, Any], store: CertificateStore) -> None:
        """`listed`: Evidence as on the wire (docs/formats.md, section 10); `store`: what was verified of it."""
        self._store = store
        self._told: dict[int, list[Accepted]] = defaultdict(list)
        for item in map(Accepted.from_wire, listed["certificates"]):
            self._told[item.log_index].append(item)
        for revocation in map(AcceptedRevocation.from_wire, listed["revocations"]):
            self._told[revocation.log_index].append(revocation)

    def compare(self, index: int, leaf: Mapping[str, Any]) -> None:
        """IntegrityError `log_place_differs` unless the entry is that of what was said to stand there, at that time;
        `revocation_hidden` if it takes back a key that the server shows as if it were in force.
        """
        about = leaf["about"]
        named = [one for value in about.values() for one in (value if isinstance(value, list) else [value])]
        for item in self._told.get(index, ()):
            is_named = item.signed.hash in named or leaf["kind"] == ROOT_CHANGED
            if not is_named or leaf["at"] != item.accepted_at:
                raise IntegrityError("log_place_differs", f"entry {index} is not that of a key that is shown there")
        if leaf["kind"] == REVOKED and self._store.by_kid(about["key"]) and not self._store.revoked(about["key"]):
            raise IntegrityError("revocation_hidden", f"entry {index} takes back a key that is shown in force")
