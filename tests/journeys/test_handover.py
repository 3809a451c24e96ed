"""A dossier goes from one firm to another by their browsers, and between a browser and the program `siegel`."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.e2e.people import Siegel
from tests.installation import Installation
from tests.journeys.people import Firm, Person, Vault, make_firm
from tests.journeys.test_looks import look
from tests.journeys.visits import PHONE, Visit, come_in, download_from_pane, names, open_vault, row

CONTENTS = {"Bescheid.txt": b"Bescheid", "Belege/Kassenzettel.txt": b"sieben Kisten" * 100_000, "leer.txt": b""}


@pytest.fixture(scope="module")
def receiver(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    """Another firm, which here happens to have the same server."""
    firm = make_firm(installation, tmp_path_factory.mktemp("receiver"), "nachbarin", "Kanzlei Nachbarin")
    yield firm
    firm.close()


@pytest.fixture
def dossier(firm: Firm, tmp_path: Path) -> Vault:
    """With two files and a folder."""
    vault = firm.new_vault()
    source = tmp_path / "source"
    for name, content in CONTENTS.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    firm.put(vault, firm.clerk, *sorted(source.iterdir()))
    return vault


def saved_card(page: Page, folder: Path) -> Path:
    """Of the take-in dialog, which stays open."""
    page.get_by_role("button", name="Akte übernehmen").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Karte speichern").click()
    card = folder / download.value.suggested_filename
    download.value.save_as(card)
    return card


def packed(page: Page, card: Path, folder: Path) -> Path:
    """What the giving firm's browser saves for a card."""
    page.get_by_role("button", name="Akte abgeben").click()
    page.set_input_files("#handover-file", card)
    page.check("#handover-compared")
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name="Paket speichern").click()
    package = folder / "package.zip"
    download.value.save_as(package)
    expect(page.locator("dialog#hand-over [data-done-text]")).to_have_text("Das Paket ist gespeichert: 3 Dateien.")
    return package


def take_in(page: Page, *files: Path) -> None:
    page.set_input_files("#takein-files", list(files))
    page.check("#takein-compared")
    page.locator("dialog#take-in [data-submit]").click()


def contents(page: Page) -> dict[str, bytes]:
    """Of the three files, opened where they are now."""
    found = {name: Path(download_from_pane(page, name).path()).read_bytes() for name in ("Bescheid.txt", "leer.txt")}
    row(page, "Belege").locator("a[data-open]").click()
    expect(row(page, "Kassenzettel.txt")).to_be_visible()
    found["Belege/Kassenzettel.txt"] = Path(download_from_pane(page, "Kassenzettel.txt").path()).read_bytes()
    return found


def siegel_of(firm: Firm, person: Person, folder: Path) -> Siegel:
    siegel = Siegel(folder / f"siegel-{firm.slug}")
    done = siegel(
        "sign-in", "--server", firm.url, "--firm", firm.slug,
        "--username", person.username, "--key-file", person.key_file,
    )  # fmt: skip
    assert done.code == 0, done.err
    return siegel


def test_nothing_is_packed_for_the_own_firm(visit: Visit, firm: Firm, dossier: Vault, tmp_path: Path) -> None:
    page = come_in(visit(), firm, firm.clerk)
    open_vault(page, dossier)
    card = saved_card(page, tmp_path)
    page.locator("dialog#take-in summary").click()
    expect(page.locator("dialog#take-in [data-card-code] svg")).to_be_visible()
    look(page, Axe(), "desktop-firm-take-in-card")
    page.locator("dialog#take-in footer:visible [data-close]").click()
    page.get_by_role("button", name="Akte abgeben").click()
    page.set_input_files("#handover-file", card)
    page.check("#handover-compared")
    page.get_by_role("button", name="Paket speichern").click()
    expect(page.locator("dialog#hand-over [data-dialog-error]")).to_contain_text(
        "Diese Karte gehört zu Ihrer eigenen Kanzlei."
    )


@pytest.mark.timeout(240)
def test_a_dossier_goes_to_another_firm_and_both_logs_know(
    visit: Visit, firm: Firm, receiver: Firm, dossier: Vault, tmp_path: Path
) -> None:
    target = receiver.new_vault()
    taker, giver = come_in(visit(), receiver, receiver.clerk), come_in(visit(), firm, firm.clerk)
    open_vault(taker, target)
    card = saved_card(taker, tmp_path)
    open_vault(giver, dossier)
    package = packed(giver, card, tmp_path)
    # the words that are read out are those that stand on the other's screen
    assert taker.locator("dialog#take-in [data-own-words]").inner_text() in card.read_text()
    taker.set_input_files("#takein-files", package)
    shown = taker.locator("dialog#take-in [data-given]")
    expect(shown.locator("[data-words]")).to_have_text(giver.locator("dialog#hand-over [data-own-words]").inner_text())
    expect(shown).to_contain_text(f"Bäckerei Harms GmbH · {dossier.title}, 3 Dateien")
    taker.locator("dialog#take-in [data-submit]").click()
    expect(taker.locator("[data-error-for=takein-compared]")).to_have_text(
        "Bitte vergleichen Sie zuerst die Wörter am Telefon."
    )
    taker.check("#takein-compared")
    taker.locator("dialog#take-in [data-submit]").click()
    expect(taker.locator("[data-status]")).to_have_text("Übernommen: 3 Dateien.")
    assert set(names(taker)) == {"Belege", "Bescheid.txt", "leer.txt"}
    assert contents(taker) == CONTENTS
    for page, vault, said in (
        (giver, dossier, "Für eine andere Kanzlei gepackt"),
        (taker, target, "Von einer anderen Kanzlei übernommen"),
    ):
        open_vault(page, vault)
        page.locator("[data-page-verb=activity]").click()
        expect(page.locator("dialog#activity [data-entries]")).to_contain_text(said)


@pytest.mark.timeout(240)
def test_packages_of_the_browser_and_of_the_program_are_the_same_kind(
    visit: Visit, firm: Firm, receiver: Firm, dossier: Vault, tmp_path: Path
) -> None:
    target, other = receiver.new_vault(), receiver.new_vault()
    taker, giver = come_in(visit(), receiver, receiver.clerk), come_in(visit(), firm, firm.clerk)
    open_vault(taker, target)
    card = saved_card(taker, tmp_path)
    open_vault(giver, dossier)
    archive = packed(giver, card, tmp_path)
    program = siegel_of(receiver, receiver.clerk, tmp_path)
    taken = program("vault", "take-in", archive, f"{other.title}:/", "--yes")
    assert taken.code == 0, taken.err
    folder = tmp_path / "by-program"
    made = siegel_of(firm, firm.clerk, tmp_path)("vault", "hand-over", dossier.title, "--to", card, "--yes", folder)
    assert made.code == 0, made.err
    take_in(taker, *folder.iterdir())
    expect(taker.locator("[data-status]")).to_have_text("Übernommen: 3 Dateien.")
    assert contents(taker) == CONTENTS
    open_vault(taker, other)
    assert contents(taker) == CONTENTS


@pytest.mark.timeout(240)
def test_of_a_package_that_is_not_whole_nothing_is_taken_in(
    visit: Visit, firm: Firm, receiver: Firm, dossier: Vault, tmp_path: Path
) -> None:
    target = receiver.new_vault()
    taker, giver = come_in(visit(), receiver, receiver.clerk), come_in(visit(), firm, firm.clerk)
    open_vault(taker, target)
    card = saved_card(taker, tmp_path)
    open_vault(giver, dossier)
    package = packed(giver, card, tmp_path)
    alarm = taker.locator("dialog#take-in [data-dialog-error]")
    for harm, said in (
        (changed, "Das Paket ist beschädigt oder verändert."),
        (without_a_file, "Im Paket fehlt etwas."),
    ):
        take_in(taker, harm(package, tmp_path))
        expect(alarm).to_contain_text(said)
    cut = tmp_path / "cut.zip"
    cut.write_bytes(package.read_bytes()[:-30])
    taker.set_input_files("#takein-files", cut)
    expect(alarm).to_contain_text("Das ist kein vollständiges Paket.")
    # packed for a colleague of the receiver
    page = come_in(visit(), receiver, receiver.owner)
    open_vault(page, target)
    page.get_by_role("button", name="Akte übernehmen").click()
    page.set_input_files("#takein-files", package)
    expect(page.locator("dialog#take-in [data-dialog-error]")).to_contain_text("für einen anderen Schlüssel")
    open_vault(taker, target)
    assert names(taker) == []


def changed(package: Path, folder: Path) -> Path:
    """One bit of a sealed file."""
    return rebuilt(
        package, folder / "changed.zip", lambda name, content: flipped(content) if name == "0002.age" else content
    )


def without_a_file(package: Path, folder: Path) -> Path:
    return rebuilt(package, folder / "less.zip", lambda name, content: None if name == "0003.age" else content)


def flipped(content: bytes) -> bytes:
    return content[:-20] + bytes([content[-20] ^ 1]) + content[-19:]


def rebuilt(package: Path, target: Path, change: object) -> Path:
    with zipfile.ZipFile(package) as source, zipfile.ZipFile(target, "w") as sink:
        for name in source.namelist():
            content = change(name, source.read(name))  # type: ignore[operator]
            if content is not None:
                sink.writestr(name, content)
    return target


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_dialogs_are_accessible(
    visit: Visit, firm: Firm, dossier: Vault, options: dict[str, object], scheme: str, request: pytest.FixtureRequest
) -> None:
    page = come_in(visit(**options, color_scheme=scheme), firm, firm.clerk)
    open_vault(page, dossier)
    for button, dialog in (("Akte abgeben", "hand-over"), ("Akte übernehmen", "take-in")):
        page.get_by_role("button", name=button).click()
        expect(page.locator(f"dialog#{dialog}")).to_be_visible()
        violations = Axe().run(page).response["violations"]
        assert violations == [], violations
        page.screenshot(path=Path(__file__).parents[1] / ".artifacts" / f"{request.node.name}-{dialog}.png")
        page.locator(f"dialog#{dialog} [data-close]").last.press("Escape")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
