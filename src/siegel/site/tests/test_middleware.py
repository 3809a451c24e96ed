import json
import logging
import re

import pytest
import structlog
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation
from pytest_django import Settings

from siegel.accounts.models import Person
from siegel.accounts.tests.people import SignIn
from siegel.site import errors, logs
from siegel.site.middleware import ContentPolicy, Headers, Language, RequestLog


def key_page(request: HttpRequest) -> HttpResponse:
    request.uses_keys = True  # type: ignore[attr-defined]
    return HttpResponse()


def plain_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(translation.get_language() or "")


def directives(response: object) -> dict[str, str]:
    assert isinstance(response, HttpResponse)
    parts = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: values for name, _space, values in parts}


def test_a_plain_page_may_neither_evaluate_nor_frame_nor_make_policies() -> None:
    policy = directives(ContentPolicy(plain_page)(RequestFactory().get("/hilfe")))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["trusted-types"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert "frame-src" not in policy
    assert "unsafe-inline" not in str(policy)


@pytest.mark.parametrize("path", ["/tresore/1", "/static/bundle/worker-1a2b3c4d.js"])
def test_key_pages_and_their_workers_may_run_webassembly(path: str) -> None:
    view = key_page if path.startswith("/tresore") else plain_page
    policy = directives(ContentPolicy(view)(RequestFactory().get(path)))
    assert policy["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert policy["frame-src"] == "'self' blob:"
    assert policy["trusted-types"] == "siegel-worker siegel-parser"
    assert policy["require-trusted-types-for"] == "'script'"


@pytest.mark.parametrize(("secure", "header"), [(True, "max-age=31536000"), (False, None)])
def test_headers_that_django_does_not_set(settings: Settings, secure: bool, header: str | None) -> None:
    settings.SECURE = secure
    response = Headers(plain_page)(RequestFactory().get("/"))
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Cache-Control"] == "no-store"
    assert "camera=(self)" in response["Permissions-Policy"]
    assert response.get("Strict-Transport-Security") == header


@pytest.mark.parametrize(("cookie", "language"), [(None, "de"), ("en", "en"), ("fr", "de"), ("../de", "de")])
def test_the_language_is_german_unless_the_person_chose(cookie: str | None, language: str) -> None:
    request = RequestFactory().get("/", headers={"accept-language": "en-US"})
    if cookie:
        request.COOKIES[django_settings.LANGUAGE_COOKIE_NAME] = cookie
    response = Language(plain_page)(request)
    assert isinstance(response, HttpResponse)
    assert (response.content.decode(), response["Content-Language"]) == (language, language)


def test_the_log_line_holds_neither_path_nor_query(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), structlog.testing.capture_logs() as lines:
        RequestLog(plain_page)(RequestFactory().get("/e/GEHEIM77?code=GEHEIM78"))
    assert [line["event"] for line in lines] == ["request"]
    assert "GEHEIM" not in str(lines) + caplog.text


def test_an_error_page_shows_the_reference_that_stands_in_the_log() -> None:
    def broken(request: HttpRequest) -> HttpResponse:
        return errors.page(request, 500)

    response = RequestLog(broken)(RequestFactory().get("/"))
    assert isinstance(response, HttpResponse)
    assert re.search(r">F-[0-9A-HJKMNP-TV-Z]{6}<", response.content.decode())


def test_a_logged_error_says_where_but_not_what_was_typed() -> None:
    def fail(typed: str) -> None:
        raise ValueError(typed)

    try:
        fail("Steuergeheimnis")
    except ValueError:
        event = logs.without_values(None, "error", {"event": "unexpected", "exc_info": True})
    assert event["error"] == "ValueError"
    assert "test_middleware.py:" in json.dumps(event["where"])
    assert "Steuergeheimnis" not in json.dumps(event)


@pytest.mark.parametrize("path", ["/tresore/%00", "/mandanten?suche=%00", "/protokoll?person=%00&art=%00"])
def test_a_nul_in_an_address_is_no_fault_of_the_server(owner: Person, sign_in: SignIn, path: str) -> None:
    """PostgreSQL does not take it, SQLite finds nothing."""
    assert sign_in(owner).get(path).status_code < 500
