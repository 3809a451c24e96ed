"""The recovery key was stolen: the root certifies another, and every dossier and team gets it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import expect

from siegel.seals.derive import Seed, print_of
from tests.installation import Installation
from tests.journeys.paper import saved_paper
from tests.journeys.people import Firm, make_firm
from tests.journeys.test_emergency import show_sheet
from tests.journeys.test_looks import look
from tests.journeys.test_sheet import show_stick
from tests.journeys.visits import DONE, Visit, come_in, names, open_vault

PASSWORD = "zehn Laternen am alten Kanal"


@pytest.fixture
def firm(installation: Installation, tmp_path: Path) -> Iterator[Firm]:
    """One of its own: it gets another recovery key."""
    firm = make_firm(installation, tmp_path, "ersatz", "Kanzlei Ersing")
    yield firm
    firm.close()


@pytest.mark.timeout(240)
def test_the_recovery_key_is_replaced_and_the_new_sheet_takes_over(visit: Visit, firm: Firm, tmp_path: Path) -> None:
    vault = firm.new_vault()
    receipt = tmp_path / "Beleg.txt"
    receipt.write_text("Beleg")
    firm.put(vault, firm.clerk, receipt)
    root, old = firm.set_up_file.root_seed, firm.set_up_file.recovery_seed
    assert root is not None
    assert old is not None
    owner = come_in(visit(), firm, firm.owner)
    owner.goto(f"{firm.url}/mitarbeiter/notfallblatt")
    show_stick(owner, firm, tmp_path)
    owner.click("form[data-form=sheet] [data-submit]")
    owner.click("[data-change-recovery]")
    dialog = owner.locator("dialog#change-recovery")
    expect(dialog.locator("[data-recovery-prints]")).to_contain_text(print_of(old.public_keys().kid))
    look(owner, Axe(), "desktop-firm-change-recovery")
    dialog.locator("[data-submit]").click()
    expect(dialog.locator("[data-error-for=recovery-saved]")).not_to_be_empty()
    paper = saved_paper(owner, '[data-save="recovery-sheet"]', tmp_path)
    dialog.locator("#recovery-saved").check()
    dialog.locator("[data-submit]").click()
    expect(dialog.locator("[data-progress]")).to_have_text(
        "Der Wiederherstellungsschlüssel ist ersetzt. Neue Schlüssel: 1.", timeout=60_000
    )
    client = come_in(visit(), firm, firm.client)
    open_vault(client, vault)
    assert names(client) == ["Beleg.txt"]

    # of the new sheet both keys count, of the old one only the root
    [new] = paper.codes - {root.encode()}
    assert len(paper.codes) == 2
    page = visit()
    show_sheet(page, firm, root.encode(), old.encode())
    expect(page.locator("[data-error-for=root-key]")).not_to_be_empty()
    show_sheet(page, firm, root.encode(), Seed.parse(new).encode())
    expect(page.locator("#step-owner")).to_be_visible()
    page.fill("#new-password", PASSWORD)
    page.fill("#repeat-password", PASSWORD)
    page.click("[data-submit]")
    expect(page.locator(DONE)).to_contain_text("Tresore und Teams übernommen: 1.", timeout=60_000)
    open_vault(page, vault)
    assert names(page) == ["Beleg.txt"]
