"""A person's own access: a new password, and the proofs it asks for."""

import secrets
import time
from collections.abc import Callable
from functools import partial

import pytest

from siegel.accounts.models import Credential, Person, SignedInSession
from siegel.base.queries import audit_lines
from siegel.keys.models import UnlockWrap
from siegel.keys.tests.island import ORIGIN, Island, Json, RefusedError, found
from siegel.keys.tests.test_sign_in import key_sign_in
from siegel.seals.canonical import b64, unb64
from siegel.seals.derive import Seed
from siegel.seals.login import sign_login


def new_password(unlock: bytes | None = None) -> tuple[bytes, Json]:
    """The authentication key of a new password, and what the server gets of it."""
    auth_key = secrets.token_bytes(32)
    credential = {"s": b64(secrets.token_bytes(32)), "auth_key": b64(auth_key)}
    return auth_key, {"credential": credential, "unlock": b64(unlock or secrets.token_bytes(130))}


def by_password(island: Island) -> Json:
    return {"auth_key": b64(island.auth_key)}


def by_key(island: Island, *, seed: Seed | None = None, **more: str) -> Json:
    nonce = island.post("account/challenge", {})["nonce"]
    fields = {"firm": island.firm, "subject": island.person, "nonce": nonce, "origin": ORIGIN} | more
    return {"login": sign_login(seed or island.seed, **fields, now=int(time.time())).to_wire()}


def refusal(call: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(RefusedError) as refused:
        call()
    return refused.value.status, refused.value.code


@pytest.mark.parametrize("prove", [by_password, by_key])
def test_a_new_password_takes_the_place_of_the_old_one(owner: Island, prove: Callable[[Island], Json]) -> None:
    auth_key, body = new_password()
    s_before = bytes(Credential.objects.get(person=owner.person).s)
    owner.post("account/password", {"proof": prove(owner), **body})
    assert bytes(Credential.objects.get(person=owner.person).s) != s_before
    assert refusal(owner.sign_in) == (401, "sign_in_refused")
    owner.auth_key = auth_key
    assert owner.sign_in()["unlock"] == body["unlock"]
    assert UnlockWrap.objects.get(person=owner.person).generation == 1


def test_all_other_sessions_end_and_this_one_is_a_new_one(owner: Island) -> None:
    elsewhere, before = owner.browser, owner.sign_in()
    _, body = new_password()
    after = owner.post("account/password", {"proof": by_password(owner), **body})
    assert after["half"] != before["half"]
    assert owner.get("session")["half"] == after["half"]
    assert elsewhere.get("/api/session").status_code == 401
    assert SignedInSession.objects.filter(person=owner.person).count() == 1


def test_a_kept_session_stays_kept_after_a_new_password(owner: Island) -> None:
    SignedInSession.objects.filter(person=owner.person).update(kept=True, method="password")
    _, body = new_password()
    owner.post("account/password", {"proof": by_password(owner), **body})
    session = SignedInSession.objects.get(person=owner.person)
    assert (session.kept, session.method) == (True, "password")


def test_nobody_changes_a_password_without_a_proof_that_fits(owner: Island) -> None:
    other = found("andere")
    _, body = new_password()
    stale = by_key(owner)
    owner.post("account/password", {"proof": stale, **body})
    wrong = [
        {"auth_key": b64(bytes(32))},
        stale,
        by_key(owner, seed=Seed.generate()),
        by_key(owner, subject=other.person),
        by_key(owner, origin="https://boese.example"),
        by_key(owner, nonce=other.post("account/challenge", {})["nonce"]),
    ]
    before = UnlockWrap.objects.get(person=owner.person).blob
    for proof in wrong:
        status, code = refusal(partial(owner.post, "account/password", {"proof": proof, **body}))
        assert (status, code) in {(401, "sign_in_refused"), (401, "nonce_refused")}
    assert UnlockWrap.objects.get(person=owner.person).blob == before


def test_a_signature_for_signing_in_is_no_proof_here(owner: Island) -> None:
    nonce = owner.post("sign-in/challenge", {"firm": owner.slug})["nonce"]
    _, body = new_password()
    proof = by_key(owner, nonce=nonce)
    assert refusal(lambda: owner.post("account/password", {"proof": proof, **body})) == (401, "nonce_refused")


@pytest.mark.parametrize("proof", [{}, {"auth_key": b64(bytes(32)), "login": {"bytes": "", "sig": ""}}])
def test_a_proof_is_exactly_one(owner: Island, proof: Json) -> None:
    _, body = new_password()
    assert refusal(lambda: owner.post("account/password", {"proof": proof, **body})) == (400, "bad_request")


def test_guessing_the_present_password_is_bounded_like_signing_in(owner: Island) -> None:
    _, body = new_password()
    for _ in range(3):
        refusal(lambda: owner.post("account/password", {"proof": {"auth_key": b64(bytes(32))}, **body}))
    assert refusal(lambda: owner.post("account/password", {"proof": by_password(owner), **body}))[0] == 401


def test_a_change_that_fails_halfway_changes_nothing(owner: Island, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("disk")

    before = UnlockWrap.objects.get(person=owner.person).blob
    owner.browser.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr("siegel.keys.models.UnlockWrap.save", broken)
        _, body = new_password()
        assert refusal(lambda: owner.post("account/password", {"proof": by_password(owner), **body}))[0] == 500
    assert UnlockWrap.objects.get(person=owner.person).blob == before
    assert owner.sign_in()["unlock"] == b64(bytes(before))


def test_the_change_stands_in_the_log(owner: Island) -> None:
    _, body = new_password()
    owner.post("account/password", {"proof": by_password(owner), **body})
    from siegel.base.models import Tenant

    lines = audit_lines(Tenant.objects.get(pk=owner.firm), limit=5)
    assert [line.kind for line in lines][:2] == ["accounts.signed_in", "accounts.credential_set"]


def test_a_closed_key_opens_again_in_the_same_session(owner: Island) -> None:
    session = owner.sign_in()
    wrap = owner.post("session/unlock", {"auth_key": b64(owner.auth_key)})["unlock"]
    assert unb64(wrap) == unb64(session["unlock"])
    assert refusal(lambda: owner.post("session/unlock", {"auth_key": b64(bytes(32))})) == (401, "sign_in_refused")


def test_whoever_came_with_a_key_file_changes_his_password_with_the_key(owner: Island) -> None:
    key_sign_in(owner)
    auth_key, body = new_password()
    owner.post("account/password", {"proof": by_key(owner), **body})
    owner.auth_key = auth_key
    assert owner.sign_in()["unlock"] == body["unlock"]


def test_a_changed_user_name_needs_a_new_wrap_and_loses_nothing(owner: Island) -> None:
    """The name is part of what the password's keys come from: the old ones fit no more, the key file does."""
    Person.objects.filter(pk=owner.person).update(username="neuer-name")
    assert refusal(owner.sign_in) == (401, "sign_in_refused")
    owner.username = "neuer-name"
    key_sign_in(owner)
    assert owner.get("session")["person"]["username"] == "neuer-name"
    auth_key, body = new_password()
    owner.post("account/password", {"proof": by_key(owner), **body})
    owner.auth_key = auth_key
    assert owner.sign_in()["unlock"] == body["unlock"]
