"""A vault of many entries: opened again without being replayed, and never deaf while it is being opened."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from siegel.agent.folders import make_folders
from tests.journeys.people import Firm, Vault
from tests.journeys.visits import LISTED, Visit, come_in, open_vault, row
from tests.journeys.watch import Watch

ENTRIES = 600
NEWS = re.compile(r"/news\?since=(\d+)")
KEPT = """(vault) => new Promise((resolve) => {
  const asked = indexedDB.open("siegel", 1);
  asked.onsuccess = () => {
    const found = asked.result.transaction("kept").objectStore("kept").getAllKeys();
    found.onsuccess = () => {
      asked.result.close();
      resolve(found.result.filter((key) => String(key).includes(vault) && /^(replayed|box):/.test(key)).length);
    };
  };
})"""


@pytest.fixture
def large(firm: Firm) -> Vault:
    vault = firm.new_vault()
    make_folders(firm.opened(vault, firm.clerk), [(f"Vorgang {number}",) for number in range(ENTRIES)])
    return vault


def kept(page: Page, vault: Vault) -> int:
    """Boxes and their list, of this vault, in this browser."""
    found: int = page.evaluate(KEPT, vault.id)
    return found


def test_a_large_vault_is_replayed_once_in_a_session_and_shows_what_came_since(
    clerk: Page, large: Vault, firm: Firm
) -> None:
    asked: list[int] = []
    clerk.on("request", lambda request: asked.extend(int(since) for since in NEWS.findall(request.url)))
    open_vault(clerk, large)
    clerk.wait_for_function(KEPT, arg=large.id)
    assert asked[0] == 0
    make_folders(firm.opened(large, firm.clerk), [("Zuletzt dazu",)])
    asked.clear()
    open_vault(clerk, large)
    clerk.locator("[data-filter]").fill("Zuletzt")
    expect(row(clerk, "Zuletzt dazu")).to_be_visible()
    assert 0 not in asked
    expect(clerk.locator("[data-message]:visible")).to_have_count(0)


def test_signing_out_takes_what_was_kept_of_vaults_along(clerk: Page, large: Vault, watch: Watch) -> None:
    # the sign-out deletes the browser's store, whoever is writing to it
    watch.expect(r"Force close delete origin")
    open_vault(clerk, large)
    clerk.wait_for_function(KEPT, arg=large.id)
    clerk.get_by_role("button", name="Abmelden").click()
    expect(clerk.get_by_text("Sie sind abgemeldet.")).to_be_visible()
    assert kept(clerk, large) == 0


def test_what_is_pressed_while_a_vault_is_being_opened_happens_when_it_is_open(
    visit: Visit, firm: Firm, large: Vault
) -> None:
    page = come_in(visit(), firm, firm.clerk)
    held: list[Route] = []
    is_over = False

    def hold(route: Route) -> None:
        if is_over:
            route.continue_()
        else:
            held.append(route)

    page.route(NEWS, hold)
    page.goto(large.url)
    trash = page.get_by_role("button", name="Papierkorb")
    page.wait_for_function("() => performance.getEntriesByName('vault-begun').length > 0")
    trash.click()
    expect(trash).to_have_attribute("aria-busy", "true")
    expect(page.locator("dialog#trash")).to_be_hidden()
    is_over = True
    for route in held:
        route.continue_()
    expect(page.locator("dialog#trash")).to_be_visible()
    expect(page.locator(LISTED).first).to_be_attached()
    assert trash.get_attribute("aria-busy") is None
