"""Order in a vault: drag and drop, folders, sorting, and a name that comes again."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.people import Firm, Vault
from tests.journeys.visits import PHONE, Visit, come_in, expect_done, names, open_vault, row, upload

# Drops files (name and text) on the list, as a hand with a mouse does.
DROP = """(files) => {
  const transfer = new DataTransfer();
  for (const [name, text] of files) transfer.items.add(new File([text], name, { type: "text/plain" }));
  const zone = document.querySelector("[data-drop]");
  for (const kind of ["dragenter", "dragover", "drop"]) {
    zone.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: transfer }));
  }
}"""


def drop(page: Page, *files: tuple[str, str]) -> None:
    page.evaluate(DROP, [list(file) for file in files])


def test_files_are_dropped_put_into_a_folder_and_sorted(client: Page, vault: Vault) -> None:
    open_vault(client, vault)
    drop(client, ("Beleg 10.txt", "zehn"), ("Beleg 9.txt", "neun und noch viel mehr"))
    for name in ("Beleg 10.txt", "Beleg 9.txt"):
        expect_done(client, name)
    client.locator(".sg-toolbar [data-action=new-folder]").click()
    client.fill("#folder-name", "Rückfragen")
    client.click("dialog#new-folder [data-submit]")
    expect(row(client, "Rückfragen")).to_be_visible()
    assert names(client) == ["Rückfragen", "Beleg 9.txt", "Beleg 10.txt"]

    client.click("[data-sort=size]")
    assert names(client) == ["Rückfragen", "Beleg 10.txt", "Beleg 9.txt"]
    client.click("[data-sort=size]")
    assert names(client) == ["Rückfragen", "Beleg 9.txt", "Beleg 10.txt"]
    expect(client.locator("th", has=client.locator("[data-sort=size]"))).to_have_attribute("aria-sort", "descending")

    row(client, "Rückfragen").locator("a[data-open]").click()
    expect(client.locator("[data-crumbs] [aria-current]")).to_have_text("Rückfragen")
    upload(client, {"name": "Antwort.txt", "mimeType": "text/plain", "buffer": b"Ja."})
    expect_done(client, "Antwort.txt")
    assert names(client) == ["Antwort.txt"]
    client.go_back()
    expect(row(client, "Rückfragen")).to_be_visible()
    client.go_forward()
    expect(row(client, "Antwort.txt")).to_be_visible()
    client.click("[data-action=up]")
    expect(row(client, "Rückfragen")).to_be_visible()

    client.locator(".sg-toolbar [data-action=new-folder]").click()
    client.fill("#folder-name", "Rückfragen")
    client.click("dialog#new-folder [data-submit]")
    expect(client.locator("[data-error-for=folder-name]")).to_contain_text("Diesen Namen gibt es hier schon.")


def test_the_same_name_again_is_the_next_version_and_the_first_can_still_be_had(client: Page, vault: Vault) -> None:
    open_vault(client, vault)
    for text in (b"Entwurf", b"Endfassung, etwas laenger"):
        upload(client, {"name": "Vertrag.txt", "mimeType": "text/plain", "buffer": text})
        if text.startswith(b"End"):
            client.click("dialog#clash [data-submit]")  # a new version, unless something else is chosen
        expect(client.locator("[data-stage=done].done")).to_have_count(1)
        client.click("[data-tray-close]")
    assert names(client) == ["Vertrag.txt"]
    row(client, "Vertrag.txt").locator("a[data-open]").click()
    versions = client.locator("[data-pane-versions] [data-name]")
    assert versions.all_inner_texts() == ["Fassung 2 · aktuell", "Fassung 1"]
    expect(client.locator("[data-pane-size]")).to_have_text("25 Bytes")
    with client.expect_download() as download:
        client.get_by_role("button", name="Fassung 1 herunterladen").click()
    assert download.value.suggested_filename == "Vertrag (Fassung 1).txt"
    assert Path(download.value.path()).read_bytes() == b"Entwurf"
    expect(client.get_by_role("button", name="Fassung 2 herunterladen")).to_have_count(0)
    expect(client.locator("[data-preview]")).to_be_hidden()


def test_the_server_and_the_page_say_the_same_of_what_a_vault_occupies(
    client: Page, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    document = tmp_path / "gross.bin"
    for size in (300_000, 500_000):
        document.write_bytes(bytes(size))
        firm.put(vault, firm.client, document)
    open_vault(client, vault)
    facts = client.locator("[data-facts=size]")
    expect(facts).to_contain_text("belegt.")
    shown = facts.text_content() or ""
    assert shown.startswith("1 Datei, 78")
    assert shown in client.context.request.get(vault.url).text()


def test_on_a_phone_the_way_back_from_the_details_leads_to_the_list(
    visit: Visit, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    folder = tmp_path / "Belege"
    folder.mkdir()
    (folder / "innen.txt").write_text("innen")
    firm.put(vault, firm.client, folder)
    phone = come_in(visit(**PHONE), firm, firm.client)
    open_vault(phone, vault)
    row(phone, "Belege").locator("a[data-open]").click()
    inner, details = row(phone, "innen.txt").locator("a[data-open]"), phone.locator("[data-pane]")
    inner.click()
    expect(details).to_be_visible()
    expect(inner).to_be_hidden()
    phone.go_back()
    expect(details).to_be_hidden()
    expect(inner).to_be_visible()
    phone.go_forward()
    expect(details).to_be_visible()
    phone.reload()
    expect(details).to_be_visible()
    phone.click("[data-pane-close]")
    expect(inner).to_be_visible()
    phone.go_back()
    expect(row(phone, "Belege")).to_be_visible()
    assert phone.url == vault.url


def test_the_keyboard_keeps_its_place_through_folders_news_and_languages(
    client: Page, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    folder = tmp_path / "Belege"
    folder.mkdir()
    (folder / "innen.txt").write_text("innen")
    firm.put(vault, firm.client, folder)
    open_vault(client, vault)
    outer, inner = (row(client, name).locator("a[data-open]") for name in ("Belege", "innen.txt"))
    outer.focus()
    client.keyboard.press("Enter")
    expect(inner).to_be_focused()

    news = tmp_path / "neu.txt"
    news.write_text("neu")
    firm.put(vault, firm.client, news)
    client.keyboard.press("Backspace")
    expect(outer).to_be_focused()
    expect(row(client, news.name)).to_be_visible()
    expect(outer).to_be_focused()

    client.keyboard.press("Enter")
    expect(inner).to_be_focused()
    client.get_by_role("button", name="English").click()
    expect(client.get_by_role("button", name="Deutsch")).to_be_visible()
    expect(inner).to_be_visible()
