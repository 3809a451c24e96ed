"""A client's people: a new letter for a lost key, blocking, revoking."""

from __future__ import annotations

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.journeys.people import Firm
from tests.journeys.test_invitation import STRONG, choose_password, letter_of
from tests.journeys.test_looks import look, width
from tests.journeys.test_staff_keys import REVOKED, ask_to_revoke, key_row
from tests.journeys.visits import DONE, PHONE, Visit, come_in, expect_opened, row


def test_a_client_who_lost_his_key_gets_another_letter_and_reads_his_files_again(
    owner: Page, visit: Visit, firm: Firm, tmp_path: Path
) -> None:
    person = firm.join("verloren", "Valentin Verloren", "client")
    vault = firm.new_vault("Verlorenes", more=((person.account.kid, "write"),))
    source = tmp_path / "Brief.txt"
    source.write_text("Guten Tag!")
    firm.put(vault, firm.owner, source)
    before = come_in(visit(), firm, person)
    owner.goto(f"{firm.url}/mandanten")
    owner.locator("tbody").get_by_role("link", name="Bäckerei Harms GmbH", exact=True).click()
    expect(key_row(owner, "Valentin Verloren")).to_contain_text("1 Tresor")
    look(owner, Axe(), "desktop-firm-client")
    key_row(owner, "Valentin Verloren").get_by_role("link", name="neu ausstellen").click()
    expect(owner.locator("form[data-form=renew]")).to_contain_text("Verlorenes")
    look(owner, Axe(), "desktop-firm-renew")
    owner.get_by_role("button", name="Zugang neu ausstellen").click()
    letter, paper = letter_of(owner, tmp_path)
    assert "ValentinVerloren" in paper.text
    before.goto(vault.url)
    before.wait_for_url(f"{firm.url}/anmeldung?*")

    phone = visit(**PHONE)
    phone.goto(letter.link)
    choose_password(phone, STRONG)
    expect(phone.locator(DONE)).to_be_visible()
    phone.goto(vault.url)
    expect_opened(phone)
    expect(row(phone, "Brief.txt")).to_be_visible()

    owner.goto(vault.url)
    expect(owner.locator("[data-new-keys-who]")).to_have_text("Neuer Schlüssel: Valentin Verloren")
    owner.reload()
    expect_opened(owner)
    expect(owner.locator("[data-new-keys]")).to_be_hidden()


def test_a_clerk_revokes_a_clients_access(clerk: Page, visit: Visit, firm: Firm) -> None:
    person = firm.join("raus", "Rita Raus", "client")
    firm.new_vault(more=((person.account.kid, "read"),))
    clerk.goto(f"{firm.url}/mandanten/{firm.client_id}")
    dialog = ask_to_revoke(clerk, "Rita Raus")
    dialog.locator("#revoke-typed").fill("Raus")
    dialog.get_by_role("button", name="Schlüssel widerrufen").click()
    expect(key_row(clerk, "Rita Raus")).to_have_class(REVOKED)
    expect(clerk.locator("[data-renewing-text]")).to_contain_text("Fertig.")
    page = come_in(visit(**PHONE), firm, firm.owner)
    page.goto(f"{firm.url}/mandanten/{firm.client_id}")
    look(page, Axe(), "phone-firm-client")
    assert width(page) <= 390
