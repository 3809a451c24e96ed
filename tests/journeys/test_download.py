"""Downloads: one file or many as an archive, streamed, whole or not at all."""

from __future__ import annotations

import os
import time
from pathlib import Path
from zipfile import ZipFile

from playwright.sync_api import Download, Page, expect

from tests.journeys.people import Firm, Vault
from tests.journeys.visits import Visit, come_in, download_from_pane, open_vault, row, sha256
from tests.journeys.watch import Watch

LARGE_BYTES = 48 << 20
MODIFIED = 1_700_000_000
FAILED = "ERR_FAILED|Ein Teil der Datei|net::ERR"


def save_selected(page: Page) -> Download:
    with page.expect_download(timeout=60_000) as download:
        page.locator(".sg-toolbar [data-action=download]").click()
    return download.value


def test_a_choice_of_files_and_folders_comes_as_an_archive_that_others_can_read(
    clerk: Page, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    (source / "Belege" / "Größe & Gewicht" / "leer").mkdir(parents=True)
    wanted = {
        "Belege/eins.txt": b"eins" * 50_000,
        "Belege/Größe & Gewicht/zwei: neu?.txt": b"zwei",
        "Belege/CON.txt": b"reserviert",
        "Belege/nichts.txt": b"",
        "Liste.csv": os.urandom(3_000_000),
    }
    for path, content in wanted.items():
        (source / path).write_bytes(content)
        os.utime(source / path, (MODIFIED, MODIFIED))
    firm.put(vault, firm.clerk, source / "Belege", source / "Liste.csv")
    open_vault(clerk, vault)
    for name in ("Belege", "Liste.csv"):
        row(clerk, name).locator("[data-select]").check()
    download = save_selected(clerk)
    assert download.suggested_filename == f"{vault.title}.zip"
    with ZipFile(download.path()) as archive:
        assert archive.testzip() is None
        got = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
        folders = {name for name in archive.namelist() if name.endswith("/")}
        year = archive.getinfo("Liste.csv").date_time[0]
    renamed = {"Belege/Größe & Gewicht/zwei: neu?.txt": "zwei_ neu_.txt", "Belege/CON.txt": "_CON.txt"}
    assert got == {
        str(Path(path).with_name(renamed[path])) if path in renamed else path: content
        for path, content in wanted.items()
    }
    assert folders == {"Belege/", "Belege/Größe & Gewicht/", "Belege/Größe & Gewicht/leer/"}
    assert year == time.localtime(MODIFIED).tm_year
    expect(clerk.locator("[data-status]")).to_contain_text("gespeichert")


def test_a_large_file_is_streamed_and_comes_whole(clerk: Page, firm: Firm, vault: Vault, tmp_path: Path) -> None:
    large = tmp_path / "Film (1).mov"
    large.write_bytes(os.urandom(LARGE_BYTES))
    firm.put(vault, firm.clerk, large)
    open_vault(clerk, vault)
    download = download_from_pane(clerk, large.name)
    assert download.suggested_filename == large.name
    assert sha256(download.path()) == sha256(large)


def test_an_archive_with_a_broken_file_is_no_archive_and_the_page_says_which(
    clerk: Page, firm: Firm, vault: Vault, watch: Watch, tmp_path: Path
) -> None:
    for name in ("a.bin", "b.bin"):
        (tmp_path / name).write_bytes(os.urandom(3 << 20))
    before = set((firm.installation.data / "blobs").rglob("*"))
    firm.put(vault, firm.clerk, tmp_path / "a.bin", tmp_path / "b.bin")
    new = [path for path in (firm.installation.data / "blobs").rglob("*") if path.is_file() and path not in before]
    for path in new:
        path.chmod(0o600)
        content = bytearray(path.read_bytes())
        content[len(content) - 100] ^= 1
        path.write_bytes(content)
    watch.expect(FAILED)
    open_vault(clerk, vault)
    clerk.locator("[data-select-all]").check()
    download = save_selected(clerk)
    assert download.failure() is not None
    message = clerk.locator("[data-message]")
    expect(message).to_be_visible()
    expect(message).to_contain_text("payload_altered")


def test_a_tab_that_is_closed_during_an_archive_leaves_no_archive_behind(
    visit: Visit, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    for number in range(4):
        (tmp_path / f"{number}.bin").write_bytes(os.urandom(12 << 20))
    firm.put(vault, firm.clerk, *sorted(tmp_path.iterdir()))
    page = come_in(visit(), firm, firm.clerk)
    open_vault(page, vault)
    # The third file never comes: the archive is under way for as long as the tab is open.
    third = page.evaluate("() => [...document.querySelectorAll('tbody[data-rows] tr')][2].dataset.node")
    page.route(f"**/nodes/{third}/versions/1", lambda route: None)
    page.locator("[data-select-all]").check()
    download = save_selected(page)
    page.goto(firm.url + "/")
    assert download.failure() is not None
    open_vault(page, vault)
    expect(row(page, "3.bin")).to_be_visible()
