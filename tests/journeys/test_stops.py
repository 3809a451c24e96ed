"""Where an open vault stops: its session has ended, or what the server says does not hold."""

from __future__ import annotations

import json
import re

from playwright.sync_api import FilePayload, Page, Route, expect

from siegel.seals.canonical import b64
from siegel.seals.derive import EpochSeed
from siegel.seals.epochs import seal_seed
from tests.journeys.people import Firm, Vault
from tests.journeys.visits import expect_done, open_vault, row, type_password, upload
from tests.journeys.watch import Watch

KEPT = """() => new Promise((resolve, reject) => {
  const request = indexedDB.open("siegel", 1);
  request.onerror = () => reject(request.error);
  request.onsuccess = () => {
    const keys = request.result.transaction("kept").objectStore("kept").getAllKeys();
    keys.onsuccess = () => resolve(keys.result);
  };
})"""
NAME = "Brief.txt"
LETTER: FilePayload = {"name": NAME, "mimeType": "text/plain", "buffer": b"Guten Tag."}


def test_the_end_of_a_session_closes_every_page_and_leads_back_after_sign_in(
    clerk: Page, firm: Firm, vault: Vault, watch: Watch
) -> None:
    watch.expect(r"^401: (GET|POST) .*/api/")
    open_vault(clerk, vault)
    start = clerk.context.new_page()
    start.goto(firm.url)
    assert "person" in clerk.evaluate(KEPT)
    clerk.context.clear_cookies(name=re.compile("session"))
    for page in (clerk, start):
        page.wait_for_url(re.compile(r"grund=abgelaufen"))
        expect(page.get_by_text("Ihre Sitzung ist abgelaufen.")).to_be_visible()
    assert "person" not in clerk.evaluate(KEPT)
    type_password(clerk, firm.clerk.username, firm.clerk.password)
    clerk.wait_for_url(vault.url)


def test_news_that_do_not_hold_break_an_open_vault(clerk: Page, vault: Vault) -> None:
    open_vault(clerk, vault)
    upload(clerk, LETTER)
    expect_done(clerk, NAME)
    row(clerk, NAME).locator("a[data-open]").click()
    expect(clerk.locator("[data-pane-scan]")).to_have_text("Geprüft")

    def lie(route: Route) -> None:
        news = route.fetch().json()
        news["head"] = news["head"][::-1]
        route.fulfill(body=json.dumps(news), content_type="application/json")

    clerk.route("**/news?*", lie)
    clerk.click(".sg-toolbar [data-action=new-folder]")
    clerk.fill("#folder-name", "Neu")
    clerk.click("dialog#new-folder [data-submit]")
    expect(clerk.locator("[data-state=broken]")).to_be_visible()
    expect(clerk.locator("[data-message]")).to_contain_text("(vault_forked)")
    expect(clerk.locator("tbody[data-rows]")).to_be_hidden()
    expect(clerk.locator(".sg-toolbar [data-action=upload]")).to_have_attribute("aria-disabled", "true")


def test_a_key_that_was_not_sealed_rightly_is_reported_beside_what_opens(clerk: Page, firm: Firm, vault: Vault) -> None:
    firm.opened(vault, firm.owner).rotate()
    open_vault(clerk, vault)
    banner = clerk.locator("[data-keys-failed]")
    expect(banner).to_be_hidden()
    recipient = firm.clerk.account.seed.public_keys().recipient or ""

    def lie(route: Route) -> None:
        news = route.fetch().json()
        first = next(wrap for wrap in news["wraps"] if wrap["epoch"] == 1)
        first["age"] = b64(seal_seed(EpochSeed.generate(), recipient))
        route.fulfill(body=json.dumps(news), content_type="application/json")

    clerk.route("**/news?*", lie)
    open_vault(clerk, vault)
    expect(banner).to_contain_text("Ein Schlüssel dieses Tresors ließ sich nicht öffnen.")
    expect(banner).to_contain_text("Bitte sagen Sie es der Kanzleileitung.")
    expect(banner).to_be_visible()
    expect(clerk.locator("[data-state=empty]")).to_be_visible()
    clerk.get_by_role("button", name="English").click()
    expect(banner).to_contain_text("A key of this vault could not be opened.")
    expect(banner).to_contain_text("Please tell the heads of the firm.")
    expect(banner).to_be_visible()


def test_people_with_access_are_counted_from_the_chain(clerk: Page, firm: Firm, vault: Vault) -> None:
    """Not by the server, which would not name somebody it has smuggled in."""

    def lie(route: Route) -> None:
        page = route.fetch()
        told = re.sub(r"Zugriff: \d+ Person(en)?", "Zugriff: 1 Person", page.text())
        route.fulfill(response=page, body=told)

    clerk.route(vault.url, lie)
    open_vault(clerk, vault)
    expect(clerk.locator("[data-access]")).to_have_text(f"Zugriff: {firm.readers(vault)} Personen")
