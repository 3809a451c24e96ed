import errno
import re
import string
from pathlib import Path

import pytest
from django.db import OperationalError
from django.test import Client as Browser
from django.test import RequestFactory
from django.utils import translation
from ninja import NinjaAPI, Schema
from ninja.testing import TestClient

import siegel
from siegel.base.api import explain_errors
from siegel.base.errors import BaseError, DomainError, _messages, message_of

SOURCES = sorted(Path(siegel.__file__).parent.glob("*/**/*.py"))
RAISED = re.compile(r'\b(?:Base|Accounts|Firms|Keys|Vault)Error\(\s*"([a-z_]+)"')


class Secretive(Schema):
    auth_key: str
    count: int


def api_that_raises(error: Exception) -> TestClient:
    api = NinjaAPI(urls_namespace=f"test-{id(error)}")
    explain_errors(api)

    @api.get("/")
    def fail(request: object) -> None:
        raise error

    @api.post("/")
    def take(request: object, body: Secretive) -> None: ...

    return TestClient(api)


def test_every_code_that_is_raised_has_its_texts() -> None:
    codes = {code for path in SOURCES if "tests" not in path.parts for code in RAISED.findall(path.read_text())}
    assert {"sign_in_refused", "number_taken", "signed_out"} <= codes
    assert codes <= _messages().keys()


def test_both_languages_use_the_same_parameters() -> None:
    for code, texts in _messages().items():
        german, english = ({name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts)
        assert german == english, code


def test_the_text_follows_the_language_of_the_request() -> None:
    with translation.override("de"):
        assert message_of("number_taken", number="1") == "Die Mandantennummer 1 ist schon vergeben."
    with translation.override("en"):
        assert message_of("number_taken", number="1") == "The client number 1 is taken already."


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (DomainError("number_taken", status=409, number="1"), 409, "number_taken"),
        (BaseError("throttled", status=429), 429, "throttled"),
        (OSError(errno.ENOSPC, "no space"), 507, "disk_full"),
        (OperationalError("database or disk is full"), 507, "disk_full"),
        (OperationalError("database is locked"), 503, "busy"),
        (RuntimeError("secret inside"), 500, "unexpected"),
    ],
)
def test_an_error_is_answered_with_code_and_message(error: Exception, status: int, code: str) -> None:
    answer = api_that_raises(error).get("/")
    assert answer.status_code == status
    assert answer.json()["code"] == code
    assert "secret" not in answer.json()["message"]


def test_a_malformed_body_is_not_repeated_in_the_answer() -> None:
    answer = api_that_raises(RuntimeError()).post("/", json={"auth_key": "marker-of-a-secret", "count": "x"})
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_request"
    assert b"marker-of-a-secret" not in answer.content


def test_an_unsafe_call_without_token_is_refused_signed_in_or_not(db: None) -> None:
    browser = Browser(enforce_csrf_checks=True)
    answer = browser.post("/api/clients", {"number": "1", "name": "A"}, content_type="application/json")
    assert answer.status_code == 403
    assert answer.json()["code"] == "csrf"


def test_a_first_get_of_the_api_plants_the_token_with_which_calls_then_work(db: None) -> None:
    browser = Browser(enforce_csrf_checks=True)
    assert browser.get("/api/session").status_code == 401
    token = browser.cookies["siegel_csrf"].value
    answer = browser.post("/api/clients", {}, content_type="application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 401
    assert answer.json()["code"] == "signed_out"


def test_no_mark_on_a_view_exempts_it_from_the_check() -> None:
    """Views of the API library are marked exempt; the check looks at none of these marks."""
    from siegel.base.csrf import StrictCsrf

    request = RequestFactory().post("/api/x")

    def exempt() -> None: ...

    exempt.csrf_exempt = True  # type: ignore[attr-defined]
    middleware = StrictCsrf(lambda request: None)  # type: ignore[arg-type]
    middleware.process_request(request)
    refusal = middleware.process_view(request, exempt, (), {})
    assert refusal is not None
    assert refusal.status_code == 403
