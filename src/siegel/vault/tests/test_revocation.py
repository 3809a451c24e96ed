"""After a revocation every door is shut at once, with nothing running that tidies up (KEYS 6)."""

import os
import time
from typing import Any

import pytest
from django.test import Client as Browser

from siegel.accounts.models import Person, SignedInSession
from siegel.base.errors import BaseError
from siegel.firms.queries import dossiers_visible_to
from siegel.keys.models import Chain, Holder, UnlockWrap, Wrap
from siegel.keys.tests.island import Island, RefusedError, accepted, invite, redemption
from siegel.seals.certificates import countersign
from siegel.seals.documents import Holder as Line
from siegel.vault.tests.island import OpenVault, begin_upload, client_of, open_vault, tus
from siegel.vault.tests.teams import add_holder, remove_holder, rotate_team, status

MIB = 1 << 20
HASH = "A" * 43


def doors(island: Island, vault: OpenVault, node: str, upload: str) -> dict[str, int]:
    """What each door answers."""
    place = f"vaults/{vault.id}/nodes/{node}/versions/1"
    reads = {path: status(island, path) for path in (f"vaults/{vault.id}/head", f"vaults/{vault.id}/news", place)}
    uploads = {
        f"{method} upload": int(
            tus(island, method, f"uploads/{upload}", b"y" if method == "PATCH" else b"", Upload_Offset="60").status_code
        )
        for method in ("HEAD", "PATCH")
    }
    folder, row = vault.folder()
    posts = {
        "records": {"record": vault.record(folder).to_wire(), "rows": [row]},
        "check": {"uploads": [{"upload": upload, "payload_hash": HASH, "commitment": HASH, "scanner_header": ""}]},
        "commit": {
            "record": vault.record(folder).to_wire(),
            "files": [{"upload": upload, "manifest": vault.record(folder).to_wire(), "header": "", "row": ""}],
        },
    }
    sent = {
        name: island.browser.post(f"/api/vaults/{vault.id}/{name}", body, content_type="application/json").status_code
        for name, body in posts.items()
    }
    page = {"page": int(island.browser.get(f"/tresore/{vault.id}").status_code)}
    return reads | {"payload": status(island, f"{place}/payload")} | uploads | sent | page


def test_a_clerk_works_in_a_vault_through_his_team(
    owner: Island, vault: OpenVault, clerk: Island, team: OpenVault
) -> None:
    node = vault.put(b"Beleg")
    through = open_vault(clerk, vault.id)
    assert through.open(node) == b"Beleg"
    assert owner.get("vaults")["vaults"][0]["rights"] == "manage"
    assert [one["rights"] for one in clerk.get("vaults")["vaults"]] == ["write"]
    through.put(b"Antwort")
    assert {one.title for one in dossiers_visible_to(Person.objects.get(pk=clerk.person))} == {"Buchhaltung 2026"}


def test_after_a_revocation_every_door_answers_401_at_once(
    owner: Island, vault: OpenVault, clerk: Island, team: OpenVault
) -> None:
    node = vault.put(b"Beleg")
    mine = open_vault(clerk, vault.id)
    upload = begin_upload(clerk, vault.id, 100, b"x" * 60)
    before = doors(clerk, mine, node, upload)
    assert set(before.values()) <= {200, 201, 204, 400}, before
    due = owner.revoke(clerk.kid)
    assert due == {"vaults": 1, "teams": [team.id]}
    after = doors(clerk, mine, node, upload)
    assert set(after.values()) - {after["page"]} == {401}, after
    assert after["page"] == 302
    with pytest.raises(RefusedError) as refused:
        clerk.sign_in()
    assert refused.value.status == 401


def test_a_revocation_leaves_neither_session_nor_wrap_and_the_log_has_it(
    owner: Island, vault: OpenVault, clerk: Island, team: OpenVault
) -> None:
    owner.revoke(clerk.kid, reason="lost")
    person = Person.objects.get(pk=clerk.person)
    assert person.state == Person.State.REVOKED
    assert not SignedInSession.objects.filter(person=person).exists()
    assert not UnlockWrap.objects.filter(person=person).exists()
    assert not Wrap.objects.filter(kid=clerk.kid).exists()
    assert set(Chain.objects.filter(due=True).values_list("pk", flat=True)) >= {vault.id, team.id}
    page = owner.browser.get("/protokoll").content.decode()
    assert "Schlüssel zurückgezogen" in page
    assert "Team gegründet" in page


def test_the_same_revocation_again_changes_nothing_and_another_is_refused(
    owner: Island, vault: OpenVault, clerk: Island, team: OpenVault
) -> None:
    signed = owner.revocation(clerk.kid)
    first = owner.post("keys/revocations", {"revocation": signed})
    assert owner.post("keys/revocations", {"revocation": signed}) == first
    with pytest.raises(RefusedError) as refused:
        owner.revoke(clerk.kid, reason="lost")
    assert "revocation_repeated" in refused.value.message


def test_a_removed_holder_finds_every_door_of_the_vault_shut(
    owner: Island, vault: OpenVault, client_user: Island
) -> None:
    node = vault.put(b"Beleg") if not vault.due else _after_rotation(vault)
    mine = open_vault(client_user, vault.id)
    upload = begin_upload(client_user, vault.id, 100, b"x" * 60)
    remove_holder(vault, _roster_kid(vault, client_user))
    after = doors(client_user, mine, node, upload)
    assert set(after.values()) == {404}, after
    assert client_user.get("vaults")["vaults"] == []


def _after_rotation(vault: OpenVault) -> str:
    vault.rotate()
    return vault.put(b"Beleg")


def _roster_kid(vault: OpenVault, island: Island) -> str:
    return Holder.objects.get(chain=vault.id, person=island.person).roster_kid


def test_access_ends_with_the_last_second_of_a_line(owner: Island, vault: OpenVault, clerk: Island) -> None:
    add_holder(vault, Line(clerk.kid, "write", clerk.person, int(time.time()) + 3600))
    node = vault.put(b"Beleg")
    mine = open_vault(clerk, vault.id)
    upload = begin_upload(clerk, vault.id, 100, b"x" * 60)
    assert not owner.get(f"vaults/{vault.id}/news?since=0")["due"]
    Holder.objects.filter(chain=vault.id, person=clerk.person).update(until=int(time.time()) - 1)
    assert set(doors(clerk, mine, node, upload).values()) == {404}
    assert owner.get(f"vaults/{vault.id}/news?since=0")["due"]


def test_who_leaves_a_team_is_out_of_its_vaults_at_once_and_a_new_generation_makes_them_due(
    owner: Island, vault: OpenVault, clerk: Island, team: OpenVault
) -> None:
    vault.put(b"Beleg")
    remove_holder(team, clerk.kid)
    assert status(clerk, f"vaults/{vault.id}/head") == 404
    assert status(clerk, f"vaults/{team.id}/news") == 404
    assert owner.get("keys/due")["teams"] == [team.id]
    team.refresh()
    rotate_team(team)
    assert owner.get("keys/due") == {"teams": [], "vaults": [vault.id], "more": False, "waiting": 0}
    vault.refresh()
    assert vault.due
    vault.rotate()
    vault.put(b"Neu")
    assert owner.get("keys/due") == {"teams": [], "vaults": [], "more": False, "waiting": 0}


def test_a_team_epoch_without_the_certificate_of_its_generation_is_refused(
    owner: Island, vault: OpenVault, clerk: Island, team: OpenVault
) -> None:
    new, documents = team.rotation()
    with pytest.raises(RefusedError) as refused:
        team.append(team.record(new.change), **documents)
    assert "team_differs" in refused.value.message


def test_a_download_ends_when_its_reader_is_revoked(
    owner: Island, vault: OpenVault, clerk: Island, team: OpenVault
) -> None:
    _check_download_ends(vault, clerk, lambda: owner.revoke(clerk.kid))


def test_a_download_ends_when_its_reader_leaves_the_team(
    owner: Island, vault: OpenVault, clerk: Island, team: OpenVault
) -> None:
    _check_download_ends(vault, clerk, lambda: remove_holder(team, clerk.kid))


def _check_download_ends(vault: OpenVault, reader: Island, shut: Any) -> None:
    node = vault.put(os.urandom(12 * MIB))
    answer = reader.browser.get(f"/api/vaults/{vault.id}/nodes/{node}/versions/1/payload")
    pieces = iter(answer.streaming_content)  # type: ignore[attr-defined]
    taken = [len(next(pieces))]
    shut()
    with pytest.raises(BaseError, match="signed_out"):
        taken.extend(map(len, pieces))
    assert sum(taken) <= 5 * MIB


def test_what_a_compromised_key_certified_falls_and_comes_back_certified_anew(
    owner: Island, vault: OpenVault, clerk: Island
) -> None:
    since = owner.get("keys/certificates")["certificates"][-1]["log_index"]
    add_holder(vault, Line(clerk.kid, "manage", clerk.person))
    mine = open_vault(clerk, vault.id)
    letter = invite(clerk, role="client", username="harms", client=client_of(vault), vaults=[mine.holding("write")])
    client = redemption(letter, owner).send()
    assert status(client, f"vaults/{vault.id}/head") == 200
    owner.revoke(clerk.kid, since=since + 1, reason="compromised")
    assert status(client, "session") == 401, "the thief may have made him up"
    fallen = owner.store().by_kid(client.kid)
    assert fallen is not None
    assert not owner.store().in_force(client.kid)
    again = countersign(owner.seed, owner.own(), fallen.certificate, int(time.time()))
    owner.post("keys/certificates", {"doc": again.to_wire()})
    owner.post(f"people/{client.person}/unblock", {})
    client.sign_in()
    assert status(client, f"vaults/{vault.id}/head") == 200
    assert owner.store().in_force(client.kid)


def test_a_key_whose_countersignature_fell_is_provisional_again(
    owner: Island, vault: OpenVault, clerk: Island, client_user: Island
) -> None:
    of_client = owner.store().by_kid(client_user.kid)
    assert of_client is not None
    document = of_client.hash

    def is_provisional() -> bool:
        told = owner.get("keys/certificates")["certificates"]
        shown = {one["provisional"] for one in told if accepted(one).signed.hash == document}
        assert shown == {owner.store().is_provisional(client_user.kid)}, "the server says what clients find"
        return shown == {True}

    assert is_provisional()
    since = owner.get("keys/certificates")["certificates"][-1]["log_index"] + 1
    signed = countersign(clerk.seed, clerk.own(), of_client.certificate, int(time.time()))
    clerk.post("keys/certificates", {"doc": signed.to_wire()})
    assert not is_provisional()
    owner.revoke(clerk.kid, since=since, reason="compromised")
    assert is_provisional()
    assert owner.store().in_force(client_user.kid), "the owner's letter still vouches"


def test_the_last_owner_cannot_be_revoked(owner: Island) -> None:
    with pytest.raises(RefusedError) as refused:
        owner.revoke(owner.kid)
    assert (refused.value.status, refused.value.code) == (409, "last_owner")
    assert owner.get("session")


def test_everybody_may_take_back_his_own_key_and_no_one_elses(
    owner: Island, vault: OpenVault, clerk: Island, client_user: Island
) -> None:
    with pytest.raises(RefusedError):
        client_user.revoke(owner.kid)
    client_user.revoke(client_user.kid, reason="lost")
    assert status(client_user, "session") == 401
    with pytest.raises(RefusedError):
        clerk.revoke(owner.kid)
    assert status(owner, "session") == 200


def test_a_withdrawn_letter_opens_nothing(owner: Island, vault: OpenVault) -> None:
    held = invite(owner, role="clerk", username="neu", vaults=[vault.holding("write")])
    kid = Holder.objects.get(chain=vault.id, person=held.person).kid
    late = redemption(held, owner)
    owner.revoke(kid, reason="withdrawn")
    assert Browser().get(f"/api/invitations/{held.id}").status_code == 410
    with pytest.raises(RefusedError) as refused:
        late.send()
    assert refused.value.status == 410
    assert Person.objects.get(pk=held.person).state == Person.State.REVOKED


def test_a_person_invited_anew_keeps_his_place_and_his_old_key_opens_nothing(
    owner: Island, vault: OpenVault, clerk: Island
) -> None:
    add_holder(vault, Line(clerk.kid, "write", clerk.person))
    node = vault.put(b"Beleg")
    revocation = owner.revocation(clerk.kid, reason="replaced")
    held = invite(
        owner,
        role="clerk",
        username="wulff",
        person=clerk.person,
        generation=2,
        revocation=revocation,
        vaults=[vault.replacing(clerk.kid)],
    )
    assert status(clerk, "session") == 401
    anew = redemption(held, owner).send()
    assert anew.person == clerk.person
    vault.refresh()
    assert open_vault(anew, vault.id).open(node) == b"Beleg"
    known = owner.store().by_kid(anew.kid)
    assert known is not None
    assert known.certificate.generation == 2


@pytest.mark.parametrize("broken", ["revocation", "generation", "username"])
def test_inviting_anew_needs_the_old_keys_end_the_next_generation_and_the_same_name(
    owner: Island, vault: OpenVault, clerk: Island, broken: str
) -> None:
    revocation = owner.revocation(clerk.kid, reason="replaced")
    more: dict[str, Any] = {"username": "wulff", "generation": 2, "revocation": revocation}
    more[broken] = {"revocation": None, "generation": 1, "username": "x-x"}[broken]
    with pytest.raises(RefusedError) as refused:
        invite(owner, role="clerk", person=clerk.person, **more)
    assert refused.value.code == "document_refused"
    assert status(clerk, "session") == 200
