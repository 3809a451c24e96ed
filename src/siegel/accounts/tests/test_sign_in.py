import secrets
import statistics
import time
from datetime import timedelta

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries, Settings

from siegel.accounts import actions, lockout, passwords, rules, sessions, sign_in
from siegel.accounts.errors import AccountsError
from siegel.accounts.models import Credential, Person, SignedInSession, SignInFailure
from siegel.accounts.tests.people import auth_key_of
from siegel.base.errors import BaseError
from siegel.base.ids import new_id
from siegel.base.queries import audit_lines

WRONG = bytes(32)
HERE, THERE = "192.0.2.1", "198.51.100.9"


def request_from(address: str, *, device: str | None = None) -> HttpRequest:
    request = RequestFactory().post("/", REMOTE_ADDR=address)
    if device is not None:
        request.COOKIES[lockout.DEVICE_COOKIE] = device
    sessions.recognise(request)
    return request


def try_to_sign_in(username: str, auth_key: bytes, address: str = HERE, device: str | None = None) -> Person | None:
    """The person, or None if refused with the one text there is."""
    request = request_from(address, device=device)
    try:
        return sign_in.verify_auth_key(request, slug="muster", username=username, auth_key=auth_key)
    except AccountsError as refusal:
        if (refusal.code, refusal.status, refusal.params) != ("sign_in_refused", 401, {}):
            raise
        return None


@pytest.fixture
def no_throttle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "ATTEMPTS_PER_MINUTE", 10_000)


def test_the_right_key_opens(owner: Person) -> None:
    assert try_to_sign_in("inhaberin", auth_key_of("inhaberin")) == owner


def test_a_wrong_key_an_unknown_name_and_a_blocked_person_are_refused_alike(owner: Person, clerk: Person) -> None:
    Person.objects.filter(pk=clerk.pk).update(state=Person.State.BLOCKED)
    assert try_to_sign_in("inhaberin", WRONG) is None
    assert try_to_sign_in("nobody", WRONG) is None
    assert try_to_sign_in("wulff", auth_key_of("wulff")) is None


def test_an_unknown_firm_says_so(owner: Person) -> None:
    with pytest.raises(AccountsError) as refusal:
        sign_in.start_sign_in(request_from(HERE), slug="no-such-firm", username="inhaberin")
    assert (refusal.value.code, refusal.value.status) == ("unknown_firm", 404)


def test_the_same_name_in_another_firm_is_another_person(owner: Person, stranger: Person) -> None:
    found = sign_in.verify_auth_key(
        request_from(HERE), slug="fremd", username="inhaberin", auth_key=auth_key_of("inhaberin")
    )
    assert found == stranger


def test_an_unknown_name_always_gets_the_same_s_and_another_name_another(owner: Person) -> None:
    def s_of(username: str) -> bytes:
        return sign_in.start_sign_in(request_from(HERE), slug="muster", username=username).s

    assert s_of("nobody") == s_of("nobody")
    assert s_of("nobody") != s_of("somebody")
    assert s_of("inhaberin") == bytes(Credential.objects.get(person=owner).s)
    assert len(s_of("nobody")) == len(s_of("inhaberin")) == 32


def test_an_unknown_name_takes_as_long_as_a_wrong_key(owner: Person, no_throttle: None) -> None:
    def spent_s(username: str, number: int) -> float:
        # Of the processor, not of the clock: what else runs on the machine does not count.
        started = time.process_time()
        try_to_sign_in(username, WRONG, address=f"192.0.2.{number}")
        return time.process_time() - started

    names = ("nobody", "inhaberin")
    taken = [[spent_s(name, number) for name in names] for number in range(7)]
    unknown, known = (statistics.median(column) for column in zip(*taken, strict=True))
    assert 0.5 < unknown / known < 2
    assert unknown > 0.01


def test_three_failures_lock_the_source_even_for_the_right_key(owner: Person) -> None:
    for _ in range(rules.FAILURES_PER_SOURCE):
        assert try_to_sign_in("inhaberin", WRONG) is None
    assert try_to_sign_in("inhaberin", auth_key_of("inhaberin")) is None


def test_a_locked_source_does_not_lock_the_person_elsewhere(owner: Person) -> None:
    for _ in range(rules.FAILURES_PER_SOURCE + 2):
        try_to_sign_in("inhaberin", WRONG, address=THERE)
    assert try_to_sign_in("inhaberin", auth_key_of("inhaberin"), address=HERE) == owner


def test_the_lock_opens_by_itself(owner: Person) -> None:
    for _ in range(rules.FAILURES_PER_SOURCE):
        try_to_sign_in("inhaberin", WRONG)
    for failure in SignInFailure.objects.all():
        failure.at -= rules.LOCK_WINDOW + timedelta(seconds=1)
        failure.save()
    assert try_to_sign_in("inhaberin", auth_key_of("inhaberin")) == owner


def test_success_forgives_the_failures_of_this_source_only(owner: Person) -> None:
    for _ in range(2):
        try_to_sign_in("inhaberin", WRONG)
        try_to_sign_in("inhaberin", WRONG, address=THERE)
    assert try_to_sign_in("inhaberin", auth_key_of("inhaberin"))
    for _ in range(2):
        try_to_sign_in("inhaberin", WRONG)
    assert try_to_sign_in("inhaberin", auth_key_of("inhaberin"))
    try_to_sign_in("inhaberin", WRONG, address=THERE)
    assert try_to_sign_in("inhaberin", auth_key_of("inhaberin"), address=THERE) is None


def exhaust_account(username: str) -> None:
    for number in range(rules.FAILURES_PER_ACCOUNT):
        try_to_sign_in(username, WRONG, address=f"203.0.113.{number // 2}")


def test_guesses_from_many_sources_are_bounded_together(owner: Person, no_throttle: None) -> None:
    exhaust_account("inhaberin")
    assert try_to_sign_in("inhaberin", auth_key_of("inhaberin")) is None


def test_a_known_device_is_spared_the_bound_for_all_sources(owner: Person, no_throttle: None) -> None:
    """Otherwise thirty wrong guesses from anywhere would keep a client out of his own vault."""
    mark = lockout.device_mark(person=owner, device=new_id())
    exhaust_account("inhaberin")
    assert try_to_sign_in("inhaberin", auth_key_of("inhaberin"), device=mark) == owner


def test_a_known_device_has_three_guesses_too(owner: Person) -> None:
    mark = lockout.device_mark(person=owner, device=new_id())
    for _ in range(rules.FAILURES_PER_SOURCE):
        try_to_sign_in("inhaberin", WRONG, device=mark)
    assert try_to_sign_in("inhaberin", auth_key_of("inhaberin"), device=mark) is None


def test_the_mark_of_a_device_is_worth_nothing_for_another_person_or_forged(
    owner: Person, clerk: Person, no_throttle: None
) -> None:
    exhaust_account("inhaberin")
    foreign = lockout.device_mark(person=clerk, device=new_id())
    own = lockout.device_mark(person=owner, device=new_id())
    for mark in (foreign, own[:-1] + ("A" if own[-1] != "A" else "B"), "nonsense"):
        assert try_to_sign_in("inhaberin", auth_key_of("inhaberin"), device=mark) is None


def test_the_mark_of_a_device_is_worth_nothing_after_the_access_was_ended(owner: Person, no_throttle: None) -> None:
    mark = lockout.device_mark(person=owner, device=new_id())
    actions.end_access(person=owner, by=None)
    actions.set_credential(
        person=owner, s=secrets.token_bytes(32), auth_hash=passwords.hash_auth_key(auth_key_of("inhaberin"))
    )
    exhaust_account("inhaberin")
    assert try_to_sign_in("inhaberin", auth_key_of("inhaberin"), device=mark) is None


def test_unknown_names_are_locked_like_known_ones(owner: Person) -> None:
    for _ in range(rules.FAILURES_PER_SOURCE):
        try_to_sign_in("nobody", WRONG)
    request = request_from(HERE)
    attempt = lockout.attempt_of(request, firm_id=owner.tenant_id, username="nobody")
    assert not lockout.count_attempt(attempt)


def test_an_attempt_counts_before_it_is_verified(owner: Person) -> None:
    """Guesses sent at once must not all pass before the first failure is written down."""
    attempt = lockout.attempt_of(request_from(HERE), firm_id=owner.tenant_id, username="inhaberin")
    answers = [lockout.count_attempt(attempt) for _ in range(5)]
    assert answers == [True, True, True, False, False]


def test_the_lockout_is_in_the_log_once_with_the_person_and_not_for_unknown_names(owner: Person) -> None:
    for _ in range(5):
        try_to_sign_in("inhaberin", WRONG)
        try_to_sign_in("nobody", WRONG)
    locked = [line for line in audit_lines(owner.tenant, limit=50) if line.kind == "accounts.locked"]
    assert [line.about for line in locked] == ["Henrike Lindhorst"]


def test_failures_store_neither_name_nor_address(owner: Person) -> None:
    try_to_sign_in("inhaberin", WRONG)
    failure = SignInFailure.objects.get()
    stored = bytes(failure.account) + bytes(failure.source)
    assert b"inhaberin" not in stored
    assert HERE.encode() not in stored


def test_one_source_may_not_ask_without_end(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "ATTEMPTS_PER_MINUTE", 2)
    request = request_from(HERE)
    for _ in range(2):
        sign_in.start_sign_in(request, slug="muster", username="inhaberin")
    with pytest.raises(BaseError, match="throttled"):
        sign_in.start_sign_in(request, slug="muster", username="inhaberin")
    sign_in.start_sign_in(request_from(THERE), slug="muster", username="inhaberin")


def test_the_stored_hash_needs_the_pepper(owner: Person, settings: Settings) -> None:
    settings.PEPPER = "another pepper that is long enough to be one"
    assert try_to_sign_in("inhaberin", auth_key_of("inhaberin")) is None


def test_starting_costs_two_queries(owner: Person, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    request = request_from(HERE)
    with django_assert_num_queries(2):
        sign_in.start_sign_in(request, slug="muster", username="inhaberin")


def test_signing_in_again_in_the_same_browser_ends_the_session_before(owner: Person, clerk: Person) -> None:
    first_request = request_from(HERE)
    first = sign_in.open_session(first_request, person=owner, idle_s=60, method="password")
    second = sign_in.open_session(first_request, person=clerk, idle_s=60, method="password")
    assert not SignedInSession.objects.filter(pk=first.pk).exists()
    assert sessions.visited(first_request).person == clerk
    assert bytes(second.half) != bytes(first.half)
