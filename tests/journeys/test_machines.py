"""Systemschlüssel: the virus scanner has another long-lived key; an owner certifies it and takes the old one back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Locator, Page, expect

from siegel.agent.errors import ServerError
from siegel.scanner.keys import load_seed
from siegel.seals.derive import print_of
from tests.e2e.people import until
from tests.e2e.processes import kill_all, scanner_of
from tests.installation import Installation
from tests.journeys.people import Firm, make_firm
from tests.journeys.test_looks import look, width
from tests.journeys.visits import PHONE, Visit, come_in, download_from_pane, open_vault

PAGE = "/mitarbeiter/systemschluessel"


@pytest.fixture
def firm(installation: Installation, tmp_path: Path) -> Iterator[Firm]:
    """One whose machines' keys nobody else needs."""
    firm = make_firm(installation, tmp_path, f"systemschluessel-{token_hex(3)}", "Kanzlei System")
    yield firm
    firm.close()


def scanner_says(firm: Firm) -> str:
    """`ok` when the firm could upload now, else the code of the refusal."""
    try:
        firm.client.account.api.get("scanner-key")
    except ServerError as error:
        return error.code
    return "ok"


def restart_scanner(firm: Firm) -> None:
    kill_all([scanner_of(firm.installation.process.pid)])
    until(lambda: scanner_says(firm) != "no_scanner", "the scanner does not come back")


@contextmanager
def replaced_key(firm: Firm) -> Iterator[None]:
    """As `docs/operations.md` says; afterwards the other firms of the installation have their scanner again."""
    path = firm.installation.data / "keys" / "scanner.key"
    kept = path.rename(path.with_name("scanner.kept"))
    restart_scanner(firm)
    try:
        yield
    finally:
        kept.rename(path)
        restart_scanner(firm)


def key_row(page: Page, kid: str) -> Locator:
    return page.locator(f'li[data-key="{kid}"]')


def scanner_kid(firm: Firm) -> str:
    seed = load_seed(firm.installation.data / "keys" / "scanner.key")
    return seed.public_keys(signs_only=True).kid


def test_the_owner_certifies_the_scanners_new_key_and_takes_the_old_one_back(
    owner: Page, visit: Visit, firm: Firm, tmp_path: Path
) -> None:
    vault = firm.new_vault()
    old = scanner_kid(firm)
    paper = tmp_path / "Beleg.txt"
    paper.write_text("Beleg")
    firm.put(vault, firm.client, paper)
    owner.goto(f"{firm.url}/mitarbeiter")
    owner.get_by_role("link", name="Systemschlüssel").click()
    expect(key_row(owner, old)).to_contain_text("Die laufende Virenprüfung zeigt diesen Schlüssel.")
    with replaced_key(firm):
        new = scanner_kid(firm)
        assert scanner_says(firm) == "scanner_not_certified"
        owner.reload()
        expect(owner.get_by_text("Zurzeit werden keine Dateien angenommen.")).to_be_visible()
        expect(key_row(owner, old)).to_contain_text("zeigt einen anderen Schlüssel")
        look(owner, Axe(), "desktop-firm-machine-waits")
        owner.get_by_role("button", name="Schlüssel der Virenprüfung beglaubigen").click()
        dialog = owner.locator("dialog#certify-machine")
        expect(dialog).to_contain_text(print_of(new))
        look(owner, Axe(), "desktop-firm-machine-certify")
        dialog.get_by_role("button", name="Schlüssel beglaubigen").click()
        expect(key_row(owner, new)).to_contain_text("Gültig")
        assert scanner_says(firm) == "ok"
        again = tmp_path / "Nachtrag.txt"
        again.write_text("Nachtrag")
        firm.put(vault, firm.client, again)
        key_row(owner, old).get_by_role("button", name="widerrufen").click()
        dialog = owner.locator("dialog#revoke-machine")
        expect(dialog).to_contain_text(print_of(old))
        look(owner, Axe(), "desktop-firm-machine-revoke")
        dialog.get_by_role("button", name="Schlüssel widerrufen").click()
        expect(key_row(owner, old)).to_contain_text("Widerrufen")
        assert scanner_says(firm) == "ok"
        # what the old key has found clean stays so, for a reader who asks anew
        reader = come_in(visit(), firm, firm.clerk)
        open_vault(reader, vault)
        assert download_from_pane(reader, "Beleg.txt").path().read_text() == "Beleg"
    owner.reload()
    # the revoked key is back: nobody can certify it, and the page says who has to act
    expect(owner.get_by_text("Der Systempartner muss ihn ersetzen.")).to_be_visible()
    expect(owner.locator("[data-certify]")).to_have_count(0)
    assert scanner_says(firm) == "scanner_not_certified"
    for name, options in {"phone": PHONE, "dark": {"color_scheme": "dark"}}.items():
        page = come_in(visit(**options), firm, firm.owner)
        page.goto(firm.url + PAGE)
        look(page, Axe(), f"{name}-firm-machine-revoked")
        assert width(page) <= page.viewport_size["width"]  # type: ignore[index]


def test_a_browser_judges_the_log_at_once_by_what_its_owner_signed_of_the_logs_key(owner: Page, firm: Firm) -> None:
    not_certified, alarm = owner.locator("[data-log-key]"), owner.locator("[data-log-watch]")
    owner.goto(firm.url + PAGE)
    row = owner.locator('li[data-kind="log"][data-key]')
    if (certify := owner.locator('li[data-kind="log"] [data-certify]')).count():
        certify.click()
        owner.locator("dialog#certify-machine [data-submit]").click()
    expect(row).to_contain_text("Gültig")
    with owner.expect_response("**/api/audit/checkpoint*"):
        owner.goto(f"{firm.url}/")
    expect(not_certified).to_be_hidden()
    owner.goto(firm.url + PAGE)
    row.locator("[data-revoke]").click()
    owner.locator("dialog#revoke-machine [data-submit]").click()
    expect(row).to_contain_text("Widerrufen")
    owner.goto(f"{firm.url}/")
    expect(alarm).to_contain_text("(tlog.revoked)")
