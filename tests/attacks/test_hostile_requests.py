"""Requests of nobody's client: without token, too large, too deep, with fields too many, from false addresses."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Browser

from siegel.keys.tests.island import Island, RefusedError, found, invite, post
from siegel.seals.canonical import b64
from siegel.vault.tests.island import OpenVault
from tests.attacks.test_every_route_by_role import TABLE

JSON = "application/json"
# Their bodies are no JSON, or are not looked at: uploads stream, the others are forms of pages.
OTHER_BODIES = (
    *("/uploads", "/abmelden", "/sprache", "/darstellung", "/sitzungen/", "/session/end", "POST /zugang/"),
    *("/einstellungen/", "/mein-zugang/e-mail", "/postausgang/", "/protokoll/"),
)
UNSAFE = [route for route in TABLE if not route.startswith(("GET", "HEAD", "OPTIONS"))]
TAKING_JSON = [route for route in UNSAFE if not any(end in route for end in OTHER_BODIES)]
MARKER = "ein-rohes-Passwort"


def address(route: str) -> tuple[str, str]:
    """Method and path; which thing is meant does not matter before the request has been looked at."""
    method, path = route.split(" ")
    for name in ("client_id", "vault_id", "upload_id", "invitation_id", "node", "number", "slug"):
        path = path.replace("<passkey_id>", "1").replace("<mail_id>", "1")
        path = path.replace(f"<{name}>", "ABCDEFGH" if name == "invitation_id" else b64(bytes(16)))
    return method, path


@pytest.mark.parametrize("route", UNSAFE)
def test_no_unsafe_route_works_without_its_token(owner: Island, route: str) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.cookies = owner.browser.cookies
    method, path = address(route)
    assert browser.generic(method, path, b"{}", content_type=JSON).status_code == 403
    token = browser.cookies["siegel_csrf"].value if "siegel_csrf" in browser.cookies else "x" * 32
    foreign = {"X-CSRFToken": token, "Origin": "https://boese.example"}
    assert browser.generic(method, path, b"{}", content_type=JSON, headers=foreign).status_code == 403


@pytest.mark.parametrize("route", TAKING_JSON)
@pytest.mark.parametrize("field", ["password", "passphrase", "seed"])
def test_no_route_takes_a_raw_secret(owner: Island, route: str, field: str) -> None:
    """An unknown field is refused, and the answer does not repeat it."""
    method, path = address(route)
    answer = owner.browser.generic(method, path, json.dumps({field: MARKER}), content_type=JSON)
    assert answer.status_code in (400, 404)
    assert MARKER.encode() not in answer.content


BODIES: dict[str, bytes] = {
    "too large": b'{"a": "' + b"x" * (4 << 20) + b'"}',
    "too deep": b"[" * 100_000,
    "objects too deep": b'{"a":' * 50_000,
    "no object": b"[1, 2]",
    "null": b"null",
    "not JSON": b"<xml/>",
    "not UTF-8": b'{"firm": "\xff"}',
    "lone surrogate": b'{"firm": "\\ud800", "username": "x"}',
    "NUL": b'{"firm": "\\u0000", "username": "\\u0000"}',
    "huge number": b'{"firm": 1' + b"0" * 5000 + b"}",
    "not a number": b'{"firm": NaN}',
    "empty": b"",
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("route", TAKING_JSON)
def test_a_body_that_is_none_is_refused_politely(owner: Island, route: str, name: str) -> None:
    """Neither a fault of the server nor an answer that repeats what was sent."""
    method, path = address(route)
    answer = owner.browser.generic(method, path, BODIES[name], content_type=JSON)
    assert 400 <= answer.status_code < 500, answer.content[:200]
    assert set(answer.json()) == {"code", "message"}
    assert len(answer.content) < 1000
    cache.clear()


def lists(vault: OpenVault) -> dict[str, tuple[str, dict[str, Any]]]:
    item = {"upload": b64(bytes(16)), "payload_hash": b64(bytes(32)), "commitment": b64(bytes(32))}
    doc = {"bytes": b64(b"{}"), "sig": b64(b"{}")}
    wrap, row = {"key": b64(bytes(32)), "age": b64(b"x")}, {"node": b64(bytes(16)), "version": 0, "row": b64(b"x")}
    file = {"upload": b64(bytes(16)), "manifest": doc, "header": b64(b"x"), "row": b64(b"x")}
    place = f"vaults/{vault.id}"
    return {
        "checks": (f"{place}/check", {"uploads": [{**item, "scanner_header": b64(b"x")}] * 201}),
        "files": (f"{place}/commit", {"record": doc, "files": [file] * 1001}),
        "wraps": (f"{place}/records", {"record": doc, "wraps": [wrap] * 1001}),
        "rows": (f"{place}/records", {"record": doc, "rows": [row] * 1001}),
        "no checks": (f"{place}/check", {"uploads": []}),
        "no files": (f"{place}/commit", {"record": doc, "files": []}),
    }


@pytest.mark.parametrize("name", ["checks", "files", "wraps", "rows", "no checks", "no files"])
def test_lists_without_end_are_refused(owner: Island, vault: OpenVault, name: str) -> None:
    path, body = lists(vault)[name]
    with pytest.raises(RefusedError) as refused:
        owner.post(path, body)
    assert refused.value.status == 400


def try_password(address_of_caller: str, username: str, key: bytes, **headers: str) -> int:
    browser = Browser(REMOTE_ADDR=address_of_caller)
    body = {"firm": "muster", "username": username, "auth_key": b64(key)}
    return browser.post("/api/sign-in/password", body, content_type=JSON, headers=headers).status_code


def test_a_forged_forwarding_header_makes_no_new_source(owner: Island) -> None:
    """Three guesses from one address, whatever it says of itself."""
    for number in range(3):
        assert try_password("192.0.2.7", "inhaberin", bytes(32), **{"X-Forwarded-For": f"198.51.100.{number}"}) == 401
    assert try_password("192.0.2.7", "inhaberin", owner.auth_key, **{"X-Forwarded-For": "203.0.113.1"}) == 401
    assert try_password("192.0.2.8", "inhaberin", owner.auth_key) == 200


def test_a_forged_forwarding_header_does_not_escape_the_throttle(owner: Island) -> None:
    statuses = [
        Browser(REMOTE_ADDR="192.0.2.7")
        .get("/api/invitations/ABCDEFGH", headers={"X-Forwarded-For": f"198.51.100.{number}"})
        .status_code
        for number in range(61)
    ]
    assert statuses[-1] == 429


def test_behind_the_proxy_only_the_address_it_wrote_counts(owner: Island, settings: Any) -> None:
    """The last one; what the caller wrote before it is his own word."""
    settings.BEHIND_PROXY = True
    for number in range(3):
        forwarded = {"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.9"}
        assert try_password("127.0.0.1", "inhaberin", bytes(32), **forwarded) == 401
    assert try_password("127.0.0.1", "inhaberin", owner.auth_key, **{"X-Forwarded-For": "1.1.1.1, 203.0.113.9"}) == 401
    assert try_password("127.0.0.1", "inhaberin", owner.auth_key, **{"X-Forwarded-For": "203.0.113.10"}) == 200


def test_a_stranger_who_fails_on_purpose_locks_out_himself(owner: Island) -> None:
    for _ in range(5):
        assert try_password("192.0.2.66", "inhaberin", bytes(32)) == 401
    assert try_password("198.51.100.1", "inhaberin", owner.auth_key) == 200


def test_many_strangers_do_not_lock_out_the_persons_own_device(owner: Island) -> None:
    """Thirty failures from everywhere lock the account for new places, not for the browser it knows."""
    own = Browser(REMOTE_ADDR="198.51.100.1")
    body = {"firm": "muster", "username": "inhaberin", "auth_key": b64(owner.auth_key)}
    assert own.post("/api/sign-in/password", body, content_type=JSON).status_code == 200
    for number in range(30):
        try_password(f"192.0.2.{number}", "inhaberin", bytes(32))
    assert try_password("203.0.113.5", "inhaberin", owner.auth_key) == 401
    assert own.post("/api/sign-in/password", body, content_type=JSON).status_code == 200


def test_a_foreign_host_in_the_request_is_not_taken_for_ours(owner: Island) -> None:
    """Else a login signed at a false site could be handed in with its Host."""
    assert Browser().get("/api/session", headers={"Host": "boese.example"}).status_code == 400


def test_people_of_one_firm_do_not_answer_to_the_address_of_another(owner: Island) -> None:
    found("fremd")
    body = {"firm": "fremd", "username": "inhaberin", "auth_key": b64(owner.auth_key)}
    with pytest.raises(RefusedError) as refused:
        post(Browser(), "sign-in/password", body)
    assert (refused.value.status, refused.value.code) == (401, "sign_in_refused")


def test_names_are_not_told_by_the_answer_to_start(owner: Island) -> None:
    """Known, invited and unknown names get an answer of one form, and the same one twice."""
    invite(owner, role="clerk", username="eingeladen")
    ask: Callable[[str], dict[str, Any]] = lambda name: post(  # noqa: E731
        Browser(), "sign-in/start", {"firm": "muster", "username": name}
    )
    for name in ("inhaberin", "eingeladen", "niemand"):
        first, second = ask(name), ask(name)
        assert first == second
        assert set(first) == {"firm", "s", "params"}
        assert len(first["s"]) == 43
