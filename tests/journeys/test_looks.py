"""Every main page: no accessibility violation at desktop and phone size, nothing wider than a small phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import FilePayload, Page, expect

from siegel.demo.furnish import DOCUMENTS
from siegel.scanner.tests.samples import EICAR
from tests.journeys.people import Firm, Vault
from tests.journeys.visits import (
    DESKTOP,
    PHONE,
    Visit,
    come_in,
    expect_done,
    open_vault,
    press,
    row,
    tray_item,
    type_password,
    upload,
)
from tests.journeys.watch import Watch

ARTIFACTS = Path(__file__).parents[1] / ".artifacts"
DOSSIER = DOCUMENTS / "10001" / "Einkommensteuer 2024"
SHOWN = "Steuerbescheinigung Bank A.pdf"
SMALL = {"width": 320, "height": 640}
DOORS = ("/anmeldung", "/e", "/einrichten", "/hilfe", "/impressum", "/datenschutz")
OF_STAFF = (
    "/",
    "/tresore",
    "/notfall-ordner",
    "/mandanten",
    "/mandanten/neu",
    "/mitarbeiter",
    "/mitarbeiter/einladen",
    "/mitarbeiter/teams",
    "/mitarbeiter/notfallblatt",
    "/mitarbeiter/systemschluessel",
    "/protokoll",
    "/protokoll/versand",
    "/protokoll/vergleichen",
    "/mein-zugang",
)
OF_CLIENTS = ("/", "/tresore", "/notfall-ordner", "/hilfe", "/mein-zugang")
SIZES = {"desktop": {"viewport": DESKTOP}, "phone": PHONE}


@pytest.fixture(scope="module")
def full(firm: Firm) -> Vault:
    """A vault with the documents of the demonstration, put there by the client."""
    vault = firm.new_vault("Einkommensteuer 2024")
    firm.put(vault, firm.client, *sorted(DOSSIER.iterdir()))
    return vault


@pytest.fixture
def axe() -> Axe:
    return Axe()


def look(page: Page, axe: Axe, name: str) -> None:
    """Judges the page as it stands and keeps its picture."""
    page.wait_for_load_state()
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)
    found = axe.run(page)
    assert not found.violations_count, f"{name}: {found.generate_report()}"


def names_of(paths: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for path in paths:
        yield path, re.sub(r"\W+", "-", path).strip("-") or "start"


@pytest.mark.parametrize("size", SIZES)
def test_pages_before_signing_in_are_accessible(visit: Visit, firm: Firm, axe: Axe, watch: Watch, size: str) -> None:
    page = visit(**SIZES[size])
    for path, name in names_of((f"/k/{firm.slug}", *DOORS)):
        page.goto(firm.url + path)
        look(page, axe, f"{size}-door-{name}")
    watch.expect("^404: GET .*/gibt-es-nicht$")
    page.goto(f"{firm.url}/gibt-es-nicht")
    look(page, axe, f"{size}-door-404")


@pytest.mark.parametrize("size", SIZES)
def test_the_firms_pages_are_accessible(visit: Visit, firm: Firm, full: Vault, axe: Axe, size: str) -> None:
    page = come_in(visit(**SIZES[size]), firm, firm.owner)
    for path, name in names_of(
        (*OF_STAFF, *(f"/mandanten/{firm.client_id}{end}" for end in ("", "/einladen", "/neue-akte")))
    ):
        page.goto(firm.url + path)
        look(page, axe, f"{size}-firm-{name}")
    open_vault(page, full)
    look(page, axe, f"{size}-firm-vault")
    row(page, SHOWN).locator("a[data-open]").click()
    expect(page.locator("[data-pane]")).to_be_visible()
    look(page, axe, f"{size}-firm-vault-details")


@pytest.mark.parametrize("size", SIZES)
def test_the_clients_pages_and_an_upload_are_accessible(
    visit: Visit, firm: Firm, vault: Vault, axe: Axe, size: str
) -> None:
    page = come_in(visit(**SIZES[size]), firm, firm.client)
    for path, name in names_of(OF_CLIENTS):
        page.goto(firm.url + path)
        look(page, axe, f"{size}-client-{name}")
    open_vault(page, vault)
    look(page, axe, f"{size}-client-vault-empty")
    good: FilePayload = {"name": "Brief.txt", "mimeType": "text/plain", "buffer": b"Guten Tag!"}
    upload(page, good, {"name": "Rechnung.com", "mimeType": "text/plain", "buffer": EICAR})
    expect_done(page, "Brief.txt")
    expect(tray_item(page, "Rechnung.com")).to_contain_text("Abgewiesen")
    if page.locator("[data-tray-fold]").get_attribute("aria-expanded") == "false":
        page.click("[data-tray-fold]")
    look(page, axe, f"{size}-client-vault-tray")
    press(page, "[data-action=new-folder]")
    look(page, axe, f"{size}-client-vault-new-folder")


@pytest.mark.parametrize("size", [*SIZES, "small"])
def test_my_access_with_all_its_forms_open_is_accessible(visit: Visit, firm: Firm, axe: Axe, size: str) -> None:
    named = firm.url.replace("127.0.0.1", "localhost")  # passkeys belong to a name
    options = {**SIZES, "small": {**PHONE, "viewport": SMALL}}[size]
    page = visit(**options)
    page.goto(f"{named}/k/{firm.slug}")
    look(page, axe, f"{size}-door-with-passkey")
    type_password(page, firm.clerk.username, firm.clerk.password)
    expect(page.locator("[data-offer-passkey]:visible, .sg-side-foot").first).to_be_attached()
    page.goto(f"{named}/mein-zugang")
    page.evaluate("for (const form of document.querySelectorAll('details')) form.open = true")
    expect(page.locator("[data-qr] svg")).to_be_visible()
    look(page, axe, f"{size}-access-open")
    assert width(page) <= options["viewport"]["width"]


def test_the_dark_theme_is_accessible(visit: Visit, firm: Firm, full: Vault, axe: Axe) -> None:
    page = visit(viewport=DESKTOP, color_scheme="dark")
    page.goto(firm.door)
    look(page, axe, "dark-door")
    come_in(page, firm, firm.owner)
    look(page, axe, "dark-firm-start")
    open_vault(page, full)
    row(page, SHOWN).locator("a[data-open]").click()
    look(page, axe, "dark-firm-vault-details")


def test_no_page_is_wider_than_a_small_phone(visit: Visit, firm: Firm, full: Vault) -> None:
    door, staff, client = (visit(viewport=SMALL, is_mobile=True, has_touch=True) for _ in range(3))
    come_in(staff, firm, firm.owner)
    come_in(client, firm, firm.client)
    visited = [(door, path) for path in (f"/k/{firm.slug}", *DOORS)]
    visited += [
        (staff, path)
        for path in (*OF_STAFF, *(f"/mandanten/{firm.client_id}{end}" for end in ("", "/einladen", "/neue-akte")))
    ]
    visited += [(client, path) for path in OF_CLIENTS]
    for page, path in visited:
        page.goto(firm.url + path)
        assert width(page) <= SMALL["width"], path
    for page in (staff, client):
        open_vault(page, full)
        assert width(page) <= SMALL["width"], "vault"
        row(page, SHOWN).locator("a[data-open]").click()
        assert width(page) <= SMALL["width"], "vault with details"


def width(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


def test_the_list_shows_whose_details_are_open_and_offers_only_what_works(
    clerk: Page, visit: Visit, firm: Firm, full: Vault
) -> None:
    open_vault(clerk, full)
    row(clerk, SHOWN).locator("a[data-open]").click()
    expect(clerk.locator("tr.is-detailed")).to_have_count(1)
    expect(row(clerk, SHOWN)).to_have_class(re.compile("is-detailed"))
    # a PDF can be looked at
    expect(clerk.locator("[data-pane] [data-action=view]")).to_be_visible()
    expect(row(clerk, SHOWN).locator("[data-author]")).to_have_attribute("title", firm.client.name)
    clerk.click("[data-pane-close]")
    expect(clerk.locator("tr.is-detailed")).to_have_count(0)

    phone = come_in(visit(**PHONE), firm, firm.client)
    open_vault(phone, full)
    download = phone.locator(".sg-toolbar [data-action=download]")
    expect(download).to_be_hidden()
    row(phone, SHOWN).locator("[data-select]").check()
    expect(download).to_be_visible()


def test_on_a_phone_the_details_take_the_place_of_the_list(visit: Visit, firm: Firm, full: Vault) -> None:
    phone = come_in(visit(**PHONE), firm, firm.client)
    open_vault(phone, full)
    opener = row(phone, SHOWN).locator("a[data-open]")
    opener.click()
    expect(phone.locator("[data-pane-name]")).to_be_in_viewport(ratio=1)
    expect(phone.locator("[data-pane]")).to_contain_text("Laden Sie die Datei herunter")
    expect(opener).to_be_hidden()
    phone.click("[data-pane-close]")
    expect(phone.locator("[data-pane]")).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_log_names_the_operator_and_the_server_where_nobody_was_signed_in(owner: Page, firm: Firm) -> None:
    owner.goto(f"{firm.url}/protokoll")
    while (older := owner.get_by_role("link", name="Ältere Einträge")).count():
        older.click()
    created = owner.locator("tbody tr", has_text="Kanzlei angelegt")
    expect(created.locator("td", has_text=re.compile("^Systempartner$"))).to_be_visible()
