"""Two browsers at once: a folder moved by both, a name wanted by both, a folder deleted under somebody's feet."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.people import Firm, Vault
from tests.journeys.tree import choose, furnish, status, target, tool
from tests.journeys.visits import Visit, come_in, names, open_vault, row
from tests.journeys.watch import Watch


@pytest.fixture
def both(visit: Visit, firm: Firm, vault: Vault, tmp_path: Path) -> tuple[Page, Page]:
    furnish(firm, vault, firm.client, tmp_path, "A/a.txt", "B/b.txt", "C/c.txt", "d.txt")
    pages = come_in(visit(), firm, firm.client), come_in(visit(), firm, firm.clerk)
    for page in pages:
        open_vault(page, vault)
    return pages


def ask_for_news_never(page: Page) -> None:
    """The page believes what it has seen until it writes."""
    page.route("**/head", lambda route: route.abort())


def move(page: Page, name: str, folder: str) -> None:
    choose(page, name)
    tool(page, "target").click()
    target(page, folder).check()
    page.click("dialog#target [data-submit=move]")


def test_a_folder_that_two_move_lies_where_the_second_put_it_and_nowhere_else(
    both: tuple[Page, Page], watch: Watch
) -> None:
    watch.expect("^failed: GET .*/head|^409: POST .*/records$")
    client, clerk = both
    for page in both:
        ask_for_news_never(page)
    move(client, "C", "A")
    expect(status(client)).to_have_text("1 Ordner verschoben.")
    move(clerk, "C", "B")
    expect(status(clerk)).to_have_text("1 Ordner verschoben.")
    assert names(clerk) == ["A", "B", "d.txt"]
    row(clerk, "B").locator("a[data-open]").click()
    assert names(clerk) == ["C", "b.txt"]
    clerk.click("[data-action=up]")
    row(clerk, "A").locator("a[data-open]").click()
    assert names(clerk) == ["a.txt"]


def test_two_folders_are_never_moved_into_each_other(both: tuple[Page, Page], watch: Watch) -> None:
    watch.expect("^failed: GET .*/head|^409: POST .*/records$")
    client, clerk = both
    for page in both:
        ask_for_news_never(page)
    move(client, "A", "B")
    expect(status(client)).to_have_text("1 Ordner verschoben.")
    move(clerk, "B", "A")
    expect(clerk.locator("dialog#target [data-dialog-error]")).to_contain_text("nicht in sich selbst liegen")
    clerk.locator("dialog#target footer [data-close]").click()
    row(clerk, "B").locator("a[data-open]").click()
    assert names(clerk) == ["A", "b.txt"]


def test_a_name_that_two_want_is_the_firsts(both: tuple[Page, Page], watch: Watch) -> None:
    watch.expect("^failed: GET .*/head|^409: POST .*/records$")
    client, clerk = both
    for page in both:
        ask_for_news_never(page)
    for page, name in ((client, "A"), (clerk, "B")):
        choose(page, name)
        tool(page, "rename").click()
        page.fill("#rename-name", "Unterlagen")
    client.click("dialog#rename [data-submit]")
    expect(row(client, "Unterlagen")).to_be_visible()
    clerk.click("dialog#rename [data-submit]")
    expect(clerk.locator("[data-error-for=rename-name]")).to_contain_text("Diesen Namen gibt es hier schon.")
    clerk.fill("#rename-name", "Unterlagen 2")
    clerk.click("dialog#rename [data-submit]")
    expect(row(clerk, "Unterlagen 2")).to_be_visible()
    assert names(clerk) == ["C", "Unterlagen", "Unterlagen 2", "d.txt"]


def test_whoever_is_in_a_folder_that_is_deleted_finds_himself_one_higher(both: tuple[Page, Page]) -> None:
    client, clerk = both
    row(client, "A").locator("a[data-open]").click()
    expect(row(client, "a.txt")).to_be_visible()
    choose(clerk, "A")
    tool(clerk, "remove").click()
    clerk.click("dialog#remove [data-submit]")
    expect(row(client, "d.txt")).to_be_visible()
    expect(status(client)).to_contain_text("Der Ordner wurde gelöscht.")
