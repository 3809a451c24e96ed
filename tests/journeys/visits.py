"""What people do on the pages, in their words; waiting for conditions, never for time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Browser, BrowserContext, Download, FilePayload, Locator, Page, expect

from tests.journeys.people import Firm, Person, Vault
from tests.journeys.watch import Watch

DESKTOP = {"width": 1440, "height": 900}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
TIMEOUT_MS = 20_000
DONE = "[data-step=done]:not([hidden])"
LISTED = "tbody[data-rows] tr"


class Visit(Protocol):
    def __call__(self, **options: Any) -> Page:
        """A page in a new browser context, with playwright's options for it."""


@contextmanager
def visits(browser: Browser, watch: Watch) -> Iterator[Visit]:
    """Browser contexts that `watch` follows, closed at the end."""
    contexts: list[BrowserContext] = []

    def visit(**options: Any) -> Page:
        context = browser.new_context(**{"viewport": DESKTOP, "locale": "de-DE", **options})
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        watch.follow(context)
        return context.new_page()

    yield visit
    for context in contexts:
        context.close()


def sign_in_with_file(page: Page, firm: Firm, key_file: Path, passphrase: str = "") -> None:
    """Fills in and sends the form of the key file; the caller waits for what should follow."""
    page.goto(firm.door)
    page.get_by_text("Mit Schlüsseldatei anmelden").click()
    page.set_input_files("#key-file", key_file)
    page.fill("#key-passphrase", passphrase)
    page.click("form[data-form=key-file] [data-submit]")


def sign_in_with_password(page: Page, door: str, username: str, password: str) -> None:
    """Fills in and sends the form; the caller waits for what should follow."""
    page.goto(door)
    type_password(page, username, password)


def type_password(page: Page, username: str, password: str) -> None:
    page.fill("#username", username)
    page.fill("#password", password)
    page.click("form[data-form=sign-in] [data-submit]")


def come_in(page: Page, firm: Firm, person: Person) -> Page:
    """Signed in, on the start page."""
    sign_in_with_file(page, firm, person.key_file)
    page.wait_for_url(f"{firm.url}/")
    return page


def sign_out(page: Page) -> None:
    """At the door again, the key gone from this browser."""
    page.get_by_role("button", name="Abmelden").click()
    expect(page.get_by_text("Sie sind abgemeldet.")).to_be_visible()


def open_vault(page: Page, vault: Vault) -> None:
    """The vault's page, with its contents verified and shown."""
    page.goto(vault.url)
    expect_opened(page)


def expect_opened(page: Page) -> None:
    expect(page.locator("[data-state=list]:visible, [data-state=empty]:visible").first).to_be_visible()


def upload(page: Page, *files: Path | FilePayload) -> None:
    """By the button. Paths and contents cannot be mixed in one choice."""
    expect_opened(page)
    with page.expect_file_chooser() as chooser:
        page.locator("[data-action=upload]:visible").first.click()
    chooser.value.set_files(list(files))  # type: ignore[arg-type]


def press(page: Page, tool: str) -> None:
    """A button of the tool bar, wherever the width of the window has put it."""
    button = page.locator(f".sg-toolbar {tool}")
    if button.is_visible():
        button.click()
        return
    label = button.locator(".lbl").text_content()
    page.get_by_role("button", name="Weitere Aktionen").click()
    page.get_by_role("menuitem", name=label, exact=True).click()


def expect_done(page: Page, name: str, timeout_ms: int = TIMEOUT_MS) -> None:
    expect(tray_item(page, name).locator("[data-stage=done]")).to_have_class("done", timeout=timeout_ms)


def tray_item(page: Page, name: str) -> Locator:
    return page.locator("[data-tray-items] > li").filter(has=page.locator(f'b:text-is("{name}")'))


def row(page: Page, name: str) -> Locator:
    return page.locator(LISTED).filter(has=page.locator(f'[data-name]:text-is("{name}")'))


def names(page: Page) -> list[str]:
    """Of the rows shown, in their order."""
    return page.locator(f"{LISTED} [data-name]").all_inner_texts()


def download_from_pane(page: Page, name: str) -> Download:
    row(page, name).locator("a[data-open]").click()
    with page.expect_download(timeout=60_000) as download:
        page.click("[data-pane] [data-action=download]")
    return download.value


def sha256(path: Path | str) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stored(data: Path) -> set[str]:
    """Paths of all payloads the installation holds, finished and unfinished."""
    return {str(path) for folder in ("staging", "blobs") for path in (data / folder).rglob("*") if path.is_file()}
