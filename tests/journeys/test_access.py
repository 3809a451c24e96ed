"""Mein Zugang: where one is signed in, and how one stays so."""

from __future__ import annotations

import time

from playwright.sync_api import Page, expect

from tests.journeys.people import Firm, Vault
from tests.journeys.visits import PHONE, Visit, come_in, expect_opened, open_vault, sign_in_with_password, sign_out
from tests.journeys.watch import Watch

DAY_S = 24 * 3600


def my_access(page: Page) -> None:
    """By the person's name at the foot of the side bar."""
    page.get_by_role("link", name="Mein Zugang").click()
    expect(page.get_by_role("heading", name="Meine Geräte")).to_be_visible()


def test_a_session_elsewhere_is_ended_and_its_key_with_it(visit: Visit, firm: Firm, vault: Vault) -> None:
    here, there = come_in(visit(), firm, firm.clerk), come_in(visit(), firm, firm.clerk)
    open_vault(there, vault)
    my_access(here)
    expect(here.locator(".sg-rows > li", has_text="Dieses Gerät")).to_contain_text("Chrome, Linux")
    here.get_by_role("button", name="Alle anderen beenden").click()
    expect(here.get_by_text("Sie sind nur hier angemeldet.")).to_be_visible()
    there.goto(vault.url)
    there.wait_for_url(f"{firm.url}/anmeldung?*")
    expect(there.get_by_text("Ihre Sitzung ist abgelaufen.")).to_be_visible()


def test_whoever_stays_signed_in_has_a_cookie_that_outlives_the_browser(visit: Visit, firm: Firm, vault: Vault) -> None:
    page = visit()
    page.goto(firm.door)
    page.get_by_label("Angemeldet bleiben").check()
    page.fill("#username", firm.client.username)
    page.fill("#password", firm.client.password)
    page.click("form[data-form=sign-in] [data-submit]")
    page.wait_for_url(f"{firm.url}/")
    cookie = next(cookie for cookie in page.context.cookies() if cookie["name"] == "siegel_session")
    assert cookie["expires"] > time.time() + 30 * DAY_S
    open_vault(page, vault)
    my_access(page)
    expect(page.locator(".sg-rows > li", has_text="Dieses Gerät")).to_contain_text("bleibt angemeldet")


def test_without_that_wish_the_session_ends_with_the_browser(visitor: Page, firm: Firm) -> None:
    sign_in_with_password(visitor, firm.door, firm.client.username, firm.client.password)
    visitor.wait_for_url(f"{firm.url}/")
    cookie = next(cookie for cookie in visitor.context.cookies() if cookie["name"] == "siegel_session")
    assert cookie["expires"] == -1


def test_on_a_phone_the_access_is_behind_the_menu(visit: Visit, firm: Firm, vault: Vault) -> None:
    page = come_in(visit(**PHONE), firm, firm.client)
    page.get_by_role("button", name="Menü").click()
    my_access(page)
    page.goto(vault.url)
    expect_opened(page)


NEW = "sechs Boote unter der alten Brücke"


def fill_in_new_password(page: Page, present: str, new: str) -> None:
    page.get_by_text("Passwort ändern").first.click()
    page.fill("#present-password", present)
    page.fill("#new-password", new)
    page.fill("#repeat-password", new)
    page.click("form[data-form=password] [data-submit]")


def test_a_client_changes_his_password_and_nothing_else_changes(
    visit: Visit, firm: Firm, vault: Vault, watch: Watch
) -> None:
    person = firm.join("wechsel", "Wanda Wechsel", "client")
    page, elsewhere = visit(), visit()
    for browser in (page, elsewhere):
        sign_in_with_password(browser, firm.door, person.username, person.password)
        browser.wait_for_url(f"{firm.url}/")
    my_access(page)
    watch.expect(r"^401: POST .*/api/account/password$")
    fill_in_new_password(page, "nicht das Passwort", NEW)
    expect(page.locator("[data-error-for=present-password]")).to_contain_text("Passwort stimmt nicht")
    page.fill("#present-password", person.password)
    page.click("form[data-form=password] [data-submit]")
    expect(page.get_by_text("Ihr Passwort ist geändert.")).to_be_visible()
    expect(page.locator("[data-key-state]")).to_have_text("Ihr Schlüssel ist offen")
    page.reload()
    expect(page.get_by_text("Sie sind nur hier angemeldet.")).to_be_visible()
    elsewhere.goto(f"{firm.url}/tresore")
    elsewhere.wait_for_url(f"{firm.url}/anmeldung?*")

    watch.expect(r"^401: POST .*/api/sign-in/password$")
    sign_in_with_password(elsewhere, firm.door, person.username, person.password)
    expect(elsewhere.locator("[data-error-for=password]")).to_contain_text("Passwort stimmt nicht")
    sign_in_with_password(elsewhere, firm.door, person.username, NEW)
    elsewhere.wait_for_url(f"{firm.url}/")
    expect(elsewhere.locator("[data-key-state]")).to_have_text("Ihr Schlüssel ist offen")


def test_a_weak_new_password_is_refused_before_anything_is_sent(client: Page, firm: Firm) -> None:
    client.goto(f"{firm.url}/mein-zugang")
    fill_in_new_password(client, firm.client.password, "passwort1234")
    expect(client.locator("[data-error-for=new-password]")).not_to_be_empty()
    expect(client.locator("[data-strength-word]")).to_have_text("Schwach")


def test_the_owner_who_came_with_his_key_file_needs_no_present_password(visit: Visit, firm: Firm) -> None:
    person = firm.join("stift", "Dora Stift", "clerk")
    page = come_in(visit(), firm, person)
    page.goto(f"{firm.url}/mein-zugang")
    fill_in_new_password(page, "", NEW)
    expect(page.get_by_text("Ihr Passwort ist geändert.")).to_be_visible()
    sign_out(page)
    sign_in_with_password(page, firm.door, person.username, NEW)
    page.wait_for_url(f"{firm.url}/")
