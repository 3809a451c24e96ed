"""The log for reading: a PDF of the newest entries of a period, as the page of the log shows them.

It holds no more of people than that page, and proves nothing by itself; it says so, and which file beside it does. At
most `MAX_ENTRIES` entries, so that neither memory nor time grow with the log.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fpdf import FPDF

from siegel.base.models import Tenant
from siegel.base.queries import AuditFilter, AuditLine, found_lines

MAX_ENTRIES = 3000
_PER_READ = 500
_FONT = "Liberation Sans"
_SMALL, _TEXT, _TITLE = 7.5, 9.0, 15.0
_LINE_MM = 4.2
_WIDTHS_MM = (16.0, 33.0, 74.0, 52.0, 76.0, 24.0)  # A4 landscape without its margins
_MARGIN_MM = 11.0


def write_report(tenant: Tenant, out: Path, *, size: int, head: str, within: AuditFilter | None = None) -> int:
    """Writes the PDF about the log of `size` entries, whose root begins with `head`; how many entries stand in it.

    `within`: the period. German or English, as the language of the thread is.
    """
    lines = list(_lines(tenant, size, within or AuditFilter()))
    sheet = _Sheet(_("Protokoll von %(firm)s") % {"firm": tenant.name})
    sheet.add_page()
    _preface(sheet, tenant, lines, size, head)
    sheet.row([_("Nr."), _("Zeit"), _("Vorgang"), _("Wer"), _("Worüber"), _("Bezeugt von")])
    cells = import_string(settings.LOG_CELLS)
    for line in lines:
        when = timezone.localtime(line.at)
        sheet.row([str(line.number), f"{when:%d.%m.%Y %H:%M:%S}", *cells(line)])
    sheet.output(str(out))
    return len(lines)


class _Sheet(FPDF):
    """Rows of one line each: what is too long for its column is cut, and ends in three dots."""

    def __init__(self, title: str) -> None:
        super().__init__(orientation="L")
        with as_file(files("siegel.base.audit").joinpath("fonts", "LiberationSans-Regular.ttf")) as font:
            self.add_font(_FONT, "", font)
        self.set_margin(_MARGIN_MM)
        self.set_title(title)
        self.set_lang(get_language())
        self._title = title

    def row(self, cells: Sequence[str]) -> None:
        self.set_font(_FONT, size=_SMALL)
        for width, text in zip(_WIDTHS_MM, cells, strict=True):
            self.cell(width, _LINE_MM, self._fitting(text, width - 2))
        self.ln()

    def footer(self) -> None:
        self.set_y(-_MARGIN_MM)
        self.set_font(_FONT, size=_SMALL)
        self.cell(0, _LINE_MM, f"{self._title} · {self.page_no()}", align="R")

    def _fitting(self, text: str, width: float) -> str:
        if self.get_string_width(text) <= width:
            return text
        while text and self.get_string_width(text + "…") > width:
            text = text[:-1]
        return text + "…"


def _lines(tenant: Tenant, size: int, within: AuditFilter) -> Iterator[AuditLine]:
    """Newest first."""
    before, left = size + 1, MAX_ENTRIES
    while left and before > 1:
        found, before = found_lines(tenant, before=before, limit=min(left, _PER_READ), matching=within)
        yield from found
        left -= len(found)


def _preface(sheet: Any, tenant: Tenant, lines: list[AuditLine], size: int, head: str) -> None:
    sheet.set_font(_FONT, size=_TITLE)
    sheet.cell(0, 9, _("Protokoll von %(firm)s") % {"firm": tenant.name})
    sheet.ln()
    sheet.set_font(_FONT, size=_TEXT)
    facts = {"shown": len(lines), "size": size, "head": head, "now": f"{timezone.localtime():%d.%m.%Y %H:%M}"}
    texts = [
        _("Erstellt am %(now)s. Das Protokoll hat %(size)s Einträge, seine Prüfsumme beginnt mit %(head)s.") % facts
    ]
    if lines:
        facts |= {"first": _day(lines[-1].at), "last": _day(lines[0].at)}
        texts.append(_("Hier stehen %(shown)s davon, vom %(last)s zurück bis %(first)s, neueste zuerst.") % facts)
    if len(lines) == MAX_ENTRIES:
        texts.append(_("Es sind so viele, wie dieses Blatt fasst; ältere stehen vollständig in den Dateien daneben."))
    texts.append(
        _(
            "Zum Lesen gedacht. Den Beweis führen die Dateien daneben (LIESMICH.txt): Sie enthalten jeden Eintrag"
            " vollständig, und verify.py rechnet sie nach."
        )
    )
    sheet.multi_cell(0, 5, "\n".join(texts))
    sheet.ln(8)


def _day(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%d.%m.%Y}"
