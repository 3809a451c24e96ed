"""Passkeys in Chromium, with its virtual authenticator: offered, set up, used, removed."""

from __future__ import annotations

import base64
import json
import re

import pytest
from playwright.sync_api import Page, Request, expect

from tests.journeys.people import Firm, Person, Vault
from tests.journeys.visits import Visit, expect_opened, sign_in_with_password, sign_out
from tests.journeys.watch import Watch


@pytest.fixture
def named(firm: Firm) -> str:
    """The installation under a name: passkeys belong to names, not to addresses."""
    return firm.url.replace("127.0.0.1", "localhost")


def give_authenticator(page: Page, *, prf: bool = True, verified: bool = True) -> None:
    """A device with a finger on it."""
    device = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verified,
        "hasPrf": prf,
        "automaticPresenceSimulation": True,
    }
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": device})


def door_of(named: str, firm: Firm) -> str:
    return f"{named}/k/{firm.slug}"


def set_up(page: Page, named: str, person: Person, name: str = "Mein Telefon") -> None:
    page.goto(f"{named}/mein-zugang")
    page.locator("summary", has_text="Passkey einrichten").click()
    fill_in(page, person, name)


def fill_in(page: Page, person: Person, name: str) -> None:
    page.fill("#passkey-name", name)
    page.fill("#passkey-password", person.password)
    page.click("form[data-form=passkey] [data-submit]")


def test_a_client_is_offered_a_passkey_sets_it_up_and_opens_his_vault_with_it(
    visit: Visit, firm: Firm, named: str, watch: Watch
) -> None:
    person = firm.join("passkey", "Paula Pass", "client")
    vault = firm.new_vault(more=((person.account.kid, "write"),))
    page, sent = visit(), list[Request]()
    give_authenticator(page)
    # Playwright marks its handlers; the method of a list takes no mark
    page.on("request", lambda request: sent.append(request))  # noqa: PLW0108

    sign_in_with_password(page, door_of(named, firm), person.username, person.password)
    expect(page.get_by_role("heading", name="Nächstes Mal ohne Passwort?")).to_be_visible()
    page.get_by_role("link", name="Passkey einrichten").click()
    page.wait_for_url(f"{named}/mein-zugang#passkeys")
    fill_in(page, person, "Mein Telefon")
    expect(page.locator("[data-passkey]", has_text="Mein Telefon")).to_be_visible()
    sign_out(page)

    page.get_by_role("button", name="Mit Passkey anmelden").click()
    page.wait_for_url(f"{named}/")
    expect(page.locator("[data-key-state]")).to_have_text("Ihr Schlüssel ist offen")
    page.goto(vault.url.replace("127.0.0.1", "localhost"))
    expect_opened(page)
    page.goto(f"{named}/mein-zugang")
    expect(page.locator("[data-passkey]", has_text="zuletzt benutzt")).to_be_visible()
    require_no_secret(sent)

    page.get_by_role("button", name=re.compile("^Entfernen")).click()
    page.get_by_role("button", name="Passkey entfernen").click()
    expect(page.locator("[data-passkey]")).to_have_count(0)
    sign_out(page)
    watch.expect(r"^401: POST .*/api/sign-in/passkey$")
    page.get_by_role("button", name="Mit Passkey anmelden").click()
    expect(page.locator("[data-message]")).to_contain_text("Dieser Passkey gilt hier nicht")


def require_no_secret(sent: list[Request]) -> None:
    """What the passkey's function gave is in no body: exactly the parts that the server needs are."""
    bodies = [json.loads(one.post_data or "{}") for one in sent if one.method == "POST" and "passkey" in one.url]
    assert len(bodies) == 2
    assert bodies[-1].keys() == {"firm", "nonce", "credential", "client_data", "authenticator_data", "signature"}
    assert not [body for body in bodies if "prf" in json.dumps(body).lower()]
    for body in bodies:
        for part in ("client_data", "authenticator_data", "attestation"):
            raw = base64.urlsafe_b64decode(body.get(part, "") + "==")
            assert b"prf" not in raw


def test_a_passkey_that_cannot_open_keys_is_not_kept(visit: Visit, firm: Firm, named: str) -> None:
    person = firm.join("ohneprf", "Otto Ohne", "clerk")
    page = visit()
    give_authenticator(page, prf=False)
    sign_in_with_password(page, door_of(named, firm), person.username, person.password)
    page.get_by_role("link", name="Später").click()
    page.wait_for_url(f"{named}/")
    set_up(page, named, person)
    expect(page.locator("[data-message]")).to_contain_text("Dieser Passkey kann Ihren Schlüssel nicht öffnen.")
    page.reload()
    expect(page.locator("[data-passkey]")).to_have_count(0)


def test_somebody_the_device_does_not_recognise_gets_nowhere(visit: Visit, firm: Firm, named: str) -> None:
    page = visit()
    give_authenticator(page, verified=False)
    page.goto(door_of(named, firm))
    page.get_by_role("button", name="Mit Passkey anmelden").click()
    expect(page.locator("[data-message]")).to_contain_text("Es wurde kein Passkey benutzt.")
    assert page.url == door_of(named, firm)


def test_under_an_address_without_a_name_passkeys_are_not_offered(client: Page, visitor: Page, firm: Firm) -> None:
    visitor.goto(firm.door)
    expect(visitor.get_by_role("button", name="Mit Passkey anmelden")).to_be_hidden()
    client.goto(f"{firm.url}/mein-zugang")
    expect(client.locator("[data-passkeys]")).to_be_hidden()


def test_a_passkey_replaces_the_present_password_when_it_is_changed(
    visit: Visit, firm: Firm, named: str, vault: Vault
) -> None:
    person = firm.join("vergessen", "Vera Vergessen", "clerk")
    page = visit()
    give_authenticator(page)
    sign_in_with_password(page, door_of(named, firm), person.username, person.password)
    page.get_by_role("link", name="Später").click()
    set_up(page, named, person)
    expect(page.locator("[data-passkey]")).to_have_count(1)
    sign_out(page)
    page.get_by_role("button", name="Mit Passkey anmelden").click()
    page.wait_for_url(f"{named}/")
    page.goto(f"{named}/mein-zugang")
    page.locator("summary", has_text="Passwort ändern").click()
    for field in ("new", "repeat"):
        page.fill(f"#{field}-password", "neun Schlitten im Morgenrot")
    page.click("form[data-form=password] [data-submit]")
    expect(page.get_by_text("Ihr Passwort ist geändert.")).to_be_visible()
    sign_out(page)
    sign_in_with_password(page, door_of(named, firm), person.username, "neun Schlitten im Morgenrot")
    page.wait_for_url(f"{named}/")


def close_key(page: Page) -> None:
    """As when the browser's store was emptied: the session goes on, the key is closed."""
    page.evaluate(
        """async () => {
            for (const { name } of await indexedDB.databases())
                await new Promise((resolve, reject) => {
                    const opened = indexedDB.open(name)
                    opened.onsuccess = () => {
                        const stores = [...opened.result.objectStoreNames]
                        const work = opened.result.transaction(stores, "readwrite")
                        for (const store of stores) work.objectStore(store).clear()
                        work.oncomplete = () => { opened.result.close(); resolve() }
                        work.onerror = reject
                    }
                })
        }"""
    )


def test_a_closed_key_is_opened_again_with_the_passkey(visit: Visit, firm: Firm, named: str) -> None:
    person = firm.join("wiederauf", "Wanda Wieder", "clerk")
    vault = firm.new_vault(more=((person.account.kid, "write"),))
    page, sent = visit(), list[Request]()
    give_authenticator(page)
    page.on("request", lambda request: sent.append(request))  # noqa: PLW0108
    sign_in_with_password(page, door_of(named, firm), person.username, person.password)
    page.get_by_role("link", name="Später").click()
    page.wait_for_url(f"{named}/")
    close_key(page)
    page.goto(vault.url.replace("127.0.0.1", "localhost"))
    expect(page.locator("[data-unlock]")).to_be_visible()
    expect(page.locator("[data-unlock-passkey]"), "without a passkey none is offered").to_be_hidden()

    set_up(page, named, person)
    expect(page.locator("[data-passkey]")).to_have_count(1)
    close_key(page)
    page.goto(vault.url.replace("127.0.0.1", "localhost"))
    page.get_by_role("button", name="Mit Passkey öffnen").click()
    expect_opened(page)

    # the same in the dialog of the pages of staff
    close_key(page)
    page.goto(f"{named}/mandanten/neu")
    page.fill("#client-number", "77001")
    page.fill("#client-name", "Passende GmbH")
    page.fill("#dossier-title", "Lohn")
    page.click("form[data-form=client-new] [data-submit]")
    page.locator("dialog#unlock").get_by_role("button", name="Mit Passkey öffnen").click()
    expect(page.locator("dialog#unlock")).to_be_hidden()
    bodies = [json.loads(one.post_data or "{}") for one in sent if one.url.endswith("/session/unlock/passkey")]
    assert [body.keys() for body in bodies] == [
        {"nonce", "credential", "client_data", "authenticator_data", "signature"}
    ] * 2
