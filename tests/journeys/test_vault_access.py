"""Zugriff: who may do what in a vault, and how those who manage it change that."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Locator, Page, expect

from tests.journeys.people import Firm, Vault
from tests.journeys.test_looks import look, width
from tests.journeys.visits import PHONE, Visit, come_in, open_vault


def access_of(page: Page, vault: Vault) -> Locator:
    open_vault(page, vault)
    page.get_by_role("button", name="Zugriff ansehen").click()
    dialog = page.locator("dialog#access")
    expect(dialog).to_be_visible()
    return dialog


def line(dialog: Locator, name: str) -> Locator:
    return dialog.locator("[data-access-lines] > li").filter(has=dialog.page.locator(f'[data-name]:text-is("{name}")'))


def test_a_manager_adds_limits_and_removes_somebody(owner: Page, visit: Visit, firm: Firm, vault: Vault) -> None:
    dialog = access_of(owner, vault)
    expect(line(dialog, "Wiederherstellung der Kanzlei")).to_contain_text("nur für Notfälle")
    expect(line(dialog, firm.clerk.name)).to_contain_text("verwalten")
    dialog.locator("#access-who").select_option(label=firm.colleague.name)
    dialog.get_by_role("button", name="Zugriff geben").click()
    expect(line(dialog, firm.colleague.name)).to_contain_text("lesen")
    there = come_in(visit(), firm, firm.colleague)
    open_vault(there, vault)

    line(dialog, firm.colleague.name).locator("input[type=date]").fill("2027-03-31")
    dialog.get_by_role("button", name=f"Zugriff von {firm.colleague.name} speichern").click()
    expect(line(dialog, firm.colleague.name)).to_contain_text("bis 31.03.2027")
    look(owner, Axe(), "desktop-firm-vault-access")
    before = firm.opened(vault, firm.owner).epoch
    dialog.get_by_role("button", name=f"{firm.colleague.name} entfernen").click()
    asked = owner.locator("dialog#remove-holder")
    expect(asked.get_by_role("heading")).to_have_text(f"{firm.colleague.name} entfernen?")
    expect(asked).to_contain_text(f"{firm.colleague.name} öffnet diesen Tresor ab sofort nicht mehr.")
    expect(dialog).to_be_hidden()
    asked.get_by_role("button", name="Abbrechen").click()
    dialog.get_by_role("button", name=f"{firm.colleague.name} entfernen").click()
    asked.get_by_role("button", name=f"{firm.colleague.name} entfernen").click()
    expect(line(dialog, firm.colleague.name)).to_have_count(0)
    assert firm.opened(vault, firm.owner).epoch == before + 1


def test_whoever_does_not_manage_sees_who_has_access_and_changes_nothing(
    visit: Visit, firm: Firm, vault: Vault
) -> None:
    page = come_in(visit(**PHONE), firm, firm.client)
    dialog = access_of(page, vault)
    expect(line(dialog, firm.owner.name)).to_contain_text("verwalten")
    expect(dialog.locator("form:visible")).to_have_count(0)
    look(page, Axe(), "phone-client-vault-access")
    assert width(page) <= 390


def test_a_phone_fits_the_managers_dialog(visit: Visit, firm: Firm, vault: Vault) -> None:
    page = come_in(visit(**PHONE, color_scheme="dark"), firm, firm.clerk)
    access_of(page, vault)
    look(page, Axe(), "phone-dark-firm-vault-access")
    assert width(page) <= 390
