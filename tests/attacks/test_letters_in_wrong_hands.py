"""Letters that are guessed, found, copied, or redeemed with something else than they were made for."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client as Browser

from siegel.accounts.models import Person
from siegel.keys.models import Invitation
from siegel.keys.tests.island import (
    ORIGIN,
    Island,
    Letter,
    Redemption,
    RefusedError,
    found,
    invite,
    letter,
    post,
    redemption,
)
from siegel.lib.age import bech32
from siegel.seals.canonical import b64
from siegel.seals.certificates import CertificateStore, Known
from siegel.seals.derive import Seed
from siegel.seals.documents import Certificate
from siegel.seals.ids import new_id
from siegel.seals.invitations import invitation_seed, new_code, new_invitation_id
from siegel.seals.login import sign_login
from siegel.seals.signed import Signed

ANOTHER = b64(bytes(range(16)))


def refused(work: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(RefusedError) as error:
        work()
    return error.value.status, error.value.code


@pytest.fixture
def held(owner: Island) -> Letter:
    return invite(owner, role="clerk", username="wulff")


@pytest.fixture
def made(owner: Island, held: Letter) -> Redemption:
    return redemption(held, owner)


def seed_of(held: Letter, owner: Island) -> Seed:
    return invitation_seed(held.code, firm=owner.firm, invitation=held.id, root=owner.root)


def certificate_in(made: Redemption) -> Certificate:
    return Certificate.parse(Signed.from_wire(made.body["certificate"]))


def redeem_with(made: Redemption, certificate: Signed) -> tuple[int, str]:
    """The refusal; the letter is still good afterwards."""
    answer = refused(lambda: replace(made, body=made.body | {"certificate": certificate.to_wire()}).send())
    assert Invitation.objects.get(pk=made.letter.id).redeemed_id is None
    assert Person.objects.get(pk=made.letter.person).state == Person.State.INVITED
    made.send()
    return answer


@pytest.mark.parametrize(
    ("field", "value"),
    [("kind", "owner"), ("kind", "client"), ("subject", ANOTHER), ("firm", ANOTHER), ("issuer", None)],
)
def test_a_letter_makes_nobody_else_and_nothing_else(
    owner: Island, held: Letter, made: Redemption, field: str, value: str | None
) -> None:
    """Another rank, another person, another firm; or a certificate under the owner's, whose key the finder lacks."""
    document = certificate_in(made)
    if field == "kind":
        certifies = {"owner": ("clerk", "client", "invitation", "scanner", "service"), "client": ()}[value or ""]
        document = replace(document, kind=value or "", certifies=tuple(sorted(certifies)))
    elif field == "issuer":
        document = replace(document, issuer=owner.own().hash)
    else:
        document = replace(document, **{field: value})  # type: ignore[arg-type]
    assert redeem_with(made, document.sign(seed_of(held, owner))) == (400, "document_refused")


@pytest.mark.parametrize("whose", ["owner", "invitation"])
def test_a_letter_does_not_certify_a_key_that_is_somebody_elses(
    owner: Island, held: Letter, made: Redemption, whose: str
) -> None:
    keys = owner.seed.public_keys() if whose == "owner" else seed_of(held, owner).public_keys()
    document = replace(certificate_in(made), signing_key=keys.signing_key, recipient=keys.recipient)
    assert redeem_with(made, document.sign(seed_of(held, owner))) == (400, "document_refused")


def test_a_key_that_nobody_can_seal_to_is_not_certified(owner: Island, held: Letter, made: Redemption) -> None:
    """Nobody could begin an epoch in this person's vaults any more."""
    recipient = made.island.seed.public_keys().recipient or ""
    raw = bech32.decode(recipient, "age1pq")[:-32] + bytes(32)
    document = replace(certificate_in(made), recipient=bech32.encode("age1pq", raw))
    assert redeem_with(made, document.sign(seed_of(held, owner))) == (400, "document_refused")


def test_a_key_in_whose_name_everybody_can_sign_is_not_certified(owner: Island, held: Letter, made: Redemption) -> None:
    """Under the neutral point one signature fits every text, and not all browsers take it."""
    neutral = b64(bytes([1, *bytes(31)]))
    document = replace(certificate_in(made), signing_key=neutral)
    assert redeem_with(made, document.sign(seed_of(held, owner))) == (400, "document_refused")


def test_the_code_cannot_be_guessed_at_the_server(owner: Island, held: Letter) -> None:
    """A guess is a signature with a wrong key; each costs a nonce, and there are sixty tries a minute, not 2^128."""
    nonce = Browser().get(f"/api/invitations/{held.id}").json()["nonce"]
    guess = invitation_seed(new_code(), firm=owner.firm, invitation=held.id, root=owner.root)
    now = int(time.time())
    login = sign_login(guess, firm=owner.firm, subject=held.id, nonce=nonce, origin=ORIGIN, now=now).to_wire()
    answers = [refused(lambda: post(Browser(), f"invitations/{held.id}/wraps", {"login": login})) for _ in range(61)]
    assert answers[0] == (400, "document_refused")
    assert answers[-1] == (429, "throttled")


def test_ids_of_letters_cannot_be_tried_without_end(db: None) -> None:
    browser = Browser()
    statuses = [browser.get(f"/api/invitations/{new_invitation_id()}").status_code for _ in range(62)]
    assert set(statuses[:60]) == {404}
    assert statuses[60:] == [429, 429]


def test_a_login_signed_for_another_letter_or_site_opens_nothing(owner: Island, held: Letter) -> None:
    """The nonce is this letter's, the origin ours: what a finder is tricked into signing elsewhere is worth nothing."""
    seed, now = seed_of(held, owner), int(time.time())
    other = invite(owner, role="clerk", username="zweite")

    def attempt(letter_id: str, **more: str) -> tuple[int, str]:
        nonce = Browser().get(f"/api/invitations/{letter_id}").json()["nonce"]
        fields = {"firm": owner.firm, "subject": held.id, "nonce": nonce, "origin": ORIGIN} | more
        login = sign_login(seed, **fields, now=now).to_wire()
        return refused(lambda: post(Browser(), f"invitations/{held.id}/wraps", {"login": login}))

    assert attempt(other.id)[0] in (400, 401)
    assert attempt(held.id, origin="https://siegel.example")[0] == 400
    assert attempt(held.id, subject=other.id)[0] == 400
    assert attempt(held.id, firm=new_id())[0] == 400


def test_an_expired_letter_opens_nothing_at_any_door(
    owner: Island, held: Letter, made: Redemption, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = int(time.time()) + 31 * 24 * 3600
    monkeypatch.setattr("siegel.keys.api._now", lambda: later)
    assert Browser().get(f"/api/invitations/{held.id}").status_code == 410
    assert (
        refused(lambda: post(Browser(), f"invitations/{held.id}/wraps", {"login": made.body["certificate"]}))[0] == 410
    )
    assert refused(made.send) == (410, "invitation_gone")
    assert Person.objects.get(pk=held.person).state == Person.State.INVITED


def test_a_letter_is_not_made_in_the_place_of_somebody_who_exists(owner: Island, held: Letter) -> None:
    """Ids of people and letters are the inviter's choice, but taken ones are taken, also those of other firms.

    In the own firm it would be a new letter for this person, which needs his name and the end of his key.
    """
    stranger = found("fremd")
    forged = letter(owner, role="clerk", username="neu")
    for person in (owner.person, stranger.person, held.person):
        document = replace(Certificate.parse(Signed.from_wire(forged.body["certificate"])), subject=person).sign(
            owner.seed
        )
        body = forged.body | {
            "person": forged.body["person"] | {"id": person},
            "certificate": document.to_wire(),
        }
        answer = refused(lambda body=body: owner.post("invitations", body))  # type: ignore[misc]
        assert answer[0] == 409 if person == stranger.person else answer == (400, "document_refused")
    taken = letter(stranger, role="clerk", username="neu")
    assert refused(lambda: stranger.post("invitations", taken.body | {"id": held.id}))[0] in (400, 409)
    assert Person.objects.get(pk=owner.person).tenant_id == owner.firm


def test_a_letter_of_one_firm_is_not_certified_by_the_owner_of_another(owner: Island) -> None:
    stranger = found("fremd")
    made = letter(owner, role="clerk", username="neu")
    assert refused(lambda: stranger.post("invitations", made.body)) == (400, "document_refused")
    store: CertificateStore = owner.store()
    known: list[Known] = [one for one in store if one.certificate.subject == made.person]
    assert known == []
