"""The firm gets another root: from the old one, then from recovery alone; everybody is told once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from siegel.agent.client import Api
from siegel.agent.invite import invite
from siegel.agent.redeem import redeem
from siegel.agent.session import Home
from siegel.seals.derive import Seed, print_of
from tests.installation import Installation
from tests.journeys.paper import saved_paper
from tests.journeys.people import Firm, make_firm
from tests.journeys.test_looks import look
from tests.journeys.test_sheet import show_stick
from tests.journeys.visits import Visit, come_in, open_vault, sign_in_with_password

CHANGED = "Der Hauptschlüssel der Kanzlei wurde gewechselt."


@pytest.fixture
def firm(installation: Installation, tmp_path: Path) -> Iterator[Firm]:
    """One of its own: it gets other roots."""
    firm = make_firm(installation, tmp_path, "wurzel", "Kanzlei Wurzelbach")
    yield firm
    firm.close()


def change_root(page: Page, folder: Path) -> Seed:
    """From the sheet that is shown on; returns the new root, as it stands on the new sheet."""
    page.click("[data-change-root]")
    dialog = page.locator("dialog#change-root")
    expect(dialog.locator("[data-change-prints]")).to_contain_text("Kennung bisher")
    look(page, Axe(), "desktop-firm-change-root")
    dialog.get_by_role("button", name="Hauptschlüssel wechseln").click()
    expect(dialog.locator("[data-error-for=change-saved]")).not_to_be_empty()
    paper = saved_paper(page, '[data-save="new-sheet"]', folder)
    dialog.locator("#change-saved").check()
    dialog.get_by_role("button", name="Hauptschlüssel wechseln").click()
    expect(dialog).to_be_hidden()
    shown = page.locator("[data-root-print]").inner_text()
    roots = [seed for seed in map(Seed.parse, paper.codes) if print_of(fingerprint(seed)) == shown]
    assert len(roots) == 1, "the sheet holds the root that the page shows"
    return roots[0]


def fingerprint(seed: Seed) -> str:
    return seed.public_keys(signs_only=True).kid


def expect_told_once(page: Page, old: str, new: str) -> None:
    banner = page.locator("[data-new-root]")
    expect(banner).to_contain_text(CHANGED)
    expect(banner).to_contain_text(f"Kennung bisher {print_of(old)}, jetzt {print_of(new)}.")
    banner.get_by_role("button", name="Gelesen").click()
    expect(banner).to_be_hidden()
    page.reload()
    expect(page.locator("h1")).to_be_visible()
    expect(banner).to_be_hidden()


def test_the_root_gives_its_place_to_another_and_everybody_goes_on(visit: Visit, firm: Firm, tmp_path: Path) -> None:
    vault = firm.new_vault()
    client = come_in(visit(), firm, firm.client)
    owner = come_in(visit(), firm, firm.owner)
    owner.goto(f"{firm.url}/mitarbeiter/notfallblatt")
    show_stick(owner, firm, tmp_path)
    owner.click("form[data-form=sheet] [data-submit]")
    old = firm.set_up_file.root
    expect(owner.locator("[data-root-print]")).to_have_text(print_of(old))
    new = fingerprint(change_root(owner, tmp_path))
    expect(owner.locator("[data-new-root]")).to_be_hidden()

    # in the middle of a session, at the next sign-in with a key file of before, and with a password
    open_vault(client, vault)
    expect_told_once(client, old, new)
    clerk = come_in(visit(), firm, firm.clerk)
    expect_told_once(clerk, old, new)
    open_vault(clerk, vault)
    again = visit()
    sign_in_with_password(again, firm.door, firm.owner.username, firm.owner.password)
    again.wait_for_url(f"{firm.url}/")
    expect_told_once(again, old, new)

    # a letter of after the change, redeemed by whoever pins the new root
    firm.owner.account.learn_certificates()
    home = Home(tmp_path / "state-inhaberin")
    invited = invite(firm.owner.account, home, name="Nora Neu", username="neu", role="clerk", vaults={})
    page = visit()
    page.goto(invited.letter.link)
    page.fill("#new-password", "acht Gänse über dem Moor")
    page.fill("#repeat-password", "acht Gänse über dem Moor")
    page.click("[data-step=password]:not([hidden]) [data-submit]")
    page.click("[data-go]")
    expect(page.locator("h1")).to_contain_text("Nora Neu")
    expect(page.locator("[data-new-root]")).to_be_hidden()

    # and once more, with recovery alone
    recovery = firm.set_up_file.recovery_seed
    assert recovery is not None
    owner.goto(f"{firm.url}/mitarbeiter/notfallblatt")
    owner.fill("#recovery-key", recovery.encode())
    owner.click("form[data-form=sheet] [data-submit]")
    expect(owner.locator("[data-root-lost]")).to_be_visible()
    expect(owner.locator("[data-shares]")).to_be_hidden()
    third = fingerprint(change_root(owner, tmp_path))
    expect(owner.locator("[data-shares]")).to_be_visible()
    page.goto(f"{firm.url}/mitarbeiter")
    clerk.goto(vault.url)
    expect_told_once(clerk, new, third)
    late = redeem(
        Api(firm.url),
        invite(firm.owner.account, home, name="Lia Letzte", username="letzte", role="clerk", vaults={}).letter,
        "acht Gänse über dem Moor",
    ).account
    assert late.key_file.root == third
    late.api.close()
    owner.goto(f"{firm.url}/protokoll")
    expect(owner.get_by_text(re.compile("Hauptschlüssel der Kanzlei gewechselt")).first).to_be_visible()
