"""The keys of the firm's two machines, the virus scanner and the server's own service: certified, and shown now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from siegel.keys import scanner
from siegel.keys.actions.founding import service_key
from siegel.keys.errors import KeysError
from siegel.keys.models import Certificate, Revocation
from siegel.seals.canonical import unb64
from siegel.seals.derive import KEY_SIZE, PublicKeys, print_of
from siegel.seals.errors import IntegrityError

if TYPE_CHECKING:
    from siegel.base.models import Tenant

Badge = Literal["valid", "fallen", "revoked"]
SCANNER, SERVICE = "scanner", "service"


@dataclass(frozen=True)
class MachineKey:
    """A key that was certified. `shown`: the machine shows this one now; null where it does not answer."""

    kind: str
    kid: str
    badge: Badge
    since: datetime
    until: datetime | None
    shown: bool | None

    @property
    def print(self) -> str:
        return print_of(self.kid)


@dataclass(frozen=True)
class ShownKey:
    """A key that a machine shows now and that is not in force; `revoked`: for ever. `signing_key`: b64."""

    kind: str
    signing_key: str
    kid: str
    revoked: bool

    @property
    def print(self) -> str:
        return print_of(self.kid)


@dataclass(frozen=True)
class MachinesPage:
    """`scans`: uploads of this firm are accepted; null while the scanner does not answer."""

    keys: Sequence[MachineKey]
    waiting: Sequence[ShownKey]
    scans: bool | None


def machines_page(tenant: "Tenant") -> MachinesPage:
    """Two queries, and one question to the scanner process. ImproperlyConfigured as `service_key`."""
    shown = {SCANNER: _scanner_shows(), SERVICE: service_key()}
    kids = {kind: PublicKeys(key, None).kid for kind, key in shown.items() if key is not None}
    keys = _certified(tenant, kids)
    badges = {key.kid: key.badge for key in keys}
    waiting = [
        ShownKey(kind, key, kids[kind], badges.get(kids[kind]) == "revoked")
        for kind, key in shown.items()
        if key is not None and badges.get(kids[kind]) != "valid"
    ]
    scans = badges.get(kids[SCANNER]) == "valid" if SCANNER in kids else None
    return MachinesPage(keys, waiting, scans)


def _certified(tenant: "Tenant", shown: dict[str, str]) -> list[MachineKey]:
    """All keys of machines that an owner has certified: those in force first, of each sort the newest."""
    rows: dict[str, list[Certificate]] = {}
    certified = Certificate.objects.filter(tenant=tenant, kind__in=(SCANNER, SERVICE))
    for row in certified.only("kid", "kind", "accepted_at", "out_at").order_by("log_index"):
        rows.setdefault(row.kid, []).append(row)
    revoked = dict(Revocation.objects.filter(tenant=tenant, kid__in=rows).values_list("kid", "accepted_at"))
    keys = [_key(some, shown, revoked.get(kid)) for kid, some in rows.items()]
    return sorted(keys, key=lambda key: (key.badge != "valid", key.kind, -key.since.timestamp()))


def _key(rows: Sequence[Certificate], shown: dict[str, str], revoked_at: int | None) -> MachineKey:
    first = rows[0]
    badge: Badge = "valid" if any(row.out_at is None for row in rows) else "fallen"
    return MachineKey(
        kind=first.kind,
        kid=first.kid,
        badge="revoked" if revoked_at is not None else badge,
        since=datetime.fromtimestamp(first.accepted_at, UTC),
        until=None if revoked_at is None else datetime.fromtimestamp(revoked_at, UTC),
        shown=shown[first.kind] == first.kid if first.kind in shown else None,
    )


def _scanner_shows() -> str | None:
    """The scanner's long-lived public key, b64; None when it gives no usable answer."""
    try:
        key = scanner.signing_key()
        unb64(key, KEY_SIZE)
    except (KeysError, IntegrityError):
        return None
    return key
