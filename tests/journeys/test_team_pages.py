"""Teams and offices on their page: founded, joined, given a vault, left."""

from __future__ import annotations

import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.journeys.people import Firm, Vault
from tests.journeys.test_invitation import letter_of
from tests.journeys.test_looks import look, width
from tests.journeys.test_staff_keys import key_row
from tests.journeys.test_vault_access import access_of, line
from tests.journeys.visits import PHONE, Visit, come_in, open_vault
from tests.journeys.watch import Watch

RENEWED = re.compile(r"^[1-9]\d* Tresore? (hat|haben) neue Schlüssel\. Fertig\.$")


def test_a_member_reads_the_teams_vault_until_he_leaves(
    owner: Page, visit: Visit, firm: Firm, vault: Vault, watch: Watch
) -> None:
    person = firm.join("lohn", "Lore Lohn", "clerk")
    owner.goto(f"{firm.url}/mitarbeiter/teams")
    owner.fill("#team-name", "Lohnteam")
    owner.get_by_role("button", name="Team gründen").click()
    panel = owner.locator('[data-team][data-name="Lohnteam"]')
    expect(panel).to_contain_text(firm.owner.name)
    panel.get_by_label("Neues Mitglied für Team Lohnteam").select_option(label="Lore Lohn")
    panel.get_by_role("button", name="Hinzufügen").click()
    expect(panel.locator("[data-member]").filter(has_text="Lore Lohn")).to_be_visible()
    look(owner, Axe(), "desktop-firm-teams")

    dialog = access_of(owner, vault)
    dialog.locator("#access-who").select_option(label="Team Lohnteam")
    dialog.get_by_role("button", name="Zugriff geben").click()
    expect(line(dialog, "Team Lohnteam")).to_contain_text("Lore Lohn")
    her = come_in(visit(), firm, person)
    open_vault(her, vault)

    owner.goto(f"{firm.url}/mitarbeiter/teams")
    panel.get_by_role("button", name="Lore Lohn aus Team Lohnteam entfernen").click()
    dialog = owner.locator("dialog#remove-holder")
    expect(dialog).to_contain_text("Lore Lohn öffnet ab sofort keinen Tresor mehr, der nur dem Team Lohnteam")
    dialog.get_by_role("button", name="Abbrechen").click()
    expect(panel).to_contain_text("Lore Lohn")
    panel.get_by_role("button", name="Lore Lohn aus Team Lohnteam entfernen").click()
    dialog.get_by_role("button", name="Lore Lohn entfernen").click()
    expect(panel.locator("[data-member]").filter(has_text="Lore Lohn")).to_have_count(0)
    expect(owner.locator("[data-renewing-text]")).to_have_text(RENEWED)
    open_vault(owner, vault)
    # her open page may ask for news before it is left
    watch.expect(r"^404: GET .*/(tresore/.*|head)$")
    assert her.goto(vault.url).status == 404  # type: ignore[union-attr]


def test_an_office_gets_a_leader_by_letter(owner: Page, visit: Visit, firm: Firm, tmp_path: Path) -> None:
    owner.goto(f"{firm.url}/mitarbeiter/teams")
    owner.fill("#office-new", "Varel")
    owner.get_by_role("button", name="Anlegen").click()
    expect(owner.get_by_label("Name von Varel")).to_have_value("Varel")
    owner.goto(f"{firm.url}/mitarbeiter/einladen")
    owner.fill("#display-name", "Jens Oelkers")
    owner.fill("#username", "oelkers")
    owner.get_by_label("Aufgabe").select_option("office_leader")
    owner.click("form[data-form=invite] [data-submit]")
    expect(owner.locator("[data-error-for=office]")).to_contain_text("Bitte ausfüllen")
    owner.get_by_label("Beratungsstelle", exact=True).select_option(label="Varel")
    owner.click("form[data-form=invite] [data-submit]")
    letter_of(owner, tmp_path)
    owner.goto(f"{firm.url}/mitarbeiter")
    expect(key_row(owner, "Jens Oelkers")).to_contain_text("Beratungsstellenleitung · Varel")
    expect(key_row(owner, "Jens Oelkers")).to_contain_text("Eingeladen")
    page = come_in(visit(**PHONE), firm, firm.owner)
    page.goto(f"{firm.url}/mitarbeiter/teams")
    look(page, Axe(), "phone-firm-teams")
    assert width(page) <= 390
