"""Thumbnails: made where a file is uploaded, sealed, and shown in lists and details to who holds the vault."""

from __future__ import annotations

import io
import json
import re
import struct

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, Route, expect

from siegel.agent.get import picture_of
from siegel.agent.reseal import reseal
from siegel.agent.tree import copy
from siegel.demo.furnish import DOCUMENTS
from tests.journeys.people import Firm, Vault
from tests.journeys.test_looks import SIZES, look
from tests.journeys.test_preview import turned_photo
from tests.journeys.visits import Visit, come_in, expect_done, open_vault, row, upload
from tests.journeys.watch import Watch

BILL = next((DOCUMENTS / "10001" / "Einkommensteuer 2024").glob("*.pdf"))
ASKED = re.compile(r"/thumbnails\?of=")


def payload(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "", "buffer": content}


def photo(color: str = "red") -> bytes:
    whole = io.BytesIO()
    Image.effect_noise((1200, 800), 60).convert("RGB").save(whole, "PNG")
    picture = Image.open(whole)
    picture.paste(color, (200, 200, 900, 600))
    made = io.BytesIO()
    picture.save(made, "PNG")
    return made.getvalue()


def picture_in(page: Page, name: str) -> Locator:
    return row(page, name).locator("img.sg-thumb")


def size_of(picture: Locator) -> list[int]:
    expect(picture).to_be_visible()
    size: list[int] = picture.evaluate(
        "async (img) => { await img.decode(); return [img.naturalWidth, img.naturalHeight]; }"
    )
    return size


@pytest.fixture
def filled(client: Page, vault: Vault) -> Page:
    """The client has uploaded a photo, a photo that lies on its side, and a letter."""
    open_vault(client, vault)
    files = (("Foto.png", photo()), ("Quer.jpg", turned_photo()), ("Bescheid.pdf", BILL.read_bytes()))
    upload(client, *(payload(name, content) for name, content in files))
    for name, _ in files:
        expect_done(client, name)
    return client


@pytest.mark.parametrize("size", SIZES)
def test_pictures_and_first_pages_stand_in_the_list_and_the_details(
    visit: Visit, firm: Firm, vault: Vault, filled: Page, size: str
) -> None:
    assert size_of(picture_in(filled, "Foto.png")) == [256, 171]
    page = come_in(visit(**SIZES[size]), firm, firm.clerk)
    open_vault(page, vault)
    assert size_of(picture_in(page, "Foto.png")) == [256, 171]
    assert size_of(picture_in(page, "Quer.jpg")) == [128, 256]
    wide, high = size_of(picture_in(page, "Bescheid.pdf"))
    assert (wide < high, high) == (True, 256)
    box = picture_in(page, "Foto.png").bounding_box()
    assert box is not None
    assert 24 <= box["width"] <= 32
    look(page, Axe(), f"{size}-thumbnails")
    row(page, "Bescheid.pdf").locator("a[data-open]").click()
    large = page.locator("[data-pane] img.sg-thumb-large")
    assert size_of(large) == [wide, high]
    look(page, Axe(), f"{size}-thumbnail-details")


def test_who_switches_them_off_asks_for_none_and_stays_so(vault: Vault, filled: Page) -> None:
    expect(picture_in(filled, "Foto.png")).to_be_visible()
    button = filled.get_by_role("button", name="Vorschaubilder")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(row(filled, "Foto.png").locator("[data-icon]")).to_be_visible()
    asked: list[str] = []
    filled.on("request", lambda request: asked.append(request.url) if ASKED.search(request.url) else None)
    open_vault(filled, vault)
    expect(row(filled, "Foto.png").locator("[data-icon]")).to_be_visible()
    filled.wait_for_function("new Promise((done) => setTimeout(() => done(true), 500))")
    assert asked == []
    button.click()
    expect(picture_in(filled, "Foto.png")).to_be_visible()
    assert len(asked) == 1


def bomb() -> bytes:
    """A PNG of a few bytes that says it is 60,000 pixels wide and high."""
    whole = io.BytesIO()
    Image.new("1", (8, 8)).save(whole, "PNG")
    made = bytearray(whole.getvalue())
    made[16:24] = struct.pack(">II", 60_000, 60_000)
    return bytes(made)


def test_what_gives_no_picture_is_stored_all_the_same(client: Page, vault: Vault) -> None:
    open_vault(client, vault)
    files = {"Bombe.png": bomb(), "Kein.png": b"<svg/>", "Kein.pdf": b"nur Text"}
    upload(client, *(payload(name, content) for name, content in files.items()), payload("Foto.png", photo()))
    for name in (*files, "Foto.png"):
        expect_done(client, name)
    expect(picture_in(client, "Foto.png")).to_be_visible()
    for name in files:
        expect(row(client, name).locator("[data-icon]")).to_be_visible()


def test_a_picture_that_takes_too_long_holds_up_nothing(client: Page, vault: Vault) -> None:
    # a decoder that never comes to an end
    client.route(
        re.compile(r"/bundle/thumbnail-[^/]+\.js$"),
        lambda route: route.fulfill(body="", content_type="text/javascript"),
    )
    open_vault(client, vault)
    upload(client, payload("Foto.png", photo()), payload("Brief.txt", b"Guten Tag"))
    for name in ("Foto.png", "Brief.txt"):
        expect_done(client, name)
    expect(row(client, "Foto.png").locator("[data-icon]")).to_be_visible()


def test_a_server_that_swaps_pictures_is_told_on(
    client: Page, visit: Visit, firm: Firm, vault: Vault, watch: Watch
) -> None:
    open_vault(client, vault)
    upload(client, payload("Eins.png", photo("red")), payload("Zwei.png", photo("blue")))
    for name in ("Eins.png", "Zwei.png"):
        expect_done(client, name)

    def swapped(route: Route) -> None:
        answer = route.fetch()
        one, other = answer.json()["thumbnails"]
        one["box"], other["box"] = other["box"], one["box"]
        route.fulfill(response=answer, body=json.dumps({"thumbnails": [one, other]}))

    page = come_in(visit(), firm, firm.clerk)
    page.route(ASKED, swapped)
    open_vault(page, vault)
    expect(page.get_by_text("(thumbnail_invalid)")).to_be_visible()
    for name in ("Eins.png", "Zwei.png"):
        expect(row(page, name).locator("[data-icon]")).to_be_visible()


def test_copies_and_what_is_sealed_anew_keep_them(filled: Page, visit: Visit, firm: Firm, vault: Vault) -> None:
    opened = firm.opened(vault, firm.clerk)
    copy(opened, ["Foto.png"], ["Kopie.png"], into=False)
    opened.sync()
    before = {name: size_of(picture_in(filled, name)) for name in ("Foto.png", "Kopie.png")}
    opened.rotate()
    opened.sync()
    assert reseal(opened).failed == []
    opened.sync()
    for (node, number), manifest in opened.manifests.items():
        assert manifest.epoch == opened.epoch
        assert picture_of(opened, node, manifest), (node, number)
    page = come_in(visit(), firm, firm.owner)
    open_vault(page, vault)
    assert {name: size_of(picture_in(page, name)) for name in before} == before
