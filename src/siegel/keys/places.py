"""Who holds what, now. Every door asks here, and every answer joins on the state that access depends on.

`Holder` is the copy of the rosters. A line of it opens something while its key is in force, its `until` has not passed
and its person is active; a team's line opens for whoever has such a line in the team's own roster.
"""

from typing import TYPE_CHECKING, Any

from django.db.models import BigIntegerField, Case, Exists, Func, OuterRef, Q, QuerySet, When

from siegel.base.errors import BaseError
from siegel.firms.queries import dossiers_visible_to, role_of, vaults_of_dossiers
from siegel.keys.models import AccessEvent, Certificate, Chain, Holder, Team, Wrap
from siegel.seals.chain import WRITERS
from siegel.seals.documents import PERSONS

if TYPE_CHECKING:
    from siegel.accounts.models import Person

# As in accounts.Person.State, which the rooms above know by name only.
ACTIVE = "active"


class Now(Func):
    """The database's clock, in whole seconds: a statement put together once stays right during a long transfer."""

    output_field = BigIntegerField()
    template = "CAST(EXTRACT(EPOCH FROM CLOCK_TIMESTAMP()) AS BIGINT)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[str | int, ...]]:
        return "unixepoch()", ()


# Of several lines the best one counts.
RANK = Case(*(When(rights=rights, then=rank) for rank, rights in enumerate(("manage", "write", "read"))), default=3)


def in_force(kid: str | OuterRef, tenant: str | OuterRef) -> Exists:
    """Whether one of the key's certificates in the firm is in force. Another firm may have certified it, too."""
    return Exists(Certificate.objects.filter(kid=kid, tenant=tenant, out_at=None))


def lines_in_force() -> QuerySet[Holder]:
    """Lines whose key is in force and whose end has not come; of trusted people those whose wait is over."""
    asked = AccessEvent.objects.filter(chain=OuterRef("chain"), kid=OuterRef("kid"), event="requested", ended=False)
    return Holder.objects.filter(
        Q(until=None) | Q(until__gte=Now()),
        ~Q(rights="trusted") | Exists(asked.filter(opens_at__lte=Now())),
        in_force(OuterRef("kid"), OuterRef("chain__tenant")),
    )


def places_of(person: "Person") -> QuerySet[Holder]:
    """The lines that open a vault or a team for the person: his own, and those of the teams he is in."""
    own = Q(person=person.pk, person__state=ACTIVE)
    return lines_in_force().filter(own | Q(team__in=memberships_of(person).values("chain")))


def memberships_of(person: "Person") -> QuerySet[Holder]:
    """The person's lines in teams."""
    teams = Team.objects.filter(tenant=person.tenant_id)
    return lines_in_force().filter(chain__in=teams.values("pk"), person=person.pk, person__state=ACTIVE)


def ruled_by(person: "Person") -> QuerySet[Chain]:
    """What an owner manages without a line of his own: all teams and dossiers' vaults of the firm (ADR 0016).

    Nothing for others. He reads the chains and writes records; contents open by lines only.
    """
    if person.state != ACTIVE or role_of(person) != "owner" or not _has_key_in_force(person):
        return Chain.objects.none()
    teams = Team.objects.filter(tenant=person.tenant_id)
    dossiers = dossiers_visible_to(person).exclude(vault_id=None)
    ruled = Q(pk__in=teams.values("pk")) | Q(pk__in=dossiers.values("vault_id"))
    return Chain.objects.filter(ruled, tenant=person.tenant_id)


def personal_chains(tenant_id: str) -> QuerySet[Chain]:
    """Of people's own vaults: neither a team's chain nor a dossier's vault."""
    teams = Team.objects.filter(tenant=tenant_id).values("pk")
    return Chain.objects.filter(tenant=tenant_id).exclude(pk__in=teams).exclude(pk__in=vaults_of_dossiers(tenant_id))


def readmitting(person: "Person") -> QuerySet[Chain]:
    """Others' own vaults, and his, in which an owner may give the founder his place back (ADR 0035).

    Recovery holds them, the founder's line is a key's that is out of force, and he has another. Nothing for others.
    """
    if person.state != ACTIVE or role_of(person) != "owner" or not _has_key_in_force(person):
        return Chain.objects.none()
    tenant = person.tenant_id
    lines = Holder.objects.filter(chain=OuterRef("pk"))
    present = Certificate.objects.filter(tenant=tenant, subject=OuterRef("person"), kind__in=PERSONS, out_at=None)
    # A recovery key that came in another's place opens nothing before the next epoch (ADR 0040).
    given = Wrap.objects.filter(chain=OuterRef("chain"), epoch=OuterRef("chain__epoch"), kid=OuterRef("kid"))
    held = lines.filter(Exists(given), in_force(OuterRef("kid"), tenant), rights="hold")
    lost = lines.filter(~in_force(OuterRef("kid"), tenant), Exists(present), rights="manage", person__state=ACTIVE)
    return personal_chains(tenant).filter(Exists(held), Exists(lost))


def _has_key_in_force(person: "Person") -> bool:
    own = Certificate.objects.filter(tenant=person.tenant_id, subject=person.pk, kind="owner")
    return own.filter(out_at=None).exists()


def managed(person: "Person", chain_id: str) -> Chain:
    """A vault or team in which the person may write records; BaseError `not_found` (404).

    Which ones, the rules of the chain decide.
    """
    try:
        return held(person, chain_id).chain
    except BaseError:
        ruled = ruled_by(person).filter(pk=chain_id).first()
        if ruled is None:
            raise
        return ruled


def without_line(person: "Person") -> QuerySet[Chain]:
    """Whose chains an owner reads and writes records in, though he may have no line there."""
    without = Q(pk__in=ruled_by(person).values("pk")) | Q(pk__in=readmitting(person).values("pk"))
    return Chain.objects.filter(without)


def changeable(person: "Person", chain_id: str) -> Chain:
    """As `managed`, and where he may give the founder his place back; BaseError `not_found` (404)."""
    found = without_line(person).filter(pk=chain_id).first()
    return found or held(person, chain_id).chain


def held(person: "Person", chain_id: str) -> Holder:
    """The person's best line in the roster of a vault or team, its chain loaded; BaseError `not_found` (404)."""
    found = places_of(person).select_related("chain").filter(chain=chain_id).order_by(RANK).first()
    if found is None:
        raise BaseError("not_found", status=404)
    return found


def may_write(person: "Person", chain_id: str) -> bool:
    return places_of(person).filter(chain=chain_id, rights__in=WRITERS).exists()


def may_manage(person: "Person", chain_id: str) -> bool:
    """By a line, or as an owner who needs none."""
    own = places_of(person).filter(chain=chain_id, rights="manage").exists()
    return own or ruled_by(person).filter(pk=chain_id).exists()


def writers_in(chain_id: str) -> "QuerySet[Holder, Any]":
    """For a subquery: ids of the people who may write there now, through teams too."""
    lines, writing = lines_in_force(), Q(chain=chain_id, rights__in=WRITERS)
    teams = lines.filter(writing).exclude(team=None).values("team")
    return lines.filter(writing | Q(chain__in=teams), person__state=ACTIVE).values("person")


def right_in(person: "Person", chain: OuterRef) -> "QuerySet[Holder, Any]":
    """For a subquery: the rights of the person's best line in the chain."""
    return places_of(person).filter(chain=chain).order_by(RANK).values("rights")[:1]


def people_in(chain: "str | OuterRef") -> QuerySet[Holder]:
    """The lines of people (not of the recovery key, not of teams) in one roster."""
    return Holder.objects.filter(chain=chain).exclude(person=None)


def people_with_access(chain_id: str) -> int:
    """How many people a vault is open to, through teams too; invited ones among them."""
    return _lines_of_people(chain_id).values("person").distinct().count()


def active_holders(chain_id: str) -> set[str]:
    """Ids of the people who can open a vault now, through teams too. One query."""
    lines = _lines_of_people(chain_id).filter(person__state=ACTIVE)
    return set(lines.values_list("person_id", flat=True))


def _lines_of_people(chain_id: str) -> QuerySet[Holder]:
    lines = lines_in_force()
    teams = lines.filter(chain=chain_id).exclude(team=None).values("team")
    return lines.filter(Q(chain=chain_id) | Q(chain__in=teams)).exclude(person=None)


def chains_opened_by(tenant_id: str, kids: "list[str] | QuerySet[Any, str]") -> QuerySet[Chain]:
    """The firm's vaults and teams whose seeds these keys can have: in their rosters, or in a team that is there."""
    named = Holder.objects.filter(chain__tenant=tenant_id, kid__in=kids).values("chain")
    through = Holder.objects.filter(team__in=named).values("chain")
    return Chain.objects.filter(Q(pk__in=named) | Q(pk__in=through))
