"""Reading the PDFs that pages make, with a renderer and a decoder of others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import zxingcpp
from playwright.sync_api import Page

DOTS_PER_POINT = 200 / 72


@dataclass
class Paper:
    """`text` without any white space (lines are broken where they are full), `codes` as the QR codes read."""

    file_name: str
    pages: int
    text: str
    codes: set[str]


def saved_paper(page: Page, button: str, folder: Path) -> Paper:
    """Clicks `button` and reads the PDF that is saved."""
    with page.expect_download() as download:
        page.click(button)
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return read_paper(path)


def read_paper(path: Path) -> Paper:
    document = pypdfium2.PdfDocument(path)
    try:
        sheets = list(document)
        text = "".join(sheet.get_textpage().get_text_bounded() for sheet in sheets)
        images = [sheet.render(scale=DOTS_PER_POINT).to_pil() for sheet in sheets]
    finally:
        document.close()
    codes = {code.text for image in images for code in zxingcpp.read_barcodes(image)}
    return Paper(path.name, len(images), "".join(text.split()), codes)
