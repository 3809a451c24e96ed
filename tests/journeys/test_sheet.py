"""The owner with the emergency sheet: a second owner, the sheet in shares."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from siegel.seals.keyfile import write_key_file
from siegel.seals.shares import Share, combine
from tests.journeys.paper import saved_paper
from tests.journeys.people import Firm
from tests.journeys.test_invitation import choose_password, letter_of
from tests.journeys.test_looks import look
from tests.journeys.visits import DONE, Visit

STRONG = "sechs Boote vor der Schleuse"
PASSPHRASE = "Stick im Safe der Kanzlei"


def stick(firm: Firm, folder: Path) -> Path:
    """The file of the set-up under a passphrase."""
    path = folder / "einrichtung.age"
    path.write_bytes(write_key_file(firm.set_up_file, PASSPHRASE))
    return path


def show_stick(page: Page, firm: Firm, folder: Path) -> None:
    page.set_input_files("#sheet-file", stick(firm, folder))
    page.fill("#sheet-passphrase", PASSPHRASE)


def test_the_owner_invites_a_second_owner_with_the_file_of_the_set_up(
    owner: Page, visit: Visit, firm: Firm, tmp_path: Path
) -> None:
    owner.goto(f"{firm.url}/mitarbeiter/einladen")
    expect(owner.locator("[data-for-owner]")).to_be_hidden()
    owner.select_option("#role", "owner")
    expect(owner.locator("[data-for-owner]")).to_contain_text("Inhaber beglaubigt nur der Hauptschlüssel der Kanzlei.")
    look(owner, Axe(), "desktop-firm-second-owner")
    owner.fill("#display-name", "Zita Zweitinhaberin")
    owner.fill("#username", "zweitinhaberin")
    owner.click("form[data-form=invite] [data-submit]")
    expect(owner.locator("[data-error-for=root-key]")).not_to_be_empty()
    owner.set_input_files("#sheet-file", stick(firm, tmp_path))
    owner.fill("#sheet-passphrase", "falsch")
    owner.click("form[data-form=invite] [data-submit]")
    expect(owner.locator("[data-error-for=sheet-passphrase]")).not_to_be_empty()
    show_stick(owner, firm, tmp_path)
    owner.click("form[data-form=invite] [data-submit]")
    letter, _ = letter_of(owner, tmp_path)
    second = visit()
    second.goto(letter.link)
    expect(second.locator("[data-greeting]")).to_contain_text("Zita Zweitinhaberin")
    choose_password(second, STRONG)
    expect(second.locator(DONE)).to_be_visible()
    second.goto(f"{firm.url}/mitarbeiter")
    row = second.locator('.sg-keyrow[data-name="Zita Zweitinhaberin"]')
    expect(row).to_contain_text("Inhaber/in")
    store = firm.owner.account.learn_certificates()
    [known] = [one for one in store if one.certificate.kind == "owner" and one.kid != firm.owner.account.kid]
    assert store.in_force(known.kid)


def test_the_sheet_is_saved_in_three_shares_of_which_any_two_give_it_back(
    owner: Page, firm: Firm, tmp_path: Path
) -> None:
    owner.goto(f"{firm.url}/mitarbeiter/notfallblatt")
    show_stick(owner, firm, tmp_path)
    owner.click("form[data-form=sheet] [data-submit]")
    expect(owner.locator("[data-root-print]")).not_to_be_empty()
    look(owner, Axe(), "desktop-firm-sheet-shown")
    shares = []
    for number in (1, 2, 3):
        paper = saved_paper(owner, f'[data-save-share="{number}"]', tmp_path)
        [code] = paper.codes
        assert paper.pages == 1
        assert code in paper.text, "to be typed, too"
        shares.append(Share.parse(code))
    expect(owner.locator('[data-saved-mark="shares"]')).to_be_visible()
    file = firm.set_up_file
    for one, two in combinations(shares, 2):
        assert combine(one, two) == (file.root_seed, file.recovery_seed)
