import time
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client as Browser

from siegel.accounts.models import Person, SignedInSession
from siegel.accounts.rules import SESSION_LIFE
from siegel.keys.tests.island import ORIGIN, Island, Json, RefusedError, found, post
from siegel.keys.tests.scanner import ScannerDouble
from siegel.seals.derive import Seed
from siegel.seals.login import sign_login
from siegel.seals.scanning import verify_scanner_key
from siegel.seals.signed import Signed


def key_sign_in(island: Island, *, slug: str = "", seed: Seed | None = None, **more: str) -> Json:
    """Sign in with the key file's seed, on a browser of its own; `more` replaces what is signed."""
    browser = Browser()
    told = post(browser, "sign-in/challenge", {"firm": slug or island.slug})
    fields = {"firm": told["firm"], "subject": island.person, "nonce": told["nonce"], "origin": ORIGIN}
    login = sign_login(seed or island.seed, **(fields | more), now=int(time.time()))
    body = {"firm": slug or island.slug, "login": login.to_wire()}
    island.browser = browser
    return post(browser, "sign-in/key", body)


def test_the_answer_to_a_password_holds_the_unlock_wrap_and_no_later_answer_does(owner: Island) -> None:
    session = owner.sign_in()
    assert session["unlock"] is not None
    again = owner.get("session")
    assert again["unlock"] is None
    assert again["half"] == session["half"]


def test_a_wrong_authentication_key_and_an_unknown_name_get_the_same_answer(owner: Island) -> None:
    wrong = {"firm": "muster", "auth_key": "A" * 43}
    answers = []
    for username in ("inhaberin", "niemand"):
        with pytest.raises(RefusedError) as refused:
            post(Browser(), "sign-in/password", wrong | {"username": username})
        answers.append((refused.value.status, refused.value.code, refused.value.message))
    assert answers[0] == answers[1]
    assert answers[0][0] == 401


def test_a_key_signs_in_and_gets_no_unlock_wrap(owner: Island) -> None:
    session = key_sign_in(owner)
    assert session["person"]["id"] == owner.person
    assert session["unlock"] is None
    assert owner.get("session")["person"]["role"] == "owner"


def test_asking_how_long_the_session_lasts_does_not_prolong_it_but_using_it_does(owner: Island) -> None:
    owner.sign_in()
    session = SignedInSession.objects.latest("started_at")
    SignedInSession.objects.update(last_seen_at=F("last_seen_at") - timedelta(seconds=session.idle_s - 50))
    for _ in range(2):
        answer = owner.get("session/left")
        assert 0 < answer["left_s"] <= 50
        assert answer["renewable"]
    owner.get("session")
    assert owner.get("session/left")["left_s"] > session.idle_s - 50


def test_a_session_at_the_end_of_its_twelve_hours_says_that_use_does_not_prolong_it(owner: Island) -> None:
    owner.sign_in()
    SignedInSession.objects.update(started_at=F("started_at") - SESSION_LIFE + timedelta(seconds=50))
    answer = owner.get("session/left")
    assert 0 < answer["left_s"] <= 50
    assert not answer["renewable"]


def test_a_nonce_is_good_for_one_sign_in(owner: Island) -> None:
    told = post(Browser(), "sign-in/challenge", {"firm": "muster"})
    login = sign_login(
        owner.seed, firm=told["firm"], subject=owner.person, nonce=told["nonce"], origin=ORIGIN, now=int(time.time())
    )
    body = {"firm": "muster", "login": login.to_wire()}
    post(Browser(), "sign-in/key", body)
    with pytest.raises(RefusedError) as refused:
        post(Browser(), "sign-in/key", body)
    assert refused.value.status == 401


@pytest.mark.parametrize(
    "altered",
    ["origin", "nonce", "subject"],
)
def test_a_login_for_somewhere_or_somebody_else_is_refused(owner: Island, altered: str) -> None:
    with pytest.raises(RefusedError) as refused:
        key_sign_in(owner, seed=None, **{altered: {"origin": "https://evil.example"}.get(altered, "A" * 22)})
    assert refused.value.status == 401


def test_a_key_nobody_certified_does_not_sign_in(owner: Island) -> None:
    with pytest.raises(RefusedError) as refused:
        key_sign_in(owner, seed=Seed.generate())
    assert refused.value.status == 401


def test_a_key_of_one_firm_does_not_sign_in_to_another(owner: Island) -> None:
    found("andere")
    with pytest.raises(RefusedError) as refused:
        key_sign_in(owner, slug="andere")
    assert refused.value.status == 401


def test_a_blocked_person_signs_in_neither_by_key_nor_by_password(owner: Island) -> None:
    Person.objects.filter(pk=owner.person).update(state=Person.State.BLOCKED)
    with pytest.raises(RefusedError, match="401"):
        owner.get("session")
    with pytest.raises(RefusedError, match="401"):
        owner.sign_in()
    with pytest.raises(RefusedError, match="401"):
        key_sign_in(owner)


def test_after_signing_out_the_session_is_gone(owner: Island) -> None:
    owner.post("session/end", {})
    with pytest.raises(RefusedError) as refused:
        owner.get("session")
    assert (refused.value.status, refused.value.code) == (401, "signed_out")


def test_the_key_of_a_scanner_nobody_certified_is_not_announced(owner: Island, scanner: ScannerDouble) -> None:
    announced = Signed.from_wire(owner.get("scanner-key")["doc"])
    verify_scanner_key(announced, owner.firm, owner.store(), now=int(time.time()))
    scanner.seed = Seed.generate()
    with pytest.raises(RefusedError) as refused:
        owner.get("scanner-key")
    assert (refused.value.status, refused.value.code) == (503, "scanner_not_certified")
    scanner.ready = False
    with pytest.raises(RefusedError) as refused:
        owner.get("scanner-key")
    assert (refused.value.status, refused.value.code) == (503, "no_scanner")
