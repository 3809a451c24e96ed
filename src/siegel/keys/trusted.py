"""Trusted people: in which vaults somebody is one, who asks to be let into whose, and whom one may name."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone

from siegel.accounts.queries import people_of
from siegel.base.errors import BaseError
from siegel.firms.queries import fellow_users_of, staff_members, titles_of_vaults
from siegel.keys import queries
from siegel.keys.models import AccessEvent, Certificate, Chain, Holder, Roster
from siegel.keys.places import ACTIVE, in_force, lines_in_force, places_of, ruled_by
from siegel.seals.chain import WRITERS
from siegel.seals.documents import PERSONS
from siegel.seals.events import OBJECTED, REQUESTED, AcceptedEvent

if TYPE_CHECKING:
    from siegel.accounts.models import Person


def accepted(row: AccessEvent) -> AcceptedEvent:
    return AcceptedEvent(queries.signed(row), row.accepted_at, row.log_index)


def events_of(chain: Chain) -> QuerySet[AccessEvent]:
    """All that was declared about a vault, in the order of the log."""
    return AccessEvent.objects.filter(chain=chain).order_by("log_index")


def last_event_of(chain_id: str) -> str | None:
    """The hash that the next event names."""
    return AccessEvent.objects.filter(chain=chain_id).order_by("-log_index").values_list("pk", flat=True).first()


def _trusting(person: "Person") -> QuerySet[Holder]:
    """The lines that trust the person, whether or not he may enter yet."""
    own = Holder.objects.filter(rights="trusted", person=person.pk, person__state=ACTIVE)
    keys = Certificate.objects.filter(tenant=person.tenant_id, subject=person.pk, kind__in=PERSONS, out_at=None)
    return own.filter(chain__tenant=person.tenant_id, kid__in=keys.values("kid"))


def guarded(person: "Person") -> QuerySet[Chain]:
    """Where the person may object: where he writes, and where a line of his does, with whichever of his keys."""
    own = Holder.objects.filter(person=person.pk, person__state=ACTIVE, rights__in=WRITERS).values("chain")
    written = places_of(person).filter(rights__in=WRITERS).values("chain")
    wanted = Q(pk__in=own) | Q(pk__in=written) | Q(pk__in=ruled_by(person).values("pk"))
    return Chain.objects.filter(wanted, tenant=person.tenant_id)


def concerned(person: "Person", chain_id: str) -> Chain:
    """A vault about which the person may declare something; BaseError `not_found` (404)."""
    trusting = Chain.objects.filter(pk__in=_trusting(person).values("chain"))
    found = trusting.filter(pk=chain_id).first() or guarded(person).filter(pk=chain_id).first()
    if found is None:
        raise BaseError("not_found", status=404)
    return found


def _time(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


@dataclass(frozen=True)
class Asked:
    """A request that counts: who asks, since when, and when it opens or has opened the vault.

    `title`: of a dossier; None of a personal vault, whose title is sealed. `own`: the vault is the reader's own.
    """

    request: AccessEvent
    vault: str
    title: str | None
    name: str
    last: str
    own: bool

    @property
    def since(self) -> datetime | None:
        return _time(self.request.accepted_at)

    @property
    def opens_at(self) -> datetime | None:
        return _time(self.request.opens_at)

    @property
    def is_open(self) -> bool:
        return (self.request.opens_at or 0) <= timezone.now().timestamp()


def asked_of(person: "Person") -> list[Asked]:
    """The requests to which the person may object, the newest first. Two queries where there are none."""
    standing = AccessEvent.objects.filter(event=REQUESTED, ended=False, chain__tenant=person.tenant_id)
    # of keys that are still trusted: a revoked one asks for nothing any more
    standing = standing.filter(chain__in=_vaults_trusting())
    rows = list(standing.exclude(person=person.pk).select_related("person").order_by("-log_index"))
    if not rows:
        return []
    seen = set(guarded(person).filter(pk__in=[row.chain_id for row in rows]).values_list("pk", flat=True))
    managed = _managed_by_himself(person, seen)
    titles = titles_of_vaults(seen)
    return [
        Asked(
            row,
            row.chain_id,
            titles.get(row.chain_id),
            row.person.name,
            last_event_of(row.chain_id) or "",
            row.chain_id in managed,
        )
        for row in rows
        if row.chain_id in seen and _counts(row)
    ]


def _vaults_trusting() -> "QuerySet[Holder, str]":
    return Holder.objects.filter(rights="trusted").values_list("chain", flat=True)


def _counts(row: AccessEvent) -> bool:
    """Whether whoever asks is trusted with this key, which is in force."""
    lines = Holder.objects.filter(chain=row.chain_id, kid=row.kid, rights="trusted", person__state=ACTIVE)
    return lines.filter(in_force(row.kid, row.chain.tenant_id)).exists()


def _managed_by_himself(person: "Person", chains: set[str]) -> set[str]:
    rows = Holder.objects.filter(chain__in=chains, person=person.pk, rights__in=WRITERS)
    return set(rows.values_list("chain", flat=True))


@dataclass(frozen=True)
class Entrusted:
    """A vault that trusts the reader. `roster`: its hash, which a request names; `last`: of the vault's last event.

    `owners`: who manages it. `request`: his own that counts; `objected`: his last one was refused.
    """

    vault: str
    title: str | None
    owners: str
    wait_days: int
    roster: str
    last: str | None
    request: AccessEvent | None
    objected: bool
    is_open: bool

    @property
    def since(self) -> datetime | None:
        return _time(self.request.accepted_at) if self.request else None

    @property
    def opens_at(self) -> datetime | None:
        return _time(self.request.opens_at) if self.request else None


def entrusted_to(person: "Person") -> list[Entrusted]:
    """The vaults that trust the person."""
    lines = list(_trusting(person).order_by("chain"))
    titles = titles_of_vaults(line.chain_id for line in lines)
    opened = set(lines_in_force().filter(pk__in=[line.pk for line in lines]).values_list("pk", flat=True))
    return [_entrusted(line, titles.get(line.chain_id), line.pk in opened) for line in lines]


def _entrusted(line: Holder, title: str | None, is_open: bool) -> Entrusted:
    chain = line.chain_id
    owners = Holder.objects.filter(chain=chain, rights="manage").exclude(person=None).order_by("person__name")
    asked = AccessEvent.objects.filter(chain=chain, event=REQUESTED, kid=line.kid).order_by("-log_index").first()
    return Entrusted(
        vault=chain,
        title=title,
        owners=", ".join(owners.values_list("person__name", flat=True)),
        wait_days=line.wait_days or 0,
        roster=Roster.objects.filter(chain=chain).latest("seq").hash,
        last=last_event_of(chain),
        request=asked if asked and not asked.ended else None,
        objected=bool(asked and AccessEvent.objects.filter(event=OBJECTED, request=asked).exists()),
        is_open=is_open,
    )


@dataclass(frozen=True)
class OwnVault:
    """A personal vault that the reader manages, and the lines of the people whom it trusts."""

    vault: str
    trusted: Sequence[Holder]


def own_vaults(vaults: Iterable[str]) -> list[OwnVault]:
    """Of `vaults`, with whom each trusts. One query."""
    lines = defaultdict[str, list[Holder]](list)
    wanted = list(vaults)
    rows = Holder.objects.filter(chain__in=wanted, rights="trusted").select_related("person")
    for line in rows.order_by("person__name"):
        lines[line.chain_id].append(line)
    return [OwnVault(vault, lines[vault]) for vault in wanted]


@dataclass(frozen=True)
class Candidate:
    """Somebody whom one may trust; `kid`: his newest key, in force."""

    id: str
    name: str
    username: str
    kid: str


def candidates_for(person: "Person") -> Sequence[Candidate]:
    """The staff, and who signs in for the same client as the person."""
    staff = staff_members(person.tenant).order_by().values("person")
    people = people_of(person.tenant_id).filter(Q(pk__in=staff) | Q(pk__in=fellow_users_of(person)), state=ACTIVE)
    found = []
    for one in people.exclude(pk=person.pk).order_by("name"):
        kid = queries.certificate_of(one)
        if kid is not None:
            found.append(Candidate(one.pk, one.name, one.username, kid.kid))
    return found
