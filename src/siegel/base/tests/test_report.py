"""The PDF in an export: what it says, what it leaves out, and that it does not grow with the log."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest

from siegel.base.audit import export, report
from siegel.base.audit.erasure import erase_personal_parts
from siegel.base.models import Tenant
from siegel.base.queries import AuditFilter
from siegel.base.tests.logs import grow, notary, note


@pytest.fixture
def log(firm: Tenant, tmp_path: Path) -> Iterator[Tenant]:
    with notary(tmp_path / "notary"):
        grow(firm, 3)
        yield firm


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def pdf_of(tenant: Tenant, folder: Path, within: AuditFilter | None = None) -> str:
    export.write_export(tenant, folder / "log.zip", within=within)
    with zipfile.ZipFile(folder / "log.zip") as archive:
        return text_of(archive.read("protokoll.pdf"))


def test_the_pdf_says_what_the_page_of_the_log_says(log: Tenant, tmp_path: Path) -> None:
    note(tenant=log)
    erase_personal_parts(tenant=log, indexes=[2], reason="x")
    text = pdf_of(log, tmp_path)
    erased = "Namen und Adressen in Einträgen gelöscht"
    for expected in ("Kanzlei angelegt", "Jörg", erased, "Systempartner", "verify.py"):
        assert expected in text
    assert "neueste zuerst" in text


def test_names_of_other_alphabets_are_shown(log: Tenant, tmp_path: Path) -> None:
    log.name = "Şükrü Łukasz & Θεός"
    log.save()
    assert "Şükrü Łukasz & Θεός" in pdf_of(log, tmp_path)


def test_it_holds_the_newest_of_a_long_log_and_says_so(
    log: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MAX_ENTRIES", 120)
    monkeypatch.setattr(report, "_PER_READ", 50)
    index = note(tenant=log, times=400)
    text = pdf_of(log, tmp_path)
    numbers = [int(line.split()[0]) for line in text.splitlines() if line.split() and line.split()[0].isdigit()]
    assert numbers == list(range(index + 1, index - 119, -1))
    assert "so viele, wie dieses Blatt fasst" in text


def test_a_period_without_entries_is_an_empty_list(log: Tenant, tmp_path: Path) -> None:
    text = pdf_of(log, tmp_path, AuditFilter(until=1))
    assert "Kanzlei angelegt" not in text
    assert "Erstellt am" in text


def test_what_is_too_long_for_its_column_ends_in_dots() -> None:
    sheet = report._Sheet("Protokoll")
    sheet.set_font(report._FONT, size=8)
    assert sheet.get_string_width(fitted := sheet._fitting("x" * 500, 50)) <= 50
    assert fitted.endswith("…")
    assert sheet._fitting("kurz", 50) == "kurz"
