"""A client's files travel to the firm: PDF, photo, a large one, and those that are refused."""

from __future__ import annotations

import os
import time
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from siegel.demo.furnish import DOCUMENTS
from siegel.scanner.tests.samples import EICAR, zip64
from tests.journeys.people import Firm, Vault
from tests.journeys.visits import (
    Visit,
    come_in,
    download_from_pane,
    expect_done,
    names,
    open_vault,
    row,
    sha256,
    stored,
    tray_item,
    upload,
)

PDF = DOCUMENTS / "10001" / "Einkommensteuer 2024" / "Steuerbescheinigung Bank A.pdf"
PHOTO = DOCUMENTS / "10002" / "Buchführung 2025" / "Kasse" / "Foto Kassenzettel (1).jpg"
LARGE_BYTES = 200 << 20
PIECE_BYTES = 4 << 20
# Of 255 steps of grey between letters and paper.
READABLE = 150
# An open page asks for news every five seconds.
NEWS_S = 6.5
# Writes down, file by file, each stage its line in the tray was in.
WRITE_DOWN_STAGES = """() => {
  window.stages = {};
  const note = () => {
    for (const item of document.querySelectorAll("[data-tray-items] > li")) {
      const seen = (window.stages[item.querySelector("[data-name]").textContent] ??= []);
      const now = item.querySelector("[data-stage][aria-current]")?.dataset.stage
        ?? (item.querySelector("[data-stage=done].done") ? "done" : null);
      if (now !== null && seen.at(-1) !== now) seen.push(now);
    }
  };
  const options = { subtree: true, childList: true, attributes: true };
  new MutationObserver(note).observe(document.querySelector("[data-tray]"), options);
}"""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 MiB of noise: nothing that could be packed or was seen before."""
    path = tmp_path_factory.mktemp("large") / "Filmaufnahme.mov"
    with path.open("wb") as file:
        for _ in range(LARGE_BYTES // PIECE_BYTES):
            file.write(os.urandom(PIECE_BYTES))
    return path


def test_three_files_at_once_pass_through_all_stages_and_the_clerk_reads_the_same_bytes(
    client: Page, clerk: Page, vault: Vault, large: Path, tmp_path: Path
) -> None:
    open_vault(client, vault)
    open_vault(clerk, vault)
    client.evaluate(WRITE_DOWN_STAGES)
    upload(client, PDF, PHOTO, large)
    for file in (PDF, PHOTO, large):
        expect_done(client, file.name, timeout_ms=90_000)
    last_done = time.monotonic()
    expect(client.locator("[data-tray-title]")).to_have_text("Hochladen: 3 von 3 fertig")
    for seen in client.evaluate("window.stages").values():
        assert seen == ["seal", "send", "scan", "done"]

    expect(row(clerk, large.name)).to_be_visible(timeout=NEWS_S * 1000)
    assert time.monotonic() - last_done < NEWS_S
    assert names(clerk) == sorted([PDF.name, PHOTO.name, large.name])
    for file in (PDF, large):
        download = download_from_pane(clerk, file.name)
        assert download.suggested_filename == file.name
        assert sha256(download.path()) == sha256(file)


def test_a_photo_is_shown_whole_and_a_text_in_the_sandbox(
    clerk: Page, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    note = tmp_path / "Notiz.txt"
    note.write_text("<script>alert(1)</script> Grüße")
    firm.put(vault, firm.client, PHOTO, note)
    open_vault(clerk, vault)
    row(clerk, PHOTO.name).locator("a[data-open]").click()
    clerk.click("[data-pane] [data-action=view]")
    image = clerk.get_by_role("img", name=PHOTO.name)
    expect(image).to_be_in_viewport(ratio=1)
    assert image.evaluate("(image) => image.naturalWidth") > 0
    clerk.click("#preview [data-close]")

    row(clerk, note.name).locator("a[data-open]").click()
    clerk.click("[data-pane] [data-action=view]")
    frame = clerk.frame_locator("iframe[data-preview]")
    expect(frame.locator("body")).to_have_text(note.read_text())
    assert clerk.locator("iframe[data-preview]").get_attribute("sandbox") == ""


def test_a_text_can_be_read_in_the_dark(visit: Visit, firm: Firm, vault: Vault, tmp_path: Path) -> None:
    note = tmp_path / "Notiz.txt"
    note.write_text("Grüße\n" * 40)
    firm.put(vault, firm.client, note)
    page = come_in(visit(color_scheme="dark"), firm, firm.clerk)
    open_vault(page, vault)
    row(page, note.name).locator("a[data-open]").click()
    page.click("[data-pane] [data-action=view]")
    expect(page.frame_locator("iframe[data-preview]").locator("body")).to_have_text(note.read_text())
    picture = Image.open(BytesIO(page.locator("iframe[data-preview]").screenshot())).convert("L")
    greys = picture.tobytes()
    assert max(greys) - min(greys) > READABLE


@pytest.mark.parametrize(
    ("name", "content"),
    [("Rechnung.com", EICAR), ("Rechnung.zip", zip64(EICAR))],
    ids=["plain", "in a zip64"],
)
def test_an_infected_file_is_refused_by_name_at_once_and_stored_nowhere(
    client: Page, firm: Firm, vault: Vault, name: str, content: bytes
) -> None:
    open_vault(client, vault)
    before = stored(firm.installation.data)
    upload(client, {"name": name, "mimeType": "application/octet-stream", "buffer": content})
    refused = tray_item(client, name)
    expect(refused).to_contain_text("Abgewiesen: Schadsoftware gefunden")
    expect(refused.locator("[data-retry]")).to_be_hidden()
    expect(client.locator("[data-live]")).to_contain_text(name)
    assert stored(firm.installation.data) == before

    upload(client, {"name": "Brief.txt", "mimeType": "text/plain", "buffer": b"Guten Tag!"})
    expect_done(client, "Brief.txt")
    expect(client.locator("[data-tray-title]")).to_have_text("Hochladen: 1 von 2 fertig, 1 abgewiesen")
    assert names(client) == ["Brief.txt"]
