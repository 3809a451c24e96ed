import secrets
from collections.abc import Callable

import pytest

from siegel.firms.models import Assignment
from siegel.keys.models import Chain
from siegel.keys.tests.island import Island, Json, RefusedError, found, invite, redemption
from siegel.seals.canonical import b64, unb64
from siegel.vault.models import Vault
from siegel.vault.tests.island import OpenVault, add_dossier, begin_vault, genesis, open_vault


def test_a_dossier_gets_its_vault_and_the_list_shows_it(owner: Island, vault: OpenVault) -> None:
    [line] = owner.get("vaults")["vaults"]
    assert line["id"] == vault.id
    assert line["dossier"]["title"] == "Buchhaltung 2026"
    assert line["rights"] == "manage"
    assert (line["seq"], line["head"], line["due"]) == (1, vault.head["head"], False)


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
