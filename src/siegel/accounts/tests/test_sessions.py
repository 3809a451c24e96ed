import secrets
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client as Browser
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from siegel.accounts import actions, sessions
from siegel.accounts.errors import AccountsError
from siegel.accounts.middleware import Sessions
from siegel.accounts.models import Person, SignedInSession
from siegel.accounts.passwords import hash_auth_key
from siegel.accounts.sign_in import end_session, open_session
from siegel.accounts.tests.people import SignIn
from siegel.base.ids import new_id

IDLE_S = 900


def visit(token: str, *, is_background: bool = False) -> sessions.VisitedRequest:
    """The request as a view saw it, after it went through the middleware."""

    def view(request: HttpRequest) -> HttpResponse:
        if is_background:
            sessions.mark_background(request)
        return HttpResponse()

    request = RequestFactory().get("/")
    request.COOKIES[settings.SESSION_COOKIE_NAME] = token
    Sessions(view)(request)
    return sessions.visited(request)


def opened(person: Person) -> actions.OpenedSession:
    return actions.start_session(person=person, idle_s=IDLE_S, method="password", address="192.0.2.1")


def age(session: SignedInSession, seconds: int) -> None:
    """As if the session had been used last `seconds` ago."""
    session.last_seen_at -= timedelta(seconds=seconds)
    session.save(update_fields=["last_seen_at"])


def test_a_session_is_recognised_with_one_query(
    owner: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token = opened(owner).token
    with django_assert_num_queries(1):
        seen = visit(token)
        assert (seen.person, seen.tenant) == (owner, owner.tenant)


def test_a_visitor_without_cookie_costs_no_query(db: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert visit("").person is None


def test_the_database_holds_no_token(owner: Person) -> None:
    token = opened(owner).token
    assert token.encode() not in bytes(SignedInSession.objects.get().token_hash)


def test_an_opened_session_does_not_show_its_token(owner: Person) -> None:
    one = opened(owner)
    assert one.token not in repr(one)


def test_an_idle_session_is_over_and_its_half_is_gone(owner: Person) -> None:
    one = opened(owner)
    age(one.session, IDLE_S)
    seen = visit(one.token)
    assert seen.person is None
    assert seen.session_expired
    assert not SignedInSession.objects.exists()


def test_use_moves_the_idle_limit_on(owner: Person) -> None:
    one = opened(owner)
    age(one.session, IDLE_S - 60)
    assert visit(one.token).person == owner
    age(SignedInSession.objects.get(), IDLE_S - 60)
    assert visit(one.token).person == owner


def test_polling_does_not_keep_a_session_alive(owner: Person) -> None:
    one = opened(owner)
    age(one.session, IDLE_S - 10)
    before = SignedInSession.objects.get().last_seen_at
    assert visit(one.token, is_background=True).person == owner
    assert SignedInSession.objects.get().last_seen_at == before


def test_requests_within_a_minute_write_nothing(
    owner: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    one = opened(owner)
    age(one.session, 50)
    with django_assert_num_queries(1):
        visit(one.token)


def test_a_session_ends_after_twelve_hours_of_use(owner: Person) -> None:
    one = opened(owner)
    one.session.started_at -= timedelta(hours=12)
    one.session.save()
    assert visit(one.token).person is None


def test_a_blocked_person_is_out_at_once(owner: Person) -> None:
    one = opened(owner)
    Person.objects.filter(pk=owner.pk).update(state=Person.State.BLOCKED)
    assert visit(one.token).person is None
    assert not sessions.live(one.session).exists()


def test_a_new_generation_ends_all_sessions(owner: Person) -> None:
    one = opened(owner)
    assert sessions.live(one.session).exists()
    Person.objects.filter(pk=owner.pk).update(session_generation=owner.session_generation + 1)
    assert visit(one.token).person is None
    assert not sessions.live(one.session).exists()


def test_a_new_password_ends_the_sessions_before_it(owner: Person) -> None:
    one = opened(owner)
    auth_hash = hash_auth_key(secrets.token_bytes(32))
    actions.set_credential(person=owner, s=secrets.token_bytes(32), auth_hash=auth_hash)
    assert visit(one.token).person is None
    assert visit(opened(owner).token).person == owner


def test_a_person_without_a_credential_gets_no_session(owner: Person) -> None:
    invited = actions.add_person(tenant=owner.tenant, person_id=new_id(), username="neu", name="Neu", by=owner)
    with pytest.raises(AccountsError, match="sign_in_refused"):
        opened(invited)


def test_expired_sessions_are_removed_without_being_visited(owner: Person) -> None:
    age(opened(owner).session, IDLE_S)
    fresh = opened(owner)
    assert sessions.remove_expired() == 1
    assert SignedInSession.objects.get() == fresh.session


def answer_to(request: HttpRequest) -> HttpResponse:
    response = HttpResponse()
    sessions.write_cookies(request, response)
    return response


def test_the_cookie_cannot_be_read_by_scripts(owner: Person) -> None:
    request = RequestFactory().get("/")
    sessions.recognise(request)
    open_session(request, person=owner, idle_s=IDLE_S, method="password")
    cookie = answer_to(request).cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == ""
    assert visit(cookie.value).person == owner


def test_signing_out_clears_cookie_and_stored_pages(owner: Person) -> None:
    request = RequestFactory().get("/")
    request.COOKIES[settings.SESSION_COOKIE_NAME] = opened(owner).token
    sessions.recognise(request)
    end_session(request)
    response = answer_to(request)
    assert response.cookies[settings.SESSION_COOKIE_NAME].value == ""
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert not SignedInSession.objects.exists()


def test_signing_out_in_the_browser_leads_to_the_firm_s_door(owner: Person, sign_in: SignIn) -> None:
    browser = sign_in(owner)
    answer = browser.post("/abmelden", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer["Location"]) == (302, "/k/muster?grund=abgemeldet")
    assert browser.get("/mandanten").status_code == 302


def test_an_expired_session_is_told_so_at_the_door(owner: Person, sign_in: SignIn) -> None:
    browser = sign_in(owner)
    age(SignedInSession.objects.get(), 3600)
    answer = browser.get("/", follow=True)
    assert answer.redirect_chain == [("/anmeldung?grund=abgelaufen", 302)]
    assert "Ihre Sitzung ist abgelaufen" in answer.content.decode()


def test_whoever_follows_a_link_is_led_there_after_signing_in(client: Browser) -> None:
    assert client.get("/protokoll?vor=7")["Location"] == "/anmeldung?next=%2Fprotokoll%3Fvor%3D7"


def test_the_door_names_the_firm_and_404_for_a_firm_that_is_not(owner: Person) -> None:
    assert "Kanzlei Muster" in Browser().get("/k/muster").content.decode()
    assert Browser().get("/k/nobody").status_code == 404


def test_an_answer_goes_out_even_if_its_use_cannot_be_noted(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    one = opened(owner)
    age(one.session, 120)

    def busy(*args: object, **kwargs: object) -> None:
        raise OperationalError("database is locked")

    with transaction.atomic():
        monkeypatch.setattr("django.db.models.query.QuerySet.update", busy)
        assert visit(one.token).person == owner
