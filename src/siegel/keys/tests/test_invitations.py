import secrets
import time
from dataclasses import replace

import pytest
from django.test import Client as Browser

from siegel.accounts.models import Person
from siegel.base.models import AuditEntry
from siegel.keys.models import Certificate, Invitation
from siegel.keys.tests.island import Island, Json, Letter, RefusedError, answer_of, invite, letter, post, redemption
from siegel.seals.canonical import b64
from siegel.seals.certificates import countersign, issue
from siegel.seals.derive import Seed
from siegel.seals.documents import Certificate as CertificateDocument
from siegel.seals.ids import new_id
from siegel.seals.login import sign_login
from siegel.seals.signed import Signed


@pytest.fixture
def held(owner: Island) -> Letter:
    """A clerk's letter."""
    return invite(owner, role="clerk", username="wulff")


def provisional(island: Island) -> list[Signed]:
    return [Signed.from_wire(one["doc"]) for one in island.get("keys/provisional")["certificates"]]


def confirm(by: Island, signed: Signed, *, later_s: int = 0) -> None:
    document = CertificateDocument.parse(signed)
    now = int(time.time()) + later_s
    by.post("keys/certificates", {"doc": countersign(by.seed, by.own(), document, now).to_wire()})


def test_an_invited_clerk_redeems_is_signed_in_and_provisional_until_the_owner_countersigns(
    owner: Island, held: Letter
) -> None:
    clerk = redemption(held, owner).send()
    assert clerk.get("session")["person"]["role"] == "clerk"
    assert owner.store().is_provisional(clerk.kid)
    [waiting] = provisional(owner)
    confirm(owner, waiting)
    assert not owner.store().is_provisional(clerk.kid)
    assert provisional(owner) == []
    assert clerk.sign_in()["unlock"]


@pytest.mark.parametrize("later_s", [0, -1])
def test_a_countersignature_that_comes_second_is_fine_and_changes_nothing(
    owner: Island, held: Letter, later_s: int
) -> None:
    redemption(held, owner).send()
    [waiting] = provisional(owner)
    confirm(owner, waiting)
    kept = Certificate.objects.count(), AuditEntry.objects.count()
    confirm(owner, waiting, later_s=later_s)
    assert (Certificate.objects.count(), AuditEntry.objects.count()) == kept


def test_a_second_person_with_the_same_letter_is_refused(owner: Island, held: Letter) -> None:
    first, second = redemption(held, owner), redemption(held, owner)
    first.send()
    with pytest.raises(RefusedError) as refused:
        second.send()
    assert (refused.value.status, refused.value.code) == (410, "invitation_gone")
    assert answer_of_get(held, Browser()) == 410


def answer_of_get(held: Letter, browser: Browser) -> int:
    return browser.get(f"/api/invitations/{held.id}").status_code


def test_redeeming_again_with_the_same_certificate_needs_the_same_password(owner: Island, held: Letter) -> None:
    made = redemption(held, owner)
    made.send()
    again = post(Browser(), f"invitations/{held.id}/redeem", made.body)
    assert again["person"]["id"] == held.person
    stolen = made.body | {"credential": {"s": b64(bytes(32)), "auth_key": b64(secrets.token_bytes(32))}}
    with pytest.raises(RefusedError) as refused:
        post(Browser(), f"invitations/{held.id}/redeem", stolen)
    assert refused.value.status == 401
    assert Certificate.objects.filter(subject=held.person, kind="clerk").count() == 1


def test_a_letter_past_its_day_opens_nothing(owner: Island, held: Letter) -> None:
    made = redemption(held, owner)
    Invitation.objects.update(expires_at=int(time.time()) - 1)
    with pytest.raises(RefusedError) as refused:
        made.send()
    assert refused.value.status == 410
    assert answer_of_get(held, Browser()) == 410


def test_an_unknown_id_is_told_so(owner: Island) -> None:
    with pytest.raises(RefusedError) as refused:
        answer_of(Browser().get("/api/invitations/00000000"))
    assert (refused.value.status, refused.value.code) == (404, "invitation_unknown")


def test_wraps_are_handed_out_to_the_invitations_key_only(owner: Island, held: Letter) -> None:
    told = answer_of(Browser().get(f"/api/invitations/{held.id}"))
    guess = sign_login(
        Seed.generate(),
        firm=owner.firm,
        subject=held.id,
        nonce=told["nonce"],
        origin="http://localhost:8000",
        now=int(time.time()),
    )
    with pytest.raises(RefusedError) as refused:
        post(Browser(), f"invitations/{held.id}/wraps", {"login": guess.to_wire()})
    assert refused.value.code == "document_refused"


def test_a_certificate_signed_by_somebody_else_does_not_redeem(owner: Island, held: Letter) -> None:
    made = redemption(held, owner)
    foreign = issue(
        owner.seed, owner.own(), made.island.seed.public_keys(), kind="clerk", subject=held.person, now=int(time.time())
    )
    with pytest.raises(RefusedError) as refused:
        replace(made, body=made.body | {"certificate": foreign.to_wire()}).send()
    assert refused.value.code == "document_refused"
    assert Person.objects.get(pk=held.person).state == Person.State.INVITED


def test_a_clerk_may_not_invite_a_clerk_and_nothing_remains_of_the_attempt(owner: Island, held: Letter) -> None:
    clerk = redemption(held, owner).send()
    made = letter(owner, role="clerk", username="neu")
    with pytest.raises(RefusedError) as refused:
        clerk.post("invitations", made.body)
    assert refused.value.code == "document_refused"
    assert not Person.objects.filter(username="neu").exists()


def test_a_client_may_not_invite(owner: Island) -> None:
    client = owner.post("clients", {"number": "1", "name": "Harms"})["id"]
    user = redemption(invite(owner, role="client", username="harms", client=client), owner).send()
    made = letter(owner, role="client", username="zweiter", client=client)
    with pytest.raises(RefusedError) as refused:
        user.post("invitations", made.body)
    assert refused.value.status == 404


def test_a_user_name_is_given_once_in_a_firm(owner: Island, held: Letter) -> None:
    made = letter(owner, role="clerk", username="wulff")
    with pytest.raises(RefusedError) as refused:
        owner.post("invitations", made.body)
    assert (refused.value.status, refused.value.code) == (409, "username_taken")
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize("field", ["role", "person", "client"])
def test_an_invitation_says_the_same_as_its_certificate(owner: Island, field: str) -> None:
    body = letter(owner, role="clerk", username="neu").body
    altered = {"role": "client", "client": new_id(), "person": body["person"] | {"id": new_id()}}[field]
    with pytest.raises(RefusedError) as refused:
        owner.post("invitations", body | {field: altered})
    assert refused.value.code == "document_refused"
    assert Person.objects.count() == 1


def test_a_client_user_needs_a_client_of_the_firm(owner: Island) -> None:
    made = letter(owner, role="client", username="harms", client=new_id())
    with pytest.raises(RefusedError) as refused:
        owner.post("invitations", made.body)
    assert refused.value.status == 404
    assert Person.objects.count() == 1


def test_nobody_certifies_a_key_that_was_never_invited(owner: Island) -> None:
    keys = Seed.generate().public_keys()
    signed = issue(owner.seed, owner.own(), keys, kind="clerk", subject=new_id(), now=int(time.time()))
    with pytest.raises(RefusedError) as refused:
        owner.post("keys/certificates", {"doc": signed.to_wire()})
    assert "certificate_not_invited" in refused.value.message


def test_a_clerk_does_not_confirm_a_clerk(owner: Island, held: Letter) -> None:
    first = redemption(held, owner).send()
    second = redemption(invite(owner, role="clerk", username="zweite"), owner).send()
    assert provisional(first) == []
    document = CertificateDocument.parse(Signed.from_wire(second_certificate(owner, second)))
    forged = replace(document, issuer=first.own().hash).sign(first.seed)
    with pytest.raises(RefusedError) as refused:
        first.post("keys/certificates", {"doc": forged.to_wire()})
    assert refused.value.code == "document_refused"


def second_certificate(owner: Island, island: Island) -> Json:
    for one in owner.get("keys/certificates")["certificates"]:
        if CertificateDocument.parse(Signed.from_wire(one["doc"])).kid == island.kid:
            doc: Json = one["doc"]
            return doc
    raise AssertionError("no such certificate")


def test_the_owner_renews_the_scanners_certificate(owner: Island) -> None:
    keys = Seed.generate().public_keys(signs_only=True)
    signed = issue(owner.seed, owner.own(), keys, kind="scanner", subject=new_id(), now=int(time.time()))
    owner.post("keys/certificates", {"doc": signed.to_wire()})
    assert owner.store().by_kid(keys.kid)


def test_a_client_sees_certificates_of_the_firm_and_not_of_other_clients(owner: Island) -> None:
    client = owner.post("clients", {"number": "1", "name": "Harms"})["id"]
    first = redemption(invite(owner, role="client", username="eins", client=client), owner).send()
    other = owner.post("clients", {"number": "2", "name": "Ehlers"})["id"]
    second = redemption(invite(owner, role="client", username="zwei", client=other), owner).send()
    # who signs in for the same client may be trusted
    beside = redemption(invite(owner, role="client", username="drei", client=client), owner).send()
    seen = {known.certificate.subject for known in first.store()}
    assert {first.person, beside.person} <= seen
    assert second.person not in seen
    assert {known.certificate.subject for known in owner.store()} >= {first.person, second.person}
