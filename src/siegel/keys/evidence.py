"""What verifies what people are shown: certificates, revocations and the chains of teams (docs/formats.md 10).

Whoever knows the log up to an index asks for what came later. Somebody who comes into his view only now brings all of
his with him, however old: the subjects named by the news are `fresh`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from siegel.base.audit.tree import size_of
from siegel.firms.queries import fellow_users_of, people_managed_by, role_of
from siegel.keys.models import Certificate, Epoch, FormerHolder, Holder, Record, Revocation, Roster, Team
from siegel.keys.places import places_of
from siegel.keys.queries import Entry, signed
from siegel.seals.documents import MAY_CERTIFY, PERSONS
from siegel.seals.documents import Roster as RosterDocument

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.keys.models import Chain, Invitation

# Whose certificates everybody in the firm may see: without them no document of the firm can be verified.
OF_THE_FIRM = ("root", "recovery", "owner", "office_leader", "clerk", "scanner", "service")
# About 3 KB each on the wire; an answer is put together in memory.
CERTIFICATES_PER_PAGE = 1000


@dataclass(frozen=True)
class Subjects:
    """Of whom there is evidence: ids of people and of teams; `everybody` of the firm, then `people` is not asked."""

    people: frozenset[str]
    teams: frozenset[str]
    everybody: bool = False

    def rows(self, tenant_id: str) -> Q:
        """The rows of certificates and revocations about them, and about the firm's own."""
        if self.everybody:
            return Q()
        # by subject, so that the invitations from which certificates came are among them
        firm = Certificate.objects.filter(tenant=tenant_id, kind__in=OF_THE_FIRM).values("subject")
        return Q(subject__in=self.people | self.teams) | Q(subject__in=firm)


@dataclass(frozen=True)
class Evidence:
    """In the log's order. `more`: there is more behind the last certificate; ask again with its log index."""

    certificates: Sequence[Certificate]
    revocations: Sequence[Revocation]
    teams: dict[str, list[Entry]]
    more: bool = False


def evidence(
    tenant_id: str,
    subjects: Subjects,
    *,
    log: int | None = None,
    fresh: Collection[str] = (),
    limit: int | None = None,
) -> Evidence:
    """What the log says of `subjects` after the index `log`, and of those in `fresh` from the beginning.

    With `limit` at most so many certificates, and nothing behind them in the log. Seven queries at most. Of what is
    accepted meanwhile nothing comes: a revocation without its certificate would be refused, and so would a person's
    new key without the revocation of the one before.
    """
    known = Q(log_index__lt=(size := size_of(tenant_id)))
    if log is not None:
        known &= Q(log_index__gt=log) | Q(subject__in=fresh)
    teams = team_entries(subjects.teams, log=log, fresh=fresh, size=size)
    revocations = list(
        Revocation.objects.filter(subjects.rows(tenant_id), known, tenant=tenant_id).order_by("log_index")
    )
    rows = annotated(Certificate.objects.filter(subjects.rows(tenant_id), known, tenant=tenant_id)).order_by(
        "log_index", "pk"
    )
    certificates = list(rows[: limit + 1] if limit else rows)
    if limit is None or len(certificates) <= limit:
        return Evidence(certificates, revocations, teams)
    certificates = [row for row in certificates if row.log_index < certificates[-1].log_index]
    end = certificates[-1].log_index
    before = {team: [entry for entry in some if entry.record.log_index <= end] for team, some in teams.items()}
    return Evidence(certificates, [row for row in revocations if row.log_index <= end], before, more=True)


def annotated(rows: QuerySet[Certificate]) -> "QuerySet[Certificate, Any]":
    """Each row tells whether its key is `provisional`: of its certificates that stand all are an invitation's."""
    standing = Certificate.objects.filter(tenant=OuterRef("tenant"), kid=OuterRef("kid"), out_at=None)
    return rows.annotate(
        provisional=Exists(standing) & ~Exists(standing.exclude(issuer__kind="invitation")),
    )


def team_entries(
    teams: Collection[str], *, size: int, log: int | None = None, fresh: Collection[str] = ()
) -> dict[str, list[Entry]]:
    """The chains of teams by id as far as a log of `size` entries has them, after the index `log` (of those in `fresh`
    all). Three queries, or none.
    """
    if not teams:
        return {}
    wanted = Q(chain__in=teams, log_index__lt=size)
    if log is not None:
        wanted &= Q(log_index__gt=log) | Q(chain__in=fresh)
    records = list(Record.objects.filter(wanted).order_by("log_index"))
    span = {record.chain_id for record in records}
    rosters = {(row.chain_id, row.record_seq): row for row in Roster.objects.filter(chain__in=span)}
    epochs = {(row.chain_id, row.record_seq): row for row in Epoch.objects.filter(chain__in=span)}
    found: dict[str, list[Entry]] = defaultdict(list)
    for record in records:
        place = (record.chain_id, record.seq)
        found[record.chain_id].append(Entry(record, rosters.get(place), epochs.get(place)))
    return dict(found)


def named_in(chains: "Iterable[str] | QuerySet[Holder, str]") -> Subjects:
    """Everybody the present and former rosters of these chains name, and of the teams they name. Two queries."""
    present, former = Holder.objects.filter(chain__in=chains), FormerHolder.objects.filter(chain__in=chains)
    teams = _ids(present, former, "team")
    own = Q(chain__in=chains) | Q(chain__in=teams)
    return Subjects(_ids(Holder.objects.filter(own), FormerHolder.objects.filter(own), "person"), teams)


def _ids(present: QuerySet[Holder], former: QuerySet[FormerHolder], column: str) -> frozenset[str]:
    ids = present.values_list(column).union(former.values_list(column))
    return frozenset(one for (one,) in ids if one is not None)


def of_chain(chain: "Chain") -> Subjects:
    """What verifies a chain and its verdicts; of a team its own certificates too, its chain not beside itself."""
    named = named_in([chain.pk])
    return Subjects(named.people | {chain.pk}, named.teams)


def beside(person: "Person") -> Subjects:
    """The person, all who are named with him in rosters, whose access he looks after, who signs in for the same client,
    and the teams he meets there.
    """
    if role_of(person) == "owner":
        teams = Team.objects.filter(tenant=person.tenant_id).values_list("pk", flat=True)
        return Subjects(frozenset(), frozenset(teams), everybody=True)
    held = frozenset(places_of(person).values_list("chain", flat=True))
    found = named_in(held)
    managed = people_managed_by(person).values_list("pk", flat=True)
    return Subjects(found.people | {person.pk, *managed, *fellow_users_of(person)}, found.teams | _teams_among(held))


def about(person: "Person", ids: Iterable[str]) -> Subjects:
    """Of these people and teams whom the person may see, with the teams' members; himself; the firm's own."""
    own = frozenset({person.pk})
    wanted = frozenset(ids) - {""} | own
    if wanted == own:
        # Of somebody who holds thousands of vaults it is much to ask whom he sees.
        return Subjects(own, frozenset())
    seen = beside(person)
    teams = wanted & seen.teams
    people = wanted if seen.everybody else wanted & seen.people
    return Subjects(people | teams | named_in(teams).people if teams else people, teams)


def of_letter(found: "Invitation") -> Subjects:
    """What an invited person verifies before he has proven anything: the rosters he is to stand in."""
    lines = Holder.objects.filter(chain__tenant=found.tenant_id, roster_kid=found.certificate.kid)
    chains = lines.values_list("chain", flat=True)
    named = named_in(list(chains))
    return Subjects(named.people | {found.person_id}, named.teams)


def named_by(entries: Iterable[Entry]) -> set[str]:
    """Ids of all subjects whom the rosters of these records name."""
    rosters = [RosterDocument.parse(signed(entry.roster)) for entry in entries if entry.roster]
    return {holder.subject for roster in rosters for holder in roster.holders}


def provisional_for(person: "Person", *, limit: int = CERTIFICATES_PER_PAGE) -> Sequence[Certificate]:
    """The first certificates in force that only an invitation vouches for and that the person may countersign."""
    kinds = MAY_CERTIFY.get(role_of(person) or "", ())
    standing = Certificate.objects.filter(tenant=person.tenant_id, kind__in=set(kinds) & set(PERSONS), out_at=None)
    waiting = annotated(standing).filter(Q(provisional=True))
    # Few wait, or nobody: whom the person sees is asked for these only.
    seen = about(person, waiting.values_list("subject", flat=True))
    return list(waiting.filter(seen.rows(person.tenant_id)).order_by("log_index", "pk")[:limit])


def _teams_among(chains: Collection[str]) -> frozenset[str]:
    return frozenset(Team.objects.filter(pk__in=chains).values_list("pk", flat=True))
