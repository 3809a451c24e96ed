"""Notfall-Ordner: a client names somebody, who asks, is refused, asks again, waits, and reads."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import FilePayload, Page, expect

from tests.installation import Installation
from tests.journeys.people import Firm, Person, Vault, make_firm
from tests.journeys.test_looks import look, width
from tests.journeys.test_vault_access import access_of, line
from tests.journeys.visits import PHONE, Visit, come_in, expect_done, expect_opened, row, upload
from tests.journeys.watch import Watch

LETTER: FilePayload = {"name": "Vollmacht.txt", "mimeType": "text/plain", "buffer": b"Wo alles liegt."}


@pytest.fixture(scope="module")
def firm(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    """One of its own: its client has no vault of his own yet."""
    firm = make_firm(installation, tmp_path_factory.mktemp("trusting"), "vertraut", "Kanzlei Vertraut")
    yield firm
    firm.close()


@pytest.fixture(scope="module")
def wife(firm: Firm) -> Person:
    return firm.join("ehefrau", "Edda Harms", "client")


def let_days_pass(firm: Firm, days: int) -> None:
    """As if everybody had asked so many days earlier: what the server's clock would bring about."""
    with closing(sqlite3.connect(firm.installation.data / "siegel.sqlite3", timeout=10)) as database, database:
        database.execute(
            "UPDATE keys_accessevent SET accepted_at = accepted_at - ?, opens_at = opens_at - ?",
            (days * 86400, days * 86400),
        )


def page_of_trust(page: Page, firm: Firm) -> Page:
    page.goto(f"{firm.url}/notfall-ordner")
    return page


def ask(page: Page, firm: Firm) -> None:
    page_of_trust(page, firm).get_by_role("button", name=f"Zugriff auf den Tresor von {firm.client.name}").click()
    expect(page.get_by_text("Verlangt. Lehnt niemand ab")).to_be_visible()


def test_a_trusted_person_is_refused_waits_and_reads(visit: Visit, firm: Firm, wife: Person, watch: Watch) -> None:
    his, hers = come_in(visit(), firm, firm.client), come_in(visit(**PHONE), firm, wife)
    page_of_trust(hers, firm)
    expect(hers.get_by_text("Ihnen anvertraut")).to_have_count(0)

    page_of_trust(his, firm).get_by_role("button", name="Notfall-Ordner anlegen").click()
    his.get_by_label("Vertrauensperson").select_option(label=wife.name)
    his.get_by_label("Wartezeit").select_option("7")
    look(his, Axe(), "desktop-client-trust")
    his.get_by_role("button", name="Benennen").click()
    expect(his.get_by_role("button", name=f"Vertrauen zu {wife.name} beenden")).to_be_visible()
    his.get_by_role("link", name="Tresor öffnen").click()
    expect_opened(his)
    expect(his.locator("[data-access]")).to_have_text("Zugriff: 1 Person, dazu 1 Vertrauensperson")
    upload(his, LETTER)
    expect_done(his, "Vollmacht.txt")
    vault = his.url

    refused = hers.request.get(vault)
    assert refused.status == 404
    ask(hers, firm)
    look(hers, Axe(), "phone-client-trust-asked")
    assert width(hers) <= 390
    his.goto(firm.url)
    banner = his.locator("[data-asked]")
    expect(banner).to_contain_text(f"{wife.name} verlangt Zugriff als Vertrauensperson.")
    expect(banner.get_by_role("link", name="Ablehnen")).to_be_visible()
    his.goto(vault)
    expect(his.locator("[data-requests]")).to_contain_text(f"{wife.name} verlangt Zugriff")
    look(his, Axe(), "desktop-client-trust-vault")
    expect(his.locator("[data-asked]")).to_be_hidden()
    his.get_by_role("link", name="Ansehen und ablehnen").click()
    his.get_by_role("button", name=f"Anfrage von {wife.name} ablehnen").click()
    expect(banner).to_have_count(0)
    let_days_pass(firm, 8)
    assert hers.request.get(vault).status == 404
    expect(page_of_trust(hers, firm).get_by_text("Ihre letzte Anfrage wurde abgelehnt.")).to_be_visible()

    ask(hers, firm)
    let_days_pass(firm, 7)
    page_of_trust(hers, firm).get_by_role("link", name="Tresor öffnen").click()
    expect_opened(hers)
    expect(row(hers, "Vollmacht.txt")).to_be_visible()
    row(hers, "Vollmacht.txt").locator("a[data-open]").click()
    with hers.expect_download() as download:
        hers.click("[data-pane] [data-action=download]")
    assert download.value.path().read_bytes() == b"Wo alles liegt."
    expect(hers.locator("[data-action=upload]")).to_have_count(0)
    look(hers, Axe(), "phone-client-trust-open")
    assert width(hers) <= 390

    # her open page asks on, and is told nothing
    watch.expect("^404: GET .*/api/vaults/")
    page_of_trust(his, firm).get_by_role("button", name=f"Zugriff von {wife.name} beenden").click()
    expect(banner).to_have_count(0)
    assert hers.request.get(vault).status == 404
    his.get_by_role("button", name=f"Vertrauen zu {wife.name} beenden").click()
    expect(his.get_by_text("Noch keine Vertrauensperson.")).to_be_visible()
    expect(page_of_trust(hers, firm).get_by_text("Ihnen anvertraut")).to_have_count(0)


def test_the_firm_names_a_trusted_person_in_a_dossier(owner: Page, firm: Firm, vault: Vault, wife: Person) -> None:
    dialog = access_of(owner, vault)
    dialog.locator("#access-who").select_option(label=wife.name)
    dialog.locator("#access-right").select_option("trusted:30")
    dialog.get_by_role("button", name="Zugriff geben").click()
    expect(line(dialog, wife.name)).to_contain_text("Vertrauensperson, liest erst nach Anfrage und 30 Tagen")
    look(owner, Axe(), "desktop-firm-vault-trust")
    dialog.get_by_role("button", name=f"{wife.name} entfernen").click()
    owner.locator("dialog#remove-holder [data-submit]").click()
    expect(line(dialog, wife.name)).to_have_count(0)


def test_the_page_fits_small_phones(visit: Visit, firm: Firm) -> None:
    options = {**PHONE, "viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}
    page = page_of_trust(come_in(visit(**options), firm, firm.client), firm)
    look(page, Axe(), "small-dark-client-trust")
    assert width(page) <= 320
