"""What is there is renamed, moved, copied, deleted, restored, locked: each once, by whoever does it every day."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from siegel.scanner.tests.samples import encrypted_zip
from tests.journeys.people import Firm, Vault
from tests.journeys.tree import choose, details, furnish, open_menu, status, target, tool
from tests.journeys.visits import (
    Visit,
    come_in,
    download_from_pane,
    expect_done,
    names,
    open_vault,
    row,
    upload,
)
from tests.journeys.watch import Watch


def test_a_file_is_renamed_and_keeps_its_contents(client: Page, firm: Firm, vault: Vault, tmp_path: Path) -> None:
    furnish(firm, vault, firm.client, tmp_path, "Beleg.txt", "Vertrag.txt")
    open_vault(client, vault)
    choose(client, "Beleg.txt")
    tool(client, "rename").click()
    expect(client.locator("#rename-name")).to_have_value("Beleg.txt")
    client.fill("#rename-name", "vertrag.TXT")
    client.click("dialog#rename [data-submit]")
    expect(client.locator("[data-error-for=rename-name]")).to_contain_text("Diesen Namen gibt es hier schon.")
    client.fill("#rename-name", "Rechnung Oktober.txt")
    client.click("dialog#rename [data-submit]")
    expect(status(client)).to_have_text("„Beleg.txt“ heißt jetzt „Rechnung Oktober.txt“.")
    assert names(client) == ["Rechnung Oktober.txt", "Vertrag.txt"]
    got = download_from_pane(client, "Rechnung Oktober.txt")
    assert Path(got.path()).read_text() == "Beleg.txt"


def test_what_is_deleted_lies_in_the_trash_and_comes_back(
    clerk: Page, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    furnish(firm, vault, firm.client, tmp_path, "Belege/innen.txt", "Brief.txt")
    open_vault(clerk, vault)
    open_menu(clerk, "Belege").locator("[data-verb=remove]").click()
    dialog = clerk.locator("dialog#remove")
    expect(dialog).to_contain_text("1 Ordner löschen?")
    expect(dialog).to_contain_text("noch 30 Tage im Papierkorb")
    dialog.locator("[data-submit]").click()
    expect(row(clerk, "Belege")).to_have_count(0)

    clerk.click("[data-page-verb=trash]")
    trash = clerk.locator("dialog#trash")
    expect(trash.locator("li")).to_have_count(1)
    expect(trash).to_contain_text("gelöscht von Ihnen, heute")
    trash.get_by_role("button", name="„Belege“ zurückholen").click()
    expect(trash).to_contain_text("Der Papierkorb ist leer.")
    trash.locator("footer [data-close]").click()
    row(clerk, "Belege").locator("a[data-open]").click()
    expect(row(clerk, "innen.txt")).to_be_visible()


def test_what_lay_in_a_deleted_folder_asks_for_a_place_and_final_is_final(
    clerk: Page, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    furnish(firm, vault, firm.client, tmp_path, "Belege/innen.txt", "Ablage/anderes.txt")
    open_vault(clerk, vault)
    row(clerk, "Belege").locator("a[data-open]").click()
    choose(clerk, "innen.txt")
    tool(clerk, "remove").click()
    clerk.click("dialog#remove [data-submit]")
    expect(row(clerk, "innen.txt")).to_have_count(0)
    clerk.click("[data-action=up]")
    choose(clerk, "Belege")
    tool(clerk, "remove").click()
    clerk.click("dialog#remove [data-submit]")
    expect(row(clerk, "Belege")).to_have_count(0)

    clerk.click("[data-page-verb=trash]")
    trash = clerk.locator("dialog#trash")
    trash.get_by_role("button", name="„innen.txt“ zurückholen").click()
    expect(clerk.locator("dialog#target")).to_contain_text("Wohin mit „innen.txt“?")
    target(clerk, "Ablage").check()
    clerk.click("dialog#target [data-submit=restore]")
    expect(trash.locator("li")).to_have_count(1)
    trash.get_by_role("button", name="„Belege“ endgültig löschen").click()
    expect(clerk.locator("dialog#purge")).to_contain_text("Das kann niemand rückgängig machen")
    clerk.click("dialog#purge [data-submit]")
    expect(trash).to_contain_text("Der Papierkorb ist leer.")
    trash.locator("footer [data-close]").click()
    row(clerk, "Ablage").locator("a[data-open]").click()
    expect(row(clerk, "innen.txt")).to_be_visible()


def test_files_are_moved_and_copied_within_a_vault(client: Page, firm: Firm, vault: Vault, tmp_path: Path) -> None:
    furnish(firm, vault, firm.client, tmp_path, "Belege/a.txt", "b.txt", "c.txt")
    open_vault(client, vault)
    choose(client, "b.txt", "c.txt")
    tool(client, "target").click()
    dialog = client.locator("dialog#target")
    expect(dialog).to_contain_text("2 Dateien kopieren oder verschieben")
    target(client, "Belege").check()
    expect(dialog).to_contain_text(f"Danach können {firm.readers(vault)} Personen diese Dateien lesen:")
    expect(dialog).to_contain_text("Am Zugriff ändert sich nichts.")
    dialog.locator("[data-submit=move]").click()
    expect(row(client, "b.txt")).to_have_count(0)
    row(client, "Belege").locator("a[data-open]").click()
    assert names(client) == ["a.txt", "b.txt", "c.txt"]

    choose(client, "a.txt")
    tool(client, "target").click()
    target(client, vault.title).check()
    dialog.locator("[data-submit=copy]").click()
    expect(status(client)).to_have_text("1 Datei kopiert.")
    assert names(client) == ["a.txt", "b.txt", "c.txt"]
    client.click("[data-action=top]")
    got = download_from_pane(client, "a.txt")
    assert Path(got.path()).read_text() == "Belege/a.txt"


def test_a_folder_is_copied_into_another_vault_and_sealed_for_its_readers(
    clerk: Page, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    furnish(firm, vault, firm.client, tmp_path, "Belege/a.txt", "Belege/tiefer/b.txt")
    other = firm.new_vault("Andere Akte")
    open_vault(clerk, vault)
    open_menu(clerk, "Belege").locator("[data-verb=target]").click()
    target(clerk, "Bäckerei Harms GmbH, Andere Akte").check()
    dialog = clerk.locator("dialog#target")
    expect(dialog).to_contain_text("auf Ihrem Gerät neu verschlüsselt")
    dialog.locator("[data-submit=copy]").click()
    expect(dialog).to_be_hidden()
    for name in ("a.txt", "b.txt"):
        expect_done(clerk, name, timeout_ms=60_000)
    expect(status(clerk)).to_have_text("1 Ordner kopiert.")
    expect(clerk.locator("[data-tray-title]")).to_have_text("Kopieren: 2 von 2 fertig")
    opened = firm.opened(other, firm.client)
    assert opened.find(("Belege", "tiefer", "b.txt")) is not None
    assert firm.opened(vault, firm.client).find(("Belege", "a.txt")) is not None
    open_vault(clerk, other)
    row(clerk, "Belege").locator("a[data-open]").click()
    got = download_from_pane(clerk, "a.txt")
    assert Path(got.path()).read_text() == "Belege/a.txt"


def test_the_same_name_asks_and_an_old_version_comes_back_with_its_note(client: Page, vault: Vault) -> None:
    def one(text: bytes) -> None:
        upload(client, {"name": "Vertrag.txt", "mimeType": "text/plain", "buffer": text})

    open_vault(client, vault)
    one(b"Entwurf")
    expect_done(client, "Vertrag.txt")
    client.click("[data-tray-close]")
    one(b"Endfassung")
    clash = client.locator("dialog#clash")
    expect(clash).to_contain_text("„Vertrag.txt“ gibt es hier schon")
    client.fill("#clash-note", "Nach dem Gespräch")
    clash.locator("[data-submit]").click()
    expect_done(client, "Vertrag.txt")
    client.click("[data-tray-close]")
    one(b"Dritte")
    client.check("#clash-both")
    clash.locator("[data-submit]").click()
    expect(row(client, "Vertrag (2).txt")).to_be_visible()
    one(b"Vierte")
    client.check("#clash-skip")
    clash.locator("[data-submit]").click()
    expect(clash).to_be_hidden()
    assert names(client) == ["Vertrag (2).txt", "Vertrag.txt"]

    pane = details(client, "Vertrag.txt")
    expect(pane.locator("[data-pane-versions]")).to_contain_text("Nach dem Gespräch")
    client.get_by_role("button", name="Fassung 1 wiederherstellen").click()
    expect(pane.locator("[data-pane-versions] [data-name]").first).to_have_text("Fassung 3 · aktuell")
    expect(pane.locator("[data-pane-versions]")).to_contain_text("Aus Fassung 1 wiederhergestellt")
    with client.expect_download() as download:
        pane.locator("[data-action=download]").click()
    assert Path(download.value.path()).read_bytes() == b"Entwurf"


def test_many_names_at_once_are_decided_once(client: Page, vault: Vault) -> None:
    files = [{"name": f"{n}.txt", "mimeType": "text/plain", "buffer": str(n).encode()} for n in range(3)]
    open_vault(client, vault)
    upload(client, *files)  # type: ignore[arg-type]
    for file in files:
        expect_done(client, str(file["name"]))
    client.click("[data-tray-close]")
    upload(client, *files)  # type: ignore[arg-type]
    expect(client.locator("[data-all-text]")).to_have_text("Für 2 weitere Dateien gleich entscheiden")
    client.check("#clash-both")
    client.check("#clash-all")
    client.click("dialog#clash [data-submit]")
    expect(row(client, "2 (2).txt")).to_be_visible()
    assert len(names(client)) == 6


def test_what_happened_is_told_with_the_names_as_they_open_here(
    clerk: Page, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    furnish(firm, vault, firm.client, tmp_path, "Brief.txt")
    open_vault(clerk, vault)
    open_menu(clerk, "Brief.txt").locator("[data-verb=rename]").click()
    clerk.fill("#rename-name", "Anschreiben.txt")
    clerk.click("dialog#rename [data-submit]")
    expect(row(clerk, "Anschreiben.txt")).to_be_visible()
    clerk.click("[data-page-verb=activity]")
    told = clerk.locator("dialog#activity li")
    expect(told.filter(has_text="„Anschreiben.txt“ abgelegt")).to_contain_text(firm.client.name)
    expect(told.filter(has_text="umbenannt, verschoben oder zurückgeholt")).to_contain_text("Sie")
    expect(told.filter(has_text="Tresor angelegt").first).to_be_visible()
    clerk.locator("dialog#activity footer [data-close]").click()
    pane = details(clerk, "Anschreiben.txt")
    expect(pane.locator("[data-pane-activity] li").first).to_contain_text("umbenannt")


def test_only_the_keyboard_renames_moves_and_deletes(client: Page, firm: Firm, vault: Vault, tmp_path: Path) -> None:
    furnish(firm, vault, firm.client, tmp_path, "Belege/a.txt", "b.txt")
    open_vault(client, vault)
    row(client, "b.txt").locator("a[data-open]").focus()
    client.keyboard.press("F2")
    expect(client.locator("#rename-name")).to_be_focused()
    client.keyboard.type("c")
    client.keyboard.press("Enter")
    expect(row(client, "c.txt").locator("a[data-open]")).to_be_focused()
    client.keyboard.press("Control+x")
    expect(status(client)).to_contain_text("1 Datei gemerkt")
    row(client, "Belege").locator("a[data-open]").focus()
    client.keyboard.press("Enter")
    expect(row(client, "a.txt")).to_be_visible()
    client.keyboard.press("Control+v")
    expect(row(client, "c.txt")).to_be_visible()
    row(client, "a.txt").locator("a[data-open]").focus()
    client.keyboard.press("Delete")
    expect(client.locator("dialog#remove")).to_be_visible()
    expect(client.locator("dialog#remove [data-close][autofocus]")).to_be_focused()
    client.keyboard.press("Tab")
    client.keyboard.press("Enter")
    expect(row(client, "a.txt")).to_have_count(0)
    expect(row(client, "c.txt").locator("a[data-open]")).to_be_focused()
    row(client, "c.txt").locator("[data-row-menu]").focus()
    client.keyboard.press("Enter")
    expect(client.locator("#row-menu [data-verb=open]")).to_be_focused()
    client.keyboard.press("ArrowDown")
    client.keyboard.press("Escape")
    expect(client.locator("#row-menu")).to_be_hidden()
    expect(row(client, "c.txt").locator("[data-row-menu]")).to_be_focused()


def test_a_lock_keeps_others_out_until_it_is_broken(
    visit: Visit, firm: Firm, vault: Vault, tmp_path: Path, watch: Watch
) -> None:
    furnish(firm, vault, firm.client, tmp_path, "Entwurf.txt")
    client, clerk = come_in(visit(), firm, firm.client), come_in(visit(), firm, firm.clerk)
    for page in (client, clerk):
        open_vault(page, vault)
    open_menu(client, "Entwurf.txt").locator("[data-verb=lock]").click()
    client.fill("#lock-reason", "In Arbeit bis Freitag")
    client.click("dialog#lock [data-submit]")
    badge = row(clerk, "Entwurf.txt").locator(".sg-badge.lock")
    expect(badge).to_be_visible()
    expect(badge).to_have_attribute("title", re.compile(f"^Gesperrt von {firm.client.name} seit .* · In Arbeit bis"))
    expect(details(clerk, "Entwurf.txt").locator("[data-pane-lock]")).to_contain_text("In Arbeit bis Freitag")
    watch.expect("^409: POST .*/records$")
    open_menu(clerk, "Entwurf.txt").locator("[data-verb=rename]").click()
    clerk.fill("#rename-name", "Meins.txt")
    clerk.click("dialog#rename [data-submit]")
    expect(clerk.locator("[data-error-for=rename-name]")).to_contain_text(firm.client.name)
    clerk.locator("dialog#rename footer [data-close]").click()
    menu = open_menu(clerk, "Entwurf.txt")
    expect(menu.locator("[data-verb=lock]")).to_have_text("Sperre aufheben")
    menu.locator("[data-verb=lock]").click()
    expect(badge).to_have_count(0)
    expect(row(client, "Entwurf.txt").locator(".sg-badge.lock")).to_have_count(0)


def hold(owner: Page, firm: Firm, *, on: bool) -> None:
    """The owner's setting for what cannot be scanned."""
    owner.goto(f"{firm.url}/einstellungen/tresore")
    owner.set_checked("[name=hold_unscannable]", on)
    owner.locator("form", has=owner.locator("[name=hold_unscannable]")).locator("[type=submit]").click()
    owner.wait_for_load_state()


def test_a_file_that_cannot_be_scanned_waits_until_the_staff_releases_it(
    visit: Visit, owner: Page, firm: Firm, vault: Vault, watch: Watch
) -> None:
    archive = encrypted_zip()
    hold(owner, firm, on=True)
    try:
        client, clerk = come_in(visit(), firm, firm.client), come_in(visit(), firm, firm.clerk)
        open_vault(client, vault)
        upload(client, {"name": "geheim.zip", "mimeType": "application/zip", "buffer": archive})
        expect_done(client, "geheim.zip")
        expect(row(client, "geheim.zip")).to_contain_text("Wartet auf Freigabe")
        watch.expect("^409: GET .*/versions/1$")
        details(client, "geheim.zip").locator("[data-action=download]").click()
        expect(client.locator("[data-message]")).to_contain_text("wartet auf Freigabe")
        open_vault(clerk, vault)
        open_menu(clerk, "geheim.zip").locator("[data-verb=release]").click()
        expect(clerk.locator("dialog#release")).to_contain_text("Sie kann Schadsoftware enthalten.")
        clerk.click("dialog#release [data-submit]")
        expect(row(clerk, "geheim.zip")).to_contain_text("Nicht prüfbar")
        expect(row(client, "geheim.zip")).to_contain_text("Nicht prüfbar")
        client.click("[data-pane-close]")
        got = download_from_pane(client, "geheim.zip")
        assert Path(got.path()).read_bytes() == archive
        expect(client.locator("[data-pane-held]")).to_contain_text(f"freigegeben von {firm.clerk.name}")
    finally:
        hold(owner, firm, on=False)
