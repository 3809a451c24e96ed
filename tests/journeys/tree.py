"""What the journeys do with files and folders that are there."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.journeys.people import Firm, Person, Vault
from tests.journeys.visits import row


def furnish(firm: Firm, vault: Vault, person: Person, folder: Path, *paths: str) -> None:
    """Files at these paths below the vault, each with its own path as contents; uploaded without a browser."""
    top = folder / vault.id
    for path in paths:
        file = top / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)
    firm.put(vault, person, *sorted(top.iterdir()))


def tool(page: Page, verb: str) -> Locator:
    return page.locator(f'.sg-toolbar [data-verb="{verb}"]')


def choose(page: Page, *names: str) -> None:
    for name in names:
        row(page, name).locator("[data-select]").check()


def open_menu(page: Page, name: str) -> Locator:
    row(page, name).locator("[data-row-menu]").click()
    menu = page.locator("#row-menu")
    expect(menu).to_be_visible()
    return menu


def status(page: Page) -> Locator:
    return page.locator("[data-status]")


def target(page: Page, name: str) -> Locator:
    """A place in the dialog "Kopieren/Verschieben"."""
    label = page.locator("dialog#target label").filter(has=page.locator(f'[data-name]:text-is("{name}")'))
    return label.locator("input")


def details(page: Page, name: str) -> Locator:
    row(page, name).locator("a[data-open]").click()
    pane = page.locator("[data-pane]")
    expect(pane).to_be_visible()
    return pane
