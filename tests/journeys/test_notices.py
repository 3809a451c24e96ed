"""Telling others of a vault: the address, the notice, the digest, and what the owner sees in the outbox."""

from __future__ import annotations

import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import FilePayload, Page, expect

from tests.journeys.people import Firm, Vault
from tests.journeys.test_looks import SIZES, look
from tests.journeys.visits import Visit, come_in, expect_done, open_vault, press, upload

FILE: FilePayload = {"name": "Geheimer Dateiname.txt", "mimeType": "text/plain", "buffer": b"Guten Tag!"}
ARRIVES_S = 120.0


def set_address(page: Page, firm: Firm, address: str, wish: str = "") -> None:
    page.goto(f"{firm.url}/mein-zugang#e-mail")
    page.fill("#mail-address", address)
    if wish:
        page.get_by_label(wish, exact=True).check()
    page.get_by_role("button", name="E-Mail speichern").click()
    expect(page.get_by_text("Gespeichert.")).to_be_visible()
    text = arrived(firm, address, 20).get_content()
    page.goto(next(line for line in text.splitlines() if "bestaetigen?link=" in line))
    page.get_by_role("button", name="Adresse bestätigen").click()
    expect(page.get_by_text("Gespeichert.")).to_be_visible()
    expect(page.locator("#mail-address")).to_have_value(address)


def arrived(firm: Firm, address: str, within_s: float, said: str = "") -> EmailMessage:
    """The newest mail to this address that says so; waits for one."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        for path in sorted(Path(firm.installation.data, "mail").glob("*.eml"), reverse=True):
            message = message_from_bytes(path.read_bytes(), policy=policy.default)
            if address in message["To"] and said in message.get_content():
                return message
        time.sleep(0.3)
    raise AssertionError(f"no mail to {address}")


def open_notice(page: Page) -> None:
    press(page, "[data-action=notice]")
    expect(page.locator("dialog#notice")).to_be_visible()


def test_a_client_hears_of_the_vault_and_the_owner_sees_that_it_was_sent(
    owner: Page, client: Page, firm: Firm, vault: Vault
) -> None:
    set_address(client, firm, "harms@mandant.example", "gar nicht")
    open_vault(owner, vault)
    open_notice(owner)
    owner.get_by_label(firm.client.name).check()
    owner.select_option("#notice-sentence", "please_look")
    owner.get_by_role("button", name="Mail verschicken").click()
    expect(owner.get_by_text("Eine Mail ist unterwegs.")).to_be_visible()
    message = arrived(firm, "harms@mandant.example", 20, vault.url.rpartition("/")[2])
    assert "Bitte sehen Sie die Unterlagen durch." in message.get_content()
    owner.goto(f"{firm.url}/postausgang")
    row = owner.get_by_role("row").filter(has_text="harms@mandant.example").first
    expect(row).to_contain_text("Als Datei abgelegt")
    owner.goto(f"{firm.url}/protokoll")
    expect(owner.get_by_text("Benachrichtigung verschickt").first).to_be_visible()


def test_new_files_are_told_within_two_minutes_without_their_names(
    clerk: Page, client: Page, firm: Firm, vault: Vault
) -> None:
    set_address(client, firm, "sofort@mandant.example", "sofort")
    open_vault(clerk, vault)
    upload(clerk, FILE)
    expect_done(clerk, FILE["name"])
    message = arrived(firm, "sofort@mandant.example", ARRIVES_S, "Datei")
    content = message.get_content()
    assert "1 Datei" in content
    assert "Geheimer" not in message.as_string()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_outbox_address_and_notice_are_accessible(
    visit: Visit, firm: Firm, vault: Vault, size: str, theme: str
) -> None:
    options: dict[str, Any] = {**SIZES[size], "color_scheme": theme}
    page = come_in(visit(**options), firm, firm.owner)
    axe = Axe()
    set_address(page, firm, f"{size}-{theme}@kanzlei.example")
    look(page, axe, f"{size}-{theme}-mailbox")
    page.goto(f"{firm.url}/postausgang")
    look(page, axe, f"{size}-{theme}-outbox")
    open_vault(page, vault)
    open_notice(page)
    look(page, axe, f"{size}-{theme}-notice")
