"""Every dialog of the tree: no accessibility violation, light and dark, on a desk and on a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import expect

from tests.journeys.people import Firm, Vault
from tests.journeys.test_looks import look, width
from tests.journeys.tree import choose, details, furnish, open_menu, target, tool
from tests.journeys.visits import DESKTOP, PHONE, Visit, come_in, open_vault, row, upload

KINDS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": DESKTOP},
    "desktop-dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone": PHONE,
    "phone-dark": {**PHONE, "color_scheme": "dark"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_dialog_is_accessible_and_fits(visit: Visit, firm: Firm, vault: Vault, tmp_path: Path, kind: str) -> None:
    furnish(firm, vault, firm.client, tmp_path, "Belege/2026/a.txt", "Ablage/b.txt", "Brief.txt", "Vertrag.txt")
    page = come_in(visit(**KINDS[kind]), firm, firm.clerk)
    open_vault(page, vault)
    page.evaluate("document.documentElement.dataset.test = ''")

    def judged(name: str) -> None:
        look(page, Axe(), f"tree-{kind}-{name}")
        assert width(page) <= page.viewport_size["width"], name  # type: ignore[index]

    menu = open_menu(page, "Brief.txt")
    judged("menu")
    menu.locator("[data-verb=lock]").click()
    judged("lock")
    page.fill("#lock-reason", "In Arbeit bis Freitag")
    page.click("dialog#lock [data-submit]")
    expect(row(page, "Brief.txt").locator(".sg-badge.lock")).to_be_visible()
    details(page, "Brief.txt")
    expect(page.locator("[data-pane-activity] li").first).to_be_visible()
    judged("details")
    page.click("[data-pane-close]")
    choose(page, "Brief.txt")
    for verb, dialog in (("rename", "rename"), ("remove", "remove")):
        tool(page, verb).click()
        expect(page.locator(f"dialog#{dialog}")).to_be_visible()
        judged(dialog)
        page.locator(f"dialog#{dialog} footer [data-close]").click()
    tool(page, "target").click()
    target(page, "Belege").check()
    expect(page.locator("[data-readers]")).to_be_visible()
    judged("target")
    page.locator("dialog#target footer [data-close]").click()
    row(page, "Brief.txt").locator("[data-select]").uncheck()
    choose(page, "Vertrag.txt")
    tool(page, "remove").click()
    page.click("dialog#remove [data-submit]")
    page.click("[data-page-verb=trash]")
    expect(page.locator("dialog#trash li")).to_have_count(1)
    judged("trash")
    page.get_by_role("button", name="„Vertrag.txt“ endgültig löschen").click()
    judged("purge")
    page.locator("dialog#purge footer [data-close]").click()
    expect(page.locator("dialog#trash")).to_be_visible()
    page.locator("dialog#trash footer [data-close]").click()
    page.click("[data-page-verb=activity]")
    expect(page.locator("dialog#activity li").first).to_be_visible()
    judged("activity")
    page.locator("dialog#activity footer [data-close]").click()
    upload(page, {"name": "Brief.txt", "mimeType": "text/plain", "buffer": b"neu"})
    expect(page.locator("dialog#clash")).to_be_visible()
    judged("clash")
