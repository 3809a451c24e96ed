"""One-time passwords and recovery codes: the vectors of RFC 6238, what is tolerated, what a stolen database gives."""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from siegel.accounts import one_time
from siegel.base.ids import new_id

# RFC 6238, appendix B, SHA-1; the last six of its eight digits.
RFC_SECRET = b"12345678901234567890"
RFC_TIMES = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 20000000000: "353130"}


@pytest.mark.parametrize(("at", "password"), RFC_TIMES.items())
def test_the_passwords_are_those_of_the_rfc(at: int, password: str) -> None:
    assert one_time.matching_step(RFC_SECRET, password, now_s=at, after=0) == at // 30


@given(st.integers(0, 2**33), st.integers(-3, 3))
def test_one_step_before_and_after_is_tolerated_and_no_more(now_s: int, off: int) -> None:
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.twofactor.hotp import HOTP

    now_s += 120
    step = now_s // 30 + off
    code = HOTP(RFC_SECRET, 6, SHA1()).generate(step).decode()
    near = {HOTP(RFC_SECRET, 6, SHA1()).generate(now_s // 30 + other).decode() for other in (-1, 0, 1)}
    found = one_time.matching_step(RFC_SECRET, code, now_s=now_s, after=0)
    assert (found is not None) == (code in near)


def test_a_password_is_not_taken_at_or_before_the_last_used_step() -> None:
    assert one_time.matching_step(RFC_SECRET, "287082", now_s=59, after=1) is None
    assert one_time.matching_step(RFC_SECRET, "287082", now_s=59, after=0) == 1


def test_a_sealed_secret_opens_for_its_person_and_with_its_pepper_alone(settings: Settings) -> None:
    person, other = new_id(), new_id()
    sealed = one_time.seal_secret(person, RFC_SECRET)
    assert RFC_SECRET not in sealed
    assert one_time.open_secret(person, sealed) == RFC_SECRET
    with pytest.raises(InvalidTag):
        one_time.open_secret(other, sealed)
    settings.PEPPER = "another pepper that is long enough to be one"
    with pytest.raises(InvalidTag):
        one_time.open_secret(person, sealed)


def test_recovery_codes_are_ten_different_ones_and_read_as_people_type() -> None:
    codes = one_time.new_recovery_codes()
    assert len(set(codes)) == 10
    person = new_id()
    assert one_time.recovery_hash(person, "7kq2 mO1d-93tb") == one_time.recovery_hash(person, "7KQ2-M0ID-93TB")
    assert one_time.recovery_hash(person, codes[0]) != one_time.recovery_hash(new_id(), codes[0])
    assert not any(one_time.is_password(one_time.normalize(code)) for code in codes)


@pytest.mark.parametrize("code", ["12345", "1234567", "12345x", "１２３４５６", ""])
def test_only_six_digits_are_a_one_time_password(code: str) -> None:
    assert not one_time.is_password(one_time.normalize(code))
    assert one_time.is_password(one_time.normalize(" 123 456 "))
