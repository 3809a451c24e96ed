"""Whole folders go into a vault as they are: by button, by drag and drop, deep, with what is empty in them."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from siegel.agent.folders import folder_id
from tests.journeys.people import Firm, Vault
from tests.journeys.visits import PHONE, Visit, come_in, expect_done, names, open_vault, press, row, tray_item

# Drops entries as a browser gives them for folders: [path, text], or [path] for an empty folder.
DROP_TREE = """(tree) => {
  const root = {};
  for (const [path, text] of tree) {
    const parts = path.split("/");
    let at = root;
    for (const part of parts.slice(0, -1)) at = at[part] ??= {};
    at[parts.at(-1)] = text === undefined ? {} : new File([text], parts.at(-1), { lastModified: 1e12 });
  }
  const entryOf = (name, value) => value instanceof File
    ? { isDirectory: false, name, file: (take) => take(value) }
    : { isDirectory: true, name, createReader: () => {
        const rest = Object.entries(value).map(([key, child]) => entryOf(key, child));
        return { readEntries: (take) => setTimeout(() => take(rest.splice(0, 2))) };
      } };
  const entries = Object.entries(root).map(([name, value]) => entryOf(name, value));
  const items = entries.map((entry) => ({ kind: "file", webkitGetAsEntry: () => entry }));
  const drop = new Event("drop", { bubbles: true, cancelable: true });
  Object.defineProperty(drop, "dataTransfer", { value: { items } });
  document.querySelector("[data-drop]").dispatchEvent(drop);
}"""
DEEP = 40
MODIFIED = 1_600_000_000


def test_a_folder_chosen_by_button_comes_with_its_folders_and_dates(
    client: Page, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    top = tmp_path / "Belege 2025"
    (top / "Januar" / "Kasse").mkdir(parents=True)
    for path in ("Liste.txt", "Januar/Rechnung.txt", "Januar/Kasse/Bon.txt"):
        (top / path).write_text(path)
        os.utime(top / path, (MODIFIED, MODIFIED))
    open_vault(client, vault)
    with client.expect_file_chooser() as chooser:
        press(client, "[data-action=upload-folder]")
    chooser.value.set_files(top)
    for name in ("Liste.txt", "Rechnung.txt", "Bon.txt"):
        expect_done(client, name)
    row(client, "Belege 2025").locator("a[data-open]").click()
    expect(row(client, "Liste.txt")).to_be_visible()
    assert names(client) == ["Januar", "Liste.txt"]
    row(client, "Januar").locator("a[data-open]").click()
    row(client, "Kasse").locator("a[data-open]").click()
    expect(row(client, "Bon.txt")).to_be_visible()
    client.click("[data-action=top]")
    expect(row(client, "Belege 2025")).to_be_visible()

    opened = firm.opened(vault, firm.clerk)
    opened.sync()
    bon = opened.children(folder_id(opened, ("Belege 2025", "Januar", "Kasse")))["Bon.txt"]
    assert bon.row.modified == MODIFIED  # type: ignore[union-attr]
    # Folders and files came in one record, or in few when the scanner was slow.
    assert opened.state.head.seq <= 1 + 3


def test_a_dropped_tree_keeps_its_empty_folders_and_its_depth(client: Page, vault: Vault) -> None:
    open_vault(client, vault)
    deep = "/".join(f"Ebene {level}" for level in range(1, DEEP + 1))
    tree = [["Ablage/Leer"], ["Ablage/eins.txt", "1"], ["Ablage/zwei.txt", "2"], ["Ablage/drei.txt", "3"]]
    client.evaluate(DROP_TREE, [*tree, [f"{deep}/unten.txt", "ganz unten"], ["lose.txt", "lose"]])
    for name in ("eins.txt", "drei.txt", "unten.txt", "lose.txt"):
        expect_done(client, name)
    expect(row(client, "lose.txt")).to_be_visible()
    row(client, "Ablage").locator("a[data-open]").click()
    expect(row(client, "Leer")).to_be_visible()
    assert names(client) == ["Leer", "drei.txt", "eins.txt", "zwei.txt"]
    client.click("[data-action=top]")
    for level in range(1, DEEP + 1):
        row(client, f"Ebene {level}").locator("a[data-open]").click()
    expect(row(client, "unten.txt")).to_be_visible()


def test_names_that_differ_only_in_how_their_letters_are_made_are_not_taken_for_versions(
    client: Page, vault: Vault
) -> None:
    open_vault(client, vault)
    client.evaluate(DROP_TREE, [["Ablage/Gr\u00fc\u00dfe.txt", "eins"], ["Ablage/Gru\u0308\u00dfe.txt", "zwei"]])
    expect(tray_item(client, "Gr\u00fc\u00dfe.txt").filter(has_text="Diesen Namen gibt es hier schon.")).to_be_visible()
    row(client, "Ablage").locator("a[data-open]").click()
    expect(row(client, "Gr\u00fc\u00dfe.txt")).to_be_visible()
    row(client, "Gr\u00fc\u00dfe.txt").locator("a[data-open]").click()
    expect(client.locator("[data-pane-versions] > li")).to_have_count(1)


def test_a_folder_where_a_file_of_its_name_is_is_refused_and_the_others_come(client: Page, vault: Vault) -> None:
    open_vault(client, vault)
    client.evaluate(DROP_TREE, [["Kasse", "eine Datei"]])
    expect_done(client, "Kasse")
    client.evaluate(DROP_TREE, [["Kasse/innen.txt", "1"], ["Bank/innen 2.txt", "2"]])
    expect_done(client, "innen 2.txt")
    expect(tray_item(client, "innen.txt")).to_contain_text("So heißt hier schon eine Datei.")
    expect(row(client, "Bank")).to_be_visible()


def test_on_a_phone_the_camera_is_one_touch_away(visit: Visit, firm: Firm, vault: Vault) -> None:
    phone = come_in(visit(**PHONE), firm, firm.client)
    phone.goto(f"{vault.url}#photo")
    expect(phone.get_by_role("button", name="Foto aufnehmen")).to_be_focused()
    with phone.expect_file_chooser() as chooser:
        phone.get_by_role("button", name="Foto aufnehmen").tap()
    assert phone.locator("#photo-input").get_attribute("capture") == "environment"
    chooser.value.set_files({"name": "Foto.txt", "mimeType": "text/plain", "buffer": b"ein Bild"})
    expect_done(phone, "Foto.txt")
    expect(phone.get_by_role("button", name="Ordner hochladen")).to_be_hidden()
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["viewport"]["width"]


def test_the_pages_can_be_installed_as_an_app(visit: Visit, firm: Firm) -> None:
    page = come_in(visit(**PHONE), firm, firm.client)
    manifest = page.locator("link[rel=manifest]").get_attribute("href") or ""
    answer = page.request.get(firm.url + manifest)
    assert answer.headers["content-type"].startswith("application/manifest+json")
    session = page.context.new_cdp_session(page)
    found = session.send("Page.getAppManifest")
    assert found["errors"] == []
    for icon in answer.json()["icons"]:
        picture = page.request.get(firm.url + manifest.rpartition("/")[0] + "/" + icon["src"])
        assert picture.headers["content-type"] == "image/png"
        size = int(icon["sizes"].partition("x")[0])
        assert Image.open(BytesIO(picture.body())).size == (size, size)
