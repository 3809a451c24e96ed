"""Copies into another vault: the tray shows them, they can be stopped, and go on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, Route, expect

from siegel.agent.holders import change_roster
from siegel.agent.opened import OpenVault
from siegel.agent.plan import Item, Plan
from siegel.agent.put import put
from siegel.seals.rows import FileRow
from tests.journeys.people import Firm, Silent, Vault
from tests.journeys.test_looks import look
from tests.journeys.test_resume import large_file, wait_for_staged
from tests.journeys.tree import choose, details, furnish, status, target, tool
from tests.journeys.visits import (
    download_from_pane,
    expect_done,
    names,
    open_vault,
    row,
    sha256,
    tray_item,
)
from tests.journeys.watch import Watch


def test_a_move_into_another_vault_that_is_stopped_says_what_is_left_and_goes_on_from_there(
    clerk: Page, firm: Firm, vault: Vault, tmp_path: Path, watch: Watch
) -> None:
    furnish(firm, vault, firm.client, tmp_path, "a.txt", "b.txt")
    other = firm.new_vault("Zielakte")
    open_vault(clerk, vault)
    choose(clerk, "a.txt", "b.txt")
    tool(clerk, "target").click()
    target(clerk, "Bäckerei Harms GmbH, Zielakte").check()
    dialog = clerk.locator("dialog#target")
    expect(dialog.locator("[data-readers]")).to_be_visible()
    # the scan of what has come waits, so that there is something to stop
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    clerk.route("**/check", hold)
    dialog.locator("[data-submit=move]").click()
    expect(tray_item(clerk, "b.txt").locator('[data-stage=scan][aria-current="step"]')).to_be_visible()
    look(clerk, Axe(), "copy-across-tray")
    clerk.get_by_role("button", name="Anhalten").click()
    watch.expect(r"check|Failed to load resource|net::ERR")
    for route in waiting:
        route.abort()
    clerk.unroute("**/check")
    expect(status(clerk)).to_contain_text("0 von 2 kopiert.")
    assert names(clerk) == ["a.txt", "b.txt"]
    for name in ("a.txt", "b.txt"):
        tray_item(clerk, name).get_by_role("button", name="Noch einmal versuchen").click()
    expect(status(clerk)).to_have_text("2 Dateien verschoben.", timeout=60_000)
    expect(row(clerk, "a.txt")).to_have_count(0)
    opened = firm.opened(other, firm.client)
    assert opened.find(("a.txt",)) is not None
    assert opened.find(("b.txt",)) is not None


class Gate:
    """Holds the scan of what has come, so that there is a meanwhile."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.held: list[Route] = []
        self.is_open = False
        page.route("**/check", self.pass_or_hold)

    def pass_or_hold(self, route: Route) -> None:
        if self.is_open:
            route.continue_()
        else:
            self.held.append(route)

    def wait(self) -> None:
        """Until something stands before it."""
        while not self.held:
            self.page.wait_for_timeout(50)

    def open(self) -> None:
        self.is_open = True
        for route in self.held:
            route.continue_()


def begin(page: Page, vault: Vault, title: str, deed: str, *files: str) -> None:
    """These files on their way into the other vault."""
    open_vault(page, vault)
    choose(page, *files)
    tool(page, "target").click()
    target(page, f"Bäckerei Harms GmbH, {title}").check()
    dialog = page.locator("dialog#target")
    expect(dialog.locator("[data-readers]")).to_be_visible()
    dialog.locator(f"[data-submit={deed}]").click()
    expect(dialog).to_be_hidden()


def rows(vault: OpenVault, name: str) -> list[FileRow]:
    """What was sealed about each version of a file, the oldest first; each version opens."""
    entity = vault.find((name,))
    assert entity is not None
    return [vault.file_row(entity.id, number) for number in range(1, entity.node.version + 1)]


def with_versions(firm: Firm, vault: Vault, folder: Path, *versions: bytes) -> None:
    for number, content in enumerate(versions, 1):
        (folder / "Bilanz.txt").write_bytes(content)
        plan = Plan([Item(folder / "Bilanz.txt", ("Bilanz.txt",), len(content), note=f"Stand {number}")])
        assert [one.code for one in put(firm.opened(vault, firm.client), plan, Silent())] == ["stored"]


def test_a_move_takes_earlier_versions_along_where_the_person_wants_it_and_says_what_becomes_of_them_otherwise(
    clerk: Page, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    with_versions(firm, vault, tmp_path, b"eins", b"zwei" * 400_000, b"drei")
    before = rows(firm.opened(vault, firm.client), "Bilanz.txt")
    other = firm.new_vault("Mit Fassungen")
    open_vault(clerk, vault)
    choose(clerk, "Bilanz.txt")
    tool(clerk, "target").click()
    dialog = clerk.locator("dialog#target")
    expect(dialog.locator("[data-earlier]")).to_be_hidden()
    target(clerk, "Bäckerei Harms GmbH, Mit Fassungen").check()
    expect(dialog).to_contain_text("Beim Verschieben liegen die früheren dann mit der alten Datei im Papierkorb")
    look(clerk, Axe(), "copy-across-versions")
    dialog.get_by_label("2 frühere Fassungen mitnehmen").check()
    dialog.locator("[data-submit=move]").click()
    expect(status(clerk)).to_have_text("1 Datei verschoben.", timeout=60_000)
    # contents by their hashes, sizes, dates, notes
    assert rows(firm.opened(other, firm.client), "Bilanz.txt") == before
    assert [one.note for one in before] == ["Stand 1", "Stand 2", "Stand 3"]
    clerk.goto(other.url)
    pane = details(clerk, "Bilanz.txt")
    with clerk.expect_download() as second:
        pane.get_by_role("button", name="Fassung 2 herunterladen").click()
    assert Path(second.value.path()).read_bytes() == b"zwei" * 400_000
    assert [one.name for one in firm.opened(vault, firm.client).in_trash()] == ["Bilanz.txt"]


def test_without_the_earlier_versions_the_newest_comes_and_what_came_meanwhile_keeps_the_old_place(
    clerk: Page, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    with_versions(firm, vault, tmp_path, b"eins", b"zwei")
    other = firm.new_vault("Ohne Fassungen")
    gate = Gate(clerk)
    begin(clerk, vault, "Ohne Fassungen", "move", "Bilanz.txt")
    gate.wait()
    with_versions(firm, vault, tmp_path, b"drei")
    gate.open()
    expect(status(clerk)).to_contain_text("Dort wurde nichts gelöscht.")
    [arrived] = rows(firm.opened(other, firm.client), "Bilanz.txt")
    assert (arrived.note, arrived.size) == ("Stand 2", 4)
    assert firm.opened(vault, firm.client).find(("Bilanz.txt",)) is not None


def test_a_move_that_was_cut_by_a_reload_goes_on_from_the_other_vault_and_has_removed_nothing(
    clerk: Page, firm: Firm, vault: Vault, tmp_path: Path, watch: Watch
) -> None:
    file = large_file(tmp_path)
    firm.put(vault, firm.client, file)
    other = firm.new_vault("Weiter dort")
    watch.expect("/api/uploads")

    def refuse(route: Route) -> None:
        if route.request.method == "PATCH":
            route.abort()
        else:
            route.continue_()

    clerk.route("**/api/uploads/**", refuse)
    begin(clerk, vault, "Weiter dort", "move", file.name)
    wait_for_staged(clerk, 1)
    clerk.unroute("**/api/uploads/**")
    clerk.on("dialog", lambda dialog: dialog.accept())
    clerk.reload()
    banner = clerk.locator("[data-elsewhere]")
    expect(banner).to_contain_text("Angefangene Übertragung in einen anderen Tresor")
    look(clerk, Axe(), "copy-across-elsewhere")
    expect(row(clerk, file.name)).to_have_count(1)
    banner.get_by_role("link", name="Bäckerei Harms GmbH, Weiter dort").click()
    expect(clerk.get_by_text("1 angefangene Übertragung")).to_be_visible()
    clerk.get_by_role("button", name="Fortsetzen").click()
    expect_done(clerk, file.name, 60_000)
    assert sha256(download_from_pane(clerk, file.name).path()) == sha256(file)
    assert firm.opened(other, firm.client).find((file.name,)) is not None
    assert firm.opened(vault, firm.client).find((file.name,)) is not None
    open_vault(clerk, vault)
    expect(clerk.locator("[data-elsewhere]")).to_be_hidden()


def test_a_line_that_is_lost_while_a_file_is_opened_is_said_and_another_try_goes_through(
    clerk: Page, firm: Firm, vault: Vault, tmp_path: Path, watch: Watch
) -> None:
    furnish(firm, vault, firm.client, tmp_path, "a.txt")
    firm.new_vault("Leitung weg")
    watch.expect(r"^failed: GET .*/payload: net::ERR")
    clerk.route("**/payload", lambda route: route.abort())
    begin(clerk, vault, "Leitung weg", "move", "a.txt")
    expect(tray_item(clerk, "a.txt")).to_contain_text("Keine Verbindung.")
    expect(status(clerk)).to_contain_text("0 von 1 kopiert.")
    clerk.unroute("**/payload")
    tray_item(clerk, "a.txt").get_by_role("button", name="Noch einmal versuchen").click()
    expect(status(clerk)).to_have_text("1 Datei verschoben.")


def test_whose_right_in_the_other_vault_ends_meanwhile_is_told_so_and_loses_nothing(
    clerk: Page, firm: Firm, vault: Vault, tmp_path: Path, watch: Watch
) -> None:
    furnish(firm, vault, firm.client, tmp_path, "a.txt", "b.txt")
    other = firm.new_vault("Recht weg")
    gate = Gate(clerk)
    begin(clerk, vault, "Recht weg", "move", "a.txt", "b.txt")
    gate.wait()
    kid = firm.clerk.account.kid
    change_roster(firm.opened(other, firm.owner), lambda lines: [line for line in lines if line.key != kid])
    watch.expect(r"^40[34]: ")
    gate.open()
    for name in ("a.txt", "b.txt"):
        expect(tray_item(clerk, name)).to_contain_text("Sie dürfen dort nichts mehr ablegen.")
    expect(status(clerk)).to_contain_text("0 von 2 kopiert.")
    look(clerk, Axe(), "copy-across-right-lost")
    assert names(clerk) == ["a.txt", "b.txt"]
    assert firm.opened(other, firm.owner).children(other.id) == {}


@contextmanager
def full(firm: Firm) -> Iterator[None]:
    """Meanwhile no vault of the firm takes another byte."""
    with closing(sqlite3.connect(firm.installation.data / "siegel.sqlite3", timeout=20)) as database:
        [tenant] = database.execute("SELECT id FROM base_tenant WHERE slug = ?", [firm.slug]).fetchone()
        asked = "SELECT vault_quota_bytes FROM vault_settings WHERE tenant_id = ?"
        before = database.execute(asked, [tenant]).fetchone()
        row = "(tenant_id, trash_days, lock_hours, hold_unscannable, vault_quota_bytes)"
        database.execute(
            f"INSERT INTO vault_settings {row} VALUES (?, 30, 12, 0, 1)"
            " ON CONFLICT (tenant_id) DO UPDATE SET vault_quota_bytes = 1",
            [tenant],
        )
        database.commit()
        yield
        if before is None:
            database.execute("DELETE FROM vault_settings WHERE tenant_id = ?", [tenant])
        else:
            database.execute("UPDATE vault_settings SET vault_quota_bytes = ? WHERE tenant_id = ?", [*before, tenant])
        database.commit()


def test_a_full_vault_takes_nothing_says_so_and_takes_it_when_there_is_room(
    clerk: Page, firm: Firm, vault: Vault, tmp_path: Path, watch: Watch
) -> None:
    furnish(firm, vault, firm.client, tmp_path, "a.txt")
    firm.new_vault("Kein Platz")
    watch.expect(r"^409: POST .*/api/uploads/small")
    with full(firm):
        begin(clerk, vault, "Kein Platz", "move", "a.txt")
        expect(tray_item(clerk, "a.txt")).to_contain_text("Der Speicherplatz reicht nicht")
        expect(status(clerk)).to_contain_text("0 von 1 kopiert.")
    tray_item(clerk, "a.txt").get_by_role("button", name="Noch einmal versuchen").click()
    expect(status(clerk)).to_have_text("1 Datei verschoben.")
