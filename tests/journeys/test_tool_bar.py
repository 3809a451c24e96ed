"""The vault page at every width: one line of tools, room for names, and what the tools are called."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.journeys.people import Firm, Vault
from tests.journeys.test_looks import look, width
from tests.journeys.tree import choose, details, furnish, open_menu, status, tool
from tests.journeys.visits import PHONE, Visit, come_in, expect_opened, open_vault, press, row, upload

LONG = "Handwerkerrechnung über das neue Dach der Backstube (mit Gerüst).txt"


def lines(page: Page) -> int:
    """In how many lines the buttons of the tool bar stand."""
    return int(
        page.evaluate("""() => {
            const shown = [...document.querySelectorAll('.sg-toolbar button')].filter((one) => one.offsetParent);
            return new Set(shown.map((one) => Math.round(one.offsetTop + one.offsetHeight / 2))).size;
        }""")
    )


@pytest.mark.parametrize("wide", [1440, 1280, 1024])
def test_the_tool_bar_keeps_to_one_line_and_its_menu_has_the_rest(
    visit: Visit, firm: Firm, vault: Vault, tmp_path: Path, wide: int
) -> None:
    furnish(firm, vault, firm.client, tmp_path, "Brief.txt")
    page = come_in(visit(viewport={"width": wide, "height": 800}), firm, firm.clerk)
    open_vault(page, vault)
    choose(page, "Brief.txt")
    assert lines(page) == 1
    page.get_by_role("button", name="Weitere Aktionen").click()
    look(page, Axe(), f"tool-bar-{wide}")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Weitere Aktionen")).to_be_focused()
    press(page, "[data-verb=rename]")
    expect(page.locator("dialog#rename")).to_be_visible()


def test_the_tool_bar_keeps_to_one_line_while_the_key_is_closed(visit: Visit, firm: Firm, vault: Vault) -> None:
    page = come_in(visit(**PHONE), firm, firm.clerk)
    open_vault(page, vault)
    page.locator("[data-key-close]").evaluate("button => button.click()")
    expect(page.locator("[data-state=locked] #unlock-password")).to_be_visible()
    page.reload()
    expect(page.locator("[data-state=locked] #unlock-password")).to_be_visible()
    assert lines(page) == 1


def test_on_a_phone_nothing_scrolls_sideways_and_names_have_most_of_the_row(
    visit: Visit, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    furnish(firm, vault, firm.client, tmp_path, f"Belege/{LONG}", LONG)
    page = come_in(visit(**PHONE), firm, firm.client)
    open_vault(page, vault)
    assert width(page) <= 390
    name = row(page, LONG).locator(".clip").bounding_box()
    assert name is not None
    assert name["width"] >= 0.6 * 390
    assert name["x"] + name["width"] <= 390
    choose(page, LONG)
    assert width(page) <= 390
    details(page, LONG)
    assert width(page) <= 390


def test_a_locked_file_is_unlocked_by_the_same_words_in_tool_bar_and_menu(
    clerk: Page, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    furnish(firm, vault, firm.client, tmp_path, "Brief.txt")
    open_vault(clerk, vault)
    choose(clerk, "Brief.txt")
    expect(tool(clerk, "lock")).to_have_text("Sperren")
    tool(clerk, "lock").click()
    clerk.click("dialog#lock [data-submit]")
    expect(row(clerk, "Brief.txt").locator(".sg-badge.lock")).to_be_visible()
    expect(tool(clerk, "lock")).to_have_text("Sperre aufheben")
    menu = open_menu(clerk, "Brief.txt")
    expect(menu.locator("[data-verb=lock]")).to_have_text("Sperre aufheben")
    menu.locator("[data-verb=lock]").click()
    expect(status(clerk)).to_contain_text("wieder frei")


def test_the_foot_counts_what_a_filter_leaves(clerk: Page, firm: Firm, vault: Vault, tmp_path: Path) -> None:
    furnish(firm, vault, firm.client, tmp_path, "Brief.txt", "Bilanz.txt", "Vertrag.txt")
    open_vault(clerk, vault)
    foot = clerk.locator("[data-selection]")
    expect(foot).to_have_text("3 Einträge")
    clerk.fill("[data-filter]", "b")
    expect(foot).to_have_text("2 von 3 gefunden")
    choose(clerk, "Brief.txt")
    expect(foot).to_contain_text("1 von 2 ausgewählt")


def test_a_name_that_is_taken_is_asked_about_with_the_focus_on_what_loses_nothing(
    clerk: Page, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    furnish(firm, vault, firm.client, tmp_path, "Brief.txt")
    open_vault(clerk, vault)
    upload(clerk, {"name": "Brief.txt", "mimeType": "text/plain", "buffer": b"neu"})
    expect(clerk.locator("#clash-version")).to_be_focused()
    expect(clerk.locator("#clash-version")).to_be_checked()


def test_of_a_file_not_opened_here_the_details_say_whose_word_the_scan_is(
    clerk: Page, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    furnish(firm, vault, firm.client, tmp_path, "Brief.txt")
    open_vault(clerk, vault)
    pane = details(clerk, "Brief.txt")
    expect(pane.locator("[data-pane-verdict]")).to_contain_text("laut Server")
    with clerk.expect_download():
        pane.locator("[data-action=download]").click()
    expect(pane.locator("[data-pane-verdict]")).to_contain_text("in diesem Browser nachgeprüft")
    expect_opened(clerk)
