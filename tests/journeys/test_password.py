"""Signing in with a password, guessing one, and opening a key that was closed."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.journeys.people import Firm, Vault
from tests.journeys.visits import expect_opened, open_vault, sign_in_with_password, type_password
from tests.journeys.watch import Watch

REFUSED = "[data-error-for=password]"
LOCKED = "Nach drei falschen Versuchen ist die Anmeldung für 15 Minuten gesperrt."


def test_the_client_signs_in_with_name_and_password(visitor: Page, firm: Firm) -> None:
    sign_in_with_password(visitor, firm.door, firm.client.username, firm.client.password)
    visitor.wait_for_url(f"{firm.url}/")
    expect(visitor.locator("h1")).to_contain_text(firm.client.name)


def test_after_three_wrong_passwords_even_the_right_one_is_refused(visitor: Page, firm: Firm, watch: Watch) -> None:
    watch.expect(r"^40[13]: POST .*/api/sign-in/password$")
    visitor.goto(firm.door)
    for password in ("falsch eins", "falsch zwei", "falsch drei", firm.colleague.password):
        with visitor.expect_response("**/api/sign-in/password") as answer:
            type_password(visitor, firm.colleague.username, password)
        expect(visitor.locator(REFUSED)).to_contain_text(LOCKED)
        assert not answer.value.ok
    assert visitor.url == firm.door


def test_a_name_nobody_has_is_answered_like_a_wrong_password(visitor: Page, firm: Firm, watch: Watch) -> None:
    watch.expect(r"^40[13]: POST .*/api/sign-in/password$")
    visitor.goto(firm.door)
    said = set()
    for username in (firm.clerk.username, *["niemand"] * 4):
        with visitor.expect_response("**/api/sign-in/password") as answer:
            type_password(visitor, username, "irgendein Passwort")
        expect(visitor.locator(REFUSED)).not_to_be_empty()
        said.add((answer.value.status, answer.value.text(), visitor.locator(REFUSED).inner_text()))
    assert len(said) == 1
    assert LOCKED in said.pop()[2]


def test_a_closed_key_is_opened_again_on_the_vault_page(clerk: Page, firm: Firm, vault: Vault, watch: Watch) -> None:
    other = clerk.context.new_page()
    other.goto(f"{firm.url}/")
    open_vault(clerk, vault)
    clerk.locator("[data-key-close]").click()
    field = clerk.locator("[data-state=locked] #unlock-password")
    expect(field).to_be_visible()
    expect(clerk.locator("[data-state=empty]")).to_be_hidden()
    for page in (clerk, other):
        expect(page.locator("[data-key-state]")).to_have_text("Ihr Schlüssel ist geschlossen")

    watch.expect(r"^401: POST .*/api/session/unlock$")
    field.fill("ein anderes Passwort")
    clerk.click("[data-unlock] [data-submit]")
    expect(clerk.locator("[data-error-for=unlock-password]")).to_contain_text("Passwort stimmt nicht")
    field.fill(firm.clerk.password)
    clerk.click("[data-unlock] [data-submit]")
    expect(clerk.locator("[data-state=empty]")).to_be_visible()
    expect(clerk.locator("[data-key-state]")).to_have_text("Ihr Schlüssel ist offen")


def test_a_person_whose_session_has_ended_comes_back_to_the_page_he_asked_for(
    clerk: Page, firm: Firm, vault: Vault
) -> None:
    clerk.context.clear_cookies(name="siegel_session")
    clerk.goto(vault.url)
    clerk.fill("#firm-slug", firm.slug)
    type_password(clerk, f"{firm.clerk.username}@{firm.slug}", firm.clerk.password)
    clerk.wait_for_url(vault.url)
    expect_opened(clerk)
