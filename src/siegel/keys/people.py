"""People with their keys as the pages show them: the tree of the staff, and a client's users."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from siegel.accounts.queries import with_second_factor
from siegel.firms.queries import dossiers_visible_to, office_id_of, offices_of, people_managed_by
from siegel.keys.models import Holder, Team
from siegel.keys.overview import DueChains, PersonKeys, TeamLine, Tree, due_for, staff_tree, teams_of, users_tree
from siegel.keys.places import places_of
from siegel.keys.recovery import own_vaults
from siegel.seals.derive import print_of
from siegel.seals.unlock import METHOD_PASSWORD

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.firms.models import Dossier, Office

Badge = Literal["valid", "provisional", "fallen", "invited", "blocked", "revoked"]
Factor = Literal["both", "one_time", "passkey", "none"]


@dataclass
class Row:
    """A person in a list of keys. `managed`: the reader looks after his access; `below`: whom he leads;
    `one_time`: his password needs a second factor beside it, where the page asks for that (`staff_page` does).
    """

    person: PersonKeys
    office: str
    teams: Sequence[tuple[str, int]]
    managed: bool
    below: list["Row"] = field(default_factory=list)
    one_time: bool = False

    @property
    def factor(self) -> Factor:
        """What he signs in with besides his password alone."""
        passkey = any(method != METHOD_PASSWORD for method in self.person.methods)
        if self.one_time:
            return "both" if passkey else "one_time"
        return "passkey" if passkey else "none"

    @property
    def badge(self) -> Badge:
        state, key = self.person.state, self.person.certificate
        if state == "revoked":
            return "revoked"
        if state == "blocked":
            return "blocked"
        if state == "invited" or key is None:
            return "invited"
        if key.out_at is not None:
            return "fallen"
        return "provisional" if self.person.provisional else "valid"

    @property
    def role(self) -> str:
        return self.person.standing.role if self.person.standing else ""

    @property
    def print(self) -> str:
        return print_of(self.person.certificate.kid) if self.person.certificate else ""


@dataclass(frozen=True)
class StaffPage:
    """`owners` stand above all others; `top` are those that stand right below them, or first where there are none."""

    owners: list[Row]
    top: list[Row]
    waiting: list[Row]
    due: DueChains


def staff_page(reader: "Person") -> StaffPage:
    """For owners and office leaders. The same number of queries however many people there are."""
    rows = _rows(reader, staff_tree(reader))
    strong = with_second_factor(row.person.id for row in rows)
    for row in rows:
        row.one_time = row.person.id in strong
    owners = [row for row in rows if row.role == "owner"]
    leaders = [row for row in rows if row.role == "office_leader"]
    by_office = {_office_id(row): row for row in reversed(leaders)}
    top = list(leaders)
    for clerk in (row for row in rows if row.role == "clerk"):
        leader = by_office.get(_office_id(clerk)) if _office_id(clerk) else None
        (leader.below if leader else top).append(clerk)
    waiting = [row for row in rows if row.badge == "provisional" and row.managed and row.person.id != reader.pk]
    return StaffPage(owners, top, waiting, due_for(reader))


def client_users(reader: "Person", client_id: str) -> list[Row]:
    return _rows(reader, users_tree(reader, client_id))


def _rows(reader: "Person", tree: Tree) -> list[Row]:
    offices = dict(offices_of(reader.tenant).values_list("pk", "name"))
    managed = set(people_managed_by(reader).filter(pk__in=[one.id for one in tree.people]).values_list("pk", flat=True))
    teams = {team.pk: (team.name, tree.vaults_by_team.get(team.pk, 0)) for team in tree.teams}
    rows = [
        Row(
            one,
            offices.get(one.standing.office_id or "", "") if one.standing else "",
            [teams[team] for team in one.teams if team in teams],
            one.id in managed and one.id != reader.pk,
        )
        for one in tree.people
    ]
    return sorted(rows, key=lambda row: (row.badge == "revoked", row.person.name))


def _office_id(row: Row) -> str | None:
    return row.person.standing.office_id if row.person.standing else None


@dataclass(frozen=True)
class Renewal:
    """What a person with a new letter gets back: dossiers and teams; `others` only somebody else can give back.

    Of his own vaults the `held` ones an owner with the emergency sheet (ADR 0035), the `closed` ones nobody.
    """

    dossiers: "Sequence[Dossier]"
    teams: Sequence[Team]
    others: int
    held: int
    closed: int


def renewal_of(person: "Person", *, by: "Person") -> Renewal:
    """The vaults and teams whose rosters name the person, as far as `by` manages them."""
    # who is trusted is named anew by whom the vault belongs to
    named = Holder.objects.filter(person=person.pk).exclude(rights="trusted").values_list("chain", flat=True)
    managed = places_of(by).filter(rights="manage", chain__in=named).values("chain")
    dossiers = list(dossiers_visible_to(by).filter(vault_id__in=managed).select_related("client").order_by("title"))
    teams = list(Team.objects.filter(pk__in=managed).order_by("name"))
    held, own = own_vaults(person)
    others = named.distinct().count() - len(dossiers) - len(teams) - own
    return Renewal(dossiers, teams, others, held, own - held)


def managed_person(reader: "Person", person_id: str) -> "Person | None":
    """Somebody else whose access the reader looks after."""
    found = people_managed_by(reader).select_related("tenant").exclude(pk=reader.pk)
    return found.filter(pk=person_id).first()


@dataclass(frozen=True)
class Member:
    """Somebody in a team; `key` as it stands in the roster."""

    id: str
    name: str
    role: str
    rights: str
    key: str


@dataclass(frozen=True)
class TeamPanel:
    """A team with its members; `others` of the staff may be added. `managed`: by the reader."""

    id: str
    name: str
    office: str
    managed: bool
    members: Sequence[Member]
    others: Sequence[Row]


@dataclass(frozen=True)
class TeamsPage:
    teams: Sequence[TeamPanel]
    offices: "Sequence[Office]"
    due: DueChains


def teams_page(reader: "Person") -> TeamsPage:
    """For owners and office leaders. The same number of queries however many teams there are."""
    lines, offices = teams_of(reader), list(offices_of(reader.tenant))
    staff = {row.person.id: row for row in _rows(reader, staff_tree(reader))}
    members = defaultdict[str, list[Member]](list)
    in_teams = Holder.objects.filter(chain__in=[line.team.pk for line in lines]).exclude(person=None)
    for holder in in_teams.select_related("person").order_by("person__name"):
        if holder.person is not None:
            row = staff.get(holder.person.pk)
            one = Member(
                holder.person.pk, holder.person.name, row.role if row else "", holder.rights, holder.roster_kid
            )
            members[holder.chain_id].append(one)
    names = {office.pk: office.name for office in offices}
    panels = [_panel(line, members[line.team.pk], staff.values(), names) for line in lines]
    own = office_id_of(reader)
    return TeamsPage(panels, [office for office in offices if own in (None, office.pk)], due_for(reader))


def _panel(line: TeamLine, members: Sequence[Member], staff: Iterable[Row], offices: dict[str, str]) -> TeamPanel:
    there = {member.id for member in members}
    others = [row for row in staff if row.badge in ("valid", "provisional") and row.person.id not in there]
    team = line.team
    office = offices.get(team.office_id or "", "")
    return TeamPanel(team.pk, team.name, office, line.rights == "manage", members, others)
