"""Reading certificates and chains. Whatever a person does not hold is not there for him."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, Q, QuerySet

from siegel.base.errors import BaseError
from siegel.firms.queries import role_of, titles_of_vaults
from siegel.keys.errors import KeysError
from siegel.keys.models import (
    Certificate,
    Chain,
    Epoch,
    FormerHolder,
    Holder,
    Invitation,
    Record,
    Roster,
    UnlockWrap,
    Wrap,
)
from siegel.seals.certificates import Accepted, CertificateStore
from siegel.seals.chain import WRITERS, Position, Standing
from siegel.seals.documents import PERSONS, ScannerKey
from siegel.seals.documents import Certificate as CertificateDocument
from siegel.seals.documents import Epoch as EpochDocument
from siegel.seals.documents import Roster as RosterDocument
from siegel.seals.holders import Moment
from siegel.seals.records import Genesis
from siegel.seals.records import Record as RecordDocument
from siegel.seals.signed import Signed

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.base.models import Tenant

# Whose certificates everybody in the firm may see: without them no document of the firm can be verified.
OF_THE_FIRM = ("root", "recovery", "owner", "clerk", "scanner", "service")
ENTRIES_PER_PAGE = 500


def signed(row: "Certificate | Record | Roster | Epoch") -> Signed:
    """The document in a row."""
    return Signed(bytes(row.bytes), bytes(row.sig))


def held(person: "Person", vault_id: str) -> Holder:
    """The person's place in the vault's roster, its chain loaded; BaseError `not_found` (404) if he has none."""
    found = Holder.objects.select_related("chain").filter(chain=vault_id, person=person).first()
    if found is None:
        raise BaseError("not_found", status=404)
    return found


def places_of(person: "Person") -> QuerySet[Holder]:
    """All the person's places in rosters."""
    return Holder.objects.filter(person=person)


def people_in(chain: "str | OuterRef") -> QuerySet[Holder]:
    """The places of people (not of the recovery key) in one vault's roster."""
    return Holder.objects.filter(chain=chain).exclude(person=None)


def may_write(person: "Person", vault_id: str) -> bool:
    return places_of(person).filter(chain=vault_id, rights__in=WRITERS).exists()


def scanners_of(tenant: "Tenant") -> CertificateStore:
    """The certificates of the firm's scanners. KeysError `scanner_not_certified` (503) when it has none."""
    keys = list(Certificate.objects.filter(tenant=tenant, kind="scanner").values_list("kid", flat=True))
    if not keys:
        raise KeysError("scanner_not_certified", status=503)
    return store_of(tenant, keys)


def kid_of(person: "Person") -> str:
    """The key id of the person's newest generation; empty before he has a certificate."""
    own = Certificate.objects.filter(tenant=person.tenant_id, subject=person.id, kind__in=PERSONS)
    return own.order_by("-generation", "log_index").values_list("kid", flat=True).first() or ""


def certificate_of(person: "Person") -> CertificateDocument | None:
    """The newest certificate of the person's newest key."""
    own = Certificate.objects.filter(tenant=person.tenant_id, subject=person.id, kind__in=PERSONS)
    row = own.order_by("-generation", "log_index").first()
    return CertificateDocument.parse(signed(row)) if row else None


def require_certified_scanner(tenant: "Tenant", announced: Signed) -> None:
    """KeysError `scanner_not_certified` (503) unless an owner has certified the scanner that announced this key."""
    scanner = ScannerKey.parse(announced).scanner
    if not Certificate.objects.filter(tenant=tenant, kind="scanner", kid=scanner).exists():
        raise KeysError("scanner_not_certified", status=503)


def unlock_wrap_of(person: "Person", method: str = "password") -> bytes | None:
    blob = UnlockWrap.objects.filter(person=person, method=method).values_list("blob", flat=True).first()
    return bytes(blob) if blob is not None else None


def store_of(tenant: "Tenant", keys: Iterable[str], hashes: Iterable[str] = ()) -> CertificateStore:
    """The certificates of these key ids (and with these hashes), redemptions of invitations among them, and issuers.

    They were verified when they were accepted, so they are loaded as they are; a root is never added here.
    """
    keys = set(keys)
    wanted = Q(kid__in=keys) | Q(pk__in=set(hashes)) | Q(issuer__kid__in=keys, issuer__kind="invitation")
    rows = {row.hash: row for row in Certificate.objects.filter(wanted, tenant=tenant)}
    missing = {row.issuer_id for row in rows.values() if row.issuer_id} - rows.keys()
    rows |= Certificate.objects.in_bulk(missing)
    store = CertificateStore("")
    for row in sorted(rows.values(), key=lambda row: row.log_index):
        store.load(Accepted(signed(row), row.accepted_at, row.log_index))
    return store


def position_of(chain: Chain) -> Position:
    """Where the chain stands. Four queries."""
    epoch_row = Epoch.objects.filter(chain=chain).latest("epoch")
    epoch = EpochDocument.parse(signed(epoch_row))
    made_for = Roster.objects.filter(chain=chain, hash=epoch.roster).values("seq")
    rosters = list(Roster.objects.filter(chain=chain, seq__gte=made_for).order_by("seq"))
    places = {1, epoch_row.record_seq, *(row.record_seq for row in rosters)}
    records = {row.seq: row for row in Record.objects.filter(chain=chain, seq__in=places)}
    genesis = RecordDocument.parse(signed(records[1])).changes[0]
    assert isinstance(genesis, Genesis)
    given = [(max(row.record_seq, epoch_row.record_seq), RosterDocument.parse(signed(row))) for row in rosters]
    standing = Standing(
        given[-1][1],
        rosters[-1].hash,
        epoch,
        epoch_row.hash,
        sealed_for=tuple((Moment(records[n].log_index, records[n].accepted_at), roster) for n, roster in given),
        vault_kind=genesis.vault_kind,
    )
    return Position(chain.tenant_id, chain.vault_id, chain.head_seq, chain.head_hash, standing)


@dataclass(frozen=True)
class Entry:
    """A record with the documents of this room that it brought."""

    record: Record
    roster: Roster | None
    epoch: Epoch | None


def entries_since(chain: Chain, since: int) -> Sequence[Entry]:
    """The next records after `since` in order, at most ENTRIES_PER_PAGE.

    None behind the head that `chain` was loaded with: a record accepted in between would contradict it.
    """
    records = list(
        Record.objects.filter(chain=chain, seq__gt=since, seq__lte=chain.head_seq).order_by("seq")[:ENTRIES_PER_PAGE]
    )
    if not records:
        return []
    span = (records[0].seq, records[-1].seq)
    rosters = {row.record_seq: row for row in Roster.objects.filter(chain=chain, record_seq__range=span)}
    epochs = {row.record_seq: row for row in Epoch.objects.filter(chain=chain, record_seq__range=span)}
    return [Entry(record, rosters.get(record.seq), epochs.get(record.seq)) for record in records]


def wraps_of(chain: Chain, person: "Person") -> QuerySet[Wrap]:
    """The person's own wraps, of all epochs since he came."""
    own = Holder.objects.filter(chain=chain, person=person).values("kid")
    return Wrap.objects.filter(chain=chain, kid__in=own).order_by("epoch")


def certificates_for(tenant_id: str, people: Iterable[str]) -> QuerySet[Certificate]:
    """The firm's own and those of these people (ids), in the log's order; each row tells its issuer's kind."""
    of_tenant = Certificate.objects.filter(tenant=tenant_id)
    # by subject, so that the invitations from which certificates came are among them
    firm = of_tenant.filter(kind__in=OF_THE_FIRM).values("subject")
    rows = of_tenant.filter(Q(subject__in=firm) | Q(subject__in=set(people)))
    return rows.annotate(issuer_kind=F("issuer__kind")).order_by("log_index", "pk")


def certificates_visible_to(person: "Person") -> QuerySet[Certificate]:
    """The firm's own, and of the people with whom the person shares a vault; for an owner all."""
    if role_of(person) == "owner":
        everyone = Certificate.objects.filter(tenant=person.tenant_id).values_list("subject", flat=True)
        return certificates_for(person.tenant_id, everyone)
    return certificates_for(person.tenant_id, people_beside(person))


def people_beside(person: "Person") -> set[str]:
    """Ids of the person and of all who hold a vault that he holds."""
    shared = Holder.objects.filter(chain__in=Holder.objects.filter(person=person).values("chain"))
    return {person.id, *shared.exclude(person=None).values_list("person_id", flat=True)}


def certificates_of(chain: Chain) -> QuerySet[Certificate]:
    """What verifies a chain and its verdicts: the firm's own, and of everybody its rosters name or named."""
    holders = Holder.objects.filter(chain=chain).exclude(person=None).values_list("person_id", flat=True)
    former = FormerHolder.objects.filter(chain=chain).values_list("person_id", flat=True)
    return certificates_for(chain.tenant_id, {*holders, *former})


def provisional_for(person: "Person") -> Sequence[Certificate]:
    """Certificates that only an invitation vouches for and that the person may countersign."""
    certifies = {"owner": ("clerk", "client"), "clerk": ("client",)}.get(role_of(person) or "", ())
    seen = list(certificates_visible_to(person))
    confirmed = confirmed_keys(seen)
    return [row for row in seen if row.kind in certifies and row.kid not in confirmed]


def confirmed_keys(rows: Iterable[Certificate]) -> set[str]:
    """Key ids that somebody else than an invitation vouches for. `issuer_kind` must be annotated."""
    return {row.kid for row in rows if getattr(row, "issuer_kind") != "invitation"}  # noqa: B009


def invitation(invitation_id: str) -> Invitation:
    """KeysError `invitation_unknown` (404)."""
    rows = Invitation.objects.select_related("person__tenant", "certificate")
    found = rows.filter(pk=invitation_id).first()
    if found is None:
        raise KeysError("invitation_unknown", status=404)
    return found


def open_invitation(invitation_id: str, now: int) -> Invitation:
    """One that may still be redeemed. KeysError `invitation_unknown` (404), `invitation_gone` (410)."""
    found = invitation(invitation_id)
    if found.redeemed_id or found.expires_at < now:
        raise KeysError("invitation_gone", status=410)
    return found


@dataclass(frozen=True)
class WaitingVault:
    """A vault that waits for an invited person: its newest epoch and roster, and the seed sealed to the invitation."""

    vault_id: str
    title: str
    epoch: Epoch
    roster: Roster
    age: bytes


def waiting_vaults(found: Invitation) -> list[WaitingVault]:
    """The vaults that the invitation opens."""
    chains = Chain.objects.filter(pk__in=Holder.objects.filter(roster_kid=found.certificate.kid).values("chain"))
    titles = titles_of_vaults(chain.pk for chain in chains)
    return [_waiting(chain, found.certificate.kid, titles.get(chain.pk, "")) for chain in chains]


def _waiting(chain: Chain, kid: str, title: str) -> WaitingVault:
    return WaitingVault(
        vault_id=chain.pk,
        title=title,
        epoch=Epoch.objects.filter(chain=chain).latest("epoch"),
        roster=Roster.objects.filter(chain=chain).latest("seq"),
        age=bytes(Wrap.objects.get(chain=chain, epoch=chain.epoch, kid=kid).age),
    )
