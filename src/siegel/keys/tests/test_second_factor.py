"""Signing in with a second factor: no wrapped seed before it, no password twice, no end of guessing without a lock."""

import secrets
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from django.test import Client as Browser

from siegel.accounts import actions, one_time, second_factor
from siegel.accounts.models import OneTimeSecret, Person, RecoveryCode, SignedInSession
from siegel.base.queries import audit_lines
from siegel.keys.tests.island import Island, Json, invite, post, redemption
from siegel.keys.tests.test_access import by_key, by_password, new_password, refusal
from siegel.keys.tests.test_sign_in import key_sign_in
from siegel.seals.canonical import b64

SECRET = secrets.token_bytes(20)


class Clock:
    """The server's time, as far as one-time passwords see it."""

    now_s = 1_800_000_000

    def code(self, steps: int = 0) -> str:
        """What the app shows now, or so many steps later."""
        return HOTP(SECRET, 6, SHA1()).generate(self.now_s // 30 + steps).decode()

    def wait(self) -> None:
        """Until the app shows another password."""
        self.now_s += 30


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(second_factor, "_now_s", lambda: clock.now_s)
    return clock


def add(island: Island, clock: Clock) -> list[str]:
    body = {"proof": by_password(island), "secret": b64(SECRET), "code": clock.code()}
    codes: list[str] = island.post("account/second-factor", body)["recovery_codes"]
    clock.wait()
    return codes


def sign_in(island: Island, code: str | None, **more: object) -> Json:
    island.browser = Browser()
    body = {"firm": island.slug, "username": island.username, "auth_key": b64(island.auth_key), "code": code}
    return post(island.browser, "sign-in/password", body | more)


def kinds(island: Island) -> list[str]:
    tenant = Person.objects.get(pk=island.person).tenant
    return [line.kind for line in audit_lines(tenant, limit=20)]


def test_the_wrapped_seed_leaves_only_after_the_second_factor(owner: Island, clock: Clock) -> None:
    add(owner, clock)
    for code in (None, ""):
        assert refusal(lambda code=code: sign_in(owner, code)) == (401, "code_needed")  # type: ignore[misc]
    assert refusal(lambda: sign_in(owner, clock.code(5))) == (401, "code_refused")
    assert not SignedInSession.objects.filter(person=owner.person, method="password").exists()
    assert sign_in(owner, clock.code())["unlock"]


def test_without_the_password_nobody_learns_that_there_is_a_second_factor(owner: Island, clock: Clock) -> None:
    add(owner, clock)
    owner.auth_key = bytes(32)
    assert refusal(lambda: sign_in(owner, None)) == (401, "sign_in_refused")
    assert refusal(lambda: sign_in(owner, clock.code())) == (401, "sign_in_refused")


def test_a_one_time_password_is_taken_once(owner: Island, clock: Clock) -> None:
    add(owner, clock)
    code = clock.code()
    sign_in(owner, code)
    assert refusal(lambda: sign_in(owner, code)) == (401, "code_refused")
    assert refusal(lambda: sign_in(owner, clock.code(-1))) == (401, "code_refused")
    clock.wait()
    assert sign_in(owner, clock.code())


def test_the_password_that_set_it_up_does_not_sign_in(owner: Island, clock: Clock) -> None:
    code = clock.code()
    add(owner, clock)
    assert refusal(lambda: sign_in(owner, code)) == (401, "code_refused")


def test_wrong_codes_lock_like_wrong_passwords_and_a_right_password_forgives_none(owner: Island, clock: Clock) -> None:
    add(owner, clock)
    for _ in range(2):
        assert refusal(lambda: sign_in(owner, clock.code(7))) == (401, "code_refused")
        assert refusal(lambda: sign_in(owner, None)) == (401, "code_needed")
    assert refusal(lambda: sign_in(owner, clock.code(7))) == (401, "code_refused")
    assert refusal(lambda: sign_in(owner, clock.code())) == (401, "sign_in_refused")
    assert kinds(owner)[:3] == ["accounts.sign_in_failed", "accounts.sign_in_failed", "accounts.locked"]


def test_asking_for_the_code_costs_no_guess(owner: Island, clock: Clock) -> None:
    add(owner, clock)
    for _ in range(5):
        assert refusal(lambda: sign_in(owner, None)) == (401, "code_needed")
    assert sign_in(owner, clock.code())


def test_a_recovery_code_works_once_and_only_for_its_person(owner: Island, clock: Clock) -> None:
    codes = add(owner, clock)
    assert len(codes) == 10
    assert sign_in(owner, codes[3].lower().replace("-", " "))["unlock"]
    assert kinds(owner)[:2] == ["accounts.signed_in", "accounts.recovery_code_used"]
    assert refusal(lambda: sign_in(owner, codes[3])) == (401, "code_refused")
    stored = b"".join(bytes(row.hash) for row in RecoveryCode.objects.all())
    assert RecoveryCode.objects.count() == 9
    assert not any(code.encode() in stored for code in codes)


def test_nobody_stays_signed_in_with_a_one_time_password(owner: Island, clock: Clock) -> None:
    SignedInSession.objects.filter(person=owner.person).update(kept=True, idle_s=30 * 24 * 3600)
    add(owner, clock)
    session = SignedInSession.objects.get(person=owner.person)
    assert (session.kept, session.idle_s) == (False, 3600)
    sign_in(owner, clock.code(), keep=True)
    assert not SignedInSession.objects.filter(person=owner.person, kept=True).exists()


def test_a_wish_to_stay_is_granted_without_one(owner: Island) -> None:
    sign_in(owner, None, keep=True)
    assert SignedInSession.objects.filter(person=owner.person, kept=True).exists()


def test_sessions_from_before_end_when_it_is_set_up(owner: Island, clock: Clock) -> None:
    elsewhere = owner.browser
    owner.sign_in()
    add(owner, clock)
    assert elsewhere.get("/api/session").status_code == 401
    assert owner.get("session")["person"]["id"] == owner.person


def test_a_key_file_is_possession_and_needs_no_code(owner: Island, clock: Clock) -> None:
    add(owner, clock)
    assert key_sign_in(owner)["unlock"] is None


def test_setting_up_needs_proof_a_code_that_fits_and_a_whole_secret(owner: Island, clock: Clock) -> None:
    body = {"proof": by_password(owner), "secret": b64(SECRET), "code": clock.code()}
    assert refusal(lambda: owner.post("account/second-factor", body | {"code": clock.code(9)})) == (400, "code_refused")
    assert refusal(lambda: owner.post("account/second-factor", body | {"secret": b64(bytes(10))}))[0] == 400
    wrong = {"proof": {"auth_key": b64(bytes(32))}}
    assert refusal(lambda: owner.post("account/second-factor", body | wrong)) == (401, "sign_in_refused")
    assert not OneTimeSecret.objects.exists()
    owner.post("account/second-factor", body | {"proof": by_key(owner)})
    clock.wait()
    again = {**body, "code": clock.code()}
    assert refusal(lambda: owner.post("account/second-factor", again)) == (409, "second_factor_there")


def test_removing_it_needs_password_and_code(owner: Island, clock: Clock) -> None:
    add(owner, clock)
    key, wrong = {"auth_key": b64(owner.auth_key)}, {"auth_key": b64(bytes(32))}
    route = "account/second-factor/remove"
    assert refusal(lambda: owner.post(route, wrong | {"code": clock.code()})) == (401, "sign_in_refused")
    assert refusal(lambda: owner.post(route, key | {"code": clock.code(5)})) == (401, "code_refused")
    assert refusal(lambda: owner.post(route, key | {"code": ""}))[0] == 400
    owner.post(route, key | {"code": clock.code()})
    assert not OneTimeSecret.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert kinds(owner)[0] == "accounts.second_factor_removed"
    assert sign_in(owner, None)["unlock"]


def test_new_recovery_codes_take_the_place_of_the_old_ones(owner: Island, clock: Clock) -> None:
    old = add(owner, clock)
    body = {"auth_key": b64(owner.auth_key), "code": clock.code()}
    new = owner.post("account/recovery-codes", body)["recovery_codes"]
    assert refusal(lambda: sign_in(owner, old[0])) == (401, "code_refused")
    assert sign_in(owner, new[0])
    assert kinds(owner).count("accounts.recovery_codes_renewed") == 1


def test_a_new_password_keeps_the_second_factor(owner: Island, clock: Clock) -> None:
    add(owner, clock)
    owner.auth_key, body = new_password()
    owner.post("account/password", {"proof": by_key(owner), **body})
    assert refusal(lambda: sign_in(owner, None)) == (401, "code_needed")


def test_redeeming_once_more_is_no_way_around_it(owner: Island, clock: Clock) -> None:
    redeemed = redemption(invite(owner, role="clerk", username="wulff"), owner)
    clerk = redeemed.send()
    add(clerk, clock)
    redeemed.island.browser = Browser()
    assert refusal(redeemed.send) == (401, "code_needed")


def test_the_end_of_all_access_takes_it_along(owner: Island, clock: Clock) -> None:
    add(owner, clock)
    actions.end_access(person=Person.objects.get(pk=owner.person), by=None)
    assert not OneTimeSecret.objects.exists()
    assert not RecoveryCode.objects.exists()


def test_two_at_once_with_the_same_password_get_one_session(
    owner: Island, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second asks while the first, having read the row, has not moved the step on."""
    add(owner, clock)
    person = Person.objects.get(pk=owner.person)
    real = one_time.matching_step
    answers: list[bool] = []

    def overtaken(*args: Any, **kwargs: Any) -> int | None:
        monkeypatch.setattr(one_time, "matching_step", real)
        answers.append(second_factor.accept_code(person, clock.code()))
        return real(*args, **kwargs)

    monkeypatch.setattr(one_time, "matching_step", overtaken)
    answers.append(second_factor.accept_code(person, clock.code()))
    assert answers == [True, False]
