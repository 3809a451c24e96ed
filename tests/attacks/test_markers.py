"""What people type and send must not be legible anywhere on the server: looked for, byte by byte, after real work."""

from __future__ import annotations

import mmap
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from siegel.agent.invite import invite
from siegel.agent.session import Home
from siegel.seals.invitations import Letter
from tests.installation import Installation
from tests.journeys.people import Firm, Vault, make_firm
from tests.journeys.visits import (
    DONE,
    download_from_pane,
    expect_done,
    open_vault,
    row,
    sign_in_with_password,
    upload,
    visits,
)
from tests.journeys.watch import Watch

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")


def marker() -> str:
    """A word nobody has written before."""
    return f"Merkwort{secrets.token_hex(8)}"


@pytest.fixture
def firm(installation: Installation, tmp_path: Path) -> Iterator[Firm]:
    firm = make_firm(installation, tmp_path, "spuren", "Kanzlei Spurny")
    yield firm
    firm.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    watch = Watch()
    with visits(browser, watch) as visit:
        yield visit()
    watch.require_nothing()


def letter_for(firm: Firm, vault: Vault, folder: Path) -> Letter:
    home = Home(folder / "state")
    account, vaults = firm.owner.account, {vault.id: "write"}
    guest = invite(
        account, home, name="Wanda Neumann", username="wanda", role="client", vaults=vaults, client=vault.client
    )
    return guest.letter


def files_of(installation: Installation) -> Iterator[Path]:
    """Database, blobs, unfinished uploads, keys, log, and what any scanner of this machine keeps in memory files."""
    yield installation.log
    for folder in (installation.data, *Path("/dev/shm").glob("siegel-*")):
        yield from folder.rglob("*")


def holding(words: list[str], files: Iterator[Path]) -> list[str]:
    """Which file holds which word, in any of the encodings."""
    patterns = [(word, word.encode(encoding)) for word in words for encoding in ENCODINGS]
    return [f"{path}: {word}" for path in files for word, pattern in patterns if pattern in Contents(path)]


class Contents:
    """The bytes of a file, mapped and not read; of anything else, and of a file just gone, none."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __contains__(self, pattern: bytes) -> bool:
        try:
            if not self._path.is_file() or self._path.stat().st_size == 0:
                return False
            with self._path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
                return mapped.find(pattern) >= 0
        except FileNotFoundError:
            return False


def heard_from(page: Page) -> list[bytes]:
    heard: list[bytes] = []

    def hear(request: Request) -> None:
        heard.append(f"{request.url}\n{request.headers}\n".encode() + (request.post_data_buffer or b""))

    page.context.on("request", hear)
    return heard


def register(page: Page, letter: Letter, password: str) -> None:
    page.goto(letter.link)
    page.fill("#new-password", password)
    page.fill("#repeat-password", password)
    page.click("[data-step=password] [data-submit]")
    expect(page.locator(DONE)).to_be_visible()
    page.click("[data-go]")
    page.get_by_role("button", name="Abmelden").click()
    expect(page.get_by_text("Sie sind abgemeldet.")).to_be_visible()


def test_no_marker_of_name_content_or_password_is_legible_on_the_server(
    page: Page, firm: Firm, installation: Installation, tmp_path: Path
) -> None:
    name, folder, content, password = (marker() for _ in range(4))
    heard = heard_from(page)
    vault = firm.new_vault()
    register(page, letter_for(firm, vault, tmp_path), password)
    sign_in_with_password(page, firm.door, "wanda", password)
    page.wait_for_url(f"{firm.url}/")
    open_vault(page, vault)
    page.locator(".sg-toolbar [data-action=new-folder]").click()
    page.fill("#folder-name", folder)
    page.click("dialog#new-folder [data-submit]")
    row(page, folder).locator("a[data-open]").click()
    payload = (content * 3000).encode() + content.encode("utf-16-le")
    upload(page, {"name": f"{name}.txt", "mimeType": "text/plain", "buffer": payload})
    expect_done(page, f"{name}.txt")
    assert Path(download_from_pane(page, f"{name}.txt").path()).read_bytes() == payload

    words = [name, folder, content, password]
    known = ["wanda", vault.title, "Kanzlei Spurny"]
    assert {word for word in known if holding([word], files_of(installation))} == set(known), "nothing is found at all"
    assert not holding(words, files_of(installation))
    patterns = [word.encode(encoding) for word in words for encoding in ENCODINGS]
    assert any(b'"auth_key"' in said for said in heard), "bodies are not heard"
    assert not [said[:200] for said in heard for pattern in patterns if pattern in said]
