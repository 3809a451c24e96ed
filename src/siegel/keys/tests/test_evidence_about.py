"""Evidence about some people only: a firm has thousands of clients, and a page shows few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from siegel.keys.models import Certificate
from siegel.keys.tests.island import Island, RefusedError, accepted, invite, redemption
from siegel.seals.certificates import CertificateStore
from siegel.seals.ids import new_id
from siegel.seals.revocations import AcceptedRevocation
from siegel.vault.tests.teams import found_team

pytestmark = pytest.mark.django_db


def subjects(island: Island, *about: str) -> set[str]:
    """Whose certificates come; verified by themselves."""
    told = island.get(f"keys/certificates?about={','.join(about)}")
    assert told["teams"] == []
    revocations = [AcceptedRevocation.from_wire(one) for one in told["revocations"]]
    store = CertificateStore.verified([accepted(one) for one in told["certificates"]], island.root, revocations)
    return {known.certificate.subject for known in store}


@pytest.fixture
def clerk(owner: Island) -> Island:
    return redemption(invite(owner, role="clerk", username="wulff"), owner).send()


def client_of(owner: Island, number: str) -> Island:
    client = owner.post("clients", {"number": number, "name": f"Mandant {number}"})["id"]
    return redemption(invite(owner, role="client", username=f"m{number}", client=client), owner).send()


def test_it_is_about_the_firm_and_those_who_are_asked_for(owner: Island, clerk: Island) -> None:
    one, other = client_of(owner, "10001"), client_of(owner, "10002")
    firm = {owner.person, clerk.person, owner.firm}
    assert firm <= subjects(owner)
    assert not {one.person, other.person} & subjects(owner)
    assert subjects(owner, one.person) - subjects(owner) == {one.person}


def test_it_is_about_nobody_whom_the_asking_person_does_not_see(owner: Island, clerk: Island) -> None:
    one, other = client_of(owner, "10001"), client_of(owner, "10002")
    for island in (clerk, one):
        assert other.person not in subjects(island, other.person, new_id())
    assert one.person in subjects(one, one.person)


def test_a_team_comes_with_its_chain_and_its_members_to_those_who_see_it(owner: Island, clerk: Island) -> None:
    team, other = found_team(owner, clerk), found_team(owner, name="Andere")
    for island in (owner, clerk):
        told = island.get(f"keys/certificates?about={team.id}")
        assert [one["id"] for one in told["teams"]] == [team.id]
        named = {Certificate.objects.get(hash=accepted(one).signed.hash).subject for one in told["certificates"]}
        assert {team.id, clerk.person} <= named
    assert clerk.get(f"keys/certificates?about={other.id}")["teams"] == []


def test_the_asking_person_is_always_among_them(owner: Island, clerk: Island) -> None:
    one, other = client_of(owner, "10001"), client_of(owner, "10002")
    assert one.person in subjects(one)
    assert other.person not in subjects(one)


def test_it_costs_the_same_however_many_clients_there_are(owner: Island, clerk: Island) -> None:
    one = client_of(owner, "10001")
    before = _cost(owner, one.person)
    names = [field.attname for field in Certificate._meta.concrete_fields]
    like = {name: getattr(Certificate.objects.get(kid=one.kid), name) for name in names}
    ids = [new_id() for _ in range(300)]
    Certificate.objects.bulk_create(
        Certificate(**(like | {"hash": f"{one:0<43}", "kid": f"{one:1<43}", "subject": one})) for one in ids
    )
    assert _cost(owner, one.person) == before


def _cost(owner: Island, person: str) -> tuple[int, int]:
    """Queries, and the number of certificates."""
    with CaptureQueriesContext(connection) as queries:
        told = owner.get(f"keys/certificates?about={person}")
    return len(queries), len(told["certificates"])


def test_too_many_at_once_are_refused(owner: Island) -> None:
    with pytest.raises(RefusedError) as refused:
        owner.get(f"keys/certificates?about={','.join(new_id() for _ in range(201))}")
    assert refused.value.status == 400
