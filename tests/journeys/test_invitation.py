"""From a new client to a first document: dossier, letter, telephone, countersignature; all of it in browsers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from siegel.agent.invite import invite
from siegel.agent.session import Home
from siegel.seals.canonical import b64
from siegel.seals.invitations import Letter, encode_code
from tests.journeys.paper import Paper, saved_paper
from tests.journeys.people import Firm
from tests.journeys.visits import DONE, PHONE, Visit, download_from_pane, expect_done, upload
from tests.journeys.watch import Watch

WEAK = "Passwort2024"
PERSONAL = "Kranich Alderwald Nebel 81"
STRONG = "vier Laternen hinter dem Deich"
LETTER = "[data-step=letter]:not([hidden])"
PASSWORD_STEP = "[data-step=password]:not([hidden])"


def letter_of(page: Page, folder: Path) -> tuple[Letter, Paper]:
    """The letter as the person invited gets it: by its QR code."""
    expect(page.locator(LETTER)).to_be_visible()
    paper = saved_paper(page, "[data-save=letter]", folder)
    [link] = paper.codes
    return Letter.parse(link), paper


def said_by(context: BrowserContext) -> list[str]:
    """Everything the context will have sent: addresses, headers, bodies."""
    said: list[str] = []

    def hear(request: Request) -> None:
        body = (request.post_data_buffer or b"").decode("latin-1")
        said.append(f"{request.url}\n{request.headers}\n{body}")

    context.on("request", hear)
    return said


def choose_password(page: Page, password: str) -> None:
    page.fill("#new-password", password)
    page.fill("#repeat-password", password)
    page.click(f"{PASSWORD_STEP} [data-submit]")


def test_a_client_gets_a_dossier_a_letter_and_access_by_telephone(
    owner: Page, visit: Visit, firm: Firm, tmp_path: Path
) -> None:
    owner.goto(f"{firm.url}/mandanten/neu")
    owner.fill("#client-number", "20001")
    owner.fill("#client-name", "Tischlerei Alderwald GbR")
    owner.fill("#dossier-title", "Jahresabschluss 2025")
    owner.click("form[data-form=client-new] [data-submit]")
    expect(owner.locator(DONE)).to_be_visible()
    owner.click("[data-go=invite]")
    owner.fill("#display-name", "Ümit Alderwald")
    owner.fill("#username", "alderwald")
    expect(owner.locator("input[name=dossier]")).to_be_checked()
    owner.click("form[data-form=invite] [data-submit]")
    letter, paper = letter_of(owner, tmp_path)
    assert paper.pages == 1
    assert "ÜmitAlderwald" in paper.text
    assert letter.id in paper.text
    assert encode_code(letter.code) in paper.text.replace("-", "")

    phone = visit(**PHONE)
    said = said_by(phone.context)
    phone.goto(letter.link)
    expect(phone.locator("[data-greeting]")).to_contain_text("Ümit Alderwald")
    assert phone.url == f"{firm.url}/e/{letter.id}"
    for weak, broken in ((WEAK, "known"), (PERSONAL, "personal"), ("kurz", "length")):
        phone.fill("#new-password", weak)
        expect(phone.locator(f"[data-rule={broken}]")).to_have_class("no")
    choose_password(phone, WEAK)
    expect(phone.locator("[data-error-for=new-password]")).to_contain_text("Dieses Passwort geht nicht.")
    phone.fill("#new-password", STRONG)
    expect(phone.locator("[data-rule].ok")).to_have_count(3)
    choose_password(phone, STRONG)
    expect(phone.locator(DONE)).to_be_visible()
    phone.click("[data-go]")
    expect(phone.locator("h1")).to_contain_text("Ümit Alderwald")
    expect(phone.get_by_role("link", name="Jahresabschluss 2025")).to_be_visible()

    phone.get_by_role("link", name="Jahresabschluss 2025").click()
    upload(phone, {"name": "Inventur.txt", "mimeType": "text/plain", "buffer": b"Drei Saegen."})
    expect_done(phone, "Inventur.txt")

    code = encode_code(letter.code)
    secrets = (code, code.lower(), b64(letter.code), STRONG, "Laternen")
    assert not [line for line in said for secret in secrets if secret in line]
    log = firm.installation.log.read_text()
    assert not [secret for secret in secrets if secret in log]

    owner.goto(f"{firm.url}/tresore")
    with owner.expect_response(lambda answer: is_countersignature(answer.request)) as countersigned:
        owner.get_by_role("link", name="Jahresabschluss 2025").click()
    assert countersigned.value.ok
    download = download_from_pane(owner, "Inventur.txt")
    assert Path(download.path()).read_bytes() == b"Drei Saegen."
    owner.goto(f"{firm.url}/protokoll")
    expect(owner.locator("tbody tr", has_text="Neuen Schlüssel bestätigt").first).to_be_visible()


def is_countersignature(request: Request) -> bool:
    return request.method == "POST" and request.url.endswith("/api/keys/certificates")


def test_a_clerk_is_invited_to_a_dossier_and_types_the_code(
    owner: Page, visitor: Page, firm: Firm, tmp_path: Path
) -> None:
    vault = firm.new_vault()
    owner.goto(f"{firm.url}/mitarbeiter/einladen")
    owner.fill("#display-name", "Torben Kreft")
    owner.fill("#username", "kreft")
    owner.get_by_label(re.compile(f"^{vault.title}\\b")).check()
    owner.click("form[data-form=invite] [data-submit]")
    letter, paper = letter_of(owner, tmp_path)
    assert f"{firm.url}/k/{firm.slug}" in paper.text

    visitor.goto(f"{firm.url}/e")
    visitor.fill("#invitation-id", letter.id.lower())
    code = encode_code(letter.code)
    visitor.fill("#code", " ".join(code[i : i + 4] for i in range(0, len(code), 4)).lower())
    visitor.click("[data-step=code] [data-next]")
    expect(visitor.locator("[data-greeting]")).to_contain_text("Torben Kreft")
    choose_password(visitor, STRONG)
    expect(visitor.locator(DONE)).to_be_visible()
    visitor.click("[data-go]")
    visitor.get_by_role("link", name=vault.title).click()
    expect(visitor.locator("[data-state=empty]")).to_be_visible()


def test_a_client_gets_another_dossier(clerk: Page, firm: Firm) -> None:
    firm.new_vault()
    clerk.goto(f"{firm.url}/mandanten")
    clerk.get_by_role("link", name="Neue Akte für Bäckerei Harms GmbH").click()
    clerk.click("form[data-form=dossier-new] [data-submit]")
    expect(clerk.locator("[data-error-for=dossier-title]")).to_have_text("Bitte ausfüllen.")
    clerk.fill("#dossier-title", "Betriebsprüfung 2026")
    clerk.click("form[data-form=dossier-new] [data-submit]")
    expect(clerk.locator(DONE)).to_be_visible()
    clerk.get_by_role("link", name="Tresor öffnen").click()
    expect(clerk.locator("h1")).to_have_text("Betriebsprüfung 2026")
    expect(clerk.locator("[data-state=empty]")).to_be_visible()
    upload(clerk, {"name": "Anordnung.txt", "mimeType": "text/plain", "buffer": b"Ab Mai."})
    expect_done(clerk, "Anordnung.txt")


@pytest.fixture
def letter(firm: Firm, tmp_path: Path, request: pytest.FixtureRequest) -> Letter:
    username = f"gast{abs(hash(request.node.name)) % 10**6}"
    home = Home(tmp_path / "state")
    invited = invite(firm.owner.account, home, name="Grete Gast", username=username, role="clerk", vaults={})
    return invited.letter


def test_a_letter_opens_no_second_access(visit: Visit, firm: Firm, letter: Letter, watch: Watch) -> None:
    first = visit(**PHONE)
    first.goto(letter.link)
    choose_password(first, STRONG)
    expect(first.locator(DONE)).to_be_visible()
    watch.expect(r"^410: GET .*/api/invitations/")
    second = visit(**PHONE)
    second.goto(letter.link)
    expect(second.locator("[data-message]")).to_contain_text("wurde schon eingelöst. Bitte rufen Sie Ihre Kanzlei an.")
    expect(second.locator("#new-password")).to_be_hidden()


def test_a_code_that_does_not_fit_the_invitation_is_told_so(visitor: Page, firm: Firm, letter: Letter) -> None:
    wrong = Letter(letter.server, letter.id, bytes(16))
    visitor.goto(wrong.link)
    expect(visitor.locator("[data-error-for=code]")).to_contain_text("Bitte vergleichen Sie ihn mit Ihrem Brief")
    visitor.fill("#code", "zu kurz")
    visitor.click("[data-step=code] [data-next]")
    expect(visitor.locator("[data-error-for=code]")).to_contain_text("der Code 26")
    visitor.fill("#code", encode_code(letter.code))
    visitor.click("[data-step=code] [data-next]")
    expect(visitor.locator("[data-greeting]")).to_contain_text("Grete Gast")


def test_a_typed_code_outlasts_the_change_of_the_language_and_is_not_sent(
    visitor: Page, firm: Firm, letter: Letter
) -> None:
    said = said_by(visitor.context)
    visitor.goto(f"{firm.url}/e")
    code = encode_code(letter.code)
    visitor.fill("#invitation-id", letter.id)
    visitor.fill("#code", code[:10])
    visitor.get_by_role("button", name="English").click()
    expect(visitor.locator("html")).to_have_attribute("lang", "en")
    expect(visitor.locator("#code")).to_have_value(code[:10])
    visitor.fill("#code", code)
    visitor.click("[data-step=code] [data-next]")
    expect(visitor.locator("[data-greeting]")).to_contain_text("Grete Gast")
    visitor.get_by_role("button", name="Deutsch").click()
    expect(visitor.locator("html")).to_have_attribute("lang", "de")
    expect(visitor.locator("[data-greeting]")).to_contain_text("Guten Tag, Grete Gast")
    assert visitor.url == f"{firm.url}/e"
    assert not [line for line in said if code[:10].lower() in line.lower()]


def test_an_invitation_nobody_issued_is_told_so(visitor: Page, firm: Firm, watch: Watch) -> None:
    watch.expect(r"^404: GET .*/api/invitations/")
    visitor.goto(f"{firm.url}/e")
    visitor.fill("#invitation-id", "00000000")
    visitor.fill("#code", "0" * 26)
    visitor.click("[data-step=code] [data-next]")
    expect(visitor.locator("[data-error-for=invitation-id]")).to_contain_text("Diese Einladung gibt es nicht.")
