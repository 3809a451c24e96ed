"""Copies into another vault: the tray shows them, they can be stopped, and go on."""

from __future__ import annotations

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, Route, expect

from tests.journeys.people import Firm, Vault
from tests.journeys.test_looks import look
from tests.journeys.tree import choose, furnish, status, target, tool
from tests.journeys.visits import names, open_vault, row, tray_item
from tests.journeys.watch import Watch


def test_a_move_into_another_vault_that_is_stopped_says_what_is_left_and_goes_on_from_there(
    clerk: Page, firm: Firm, vault: Vault, tmp_path: Path, watch: Watch
) -> None:
    furnish(firm, vault, firm.client, tmp_path, "a.txt", "b.txt")
    other = firm.new_vault("Zielakte")
    open_vault(clerk, vault)
    choose(clerk, "a.txt", "b.txt")
    tool(clerk, "target").click()
    target(clerk, "Bäckerei Harms GmbH, Zielakte").check()
    dialog = clerk.locator("dialog#target")
    expect(dialog.locator("[data-readers]")).to_be_visible()
    # the scan of what has come waits, so that there is something to stop
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    clerk.route("**/check", hold)
    dialog.locator("[data-submit=move]").click()
    expect(tray_item(clerk, "b.txt").locator('[data-stage=scan][aria-current="step"]')).to_be_visible()
    look(clerk, Axe(), "copy-across-tray")
    clerk.get_by_role("button", name="Anhalten").click()
    watch.expect(r"check|Failed to load resource|net::ERR")
    for route in waiting:
        route.abort()
    clerk.unroute("**/check")
    expect(status(clerk)).to_contain_text("0 von 2 kopiert.")
    assert names(clerk) == ["a.txt", "b.txt"]
    for name in ("a.txt", "b.txt"):
        tray_item(clerk, name).get_by_role("button", name="Noch einmal versuchen").click()
    expect(status(clerk)).to_have_text("2 Dateien verschoben.", timeout=60_000)
    expect(row(clerk, "a.txt")).to_have_count(0)
    opened = firm.opened(other, firm.client)
    assert opened.find(("a.txt",)) is not None
    assert opened.find(("b.txt",)) is not None
