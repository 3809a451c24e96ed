import secrets
from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries

from siegel.accounts.models import Person
from siegel.firms.models import Assignment
from siegel.keys import queries as keys
from siegel.keys.models import Chain
from siegel.keys.tests.island import Island, Json, RefusedError, accepted, found, invite, redemption
from siegel.seals.canonical import b64, unb64
from siegel.seals.certificates import CertificateStore
from siegel.seals.chain import Entry
from siegel.seals.epochs import first_seed
from siegel.seals.replay import VaultState
from siegel.vault import queries
from siegel.vault.models import Vault
from siegel.vault.tests.island import OpenVault, add_dossier, begin_vault, genesis, open_vault


def test_a_dossier_gets_its_vault_and_the_list_shows_it(owner: Island, vault: OpenVault) -> None:
    [line] = owner.get("vaults")["vaults"]
    assert line["id"] == vault.id
    assert line["dossier"]["title"] == "Buchhaltung 2026"
    assert line["rights"] == "manage"
    assert (line["seq"], line["head"], line["due"]) == (1, vault.head["head"], False)


def test_beginnings_come_in_pages_and_open_for_each_holder(
    owner: Island, client_user: Island, vault: OpenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.rotate()
    vault.rotate()
    late = invite(owner, role="clerk", username="spaet", vaults=[vault.holding("write")])
    others = [begin_vault(owner, add_dossier(owner, f"2000{number}")[1]) for number in range(2)]
    for island, levels in ((owner, 0), (client_user, 0), (redemption(late, owner).send(), 2)):
        assert seed_of_epoch_1(island, vault, levels) == vault.seeds[1].reveal()
    monkeypatch.setattr(queries, "VAULTS_PER_PAGE", 2)
    first = owner.get("vaults/beginnings")
    rest = owner.get(f"vaults/beginnings?after={first['next']}")
    assert (len(first["beginnings"]), len(rest["beginnings"]), rest["next"]) == (2, 1, None)
    listed = {one["vault"] for page in (first, rest) for one in page["beginnings"]}
    assert listed == {vault.id, *(other.id for other in others)}


def seed_of_epoch_1(island: Island, vault: OpenVault, levels: int) -> bytes:
    """As the holder finds it from the list of beginnings, `levels` epochs down."""
    page = island.get("vaults/beginnings")
    [begun] = [one for one in page["beginnings"] if one["vault"] == vault.id]
    store = CertificateStore.verified([accepted(one) for one in page["certificates"]], island.root)
    state = VaultState.begin(vault.state.position.firm, vault.id)
    state.apply(Entry.from_wire(begun["entry"]), store)
    assert unb64(begun["row"]) == vault.rows[vault.id, 0]
    handed_down = [unb64(one["previous_seed"]) for one in begun["handed_down"]]
    assert len(handed_down) == levels
    return first_seed(unb64(begun["wrap"]), handed_down, island.seed, state.epochs[1].epoch).reveal()


def test_beginnings_take_the_same_queries_for_many_vaults(
    owner: Island, vault: OpenVault, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    person = Person.objects.get(pk=owner.person)
    for number in range(3):
        begin_vault(owner, add_dossier(owner, f"2000{number}")[1])
    with django_assert_num_queries(5):
        vaults, more = queries.vaults_after(person, "")
        found = keys.beginnings([one.chain for one in vaults], person)
    assert (len(found), more) == (4, False)


def test_the_same_first_record_again_changes_nothing(owner: Island) -> None:
    body = genesis(owner, add_dossier(owner)[1])
    first = owner.post("vaults", body)
    assert owner.post("vaults", body) == first
    assert Vault.objects.count() == 1


def test_a_dossier_has_one_vault(owner: Island) -> None:
    dossier = add_dossier(owner)[1]
    begin_vault(owner, dossier)
    with pytest.raises(RefusedError) as refused:
        begin_vault(owner, dossier)
    assert (refused.value.status, refused.value.code) == (409, "vault_exists")
    assert Chain.objects.count() == 1


def test_a_client_begins_a_personal_vault_but_none_for_a_dossier(owner: Island, client_user: Island) -> None:
    personal = begin_vault(client_user)
    assert personal.epoch == 1
    with pytest.raises(RefusedError) as refused:
        begin_vault(client_user, add_dossier(owner, number="2")[1])
    assert refused.value.status == 404


def test_a_clerk_who_is_made_a_holder_is_assigned_to_the_dossier(owner: Island, vault: OpenVault) -> None:
    letter = invite(owner, role="clerk", username="wulff", vaults=[vault.holding("manage")])
    assert Assignment.objects.filter(staff__person=letter.person, dossier__vault_id=vault.id).exists()
    clerk = redemption(letter, owner).send()
    assert [line["id"] for line in clerk.get("vaults")["vaults"]] == [vault.id]


def _no_wrap(body: Json) -> None:
    body["wraps"].pop()


def _strange_wrap(body: Json) -> None:
    body["wraps"][0]["age"] = b64(secrets.token_bytes(2000))


def _wrap_for_nobody(body: Json) -> None:
    body["wraps"].append({"key": b64(secrets.token_bytes(32)), "age": body["wraps"][0]["age"]})


def _other_row(body: Json) -> None:
    body["rows"][0]["row"] = b64(secrets.token_bytes(80))


def _no_row(body: Json) -> None:
    body["rows"] = []


def _no_roster(body: Json) -> None:
    body["roster"] = None


def _altered_record(body: Json) -> None:
    raw = bytearray(unb64(body["record"]["bytes"]))
    raw[-10] ^= 1
    body["record"]["bytes"] = b64(bytes(raw))


@pytest.mark.parametrize(
    ("alter", "code"),
    [
        (_no_wrap, "wraps_incomplete"),
        (_strange_wrap, "document_refused"),
        (_wrap_for_nobody, "wraps_incomplete"),
        (_other_row, "row_differs"),
        (_no_row, "row_differs"),
        (_no_roster, "document_refused"),
        (_altered_record, "document_refused"),
    ],
)
def test_a_beginning_that_does_not_hold_leaves_nothing_behind(
    owner: Island, alter: Callable[[Json], None], code: str
) -> None:
    dossier = add_dossier(owner)[1]
    body = genesis(owner, dossier)
    alter(body)
    with pytest.raises(RefusedError) as refused:
        owner.post("vaults", body)
    assert refused.value.code == code
    assert not Vault.objects.exists()
    assert not Chain.objects.exists()
    begin_vault(owner, dossier)


def test_a_vault_is_not_begun_for_another_dossier_than_was_signed(owner: Island) -> None:
    signed, other = add_dossier(owner)[1], add_dossier(owner, number="2")[1]
    with pytest.raises(RefusedError) as refused:
        owner.post("vaults", genesis(owner, signed) | {"dossier": other})
    assert refused.value.code == "dossier_differs"


def test_another_firms_owner_finds_no_trace_of_a_vault(owner: Island, vault: OpenVault) -> None:
    node = vault.put(b"Beleg")
    stranger = found("fremd")
    place = f"vaults/{vault.id}"
    for path in ("/head", "/news", f"/nodes/{node}/versions/1", f"/nodes/{node}/versions/1/payload"):
        assert stranger.browser.get(f"/api/{place}{path}").status_code == 404
    assert stranger.get("vaults") == {"vaults": []}
    with pytest.raises(RefusedError) as refused:
        open_vault(stranger, vault.id)
    assert refused.value.status == 404
