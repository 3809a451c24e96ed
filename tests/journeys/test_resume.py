"""An upload that was cut by a reload goes on; what is kept for it goes with the sign-out."""

from __future__ import annotations

import os
import time
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.journeys.people import Firm, Vault
from tests.journeys.visits import come_in, download_from_pane, expect_done, open_vault, sha256, sign_out, upload
from tests.journeys.watch import Watch

LARGE_BYTES = 24 << 20
STAGED = """async () => {
  const root = await navigator.storage.getDirectory();
  const names = [];
  for await (const [name, handle] of root.entries())
    if (handle.kind === "directory") for await (const key of handle.keys()) names.push(key);
  return names.length;
}"""
KEPT = """() => new Promise((resolve) => {
  const request = indexedDB.open("siegel", 1);
  request.onsuccess = () => {
    const store = request.result.transaction("kept").objectStore("kept");
    const keys = store.getAllKeys(), values = store.getAll();
    values.onsuccess = () => {
      request.result.close();
      resolve(keys.result.map((key, i) => [key, values.result[i]]).filter(([key]) => String(key).startsWith("staging:"))
        .map(([key, value]) => [String(key), new TextDecoder("latin1").decode(value.sealed)]));
    };
  };
})"""


def wait_for_staged(page: Page, count: int) -> None:
    deadline = time.monotonic() + 20
    while page.evaluate(STAGED) != count or len(page.evaluate(KEPT)) != count:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def cut(page: Page, vault: Vault, file: Path, watch: Watch) -> None:
    """The upload is under way when the page is loaded anew; its second piece did not get through."""
    watch.expect("/api/uploads")
    open_vault(page, vault)

    def refuse(route: Route) -> None:
        if route.request.method == "PATCH":
            route.abort()
        else:
            route.continue_()

    page.route("**/api/uploads/**", refuse)
    upload(page, file)
    expect(page.locator("[data-stage=send][aria-current]")).to_be_visible()
    wait_for_staged(page, 1)
    page.unroute("**/api/uploads/**")


def large_file(folder: Path) -> Path:
    path = folder / "Filmaufnahme.mov"
    path.write_bytes(os.urandom(LARGE_BYTES))
    return path


def test_an_upload_goes_on_after_the_page_was_loaded_anew(
    client: Page, clerk: Page, vault: Vault, watch: Watch, tmp_path: Path
) -> None:
    file = large_file(tmp_path)
    cut(client, vault, file, watch)
    client.on("dialog", lambda dialog: dialog.accept())
    client.reload()
    expect(client.get_by_text("1 angefangene Übertragung")).to_be_visible()
    [(_, kept)] = client.evaluate(KEPT)
    assert file.name not in kept
    client.get_by_role("button", name="Fortsetzen").click()
    expect_done(client, file.name)
    assert client.evaluate(STAGED) == 0
    assert client.evaluate(KEPT) == []
    open_vault(clerk, vault)
    assert sha256(download_from_pane(clerk, file.name).path()) == sha256(file)


def test_what_was_begun_can_be_given_up_and_goes_with_the_sign_out(
    client: Page, firm: Firm, vault: Vault, watch: Watch, tmp_path: Path
) -> None:
    file = large_file(tmp_path)
    cut(client, vault, file, watch)
    client.on("dialog", lambda dialog: dialog.accept())
    client.reload()
    client.get_by_role("button", name="Verwerfen").click()
    wait_for_staged(client, 0)

    cut(client, vault, file, watch)
    client.goto(firm.url + "/")
    sign_out(client)
    assert client.evaluate(STAGED) == 0
    come_in(client, firm, firm.client)
    open_vault(client, vault)
    expect(client.get_by_text("angefangene Übertragung")).to_be_hidden()
