"""A long folder: found, sorted, walked and selected without a mouse, and no more rows in the page than can be seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from siegel.agent.folders import make_folders
from tests.journeys.people import Firm, Vault
from tests.journeys.visits import LISTED, PHONE, Visit, come_in, names, open_vault, row

FOLDERS = 3000
# Those in sight and a few more.
FEW = 150
FOCUSED = "() => document.activeElement.closest('tr')?.querySelector('[data-name]').textContent ?? null"


@pytest.fixture(scope="module")
def long(firm: Firm) -> Vault:
    """Three thousand folders, and nothing else."""
    vault = firm.new_vault("Jahrgänge")
    opened = firm.opened(vault, firm.clerk)
    make_folders(opened, [(f"Vorgang {number}",) for number in range(1, FOLDERS)] + [("Übersicht",)])
    return vault


@pytest.fixture
def short(firm: Firm, tmp_path: Path) -> Vault:
    """Six files and a folder with two."""
    vault = firm.new_vault()
    for name, size in (("Äpfel.txt", 10), ("Beleg 10.pdf", 30), ("Beleg 9.pdf", 20), ("Größe.csv", 40)):
        (tmp_path / name).write_bytes(bytes(size))
    folder = tmp_path / "Ablage"
    folder.mkdir()
    for name in ("eins.txt", "zwei.txt"):
        (folder / name).write_bytes(bytes(512))
    firm.put(vault, firm.clerk, *sorted(tmp_path.iterdir()))
    return vault


def selected(page: Page) -> list[str]:
    return page.locator(f"{LISTED}[aria-selected=true] [data-name]").all_inner_texts()


def focused(page: Page) -> str | None:
    found: str | None = page.evaluate(FOCUSED)
    return found


def test_three_thousand_entries_are_walked_by_keyboard_and_few_of_them_stand_in_the_page(
    clerk: Page, long: Vault
) -> None:
    open_vault(clerk, long)
    table = clerk.locator("table[data-list]")
    expect(table).to_have_attribute("aria-rowcount", str(FOLDERS + 1))
    assert clerk.locator(LISTED).count() < FEW
    row(clerk, "Übersicht").locator("a[data-open]").focus()
    assert names(clerk)[0] == "Übersicht"
    clerk.keyboard.press("End")
    assert focused(clerk) == f"Vorgang {FOLDERS - 1}"
    expect(row(clerk, f"Vorgang {FOLDERS - 1}")).to_have_attribute("aria-rowindex", str(FOLDERS + 1))
    expect(row(clerk, f"Vorgang {FOLDERS - 1}").locator("a")).to_be_in_viewport()
    assert clerk.locator(LISTED).count() < FEW
    clerk.keyboard.press("PageUp")
    clerk.keyboard.press("ArrowUp")
    assert focused(clerk) not in (None, f"Vorgang {FOLDERS - 1}")
    clerk.keyboard.press("Home")
    assert focused(clerk) == "Übersicht"
    clerk.keyboard.type("vorgang 1204")
    assert focused(clerk) == "Vorgang 1204"
    clerk.keyboard.press("Enter")
    expect(clerk.locator("[data-crumbs] [aria-current]")).to_have_text("Vorgang 1204")
    clerk.keyboard.press("Backspace")
    expect(row(clerk, "Vorgang 1204").locator("a[data-open]")).to_be_focused()


def test_scrolling_with_the_wheel_shows_every_row_in_its_place(clerk: Page, long: Vault) -> None:
    open_vault(clerk, long)
    clerk.locator("[data-list-box]").hover()
    clerk.mouse.wheel(0, 40 * 1500)
    shown = row(clerk, "Vorgang 1505")
    expect(shown).to_be_in_viewport()
    expect(shown).to_have_attribute("aria-rowindex", "1507")
    assert clerk.locator(LISTED).count() < FEW


def test_a_filter_finds_umlauts_however_they_are_typed(clerk: Page, short: Vault) -> None:
    open_vault(clerk, short)
    clerk.keyboard.press("/")
    expect(clerk.locator("[data-filter]")).to_be_focused()
    for typed in ("grösse", "groesse", "GROSSE"):
        clerk.fill("[data-filter]", typed)
        expect(clerk.locator(LISTED)).to_have_count(1)
        assert names(clerk) == ["Größe.csv"]
    expect(clerk.locator("[data-live]")).to_have_text("1 von 5 gefunden")
    clerk.fill("[data-filter]", "Kassenbuch")
    expect(clerk.get_by_text("Nichts gefunden zu „Kassenbuch“")).to_be_visible()
    clerk.press("[data-filter]", "Escape")
    expect(clerk.locator(LISTED)).to_have_count(5)
    clerk.fill("[data-filter]", "beleg")
    clerk.press("[data-filter]", "ArrowDown")
    assert focused(clerk) == "Beleg 9.pdf"


def test_entries_are_selected_by_keyboard_and_by_mouse_as_in_a_file_manager(clerk: Page, short: Vault) -> None:
    open_vault(clerk, short)
    assert names(clerk) == ["Ablage", "Äpfel.txt", "Beleg 9.pdf", "Beleg 10.pdf", "Größe.csv"]
    row(clerk, "Äpfel.txt").locator("a[data-open]").focus()
    clerk.keyboard.press("Shift+ArrowDown")
    clerk.keyboard.press("Shift+ArrowDown")
    assert selected(clerk) == ["Äpfel.txt", "Beleg 9.pdf", "Beleg 10.pdf"]
    clerk.keyboard.press("Shift+ArrowUp")
    assert selected(clerk) == ["Äpfel.txt", "Beleg 9.pdf"]
    clerk.keyboard.press("End")
    clerk.keyboard.press("Space")
    assert selected(clerk) == ["Äpfel.txt", "Beleg 9.pdf", "Größe.csv"]
    expect(clerk.locator("[data-selection]")).to_have_text("3 von 5 ausgewählt · 70\u00a0Bytes")
    clerk.keyboard.press("Control+a")
    assert len(selected(clerk)) == 5
    expect(clerk.locator("[data-selection]")).to_have_text("5 von 5 ausgewählt · 6 Dateien · 1,1\u00a0KB")
    assert clerk.locator("[data-select-all]").is_checked()
    clerk.keyboard.press("Escape")
    assert selected(clerk) == []

    row(clerk, "Ablage").locator("[data-select]").check()
    row(clerk, "Beleg 10.pdf").locator("[data-size]").click(modifiers=["Shift"])
    assert selected(clerk) == ["Ablage", "Äpfel.txt", "Beleg 9.pdf", "Beleg 10.pdf"]
    row(clerk, "Äpfel.txt").locator("[data-size]").click(modifiers=["Control"])
    assert selected(clerk) == ["Ablage", "Beleg 9.pdf", "Beleg 10.pdf"]
    row(clerk, "Größe.csv").locator("[data-size]").click()
    assert selected(clerk) == ["Größe.csv"]
    # What the filter hides is not selected any more.
    clerk.fill("[data-filter]", "beleg")
    expect(clerk.locator(LISTED)).to_have_count(2)
    expect(clerk.locator("[data-selection]")).to_have_text("2 von 5 gefunden")


@pytest.mark.parametrize(
    ("column", "order"),
    [
        ("changed", None),
        ("size", ["Ablage", "Äpfel.txt", "Beleg 9.pdf", "Beleg 10.pdf", "Größe.csv"]),
        ("type", ["Ablage", "Größe.csv", "Beleg 9.pdf", "Beleg 10.pdf", "Äpfel.txt"]),
        ("author", ["Ablage", "Äpfel.txt", "Beleg 9.pdf", "Beleg 10.pdf", "Größe.csv"]),
        ("editor", None),
    ],
)
def test_every_column_sorts_in_both_directions(clerk: Page, short: Vault, column: str, order: list[str] | None) -> None:
    open_vault(clerk, short)
    head = clerk.locator("th", has=clerk.locator(f"[data-sort={column}]"))
    clerk.click(f"[data-sort={column}]")
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert order is None or names(clerk) == order
    clerk.click(f"[data-sort={column}]")
    expect(head).to_have_attribute("aria-sort", "descending")
    assert names(clerk)[0] == "Ablage"


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_a_long_list_is_accessible(visit: Visit, firm: Firm, long: Vault, options: dict[str, object]) -> None:
    page = come_in(visit(**options), firm, firm.clerk)
    open_vault(page, long)
    row(page, "Vorgang 3").locator("[data-select]").check()
    found = Axe().run(page)
    assert not found.violations_count, found.generate_report()
    page.mouse.wheel(0, 4000)
    expect(page.locator(LISTED).first).to_be_visible()
    found = Axe().run(page)
    assert not found.violations_count, found.generate_report()
    page.fill("[data-filter]", "gibt es nicht")
    expect(page.get_by_text("Nichts gefunden")).to_be_visible()
    found = Axe().run(page)
    assert not found.violations_count, found.generate_report()
