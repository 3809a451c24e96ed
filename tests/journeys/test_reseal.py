"""After a revocation old contents are sealed anew in the browser: the old ciphertext is gone, all else is as it was."""

from __future__ import annotations

import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Route, expect

from siegel.agent.get import get_file
from siegel.agent.old_contents import author_of, old_contents
from siegel.agent.plan import Item, Plan
from siegel.agent.put import put
from siegel.agent.reseal import reseal
from tests.journeys.people import Firm, Silent, Vault
from tests.journeys.test_looks import look, width
from tests.journeys.test_rotation_stopped import revoked
from tests.journeys.tree import details, status
from tests.journeys.visits import PHONE, Visit, come_in, tray_item
from tests.journeys.watch import Watch

# More than is staged in memory.
LARGE = b"Kontoblatt\n" * 500_000


def blobs(firm: Firm) -> set[Path]:
    return {path for path in (firm.installation.data / "blobs").rglob("*") if path.is_file()}


def test_what_a_revoked_clerk_could_open_is_sealed_anew_and_the_old_is_gone(
    visit: Visit, firm: Firm, watch: Watch, tmp_path: Path
) -> None:
    leaver = firm.join("ehemals", "Edda Ehemals", "clerk")
    vault = firm.new_vault(more=((leaver.account.kid, "write"),))
    before = blobs(firm)
    for number, content in enumerate((b"Entwurf", LARGE), 1):
        source = tmp_path / "Beleg.txt"
        source.write_bytes(content)
        plan = Plan([Item(source, ("Beleg.txt",), len(content), note=f"Stand {number}")])
        assert [one.code for one in put(firm.opened(vault, leaver), plan, Silent())] == ["stored"]
    ours = blobs(firm) - before
    assert len(ours) == 2
    revoked(firm, leaver)
    firm.opened(vault, firm.owner).rotate_if_due()

    page = come_in(visit(), firm, firm.owner)
    page.goto(vault.url)
    page.click("[data-page-verb=reseal]")
    dialog = page.locator("dialog#reseal")
    expect(dialog).to_contain_text("2 Fassungen liegen unter alten Schlüsseln")
    look(page, Axe(), "desktop-reseal")
    watch.expect(r"^failed: POST .*/commit: net::ERR_")
    # the second version does not get through: what was committed stays, and the next run goes on
    commits: list[str] = []

    def hold(route: Route) -> None:
        commits.append(route.request.url)
        route.continue_() if len(commits) == 1 else route.abort()

    page.route(re.compile(r"/api/vaults/[^/]+/commit$"), hold)
    dialog.get_by_role("button", name="Neu versiegeln").click()
    expect(dialog).to_be_hidden()
    line = tray_item(page, "Alte Inhalte neu versiegeln")
    expect(line).to_contain_text("Keine Verbindung.")
    expect(line).to_contain_text("1 von 2 Fassungen neu versiegelt.")
    page.unroute(re.compile(r"/api/vaults/[^/]+/commit$"))
    assert len(blobs(firm) & ours) == 1
    line.get_by_role("button", name="Noch einmal versuchen").click()
    expect(line).to_contain_text("1 von 1 Fassungen neu versiegelt.")
    expect(page.locator("[data-tray-title]")).to_have_text("Neu versiegeln: fertig")
    assert not blobs(firm) & ours
    expect(page.locator("[data-page-verb=reseal]")).to_be_hidden()
    pane = details(page, "Beleg.txt")
    expect(pane.locator("[data-pane-versions] li")).to_have_count(2)
    expect(pane).to_contain_text("neu versiegelt von")
    expect(pane.locator("[data-pane-author]")).to_contain_text("Edda Ehemals")

    look(page, Axe(), "desktop-resealed")

    opened = firm.opened(vault, firm.client)
    assert old_contents(opened) == []
    [entity] = opened.children(opened.id).values()
    assert entity.node.version == 2
    assert [opened.file_row(entity.id, number).note for number in (1, 2)] == ["Stand 1", "Stand 2"]
    assert {author_of(opened, entity.id, number) for number in (1, 2)} == {leaver.account.kid}
    get_file(opened, entity, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == LARGE


def furnish_old(firm: Firm, folder: Path, *names: str) -> Vault:
    """A vault whose files lie under an old key."""
    vault = firm.new_vault()
    for name in names:
        (folder / name).write_text(name)
        firm.put(vault, firm.client, folder / name)
    firm.opened(vault, firm.owner).rotate()
    return vault


def test_sealing_anew_is_stopped_and_goes_on_in_the_tray_and_counts_apart_what_another_was_quicker_with(
    visit: Visit, firm: Firm, watch: Watch, tmp_path: Path
) -> None:
    vault = furnish_old(firm, tmp_path, "A.txt", "B.txt", "C.txt")
    watch.expect(r"^409: POST .*/commit")
    watch.expect(r"^failed: POST .*/api/uploads: net::ERR_ABORTED")
    page = come_in(visit(), firm, firm.owner)
    page.goto(vault.url)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/check", hold)
    page.click("[data-page-verb=reseal]")
    page.locator("dialog#reseal").get_by_role("button", name="Neu versiegeln").click()
    line = tray_item(page, "Alte Inhalte neu versiegeln")
    expect(line).to_contain_text("0 von 3 Fassungen neu versiegelt.")
    # pressed again, it does not begin a second time
    page.click("[data-page-verb=reseal]")
    expect(status(page)).to_contain_text("läuft schon")
    while not held:
        page.wait_for_timeout(50)
    look(page, Axe(), "desktop-reseal-tray")
    # meanwhile somebody seals all of it anew, and deletes nothing
    assert reseal(firm.opened(vault, firm.clerk)).versions == 3
    held.pop().continue_()
    page.unroute("**/check")
    expect(line).to_contain_text("0 von 3 Fassungen neu versiegelt. Bei 3 war jemand anders schneller.")
    expect(page.locator("[data-page-verb=reseal]")).to_be_hidden()

    firm.opened(vault, firm.owner).rotate()
    page.reload()
    held.clear()
    sent: list[str] = []

    def hold_second(route: Route) -> None:
        sent.append(route.request.url)
        if len(sent) == 1:
            route.continue_()
        else:
            held.append(route)

    page.route("**/api/uploads", hold_second)
    page.click("[data-page-verb=reseal]")
    page.locator("dialog#reseal").get_by_role("button", name="Neu versiegeln").click()
    while not held:
        page.wait_for_timeout(50)
    page.get_by_role("button", name="Anhalten").click()
    expect(line).to_contain_text("1 von 3 Fassungen neu versiegelt.")
    expect(line).to_contain_text("Angehalten.")
    expect(page.locator("[data-tray-title]")).to_have_text("Neu versiegeln: angehalten")
    look(page, Axe(), "desktop-reseal-stopped")
    page.unroute("**/api/uploads")
    line.get_by_role("button", name="Fortsetzen").click()
    expect(line).to_contain_text("2 von 2 Fassungen neu versiegelt.")
    assert old_contents(firm.opened(vault, firm.owner)) == []


def test_who_only_writes_is_not_offered_to_seal_anew(visit: Visit, firm: Firm, tmp_path: Path) -> None:
    vault = firm.new_vault()
    (tmp_path / "Beleg.txt").write_text("Beleg")
    firm.put(vault, firm.client, tmp_path / "Beleg.txt")
    firm.opened(vault, firm.owner).rotate()
    page = come_in(visit(**PHONE), firm, firm.client)
    page.goto(vault.url)
    expect(page.locator("tbody[data-rows] tr")).to_have_count(1)
    expect(page.locator("[data-page-verb=reseal]")).to_be_hidden()
    phone = come_in(visit(**PHONE), firm, firm.clerk)
    phone.goto(vault.url)
    phone.click("[data-page-verb=reseal]")
    expect(phone.locator("dialog#reseal")).to_contain_text("1 Fassung liegt unter einem alten Schlüssel")
    look(phone, Axe(), "phone-reseal")
    assert width(phone) <= 390
