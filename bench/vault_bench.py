"""A vault in Chromium: a thousand small files dropped, and a thousand pictures.

`siegel-server serve` runs with its scanner; the browser is a real one on the same machine, so both share its
processors. The files are dropped as a hand drops them; the time that the same clamd needs for as many files alone is
taken off.
"""

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from bench.figures import at_least
from bench.server_put import scan_seconds
from bench.vault_pictures import drop_pictures
from tests.installation import installed
from tests.journeys.people import Firm, make_firm

DROPPED = 1000
DROPPED_BYTES = 20_000
DROP_GOAL = 100.0
TIMEOUT_MS = 600_000
DROP = """([count, size]) => {
  const transfer = new DataTransfer();
  for (let i = 0; i < count; i++)
    transfer.items.add(new File([crypto.getRandomValues(new Uint8Array(size))], `Beleg ${i}.bin`));
  const drop = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer });
  document.querySelector("[data-drop]").dispatchEvent(drop);
}"""
Row = dict[str, Any]


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="siegel-bench-") as name, installed(Path(name)) as installation:
        installation.wait_for_scanner()
        folder = Path(name) / "firm"
        folder.mkdir()
        firm = make_firm(installation, folder)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="de-DE")
            page.set_default_timeout(TIMEOUT_MS)
            _sign_in(page, firm)
            rows = [_drop(page, firm), *drop_pictures(page, firm)]
            browser.close()
        firm.close()
        return rows


def _sign_in(page: Page, firm: Firm) -> None:
    page.goto(firm.door)
    page.get_by_text("Mit Schlüsseldatei anmelden").click()
    page.set_input_files("#key-file", firm.clerk.key_file)
    page.click("form[data-form=key-file] [data-submit]")
    page.wait_for_url(f"{firm.url}/")


def _drop(page: Page, firm: Firm) -> Row:
    vault = firm.new_vault()
    page.goto(vault.url)
    expect(page.locator("[data-state=empty]")).to_be_visible()
    started = time.perf_counter()
    page.evaluate(DROP, [DROPPED, DROPPED_BYTES])
    title = f"Hochladen: {DROPPED} von {DROPPED} fertig"
    expect(page.locator("[data-tray-title]")).to_have_text(title, timeout=TIMEOUT_MS)
    seconds = time.perf_counter() - started
    value = DROPPED / (
        seconds - scan_seconds(firm.installation, _files(firm.folder / "dropped", DROPPED, DROPPED_BYTES))
    )
    return at_least("vault.drop_1000_files", value, "files/s", DROP_GOAL)


def _files(folder: Path, count: int, size: int) -> Path:
    folder.mkdir()
    for number in range(count):
        (folder / f"Beleg {number}.bin").write_bytes(os.urandom(size))
    return folder
