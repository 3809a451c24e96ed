"""The keys of the firm's machines, virus scanner, server and log: certified, and shown now.

The log's is certified as a service of its own subject (`siegel.seals.log_keys`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from siegel.base.audit import checkpoints
from siegel.keys import scanner
from siegel.keys.actions.founding import service_key
from siegel.keys.errors import KeysError
from siegel.keys.models import Certificate, Revocation
from siegel.keys.queries import signed
from siegel.lib.tlog import ED25519, VerifierKey
from siegel.seals.canonical import b64, unb64
from siegel.seals.derive import KEY_SIZE, PublicKeys, print_of
from siegel.seals.documents import Certificate as CertificateDocument
from siegel.seals.errors import IntegrityError
from siegel.seals.log_keys import log_subject

if TYPE_CHECKING:
    from siegel.base.models import Tenant

Badge = Literal["valid", "fallen", "revoked"]
SCANNER, SERVICE, LOG = "scanner", "service", "log"


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
    """Three queries, and one question to the scanner process. ImproperlyConfigured as `service_key`."""
    shown = {SCANNER: _scanner_shows(), SERVICE: service_key(), LOG: _log_shows(tenant)}
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
    for row in certified.only("kid", "kind", "subject", "accepted_at", "out_at").order_by("log_index"):
        rows.setdefault(row.kid, []).append(row)
    revoked = dict(Revocation.objects.filter(tenant=tenant, kid__in=rows).values_list("kid", "accepted_at"))
    log = log_subject(tenant.pk)
    kinds = {kid: LOG if some[0].subject == log else some[0].kind for kid, some in rows.items()}
    keys = [_key(kinds[kid], some, shown, revoked.get(kid)) for kid, some in reversed(rows.items())]
    return sorted(keys, key=lambda key: (key.badge != "valid", key.kind, -key.since.timestamp()))


def _key(kind: str, rows: Sequence[Certificate], shown: dict[str, str], revoked_at: int | None) -> MachineKey:
    first = rows[0]
    badge: Badge = "valid" if any(row.out_at is None for row in rows) else "fallen"
    return MachineKey(
        kind=kind,
        kid=first.kid,
        badge="revoked" if revoked_at is not None else badge,
        since=datetime.fromtimestamp(first.accepted_at, UTC),
        until=None if revoked_at is None else datetime.fromtimestamp(revoked_at, UTC),
        shown=shown[kind] == first.kid if kind in shown else None,
    )


def log_verifiers(tenant_id: str) -> list[str]:
    """The verifier keys under which owners ever certified that the firm's log is signed, for its present origin."""
    rows = Certificate.objects.filter(tenant=tenant_id, kind=SERVICE, subject=log_subject(tenant_id))
    origin = checkpoints.log_of(tenant_id).origin
    keys = [CertificateDocument.parse(signed(row)).signing_key for row in rows.order_by("log_index")]
    return [VerifierKey(origin, ED25519, unb64(key)).encode() for key in dict.fromkeys(filter(None, keys))]


def log_print(tenant: "Tenant") -> tuple[str | None, bool]:
    """The print of the key that signs the log, None before it has; whether an owner ever certified it.

    The provider's needs none.
    """
    key = _log_shows(tenant)
    if key is None:
        return None, False
    kid = PublicKeys(key, None).kid
    rows = Certificate.objects.filter(tenant=tenant, kind=SERVICE, subject=log_subject(tenant.pk), kid=kid)
    return print_of(kid), tenant.kind == tenant.Kind.PROVIDER or rows.exists()


def log_certificates(tenant_id: str) -> list[dict[str, str]]:
    """The certificates of the keys of the firm's log, and all that lead from them to its first root, as on the wire."""
    found: dict[str, Certificate] = {}
    rows = list(Certificate.objects.filter(tenant=tenant_id, kind=SERVICE, subject=log_subject(tenant_id)))
    while rows:
        found |= {row.pk: row for row in rows}
        issuers = {row.issuer_id for row in rows} - found.keys() - {None}
        rows = list(Certificate.objects.filter(tenant=tenant_id, pk__in=issuers))
    return [signed(row).to_wire() for row in sorted(found.values(), key=lambda row: (row.log_index, row.pk))]


def _log_shows(tenant: "Tenant") -> str | None:
    """The public key that signs the firm's log now, b64; None before its first head."""
    vkey = checkpoints.log_of(tenant.pk).vkey
    return b64(VerifierKey.parse(vkey).public_key) if vkey else None


def _scanner_shows() -> str | None:
    """The scanner's long-lived public key, b64; None when it gives no usable answer."""
    try:
        key = scanner.signing_key()
        unb64(key, KEY_SIZE)
    except (KeysError, IntegrityError):
        return None
    return key
