"""Reading certificates and chains, as they are stored. Who holds what is the matter of `places`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Max, Q, QuerySet

from siegel.firms.queries import titles_of_vaults
from siegel.keys.errors import KeysError
from siegel.keys.models import (
    AccessEvent,
    Certificate,
    Chain,
    Epoch,
    Holder,
    Invitation,
    Record,
    Revocation,
    Roster,
    SelfRecord,
    UnlockWrap,
    Wrap,
)
from siegel.keys.models import Team as TeamRow
from siegel.keys.places import places_of
from siegel.seals.certificates import Accepted, CertificateStore
from siegel.seals.chain import Position, Standing
from siegel.seals.documents import PERSONS, ScannerKey
from siegel.seals.documents import Certificate as CertificateDocument
from siegel.seals.documents import Epoch as EpochDocument
from siegel.seals.documents import Roster as RosterDocument
from siegel.seals.holders import Moment, keys_of
from siegel.seals.known import PastRoster, Team
from siegel.seals.records import Genesis
from siegel.seals.records import Record as RecordDocument
from siegel.seals.revocations import AcceptedRevocation
from siegel.seals.signed import Signed

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.base.models import Tenant

ENTRIES_PER_PAGE = 2000


def signed(row: "AccessEvent | Certificate | Record | Revocation | Roster | Epoch") -> Signed:
    """The document in a row."""
    return Signed(bytes(row.bytes), bytes(row.sig))


def scanners_of(tenant: "Tenant") -> CertificateStore:
    """The certificates of the firm's scanners. KeysError `scanner_not_certified` (503) when it has none."""
    keys = scanner_keys(tenant)
    if not keys:
        raise KeysError("scanner_not_certified", status=503)
    return store_of(tenant, keys)


def scanner_keys(tenant: "Tenant") -> set[str]:
    """The key ids of the firm's scanners that are in force."""
    rows = Certificate.objects.filter(tenant=tenant, kind="scanner", out_at=None)
    return set(rows.values_list("kid", flat=True))


def kid_of(person: "Person") -> str:
    """The key id of the person's newest generation; empty before he has a certificate."""
    own = Certificate.objects.filter(tenant=person.tenant_id, subject=person.id, kind__in=PERSONS)
    return own.order_by("-generation", "log_index").values_list("kid", flat=True).first() or ""


def team_name(chain_id: str) -> str | None:
    """None for the chain of a vault."""
    return TeamRow.objects.filter(pk=chain_id).values_list("name", flat=True).first()


def generation_of(person: "Person") -> int:
    """Of the person's newest key; 0 before he has one."""
    own = Certificate.objects.filter(tenant=person.tenant_id, subject=person.id, kind__in=PERSONS)
    return own.aggregate(newest=Max("generation"))["newest"] or 0


def certificate_of(person: "Person") -> CertificateDocument | None:
    """The certificate of the person's newest key that is in force."""
    own = Certificate.objects.filter(tenant=person.tenant_id, subject=person.id, kind__in=PERSONS, out_at=None)
    row = own.order_by("-generation", "log_index").first()
    return CertificateDocument.parse(signed(row)) if row else None


def require_certified_scanner(tenant: "Tenant", announced: Signed) -> None:
    """KeysError `scanner_not_certified` (503) unless an owner has certified the scanner that announced this key."""
    scanner = ScannerKey.parse(announced).scanner
    if not Certificate.objects.filter(tenant=tenant, kind="scanner", kid=scanner, out_at=None).exists():
        raise KeysError("scanner_not_certified", status=503)


def owner_certified_since(tenant_id: str, time: int) -> str | None:
    """The id of the person whom the root, by itself, made an owner last, if that was after `time`; not the founder."""
    direct = Certificate.objects.filter(tenant=tenant_id, kind="owner", issuer__kind="root", accepted_at__gt=time)
    later = direct.exclude(log_index=F("issuer__log_index"))
    return later.order_by("-log_index").values_list("subject", flat=True).first()


def unlock_wrap_of(person: "Person", method: str = "password") -> bytes | None:
    blob = UnlockWrap.objects.filter(person=person, method=method).values_list("blob", flat=True).first()
    return bytes(blob) if blob is not None else None


def self_record_of(person: "Person") -> tuple[int, bytes | None]:
    """Its number and the sealed record; 0 and None while there is none."""
    row = SelfRecord.objects.filter(person=person).values_list("number", "age").first()
    return (row[0], bytes(row[1])) if row else (0, None)


def store_of(
    tenant: "Tenant", keys: Iterable[str], hashes: Iterable[str] = (), *, subjects: Iterable[str] = ()
) -> CertificateStore:
    """All that decides about these key ids (and the certificates with these hashes, and all keys of these people and
    teams): redemptions of invitations, issuers up to the root, revocations, of teams the generations, rosters, members.

    It was verified when it was accepted, so it is loaded as it is; a root is never added here.
    """
    keys = set(keys)
    wanted = Q(kid__in=keys) | Q(pk__in=set(hashes)) | Q(issuer__kid__in=keys, issuer__kind="invitation")
    wanted |= Q(subject__in=set(subjects))
    rows = {row.hash: row for row in Certificate.objects.filter(wanted, tenant=tenant)}
    teams = _teams_named(row.subject for row in rows.values() if row.kind == "team")
    if teams:
        keys |= {key for team in teams for past in team.rosters for key in keys_of(past.roster)}
        wanted = Q(kid__in=keys) | Q(issuer__kid__in=keys, issuer__kind="invitation")
        wanted |= Q(kind="team", subject__in={team.id for team in teams})
        rows |= {row.hash: row for row in Certificate.objects.filter(wanted, tenant=tenant)}
    _complete(tenant, rows, keys)
    store = CertificateStore("")
    for row in sorted(rows.values(), key=lambda row: row.log_index):
        store.load(Accepted(signed(row), row.accepted_at, row.log_index))
    kids = {row.kid for row in rows.values()}
    for revocation in Revocation.objects.filter(tenant=tenant, kid__in=kids):
        store.load_revocation(AcceptedRevocation(signed(revocation), revocation.accepted_at, revocation.log_index))
    store.teams = {team.id: team for team in teams}
    return store


def _complete(tenant: "Tenant", rows: dict[str, Certificate], complete: set[str]) -> None:
    """Adds all certificates of the keys in `rows` (those in `complete` have theirs), and the issuers of all.

    No chain is longer than six, so this ends after as many queries at the latest.
    """
    while True:
        kids = {row.kid for row in rows.values()} - complete
        issuers = {row.issuer_id for row in rows.values() if row.issuer_id} - rows.keys()
        if not kids and not issuers:
            return
        complete |= kids
        wanted = Q(kid__in=kids) | Q(pk__in=issuers)
        rows |= {row.hash: row for row in Certificate.objects.filter(wanted, tenant=tenant)}


def _teams_named(ids: Iterable[str]) -> list[Team]:
    """Their rosters as stored, each with its place in the log."""
    wanted = set(ids)
    if not wanted:
        return []
    places = {
        (row["chain"], row["seq"]): row["log_index"]
        for row in Record.objects.filter(chain__in=wanted).values("chain", "seq", "log_index")
    }
    rosters: dict[str, list[PastRoster]] = {team: [] for team in wanted}
    for row in Roster.objects.filter(chain__in=wanted):
        past = PastRoster(places[row.chain_id, row.record_seq], RosterDocument.parse(signed(row)))
        rosters[row.chain_id].append(past)
    return [Team.load(team, past) for team, past in rosters.items()]


def position_of(chain: Chain) -> Position:
    """Where the chain stands. Three queries."""
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


def entries_since(chain: Chain, since: int, limit: int = ENTRIES_PER_PAGE) -> Sequence[Entry]:
    """The next records after `since` in order, at most `limit`.

    None behind the head that `chain` was loaded with: a record accepted in between would contradict it.
    """
    records = list(Record.objects.filter(chain=chain, seq__gt=since, seq__lte=chain.head_seq).order_by("seq")[:limit])
    if not records:
        return []
    span = (records[0].seq, records[-1].seq)
    rosters = {row.record_seq: row for row in Roster.objects.filter(chain=chain, record_seq__range=span)}
    epochs = {row.record_seq: row for row in Epoch.objects.filter(chain=chain, record_seq__range=span)}
    return [Entry(record, rosters.get(record.seq), epochs.get(record.seq)) for record in records]


def wraps_of(chain: Chain, person: "Person") -> QuerySet[Wrap]:
    """The wraps that open something for the person: his own of all epochs since he came, and those of his teams.

    None once his key is out of force, and none of a vault that is not his any more.
    """
    lines = places_of(person).filter(chain=chain)
    own = lines.filter(person=person.pk).values("kid")
    teams = Certificate.objects.filter(kind="team", subject__in=lines.exclude(team=None).values("team"), out_at=None)
    return Wrap.objects.filter(Q(kid__in=own) | Q(kid__in=teams.values("kid")), chain=chain).order_by("epoch", "kid")


def invitation(invitation_id: str) -> Invitation:
    """KeysError `invitation_unknown` (404)."""
    rows = Invitation.objects.select_related("person__tenant", "certificate")
    found = rows.filter(pk=invitation_id).first()
    if found is None:
        raise KeysError("invitation_unknown", status=404)
    return found


def open_invitation(invitation_id: str, now: int) -> Invitation:
    """One that may still be redeemed and was not withdrawn.

    KeysError `invitation_unknown` (404), `invitation_gone` (410).
    """
    found = invitation(invitation_id)
    if found.redeemed_id or found.expires_at < now or found.certificate.out_at is not None:
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
    lines = Holder.objects.filter(roster_kid=found.certificate.kid)
    chains = Chain.objects.filter(tenant=found.tenant_id, pk__in=lines.values("chain"))
    titles = titles_of_vaults(chain.pk for chain in chains) | dict(
        TeamRow.objects.filter(pk__in=[chain.pk for chain in chains]).values_list("pk", "name")
    )
    return [_waiting(chain, found.certificate.kid, titles.get(chain.pk, "")) for chain in chains]


def _waiting(chain: Chain, kid: str, title: str) -> WaitingVault:
    return WaitingVault(
        vault_id=chain.pk,
        title=title,
        epoch=Epoch.objects.filter(chain=chain).latest("epoch"),
        roster=Roster.objects.filter(chain=chain).latest("seq"),
        age=bytes(Wrap.objects.get(chain=chain, epoch=chain.epoch, kid=kid).age),
    )
