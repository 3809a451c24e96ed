"""Offices and their leaders, and who blocks whom."""

import pytest
from django.test import Client as Browser

from siegel.accounts.models import Person
from siegel.accounts.tests.people import SignIn, make_person
from siegel.base.queries import audit_lines
from siegel.firms import actions, queries
from siegel.firms.errors import FirmsError
from siegel.firms.models import Client, Office, Staff


@pytest.fixture
def office(owner: Person) -> Office:
    return actions.create_office(name="Beratungsstelle Musterstadt", by=owner)


@pytest.fixture
def leader(owner: Person, office: Office) -> Person:
    person = make_person(owner.tenant, "leitung", "Lea Leitner")
    actions.add_staff(person=person, role=Staff.Role.OFFICE_LEADER, by=owner, office=office)
    return person


@pytest.fixture
def office_clerk(owner: Person, office: Office) -> Person:
    person = make_person(owner.tenant, "mitglied", "Mia Glied")
    actions.add_staff(person=person, role=Staff.Role.CLERK, by=owner, office=office)
    return person


def post(browser: Browser, path: str, **body: object) -> int:
    return int(browser.post(f"/api/{path}", body, content_type="application/json").status_code)


def test_a_leader_sees_all_of_his_office_and_nothing_of_another(
    owner: Person, leader: Person, office: Office, bakery: Client
) -> None:
    fibu = actions.create_dossier(client=bakery, title="Fibu", by=owner)
    assert not queries.clients_visible_to(leader).exists()
    actions.move_client(client=bakery, office=office, by=owner)
    assert list(queries.clients_visible_to(leader)) == [bakery]
    assert list(queries.dossiers_visible_to(leader)) == [fibu]
    actions.move_client(client=bakery, office=None, by=owner)
    assert not queries.dossiers_visible_to(leader).exists()
    found = queries.standing(leader)
    assert found is not None
    assert (found.role, found.office_id) == ("office_leader", office.id)


def test_a_client_belongs_to_the_office_of_whoever_adds_it(owner: Person, office_clerk: Person, office: Office) -> None:
    assert actions.create_client(number="7", name="Onken", by=office_clerk).office_id == office.id
    assert actions.create_client(number="8", name="Janssen", by=owner).office_id is None


def test_an_office_is_named_once_and_renamed(owner: Person, office: Office) -> None:
    assert actions.create_office(name=office.name, by=owner) == office
    other = actions.create_office(name="Jever", by=owner)
    with pytest.raises(FirmsError, match="office_taken"):
        actions.rename_office(office=other, name=office.name, by=owner)
    actions.rename_office(office=other, name="Wittmund", by=owner)
    assert {one.name for one in queries.offices_of(owner.tenant)} == {office.name, "Wittmund"}
    for name in ("", " x", "a\nb", "x" * 101):
        with pytest.raises(FirmsError, match="office_name_invalid"):
            actions.create_office(name=name, by=owner)


def test_a_leader_needs_an_office_and_keeps_it(owner: Person, leader: Person, office_clerk: Person) -> None:
    nobody = make_person(owner.tenant, "neu", "Neu")
    with pytest.raises(FirmsError, match="office_needed"):
        actions.add_staff(person=nobody, role=Staff.Role.OFFICE_LEADER, by=owner)
    with pytest.raises(FirmsError, match="office_fixed"):
        actions.move_staff(staff=Staff.objects.get(pk=leader.pk), office=None, by=owner)
    actions.move_staff(staff=Staff.objects.get(pk=office_clerk.pk), office=None, by=owner)
    assert queries.office_id_of(office_clerk) is None


def test_each_looks_after_those_below_him(
    owner: Person,
    leader: Person,
    clerk: Person,
    office_clerk: Person,
    client_user: Person,
    office: Office,
    bakery: Client,
) -> None:
    def managed(person: Person) -> set[str]:
        return set(queries.people_managed_by(person).values_list("username", flat=True))

    assert managed(owner) == {"inhaberin", "leitung", "wulff", "mitglied", "harms"}
    assert managed(leader) == {"mitglied"}
    assert managed(clerk) == set()
    actions.move_client(client=bakery, office=office, by=owner)
    assert managed(leader) == {"mitglied", "harms"}
    dossier = actions.create_dossier(client=bakery, title="Fibu", by=owner)
    actions.assign_dossier(dossier=dossier, staff=Staff.objects.get(pk=clerk.pk), by=owner)
    assert managed(clerk) == {"harms"}
    assert managed(client_user) == set()


def test_a_blocked_person_is_out_at_once_and_back_when_unblocked(
    owner: Person, clerk: Person, leader: Person, sign_in: SignIn
) -> None:
    browser, ruler = sign_in(clerk), sign_in(owner)
    assert browser.get("/api/session").status_code == 200
    assert post(sign_in(leader), f"people/{clerk.id}/block") == 404
    assert post(ruler, f"people/{clerk.id}/block") == 200
    assert browser.get("/api/session").status_code == 401
    clerk.refresh_from_db()
    assert clerk.state == Person.State.BLOCKED
    assert post(ruler, f"people/{clerk.id}/unblock") == 200
    clerk.refresh_from_db()
    assert sign_in(clerk).get("/api/session").status_code == 200
    kinds = [line.kind for line in audit_lines(owner.tenant, limit=3)]
    assert kinds == ["accounts.signed_in", "accounts.unblocked", "accounts.blocked"]


def test_nobody_blocks_himself_and_only_the_active_are_blocked(owner: Person, clerk: Person) -> None:
    with pytest.raises(FirmsError, match="block_self"):
        actions.block_person(person=owner, by=owner)
    Person.objects.filter(pk=clerk.pk).update(state=Person.State.REVOKED)
    clerk.refresh_from_db()
    for act in (actions.block_person, actions.unblock_person):
        with pytest.raises(FirmsError, match="block_inactive"):
            act(person=clerk, by=owner)


def test_a_team_brings_its_people_to_the_dossiers_in_one_entry(
    owner: Person, clerk: Person, leader: Person, bakery: Client
) -> None:
    vaults = []
    for n in range(5):
        dossier = actions.create_dossier(client=bakery, title=f"Fibu {n}", by=owner)
        actions.attach_vault(dossier=dossier, vault_id=f"vault-{n}", by=owner)
        vaults.append(f"vault-{n}")
    before = len(audit_lines(owner.tenant, limit=500))
    people = [clerk.id, leader.id, owner.id]
    actions.assign_vaults(vault_ids=vaults, people=people, by=owner)
    actions.assign_vaults(vault_ids=vaults, people=people, by=owner)
    assert queries.dossiers_visible_to(clerk).count() == queries.dossiers_visible_to(leader).count() == 5
    assert len(audit_lines(owner.tenant, limit=500)) == before + 1
