"""Root and owner are lost; recovery is there, from the sheet or from two of three shares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from siegel.seals.derive import Seed, print_of
from siegel.seals.shares import split
from tests.installation import Installation
from tests.journeys.paper import saved_paper
from tests.journeys.people import Firm, make_firm
from tests.journeys.test_looks import look
from tests.journeys.test_root import expect_told_once, fingerprint
from tests.journeys.visits import DONE, Visit, come_in, names, open_vault, sign_in_with_password
from tests.journeys.watch import Watch

PASSWORD = "neun Laternen am alten Kanal"


@pytest.fixture
def firm(installation: Installation, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Firm]:
    """One of its own: it loses root and owner."""
    firm = make_firm(installation, tmp_path, f"rest-{request.node.callspec.params['by']}", "Kanzlei Restmann")
    yield firm
    firm.close()


def show_rest(page: Page, firm: Firm, by: str) -> None:
    """What is left: recovery with the print of the root, or two shares."""
    root, recovery = firm.set_up_file.root_seed, firm.set_up_file.recovery_seed
    assert root is not None
    assert recovery is not None
    page.goto(f"{firm.url}/notfall")
    page.fill("#firm-slug", firm.slug)
    page.check("#root-lost")
    if by == "shares":
        first, _, third = (share.encode() for share in split(root, recovery))
        page.fill("#root-key", first)
        page.fill("#recovery-key", third)
    else:
        page.fill("#recovery-key", recovery.encode())
        page.fill("#root-pin", fingerprint(Seed.generate()))
        page.click("[data-next]")
        expect(page.locator("[data-message]")).to_contain_text("Der Hauptschlüssel der Kanzlei ist ein anderer.")
        page.fill("#root-pin", firm.set_up_file.root)
    page.click("[data-next]")
    expect(page.locator("#step-owner")).to_be_visible()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("by", ["sheet", "shares"])
def test_recovery_alone_makes_a_new_root_and_an_owner(
    visit: Visit, firm: Firm, watch: Watch, tmp_path: Path, by: str
) -> None:
    vault = firm.new_vault()
    receipt = tmp_path / "Beleg.txt"
    receipt.write_text("Beleg")
    firm.put(vault, firm.clerk, receipt)
    client = come_in(visit(), firm, firm.client)
    page = visit()
    show_rest(page, firm, by)
    expect(page.locator("[data-change-prints]")).to_contain_text(f"Kennung bisher {print_of(firm.set_up_file.root)}")
    look(page, Axe(), f"desktop-recovery-alone-{by}")
    page.fill("#new-password", PASSWORD)
    page.fill("#repeat-password", PASSWORD)
    page.click("[data-submit]")
    expect(page.locator("[data-error-for=change-saved]")).to_contain_text("Speichern Sie zuerst")
    paper = saved_paper(page, '[data-save="new-sheet"]', tmp_path)
    page.check("#change-saved")
    page.click("[data-submit]")
    expect(page.locator(DONE)).to_contain_text("Tresore und Teams übernommen: 1.", timeout=60_000)
    open_vault(page, vault)
    assert names(page) == ["Beleg.txt"]
    expect(page.locator("[data-new-root]")).to_be_hidden()

    # everybody is told, once; and the new sheet is that of the firm
    [new] = {fingerprint(seed) for seed in map(Seed.parse, paper.codes)} & {page_root(page)}
    open_vault(client, vault)
    expect_told_once(client, firm.set_up_file.root, new)
    clerk = come_in(visit(), firm, firm.clerk)
    expect(clerk.get_by_text("Mit dem Notfallblatt wurde").first).to_be_visible()

    # the old key opens nothing, the new one does
    watch.expect(r"^401: POST .*/api/sign-in/")
    old = visit()
    sign_in_with_password(old, firm.door, firm.owner.username, firm.owner.password)
    expect(old.locator("[data-message], [data-error-for=password]").filter(visible=True).first).to_be_visible()
    again = visit()
    sign_in_with_password(again, firm.door, firm.owner.username, PASSWORD)
    again.wait_for_url(f"{firm.url}/")


def page_root(page: Page) -> str:
    """Fingerprint of the root that the session names."""
    root: str = page.evaluate("fetch('/api/session').then((answer) => answer.json()).then(({ firm }) => firm.root)")
    return root
