"""What was refused stands in the log, once its transaction is gone, and nobody floods it."""

import json
from typing import Any

import pytest
from django.core.cache import caches
from django.db import OperationalError
from django.test import Client as Browser

from siegel.accounts import denials
from siegel.accounts.models import Person, SignedInSession
from siegel.accounts.tests.people import SignIn
from siegel.base.audit.erasure import entries_about
from siegel.base.models import AuditEntry, Tenant
from siegel.firms.actions import block_person
from siegel.firms.models import Client
from siegel.seals.canonical import b64

NOBODY = "x" * 21 + "A"
KINDS = ("accounts.denied", "accounts.sign_in_failed", "accounts.turned_away")


def denied(tenant: Tenant) -> list[dict[str, Any]]:
    """Kind, about and personal part of each."""
    found = []
    for entry in AuditEntry.objects.filter(tenant=tenant).order_by("index"):
        leaf = json.loads(bytes(entry.leaf))
        if leaf["kind"] in KINDS:
            found.append({**leaf, "personal": json.loads(bytes(entry.personal))})
    return found


def try_password(username: str, browser: Browser | None = None) -> int:
    body = {"firm": "muster", "username": username, "auth_key": b64(bytes(32)), "keep": False, "code": None}
    answer = (browser or Browser()).post("/api/sign-in/password", body, content_type="application/json")
    return int(answer.status_code)


def test_somebody_elses_page_is_noted_with_what_was_asked(
    firm: Tenant, clerk: Person, bakery: Client, sign_in: SignIn
) -> None:
    address = f"/mandanten/{bakery.pk}"
    assert sign_in(clerk).get(address).status_code == 404
    [entry] = denied(firm)
    assert (entry["kind"], entry["by"]) == ("accounts.denied", clerk.pk)
    assert entry["about"] == {
        "asked": [bakery.pk],
        "method": "GET",
        "route": "mandanten/<str:client_id>",
        "status": 404,
    }
    assert entry["personal"] == {"address": "127.0.0.1", "by": clerk.name}


def test_the_id_of_another_firm_is_noted_in_ones_own_log_alone(
    firm: Tenant, stranger: Person, bakery: Client, sign_in: SignIn
) -> None:
    assert sign_in(stranger).get(f"/mandanten/{bakery.pk}").status_code == 404
    assert denied(firm) == []
    assert len(denied(stranger.tenant)) == 1


def test_missing_rights_on_the_log_and_on_keys_are_noted(firm: Tenant, client_user: Person, sign_in: SignIn) -> None:
    browser = sign_in(client_user)
    for address in ("/protokoll", "/api/audit/entries", "/api/keys/tree"):
        assert browser.get(address).status_code == 404
    assert [one["about"]["route"] for one in denied(firm)] == ["protokoll", "api/audit/entries", "api/keys/tree"]


def test_what_somebody_typed_into_an_address_is_not_noted(firm: Tenant, clerk: Person, sign_in: SignIn) -> None:
    browser = sign_in(clerk)
    browser.get("/mandanten/mein-geheimes-passwort")
    browser.get("/gibt-es-nicht")
    [entry] = denied(firm)
    assert entry["about"]["asked"] == []
    assert "geheimes" not in json.dumps(denied(firm))


def test_a_failed_sign_in_is_noted_whether_the_name_exists_or_not_and_without_what_was_typed(
    firm: Tenant, clerk: Person
) -> None:
    assert try_password(clerk.username) == try_password("niemand-so") == 401
    known, unknown = denied(firm)
    assert (known["kind"], known["by"], known["about"]["person"]) == ("accounts.sign_in_failed", None, clerk.pk)
    assert (unknown["kind"], unknown["about"]["person"]) == ("accounts.sign_in_failed", None)
    assert "niemand-so" not in json.dumps(unknown)


def test_a_proof_by_key_that_fails_is_noted(firm: Tenant) -> None:
    body = {"firm": "muster", "login": {"bytes": b64(b"{}"), "sig": b64(bytes(64))}}
    assert Browser().post("/api/sign-in/key", body, content_type="application/json").status_code == 401
    [entry] = denied(firm)
    assert (entry["about"]["route"], entry["about"]["person"]) == ("api/sign-in/key", None)


def test_a_blocked_persons_session_is_turned_away_and_noted(
    firm: Tenant, owner: Person, clerk: Person, sign_in: SignIn
) -> None:
    browser = sign_in(clerk)
    kept = SignedInSession.objects.get(person=clerk)
    block_person(person=clerk, by=owner)
    if not SignedInSession.objects.filter(pk=kept.pk).exists():  # whoever blocks ends the sessions; a copy comes back
        kept.save(force_insert=True)
    assert browser.get("/mandanten").status_code == 302
    [entry] = [one for one in denied(firm) if one["kind"] == "accounts.turned_away"]
    assert entry["by"] == clerk.pk


def test_nobody_floods_the_log_and_the_last_entry_says_that_there_was_more(
    firm: Tenant, clerk: Person, sign_in: SignIn
) -> None:
    browser = sign_in(clerk)
    for _ in range(denials.PER_SOURCE + 15):
        browser.get("/einstellungen/tresore")
    found = denied(firm)
    assert len(found) == denials.PER_SOURCE
    assert [one["about"].get("last", False) for one in found] == [False] * (denials.PER_SOURCE - 1) + [True]


def test_many_sources_together_do_not_flood_it_either(
    firm: Tenant, clerk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(denials, "PER_FIRM", 4)
    for number in range(8):
        try_password(f"niemand-{number}", Browser(REMOTE_ADDR=f"192.0.2.{number}"))
    assert len(denied(firm)) == 4


def test_sources_that_push_each_other_out_of_memory_leave_the_firms_own_bound(
    firm: Tenant, clerk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(denials, "PER_FIRM", 4)
    monkeypatch.setattr(caches["default"], "_max_entries", 3)
    for number in range(8):
        try_password(f"niemand-{number}", Browser(REMOTE_ADDR=f"192.0.2.{number}"))
    assert len(denied(firm)) == 4


@pytest.mark.parametrize("is_known", [True, False])
def test_many_sources_cannot_tell_by_what_is_noted_whether_a_name_exists(
    firm: Tenant, clerk: Person, is_known: bool
) -> None:
    for number in range(denials.PER_SOURCE + 3):
        try_password(clerk.username if is_known else "niemand-so", Browser(REMOTE_ADDR=f"192.0.2.{number}"))
    assert [one["about"].get("last", False) for one in denied(firm)] == [False] * (denials.PER_SOURCE - 1) + [True]


def test_a_busy_database_costs_the_entry_and_not_the_answer(
    firm: Tenant, clerk: Person, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(**_arguments: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(denials, "note_denial", busy)
    assert sign_in(clerk).get("/einstellungen/tresore").status_code == 404
    assert denied(firm) == []


def test_a_person_asks_for_erasure_and_his_denials_are_among_his_entries(
    firm: Tenant, clerk: Person, sign_in: SignIn
) -> None:
    sign_in(clerk).get("/einstellungen/tresore")
    try_password(clerk.username)
    last = AuditEntry.objects.filter(tenant=firm).order_by("-index").values_list("index", flat=True)[:2]
    assert set(last) <= set(entries_about(firm, clerk.pk))


@pytest.mark.usefixtures("committed")
def test_an_action_that_was_refused_and_rolled_back_leaves_its_denial(sign_in: SignIn) -> None:
    """With transactions that end, as on a server: nothing waits for a lock that the request holds."""
    from siegel.firms.tests.people import make_firm

    owner = make_firm("muster")
    browser = sign_in(owner)
    size = AuditEntry.objects.filter(tenant=owner.tenant).count()
    answer = browser.post(f"/api/people/{NOBODY}/block", {}, content_type="application/json")
    assert answer.status_code == 404
    assert AuditEntry.objects.filter(tenant=owner.tenant).count() == size + 1
    assert denied(owner.tenant)[0]["about"]["asked"] == [NOBODY]
