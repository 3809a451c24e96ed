"""Vaults of people's own: begun, named, shared within their rights, and named for nobody who cannot open them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import FilePayload, Page, expect

from siegel.agent.opened import open_by_id
from siegel.agent.session import Home
from siegel.agent.teams import found_team
from tests.journeys.people import Firm
from tests.journeys.test_looks import look, width
from tests.journeys.tree import choose, target, tool
from tests.journeys.visits import DESKTOP, PHONE, Visit, come_in, expect_done, expect_opened, upload
from tests.journeys.watch import Watch

FILE: FilePayload = {"name": "Notiz.txt", "mimeType": "text/plain", "buffer": b"Guten Tag!"}


def begin(page: Page, firm: Firm, name: str, *, recoverable: bool = True) -> str:
    """A new vault of the person's own, open; gives its address."""
    page.goto(f"{firm.url}/tresore")
    page.get_by_role("button", name="Neuer Tresor").click()
    page.get_by_label("Name des Tresors").fill(name)
    page.locator("#new-vault-recovery").set_checked(recoverable)
    page.get_by_role("button", name="Tresor anlegen").click()
    page.wait_for_url(f"{firm.url}/tresore/*")
    expect_opened(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    return page.url


def share(page: Page, label: str, right: str) -> None:
    page.get_by_role("button", name="Zugriff ansehen").click()
    dialog = page.locator("dialog#access")
    expect(dialog).to_be_visible()
    assert "manage" not in dialog.locator("#access-right option").evaluate_all("all => all.map((one) => one.value)")
    dialog.locator("#access-who").select_option(label=label)
    dialog.locator("#access-right").select_option(right)
    dialog.get_by_role("button", name="Zugriff geben").click()
    expect(dialog.locator("[data-access-lines]")).to_contain_text(label)
    dialog.locator("footer [data-close]").click()


def test_a_clerk_has_several_vaults_of_his_own_and_only_he_reads_their_names(
    clerk: Page, owner: Page, firm: Firm, watch: Watch
) -> None:
    first = begin(clerk, firm, "Entwürfe 2026/27", recoverable=False)
    expect(clerk.locator("[data-access]")).to_have_text("Zugriff: nur Sie persönlich!")
    upload(clerk, FILE)
    expect_done(clerk, "Notiz.txt")
    second = begin(clerk, firm, "Fortbildung")
    expect(clerk.locator("[data-access]")).to_contain_text("mit Wiederherstellung durch")
    clerk.goto(f"{firm.url}/tresore")
    for address, name in ((first, "Entwürfe 2026/27"), (second, "Fortbildung")):
        path = address.removeprefix(firm.url)
        expect(clerk.locator(f'a[href="{path}"]')).to_have_text(name)
    html = clerk.request.get(f"{firm.url}/tresore").text()
    assert "Fortbildung" not in html
    watch.expect(r"^404: GET .*/tresore/")
    for address in (first, second):
        assert owner.goto(address).status == 404  # type: ignore[union-attr]


def test_who_copies_to_where_a_client_reads_is_warned_before(clerk: Page, firm: Firm) -> None:
    dossier, beside = firm.new_vault("Zum Mitlesen"), firm.new_vault("Daneben")
    begin(clerk, firm, "Für mich")
    upload(clerk, FILE)
    expect_done(clerk, "Notiz.txt")
    choose(clerk, "Notiz.txt")
    tool(clerk, "target").click()
    readers = clerk.locator("dialog#target [data-readers]")
    target(clerk, f"Bäckerei Harms GmbH, {dossier.title}").check()
    expect(readers).to_contain_text(f"{firm.client.name} gehört zu den Mandanten und konnte das bisher nicht lesen.")
    expect(readers).to_have_class(re.compile(r"\block\b"))
    look(clerk, Axe(), "desktop-clerk-copy-to-a-client")
    # among those who read it already nothing is new
    clerk.goto(dossier.url)
    upload(clerk, FILE)
    expect_done(clerk, "Notiz.txt")
    choose(clerk, "Notiz.txt")
    tool(clerk, "target").click()
    target(clerk, f"Bäckerei Harms GmbH, {beside.title}").check()
    expect(readers).not_to_contain_text("zu den Mandanten")
    expect(readers).to_have_class(re.compile(r"\bseal\b"))


def test_a_new_name_shows_for_all_who_share_the_vault(clerk: Page, visit: Visit, firm: Firm, tmp_path: Path) -> None:
    address = begin(clerk, firm, "Planung")
    share(clerk, firm.colleague.name, "write")
    there = come_in(visit(), firm, firm.colleague)
    there.goto(address)
    expect(there.get_by_role("heading", level=1)).to_have_text("Planung")
    expect(there.get_by_role("button", name="Tresor umbenennen")).to_have_count(0)
    clerk.get_by_role("button", name="Tresor umbenennen").click()
    expect(clerk.locator("#vault-name")).to_have_value("Planung")
    clerk.fill("#vault-name", "Planung für März")
    clerk.click("dialog#rename-vault [data-submit]")
    expect(clerk.locator("[data-status]")).to_have_text("Der Tresor heißt jetzt „Planung für März“.")
    for page in (clerk, there):
        expect(page.get_by_role("heading", level=1)).to_have_text("Planung für März")
    opened = open_by_id(firm.clerk.account, Home(tmp_path), address.rsplit("/", 1)[1])
    assert opened.title == "Planung für März"
    there.goto(f"{firm.url}/tresore")
    expect(there.get_by_role("link", name="Planung für März")).to_be_visible()


def test_a_team_reads_a_clerks_own_vault(clerk: Page, owner: Page, firm: Firm, tmp_path: Path) -> None:
    found_team(firm.owner.account, Home(tmp_path), "Vorlagenteam", members=[firm.clerk.account.kid])
    address = begin(clerk, firm, "Vorlagen")
    share(clerk, "Team Vorlagenteam", "read")
    owner.goto(address)
    expect_opened(owner)
    expect(owner.get_by_role("heading", level=1)).to_have_text("Vorlagen")


@pytest.mark.parametrize("kind", ["desktop", "phone", "phone-dark"])
def test_a_client_begins_a_vault_and_shares_it_with_the_firm(visit: Visit, owner: Page, firm: Firm, kind: str) -> None:
    kinds: dict[str, dict[str, Any]] = {
        "desktop": {"viewport": DESKTOP},
        "phone": PHONE,
        "phone-dark": {**PHONE, "color_scheme": "dark"},
    }
    page = come_in(visit(**kinds[kind]), firm, firm.client)
    page.goto(f"{firm.url}/tresore")
    page.get_by_role("button", name="Neuer Tresor").click()
    look(page, Axe(), f"own-{kind}-new")
    assert width(page) <= page.viewport_size["width"]  # type: ignore[index]
    page.keyboard.press("Escape")
    address = begin(page, firm, f"Familie {kind}")
    look(page, Axe(), f"own-{kind}-vault")
    page.get_by_role("button", name="Tresor umbenennen").click()
    look(page, Axe(), f"own-{kind}-rename")
    page.keyboard.press("Escape")
    share(page, firm.owner.name, "read")
    page.goto(f"{firm.url}/tresore")
    expect(page.get_by_role("link", name=f"Familie {kind}", exact=True)).to_be_visible()
    look(page, Axe(), f"own-{kind}-list")
    assert width(page) <= page.viewport_size["width"]  # type: ignore[index]
    owner.goto(address)
    expect_opened(owner)
    expect(owner.get_by_role("heading", level=1)).to_have_text(f"Familie {kind}")
