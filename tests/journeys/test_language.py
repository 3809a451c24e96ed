"""English is complete, on every main page; the theme stays as it was chosen."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from siegel.demo.furnish import DOCUMENTS
from tests.journeys.people import Firm, Vault
from tests.journeys.visits import LISTED, open_vault, row

# Words no English page has; names of people, firms and files are made of others.
GERMAN = re.compile(
    r"\b(und|oder|nicht|sie|ihre?|ihnen|für|werden|wird|noch|heute|datei(en)?|ordner|anmelden|abmelden|passwort"
    r"|benutzername|schlüssel|tresore?|mandant(en)?|mitarbeiter|protokoll|einladen|hilfe|hochladen|ansehen|größe"
    r"|geprüft|fassung|bytes? belegt)\b",
    re.IGNORECASE,
)
WORDS = """() => {
  const labels = [...document.querySelectorAll("main [aria-label], main [title], main [placeholder]")]
    .flatMap((e) => [e.ariaLabel, e.title, e.placeholder]);
  return [document.title, document.querySelector("main").innerText, ...labels].filter(Boolean).join("\\n");
}"""


def german_words(page: Page) -> set[str]:
    assert page.locator("html").get_attribute("lang") == "en"
    return {match[0] for match in GERMAN.finditer(page.evaluate(WORDS))}


def speak_english(page: Page) -> None:
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_pages_before_signing_in_are_english_once_it_is_chosen(visitor: Page, firm: Firm) -> None:
    visitor.goto(firm.door)
    assert GERMAN.search(visitor.evaluate(WORDS)), "the words to look for are the wrong ones"
    speak_english(visitor)
    for path in (f"/k/{firm.slug}", "/anmeldung", "/e", "/einrichten", "/hilfe", "/impressum", "/datenschutz"):
        visitor.goto(firm.url + path)
        assert not german_words(visitor), path


def test_the_firms_pages_are_english_once_it_is_chosen(owner: Page, firm: Firm) -> None:
    title = "Accounts 2025"
    vault = firm.new_vault(title)
    speak_english(owner)
    paths = (
        "/",
        "/tresore",
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
        f"/mandanten/{firm.client_id}/einladen",
        f"/mandanten/{firm.client_id}/neue-akte",
    )
    for path in paths:
        owner.goto(firm.url + path)
        assert not german_words(owner), path
    open_vault(owner, vault)
    assert not german_words(owner)


def test_the_clients_pages_and_an_open_file_are_english_once_it_is_chosen(
    client: Page, firm: Firm, vault: Vault
) -> None:
    document = DOCUMENTS / "10001" / "Einkommensteuer 2024" / "Antwort Finanzamt.eml"
    firm.put(vault, firm.client, document)
    speak_english(client)
    assert not german_words(client)
    open_vault(client, vault)
    row(client, document.name).locator("a[data-open]").click()
    expect(client.locator("[data-pane]")).to_contain_text("Version 1")
    assert client.locator(LISTED).count() == 1
    assert not german_words(client)


def test_the_dark_theme_stays_on_the_next_page(owner: Page, firm: Firm) -> None:
    toggle = owner.locator("form[data-toggle-theme] button")
    html = owner.locator("html")
    while html.get_attribute("data-theme") != "dark":
        with owner.expect_response("**/darstellung"):
            toggle.click()
    background = "getComputedStyle(document.body).backgroundColor"
    dark = owner.evaluate(background)
    owner.goto(f"{firm.url}/mandanten")
    expect(html).to_have_attribute("data-bs-theme", "dark")
    assert owner.evaluate(background) == dark
    assert sum(map(int, re.findall(r"\d+", dark)[:3])) < 3 * 80
