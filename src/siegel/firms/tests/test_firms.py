import secrets
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siegel.accounts.errors import AccountsError
from siegel.accounts.models import Person
from siegel.accounts.tests.people import make_person
from siegel.base.ids import new_id
from siegel.base.models import Tenant
from siegel.base.queries import audit_lines
from siegel.firms import actions, queries, rules
from siegel.firms.errors import FirmsError
from siegel.firms.models import Client, Dossier, Firm, SetUpLink, Staff

ROOT = secrets.token_bytes(32)


@pytest.fixture
def new_firm(db: None) -> tuple[Tenant, str]:
    return actions.create_firm(slug="neu", name="Kanzlei Neu")


def found(tenant: Tenant, token: str, username: str = "inhaber") -> Tenant:
    person = make_person(tenant, username, "Ina Haber")
    return actions.found_firm(token=token, name="Kanzlei Haber", place="Jever", root_fingerprint=ROOT, owner=person)


def test_a_link_founds_a_firm_once(new_firm: tuple[Tenant, str]) -> None:
    tenant, token = new_firm
    assert queries.firm_to_set_up(token) == tenant
    assert (found(tenant, token).name, Firm.objects.get().state) == ("Kanzlei Haber", "founded")
    assert queries.root_fingerprint_of(tenant) == ROOT
    with pytest.raises(FirmsError, match="set_up_link_invalid"):
        queries.firm_to_set_up(token)
    with pytest.raises(FirmsError, match="set_up_link_invalid"):
        found(tenant, token, "second")
    assert [member.role for member in queries.staff_members(tenant)] == ["owner"]


def test_a_link_is_good_for_a_day(new_firm: tuple[Tenant, str]) -> None:
    tenant, token = new_firm
    link = SetUpLink.objects.get()
    link.expires_at -= rules.SET_UP_LINK_LIFE + timedelta(seconds=1)
    link.save()
    with pytest.raises(FirmsError) as refusal:
        queries.firm_to_set_up(token)
    assert refusal.value.status == 410
    with pytest.raises(FirmsError, match="set_up_link_invalid"):
        found(tenant, token)


def test_a_new_link_replaces_the_one_before_and_none_is_given_after_founding(new_firm: tuple[Tenant, str]) -> None:
    tenant, first = new_firm
    second = actions.issue_set_up_link(tenant=tenant)
    with pytest.raises(FirmsError, match="set_up_link_invalid"):
        queries.firm_to_set_up(first)
    found(tenant, second)
    with pytest.raises(FirmsError, match="already_founded"):
        actions.issue_set_up_link(tenant=tenant)


def test_a_link_founds_no_firm_with_a_foreign_owner(new_firm: tuple[Tenant, str], owner: Person) -> None:
    with pytest.raises(FirmsError, match="set_up_link_invalid"):
        actions.found_firm(token=new_firm[1], name="X", place="", root_fingerprint=ROOT, owner=owner)
    assert queries.firm_to_set_up(new_firm[1]) == new_firm[0]


def test_the_database_holds_no_link(new_firm: tuple[Tenant, str]) -> None:
    assert new_firm[1].encode() not in bytes(SetUpLink.objects.get().token_hash)


def test_an_address_is_given_once(new_firm: tuple[Tenant, str]) -> None:
    with pytest.raises(FirmsError, match="slug_taken"):
        actions.create_firm(slug="neu", name="Andere")


@pytest.mark.parametrize("slug", ["", "a", "Muster", "-a", "a-", "a_b", "a/b", "müller", "a" * 41, "ab\n"])
def test_an_address_has_small_letters_digits_and_hyphens(db: None, slug: str) -> None:
    with pytest.raises(FirmsError, match="slug_invalid"):
        actions.create_firm(slug=slug, name="X")


@pytest.mark.parametrize("text", ["Kanzlei\nHaber", "Kanzlei\u0000", "Kanzlei\u0085Haber", "Kanzlei \u202erebaH"])
def test_a_firm_s_name_and_place_have_no_control_characters(new_firm: tuple[Tenant, str], text: str) -> None:
    tenant, token = new_firm
    person = make_person(tenant, "inhaber", "Ina Haber")
    found = partial(actions.found_firm, token=token, root_fingerprint=ROOT, owner=person)
    with pytest.raises(AccountsError, match="name_invalid"):
        actions.create_firm(slug="andere", name=text)
    with pytest.raises(AccountsError, match="name_invalid"):
        found(name=text, place="Jever")
    with pytest.raises(FirmsError, match="whereabouts_invalid"):
        found(name="Kanzlei Haber", place=text)
    for more in ({"place": text}, {"phone": text}, {"place": "a" * 101}, {"phone": "0" * 41}):
        with pytest.raises(FirmsError, match="whereabouts_invalid"):
            actions.create_firm(slug="andere", name="Andere", **more)
    assert found(name="Kanzlei Haber", place="").name == "Kanzlei Haber"


def test_each_role_has_its_standing(owner: Person, clerk: Person, client_user: Person, bakery: Client) -> None:
    assert queries.role_of(owner) == "owner"
    assert queries.standing(clerk) == queries.Standing("clerk", "Sabine Wulff")
    assert queries.standing(client_user) == queries.Standing("client", "Daniela Harms", bakery.name, bakery.id)
    nobody = make_person(owner.tenant, "nobody", "Niemand")
    assert queries.standing(nobody) is None


def test_staff_stays_signed_in_longer_than_clients() -> None:
    assert [rules.idle_s(role) for role in ("owner", "clerk", "client")] == [3600, 3600, 900]


def test_a_client_sent_twice_is_one_client(owner: Person, bakery: Client) -> None:
    again = actions.create_client(number=bakery.number, name=bakery.name, by=owner)
    assert again == bakery


def test_a_number_is_given_once_per_firm(owner: Person, bakery: Client, stranger: Person) -> None:
    with pytest.raises(FirmsError) as refusal:
        actions.create_client(number=bakery.number, name="Andere", by=owner)
    assert (refusal.value.code, refusal.value.status) == ("number_taken", 409)
    assert actions.create_client(number=bakery.number, name="Andere", by=stranger).tenant == stranger.tenant


def test_a_taken_number_does_not_show_a_clerk_a_client_he_may_not_see(clerk: Person, bakery: Client) -> None:
    with pytest.raises(FirmsError, match="number_taken"):
        actions.create_client(number=bakery.number, name=bakery.name, by=clerk)


@pytest.mark.parametrize("number", ["", "a/b", "1:2", "-1", "1 2", "1" * 21, "1\n"])
def test_a_number_can_be_typed_on_the_command_line(owner: Person, number: str) -> None:
    with pytest.raises(FirmsError, match="number_invalid"):
        actions.create_client(number=number, name="X", by=owner)


@pytest.mark.parametrize("title", ["", " Lohn", "Lohn\n", "a" * 121, "a\u202e\u0000"])
def test_a_title_is_one_line(owner: Person, bakery: Client, title: str) -> None:
    with pytest.raises(FirmsError, match="title_invalid"):
        actions.create_dossier(client=bakery, title=title, by=owner)


def test_a_clerk_sees_what_he_created_or_is_assigned_and_no_more(owner: Person, clerk: Person, bakery: Client) -> None:
    assert not queries.clients_visible_to(clerk).exists()
    lohn = actions.create_dossier(client=bakery, title="Lohn", by=owner)
    fibu = actions.create_dossier(client=bakery, title="Fibu", by=owner)
    actions.assign_dossier(dossier=fibu, staff=Staff.objects.get(pk=clerk.pk), by=owner)
    own = actions.create_client(number="2", name="Onken", by=clerk)
    assert set(queries.clients_visible_to(clerk)) == {bakery, own}
    assert set(queries.dossiers_visible_to(clerk)) == {fibu}
    assert set(queries.dossiers_visible_to(owner)) == {fibu, lohn}


def test_nobody_sees_another_firm_s_clients_and_a_client_user_sees_no_master_data(
    bakery: Client, client_user: Person, stranger: Person
) -> None:
    for person in (client_user, stranger):
        assert not queries.clients_visible_to(person).exists()
        assert not queries.dossiers_visible_to(person).exists()


def test_a_clerk_is_assigned_to_the_dossier_he_creates(clerk: Person) -> None:
    onken = actions.create_client(number="2", name="Onken", by=clerk)
    dossier = actions.create_dossier(client=onken, title="Fibu", by=clerk)
    assert list(queries.dossiers_visible_to(clerk)) == [dossier]


def test_a_dossier_begun_twice_is_one_until_it_has_a_vault(owner: Person, bakery: Client) -> None:
    first = actions.create_dossier(client=bakery, title="Fibu", by=owner)
    assert actions.create_dossier(client=bakery, title="Fibu", by=owner) == first
    actions.attach_vault(dossier=first, vault_id=new_id(), by=owner)
    with pytest.raises(FirmsError, match="title_taken"):
        actions.create_dossier(client=bakery, title="Fibu", by=owner)


def test_a_dossier_gets_one_vault(owner: Person, bakery: Client) -> None:
    dossier = actions.create_dossier(client=bakery, title="Fibu", by=owner)
    vault_id = new_id()
    actions.attach_vault(dossier=dossier, vault_id=vault_id, by=owner)
    with pytest.raises(FirmsError, match="vault_exists"):
        actions.attach_vault(dossier=dossier, vault_id=new_id(), by=owner)
    assert Dossier.objects.get().vault_id == vault_id


def test_every_change_of_master_data_is_in_the_log(owner: Person, clerk: Person, bakery: Client) -> None:
    dossier = actions.create_dossier(client=bakery, title="Fibu", by=owner)
    actions.assign_dossier(dossier=dossier, staff=Staff.objects.get(pk=clerk.pk), by=owner)
    newest = [(line.kind, line.who, line.about) for line in audit_lines(owner.tenant, limit=3)]
    assert newest == [
        ("firms.dossier_assigned", "Henrike Lindhorst", "Bäckerei Harms GmbH · Sabine Wulff · Fibu"),
        ("firms.dossier_added", "Henrike Lindhorst", "Bäckerei Harms GmbH · Fibu"),
        ("firms.client_added", "Henrike Lindhorst", "Bäckerei Harms GmbH"),
    ]


def test_a_client_who_is_one_person_is_named_once_in_the_log(owner: Person) -> None:
    client = actions.create_client(number="7", name="Zoë Zweig", by=owner)
    actions.add_client_user(person=make_person(owner.tenant, "zweig", "Zoë Zweig"), client=client, by=owner)
    [line] = audit_lines(owner.tenant, limit=1)
    assert (line.kind, line.about) == ("firms.client_user_added", "Zoë Zweig")


def test_names_sort_as_in_a_german_list() -> None:
    names = ["Zander", "Österreicher", "Ostermann", "Äpfel", "Apfel", "ßtrange", "Stern"]
    assert sorted(names, key=rules.sort_name) == [
        "Äpfel", "Apfel", "Ostermann", "Österreicher", "ßtrange", "Stern", "Zander",
    ]  # fmt: skip


@given(st.text(max_size=200))
def test_a_sort_key_fits_its_column_whatever_the_name(name: str) -> None:
    assert len(rules.sort_name(name * 3)) <= rules.SORT_NAME_MAX
