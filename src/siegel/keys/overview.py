"""What the pages of keys show: teams, what is due, and who has which keys. Every list is scoped by who asks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable

from siegel.accounts.queries import people_of, session_counts
from siegel.base.errors import BaseError
from siegel.firms.queries import Standing, people_managed_by, staff_members, standing, standings, users_of
from siegel.keys.evidence import annotated
from siegel.keys.models import Certificate, Chain, Holder, Invitation, Team, UnlockWrap, Wrap
from siegel.keys.places import Now, managed, memberships_of, places_of, right_in
from siegel.seals.chain import WRITERS
from siegel.seals.documents import PERSONS

if TYPE_CHECKING:
    from siegel.accounts.models import Person

PAGE = 1000


def is_due() -> Combinable | Q:
    """Chains whose next writer begins a new epoch first: the mark, or an end that has come since, his or a letter's.

    His wrap of the current epoch tells that it was sealed for him. Exactly who must rotate, clients derive themselves.
    """
    given = Wrap.objects.filter(chain=OuterRef("chain"), epoch=OuterRef("chain__epoch"), kid=OuterRef("kid"))
    letters = Invitation.objects.filter(certificate__kid=OuterRef("kid"), redeemed=None, expires_at__lt=Now())
    over = Q(until__lt=Now()) | Q(Exists(letters))
    return Q(due=True) | Exists(Holder.objects.filter(over, Exists(given), chain=OuterRef("pk")))


def due_now(chain: Chain) -> bool:
    return chain.due or Chain.objects.filter(is_due(), pk=chain.pk).exists()


@dataclass(frozen=True)
class TeamLine:
    """A team as one person sees it; `rights` is null for a ruler who is not in it."""

    team: Team
    rights: str | None
    due: bool


def teams_of(person: "Person") -> list[TeamLine]:
    """The teams the person is in; for an owner all, for an office leader those of his office too. Two queries."""
    rows = (
        _teams_seen(person)
        .select_related("chain")
        .annotate(
            rights=Subquery(right_in(person, OuterRef("chain"))),
            is_due=Exists(Chain.objects.filter(is_due(), pk=OuterRef("chain"))),
        )
    )
    # rights and is_due are annotated above
    return [TeamLine(row, row.rights, row.is_due) for row in rows.order_by("name")]


def _teams_seen(person: "Person") -> QuerySet[Team]:
    found = standing(person)
    seen = Q(pk__in=memberships_of(person).values("chain"))
    if found is not None and found.role == "owner":
        seen = Q()
    elif found is not None and found.role == "office_leader":
        seen |= Q(office=found.office_id)
    return Team.objects.filter(seen, tenant=person.tenant_id)


def team_seen_by(person: "Person", team_id: str) -> Team:
    """BaseError `not_found` (404). One query, two with the standing."""
    team = _teams_seen(person).select_related("chain").filter(pk=team_id).first()
    if team is None:
        raise BaseError("not_found", status=404)
    return team


def chain_seen_by(person: "Person", chain_id: str) -> Chain:
    """A vault or team the person holds or rules; BaseError `not_found` (404)."""
    try:
        return managed(person, chain_id)
    except BaseError:
        return team_seen_by(person, chain_id).chain


@dataclass(frozen=True)
class DueChains:
    """Chains (ids) that the person may give new keys; `more`: ask again after the last vault."""

    teams: list[str]
    vaults: list[str]
    more: bool


def due_for(person: "Person", *, after: str = "", limit: int = PAGE) -> DueChains:
    """All teams that are due and that he rules, and the first vaults, after the id `after`, that he may write to."""
    places = places_of(person)
    teams = Team.objects.filter(tenant=person.tenant_id)
    found = standing(person)
    rules = found is not None and found.role in ("owner", "office_leader")
    ruled = Chain.objects.filter(
        is_due(), pk__in=teams.filter(pk__in=places.filter(rights="manage").values("chain")).values("pk")
    )
    written = Chain.objects.filter(is_due(), pk__gt=after, pk__in=places.filter(rights__in=WRITERS).values("chain"))
    vaults = list(written.exclude(pk__in=teams.values("pk")).order_by("pk").values_list("pk", flat=True)[: limit + 1])
    return DueChains(
        teams=list(ruled.order_by("pk").values_list("pk", flat=True)) if rules else [],
        vaults=vaults[:limit],
        more=len(vaults) > limit,
    )


@dataclass
class PersonKeys:
    """A person on the page of keys. `vaults`: how many name him in a line of his own; `teams`: the others through."""

    id: str
    name: str
    username: str
    state: str
    standing: Standing | None
    devices: int = 0
    vaults: int = 0
    teams: list[str] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    certificate: Certificate | None = None

    @property
    def provisional(self) -> bool:
        """Whether only an invitation vouches for his newest key."""
        return bool(getattr(self.certificate, "provisional", False))


@dataclass(frozen=True)
class Tree:
    people: Sequence[PersonKeys]
    teams: Sequence[Team]
    vaults_by_team: dict[str, int]
    more: bool


def key_tree(person: "Person", *, after: str = "", limit: int = PAGE) -> Tree:
    """The first people, after the id `after`, whose access the person looks after, and himself. Ten queries at most."""
    return _tree(person, _seen(person), after, limit)


def staff_tree(person: "Person") -> Tree:
    """As `key_tree`, of the staff only."""
    staff = staff_members(person.tenant).order_by().values("person")
    return _tree(person, _seen(person).filter(pk__in=staff), "", PAGE)


def users_tree(person: "Person", client_id: str) -> Tree:
    """As `key_tree`, of one client's users only."""
    return _tree(person, _seen(person).filter(pk__in=users_of(client_id)), "", PAGE)


def _seen(person: "Person") -> "QuerySet[Person]":
    managed = people_managed_by(person).values("pk")
    return people_of(person.tenant_id).filter(Q(pk__in=managed) | Q(pk=person.pk))


def _tree(person: "Person", rows: "QuerySet[Person]", after: str, limit: int) -> Tree:
    fields = rows.filter(pk__gt=after).order_by("pk").values_list("pk", "name", "username", "state")
    shown = list(fields[: limit + 1])
    ids = [pk for pk, *_ in shown[:limit]]
    standing_by_id, devices, certificates = standings(ids), session_counts(ids), _newest(person.tenant_id, ids)
    teams = list(_teams_seen(person).order_by("name"))
    found = {
        pk: PersonKeys(
            pk, name, username, state, standing_by_id.get(pk), devices.get(pk, 0), certificate=certificates.get(pk)
        )
        for pk, name, username, state in shown[:limit]
    }
    for pk, method in UnlockWrap.objects.filter(person__in=ids).order_by("method").values_list("person", "method"):
        found[pk].methods.append(method)
    lines = Holder.objects.filter(person__in=ids)
    in_teams = Team.objects.filter(tenant=person.tenant_id).values("pk")
    for pk, team in lines.filter(chain__in=in_teams).order_by("chain").values_list("person", "chain"):
        found[pk or ""].teams.append(team)
    for row in lines.exclude(chain__in=in_teams).exclude(rights="trusted").values("person").annotate(n=Count("pk")):
        found[row["person"]].vaults = row["n"]
    held = Holder.objects.filter(team__in=[team.pk for team in teams]).values("team").annotate(n=Count("pk"))
    return Tree(list(found.values()), teams, {row["team"]: row["n"] for row in held}, len(shown) > limit)


def _newest(tenant_id: str, people: list[str]) -> dict[str, Certificate]:
    """The first certificate of each person's newest key, of those in force if one is. One query."""
    own = Certificate.objects.filter(tenant=tenant_id, subject__in=people, kind__in=PERSONS)
    rows = annotated(own).only("subject", "generation", "kid", "accepted_at", "out_at", "tenant")
    newest: dict[str, Certificate] = {}
    for row in rows.order_by("generation", F("out_at").asc(nulls_last=True), "-log_index"):
        newest[row.subject] = row
    return newest
