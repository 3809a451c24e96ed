"""The server's copy of a roster: what every door asks, and who is assigned to the dossier because of it."""

from typing import TYPE_CHECKING

from django.db.models import F

from siegel.firms import actions as firms
from siegel.firms.queries import ASSIGNED, dossiers_visible_to, staff_members
from siegel.keys.errors import KeysError
from siegel.keys.models import AccessEvent, Certificate, FormerHolder, Holder, Wrap
from siegel.seals.documents import PERSONS
from siegel.seals.events import DAY_S, REQUESTED

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.seals.certificates import CertificateStore
    from siegel.seals.chain import Step
    from siegel.seals.documents import Holder as Line


def write_holders(*, by: "Person", step: "Step", store: "CertificateStore") -> None:
    """Part of an action: the copy says what the roster of `step` says, and wraps of all others are gone.

    Staff who hold a dossier's vault now, themselves or through a team, are assigned to the dossier.
    """
    chain_id = step.position.vault
    rows = [_row(chain_id, store, line) for line in step.position.now.roster.holders]
    before = Holder.objects.filter(chain=chain_id)
    working = {row.person_id for row in rows if row.person_id and row.rights != "trusted"}
    newcomers = working - set(before.exclude(rights="trusted").values_list("person_id", flat=True))
    _remember_former(chain_id, rows)
    before.delete()
    Holder.objects.bulk_create(rows)
    teams = {row.team_id for row in rows if row.team_id}
    generations = Certificate.objects.filter(kind="team", subject__in=teams).values("kid")
    kept = Wrap.objects.filter(kid__in={row.kid for row in rows}) | Wrap.objects.filter(kid__in=generations)
    Wrap.objects.filter(chain=chain_id).exclude(pk__in=kept.filter(chain=chain_id).values("pk")).delete()
    _keep_requests(chain_id, {row.kid: row.wait_days for row in rows if row.wait_days is not None})
    _assign(by, chain_id, newcomers)
    _assign_through(by, chain_id, teams, newcomers)


def _keep_requests(chain_id: str, waits: dict[str, int]) -> None:
    """Requests of whom the roster trusts go on, by its days; all others are over, whoever is trusted again later."""
    standing = AccessEvent.objects.filter(chain=chain_id, event=REQUESTED, ended=False)
    standing.exclude(kid__in=waits).update(ended=True)
    for kid, days in waits.items():
        standing.filter(kid=kid).update(opens_at=F("accepted_at") + days * DAY_S)


def _row(chain_id: str, store: "CertificateStore", line: "Line") -> Holder:
    known = store.member(line.key)
    if known is None:
        raise KeysError("document_refused", reason="roster_holder")
    row = Holder(
        chain_id=chain_id,
        roster_kid=line.key,
        kid=known.kid,
        rights=line.rights,
        until=line.until,
        wait_days=line.wait_days,
    )
    if known.certificate.kind == "team":
        row.team_id = known.certificate.subject
    elif known.certificate.kind in (*PERSONS, "invitation"):
        row.person_id = known.certificate.subject
    return row


def _remember_former(chain_id: str, rows: list[Holder]) -> None:
    people = {row.person_id for row in rows if row.person_id}
    teams = {row.team_id for row in rows if row.team_id}
    before = Holder.objects.filter(chain=chain_id)
    gone = {person for person in before.values_list("person_id", flat=True) if person} - people
    gone_teams = {team for team in before.values_list("team_id", flat=True) if team} - teams
    former = [FormerHolder(chain_id=chain_id, person_id=person) for person in gone]
    former += [FormerHolder(chain_id=chain_id, team_id=team) for team in gone_teams]
    FormerHolder.objects.bulk_create(former, ignore_conflicts=True)


def _assign(by: "Person", vault_id: str, people: set[str]) -> None:
    dossier = dossiers_visible_to(by).filter(vault_id=vault_id).first() if people else None
    if dossier is None:
        return
    for staff in staff_members(by.tenant).filter(person__in=people, role__in=ASSIGNED):
        firms.assign_dossier(dossier=dossier, staff=staff, by=by)


def _assign_through(by: "Person", chain_id: str, teams: set[str], newcomers: set[str]) -> None:
    """A team came to a vault, or somebody came to a team: he works in the dossiers that the team holds."""
    if teams:
        members = Holder.objects.filter(chain__in=teams).exclude(person=None).values_list("person_id", flat=True)
        firms.assign_vaults(vault_ids=[chain_id], people=list(members), by=by)
    if newcomers:
        firms.assign_vaults(
            vault_ids=Holder.objects.filter(team=chain_id).values_list("chain", flat=True), people=newcomers, by=by
        )
