"""A client loses her key: another letter, and an owner with the sheet, give her her own vault back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import FilePayload, Page, expect

from siegel.agent.directory import key_of
from siegel.seals.derive import print_of
from tests.installation import Installation
from tests.journeys.people import Firm, make_firm
from tests.journeys.test_invitation import choose_password, letter_of
from tests.journeys.test_looks import look, width
from tests.journeys.test_own_vaults import begin
from tests.journeys.test_sheet import show_stick
from tests.journeys.visits import DONE, PHONE, Visit, come_in, expect_done, expect_opened, names, upload
from tests.journeys.watch import Watch

STRONG = "neun Boote unter der alten Weide"
FILE: FilePayload = {"name": "Notiz.txt", "mimeType": "text/plain", "buffer": b"Guten Tag!"}


@pytest.fixture
def firm(installation: Installation, tmp_path: Path) -> Iterator[Firm]:
    """One of its own: its client gets another key."""
    firm = make_firm(installation, tmp_path, "rueckkehr", "Kanzlei Rademacher")
    yield firm
    firm.close()


def renewed(clerk: Page, visit: Visit, firm: Firm, folder: Path) -> Page:
    """The client with another letter, redeemed."""
    clerk.goto(f"{firm.url}/zugang/{firm.client.account.person}/neu")
    expect(clerk.locator("[data-held]")).to_have_text(
        "1 eigenen Tresor kann danach ein Inhaber mit dem Notfallblatt wieder öffnen."
    )
    expect(clerk.locator("form[data-form=renew]")).to_contain_text("1 eigener Tresor hat keine Wiederherstellung")
    look(clerk, Axe(), "readmission-renew")
    clerk.click("form[data-form=renew] [data-submit]")
    expect(clerk.locator('[data-step="letter"]')).to_contain_text("lässt sich mit dem Notfallblatt wieder öffnen")
    letter, _ = letter_of(clerk, folder)
    page = visit()
    page.goto(letter.link)
    choose_password(page, STRONG)
    expect(page.locator(DONE)).to_be_visible()
    return page


def shown_sheet(owner: Page, firm: Firm, folder: Path) -> None:
    owner.goto(f"{firm.url}/mitarbeiter/notfallblatt")
    show_stick(owner, firm, folder)
    owner.click("form[data-form=sheet] [data-submit]")
    expect(owner.locator("[data-root-print]")).not_to_be_empty()


@pytest.mark.timeout(240)
def test_a_client_who_lost_her_key_opens_her_own_vault_again(
    visit: Visit, firm: Firm, tmp_path: Path, watch: Watch
) -> None:
    # the clerk looks after her access through a dossier
    firm.new_vault()
    client = come_in(visit(), firm, firm.client)
    begin(client, firm, "Nur für mich", recoverable=False)
    expect(client.locator("[data-access]")).to_have_text("Zugriff: nur Sie persönlich!")
    address = begin(client, firm, "Familie")
    expect(client.locator("[data-access]")).to_have_text(
        "Zugriff: nur Sie persönlich, mit Wiederherstellung durch die Inhaber der Kanzlei"
    )
    upload(client, FILE)
    expect_done(client, "Notiz.txt")
    client.context.close()

    again = renewed(come_in(visit(), firm, firm.clerk), visit, firm, tmp_path)
    watch.expect(r"^404: GET .*/tresore/")
    assert again.goto(address).status == 404  # type: ignore[union-attr]

    owner = come_in(visit(), firm, firm.owner)
    shown_sheet(owner, firm, tmp_path)
    lost = owner.locator("[data-lost]")
    rows = lost.locator("[data-lost-rows] li")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(firm.client.name)
    expect(rows).to_contain_text("1 eigener Tresor")
    key = key_of(firm.owner.account.learn_certificates(), firm.client.account.person)
    assert key is not None
    expect(rows).to_contain_text(print_of(key.kid))
    look(owner, Axe(), "readmission-sheet")
    phone = come_in(visit(**PHONE, color_scheme="dark"), firm, firm.owner)
    shown_sheet(phone, firm, tmp_path)
    expect(phone.locator("[data-lost-rows] li")).to_have_count(1)
    look(phone, Axe(), "readmission-sheet-phone-dark")
    assert width(phone) <= phone.viewport_size["width"]  # type: ignore[index]
    rows.get_by_role("button", name=f"Wieder öffnen: {firm.client.name}").click()
    expect(lost.locator("[data-lost-done]")).to_have_text(f"{firm.client.name} hat wieder Zugang. Tresore: 1.")
    expect(rows).to_have_count(0)
    assert owner.goto(address).status == 404  # type: ignore[union-attr]

    again.goto(address)
    expect_opened(again)
    assert names(again) == ["Notiz.txt"]
    expect(again.get_by_role("heading", level=1)).to_have_text("Familie")
    again.click("[data-page-verb=activity]")
    told = again.locator("dialog#activity li").filter(has_text="Zugang wiederhergestellt")
    expect(told).to_contain_text(firm.owner.name)
    again.locator("dialog#activity footer [data-close]").click()
    upload(again, {**FILE, "name": "Danach.txt"})
    expect_done(again, "Danach.txt")
