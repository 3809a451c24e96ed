"""Files and folders dragged: onto a folder of the list, onto the path, and from the desktop into a folder."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.people import Firm, Vault
from tests.journeys.tree import choose, furnish, status
from tests.journeys.visits import expect_done, names, open_vault, row

# Drops a file of the desktop on an element.
DROP_FILE = """(place, [name, text]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name, { type: "text/plain" }));
  for (const type of ["dragover", "drop"])
    place.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }));
}"""


def drop(page: Page, place: str, name: str) -> None:
    page.locator(place).first.evaluate(DROP_FILE, [name, "vom Schreibtisch"])


def test_what_is_selected_is_dragged_into_a_folder_and_back_onto_the_path(
    client: Page, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    furnish(firm, vault, firm.client, tmp_path, "Belege/innen.txt", "a.txt", "b.txt", "c.txt")
    open_vault(client, vault)
    choose(client, "a.txt", "b.txt")
    row(client, "a.txt").locator("[data-changed]").drag_to(row(client, "Belege").locator("[data-name]"))
    expect(status(client)).to_have_text("2 Dateien nach „Belege“ verschoben.")
    assert names(client) == ["Belege", "c.txt"]
    row(client, "Belege").locator("a[data-open]").click()
    assert names(client) == ["a.txt", "b.txt", "innen.txt"]
    row(client, "b.txt").locator("[data-name]").drag_to(client.locator("[data-crumbs] a[data-folder]"))
    expect(status(client)).to_have_text(f"1 Datei nach „{vault.title}“ verschoben.")
    assert names(client) == ["a.txt", "innen.txt"]


def test_a_folder_is_not_dragged_into_itself_nor_a_file_onto_a_file(
    client: Page, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    furnish(firm, vault, firm.client, tmp_path, "Belege/innen.txt", "a.txt", "b.txt")
    open_vault(client, vault)
    before = firm.opened(vault, firm.client).state.head
    choose(client, "Belege", "a.txt")
    row(client, "a.txt").locator("[data-changed]").drag_to(row(client, "Belege").locator("[data-name]"))
    row(client, "Belege").locator("[data-select]").uncheck()
    row(client, "a.txt").locator("[data-changed]").drag_to(row(client, "b.txt").locator("[data-name]"))
    expect(client.locator(".is-drop, .is-over")).to_have_count(0)
    assert sorted(names(client)) == ["Belege", "a.txt", "b.txt"]
    assert firm.opened(vault, firm.client).state.head == before


def test_a_file_of_the_desktop_lands_in_the_folder_it_is_dropped_on(
    client: Page, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    furnish(firm, vault, firm.client, tmp_path, "Belege/innen.txt", "a.txt")
    open_vault(client, vault)
    drop(client, 'tr:has([data-name]:text-is("Belege")) [data-name]', "Bon.txt")
    expect_done(client, "Bon.txt")
    drop(client, 'tr:has([data-name]:text-is("a.txt")) [data-name]', "Brief.txt")
    expect_done(client, "Brief.txt")
    expect(row(client, "Brief.txt")).to_be_visible()
    row(client, "Belege").locator("a[data-open]").click()
    expect(row(client, "Bon.txt")).to_be_visible()
    drop(client, "[data-crumbs] a[data-folder]", "Oben.txt")
    expect_done(client, "Oben.txt")
    assert names(client) == ["Bon.txt", "innen.txt"]
    client.click("[data-action=top]")
    assert names(client) == ["Belege", "a.txt", "Brief.txt", "Oben.txt"]
