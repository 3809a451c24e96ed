"""One-time passwords: set up, asked for at the door, replaced by a recovery code, removed."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import zxingcpp
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.people import Firm, Person, Vault
from tests.journeys.visits import Visit, expect_opened, open_vault, sign_in_with_password, sign_out
from tests.journeys.watch import Watch


class App:
    """The app on somebody's phone. Each password it gives is later than the one before, as none is taken twice."""

    def __init__(self, address: str) -> None:
        secret = address.partition("secret=")[2].partition("&")[0]
        self.hotp = HOTP(base64.b32decode(secret), 6, SHA1())
        self.last = 0

    def code(self) -> str:
        """The server tolerates the password of the next half minute; more has to be waited for."""
        self.last = max(self.last + 1, int(time.time()) // 30)
        while self.last > int(time.time()) // 30 + 1:
            time.sleep(0.5)
        return self.hotp.generate(self.last).decode()


def set_up(page: Page, firm: Firm, person: Person, folder: Path) -> tuple[App, list[str]]:
    """By the page, with the QR code read from its picture; the app, and the recovery codes as saved."""
    page.goto(f"{firm.url}/mein-zugang")
    page.get_by_text("Einmalpasswort einrichten").click()
    picture = folder / f"{person.username}.png"
    page.locator("[data-qr] svg").screenshot(path=picture)
    (code,) = zxingcpp.read_barcodes(Image.open(picture))
    app = App(code.text)
    assert code.text.startswith(f"otpauth://totp/Kanzlei%20Muster:{person.username}?")
    shown = page.locator("[data-secret]").inner_text().replace(" ", "")
    assert f"secret={shown}&" in code.text
    page.fill("#factor-code", app.code())
    page.fill("#factor-password", person.password)
    page.click("form[data-form=second-factor] [data-submit]")
    codes = page.locator("[data-recovery-codes] li")
    expect(codes).to_have_count(10)
    with page.expect_download() as download:
        page.click("[data-action=save-codes]")
    saved = Path(download.value.path()).read_text("utf-8").splitlines()
    assert saved[2:12] == codes.all_inner_texts()
    page.click("[data-action=codes-kept]")
    expect(page.get_by_text("Sie haben noch 10 Wiederherstellungscodes.")).to_be_visible()
    return app, saved[2:12]


def type_code(page: Page, code: str) -> None:
    page.fill("#code", code)
    page.click("form[data-form=sign-in] [data-submit]")


def test_a_clerk_sets_up_one_time_passwords_and_signs_in_with_them(
    visit: Visit, firm: Firm, vault: Vault, watch: Watch, tmp_path: Path
) -> None:
    person = firm.join("totp", "Tora Token", "clerk")
    page = visit()
    sign_in_with_password(page, firm.door, person.username, person.password)
    page.wait_for_url(f"{firm.url}/")
    app, recovery = set_up(page, firm, person, tmp_path)

    watch.expect(r"^401: POST .*/api/sign-in/password$")
    sign_out(page)
    page.get_by_label("Angemeldet bleiben").check()
    page.fill("#username", person.username)
    page.fill("#password", person.password)
    with page.expect_response("**/api/sign-in/password") as answer:
        page.click("form[data-form=sign-in] [data-submit]")
    assert "unlock" not in answer.value.text()
    expect(page.locator("#code")).to_be_focused()
    keep = page.get_by_label("Angemeldet bleiben")
    expect(keep).to_be_disabled()
    expect(keep).not_to_be_checked()
    expect(page.get_by_text("Mit Einmalpasswort nicht möglich.")).to_be_visible()
    type_code(page, "000 000")
    expect(page.locator("[data-error-for=code]")).to_contain_text("Das Einmalpasswort stimmt nicht")
    type_code(page, app.code())
    page.wait_for_url(f"{firm.url}/")
    expect(page.locator("[data-key-state]")).to_have_text("Ihr Schlüssel ist offen")

    sign_out(page)
    sign_in_with_password(page, firm.door, person.username, person.password)
    type_code(page, recovery[0].lower())
    page.wait_for_url(f"{firm.url}/")
    page.goto(f"{firm.url}/mein-zugang")
    expect(page.get_by_text("Sie haben noch 9 Wiederherstellungscodes.")).to_be_visible()

    page.get_by_text("Ändern", exact=True).click()
    page.fill("#change-password", person.password)
    page.fill("#change-code", recovery[1])
    page.get_by_role("button", name="Einmalpasswort entfernen").click()
    expect(page.get_by_text("Einmalpasswort einrichten")).to_be_visible()
    sign_out(page)
    sign_in_with_password(page, firm.door, person.username, person.password)
    page.wait_for_url(f"{firm.url}/")


def test_a_closed_key_opens_with_the_password_alone_in_a_session_that_had_its_code(
    visit: Visit, firm: Firm, watch: Watch, tmp_path: Path
) -> None:
    person = firm.join("zweiter", "Zita Zwei", "clerk")
    page = visit()
    sign_in_with_password(page, firm.door, person.username, person.password)
    page.wait_for_url(f"{firm.url}/")
    set_up(page, firm, person, tmp_path)
    vault = firm.new_vault(more=((person.account.kid, "write"),))
    open_vault(page, vault)
    page.locator("[data-key-close]").click()
    page.locator("[data-state=locked] #unlock-password").fill(person.password)
    page.click("[data-unlock] [data-submit]")
    expect_opened(page)
