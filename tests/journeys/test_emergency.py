"""The only owner has lost everything but the emergency sheet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from siegel.seals.derive import print_of
from tests.installation import Installation
from tests.journeys.people import Firm, make_firm
from tests.journeys.test_sheet import show_stick
from tests.journeys.visits import DONE, Visit, come_in, names, open_vault, sign_in_with_password

PASSWORD = "neun Laternen am alten Kanal"


@pytest.fixture
def firm(installation: Installation, tmp_path: Path) -> Iterator[Firm]:
    """One of its own: its owner loses his key."""
    firm = make_firm(installation, tmp_path, "notfall", "Kanzlei Eichhorst")
    yield firm
    firm.close()


def show_sheet(page: Page, firm: Firm, root: str, recovery: str) -> None:
    page.goto(f"{firm.url}/notfall")
    page.fill("#firm-slug", firm.slug)
    page.fill("#root-key", root)
    page.fill("#recovery-key", recovery)
    page.click("[data-next]")


def test_an_owner_who_lost_everything_takes_over_with_the_emergency_sheet(
    visit: Visit, firm: Firm, tmp_path: Path
) -> None:
    root, recovery = firm.set_up_file.root_seed, firm.set_up_file.recovery_seed
    assert root is not None
    assert recovery is not None
    vault = firm.new_vault()
    receipt = tmp_path / "Beleg.txt"
    receipt.write_text("Beleg")
    firm.put(vault, firm.clerk, receipt)
    with_stick = visit()
    with_stick.goto(f"{firm.url}/notfall")
    with_stick.fill("#firm-slug", firm.slug)
    show_stick(with_stick, firm, tmp_path)
    with_stick.click("[data-next]")
    expect(with_stick.locator("#step-owner")).to_be_visible()
    page = visit()
    show_sheet(page, firm, recovery.encode(), root.encode())
    expect(page.locator("[data-error-for=root-key]")).not_to_be_empty()
    show_sheet(page, firm, root.encode(), recovery.encode())
    expect(page.locator("#step-owner")).to_be_visible()
    # what the owners are called the server says; whose keys they are the sheet proves
    for shown in ("#who", "[data-gone]"):
        expect(page.locator(shown)).to_contain_text(print_of(firm.owner.account.kid))
    page.fill("#new-password", PASSWORD)
    page.fill("#repeat-password", PASSWORD)
    page.click("[data-submit]")
    expect(page.locator(DONE)).to_contain_text("Tresore und Teams übernommen: 1.")
    open_vault(page, vault)
    assert names(page) == ["Beleg.txt"]
    clerk = come_in(visit(), firm, firm.clerk)
    expect(clerk.get_by_text("Mit dem Notfallblatt wurde Martina Muster zum Inhaber gemacht.")).to_be_visible()
    again = visit()
    sign_in_with_password(again, firm.door, "inhaberin", PASSWORD)
    again.wait_for_url(f"{firm.url}/")
    open_vault(again, vault)
    assert names(again) == ["Beleg.txt"]
