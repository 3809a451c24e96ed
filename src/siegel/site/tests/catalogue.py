"""The English catalogue: gather German source strings, bring `django.po` up to date, compile `django.mo`.

`python -m siegel.site.tests.catalogue` does all three; what it cannot translate it lists and exits with 1.
Babel does the work, so that no machine needs GNU gettext; the compiled file is committed.
"""

import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

import siegel

SOURCE = Path(siegel.__file__).parent
PO = SOURCE / "site" / "locale" / "en" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
DAY = datetime(2026, 1, 1, tzinfo=UTC)
PLACEHOLDER = re.compile(r"%\(\w+\)s")


def _files() -> Iterator[tuple[Path, str]]:
    """Every file that may hold source strings, as Python text."""
    for path in sorted(SOURCE.rglob("*.py")):
        if not {"tests", "migrations"} & set(path.relative_to(SOURCE).parts):
            yield path, path.read_text(encoding="utf-8")
    for path in sorted(SOURCE.rglob("templates/**/*.html")):
        # templatize keeps the tags as calls and blanks out the rest; indentation would be no Python
        yield path, "\n".join(line.strip() for line in templatize(path.read_text(encoding="utf-8")).splitlines())


def gathered() -> Catalog:
    """A catalogue of all source strings, without line numbers: they would change with every edit."""
    catalogue = Catalog(locale="en", project="siegel", charset="utf-8", fuzzy=False)
    for path, text in _files():
        for _line, ids, comments, context in extract("python", io.BytesIO(text.encode()), KEYWORDS):
            where = [(str(path.relative_to(SOURCE)), 0)]
            catalogue.add(ids, None, where, auto_comments=comments, context=context)
    return catalogue


def written() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def compiled() -> bytes:
    """The bytes `django.mo` must have."""
    buffer = io.BytesIO()
    write_mo(buffer, written())
    return buffer.getvalue()


def faults() -> list[str]:
    """What is wrong with `django.po`: missing, no longer used, fuzzy, or with other placeholders than the source."""
    known = {_key(message): message for message in written() if message.id}
    wanted = {_key(message) for message in gathered() if message.id}
    missing = [f"missing: {ids}" for ids, _context in wanted - known.keys()]
    stale = [f"no longer used: {ids}" for ids, _context in known.keys() - wanted]
    return sorted(missing + stale + [fault for message in known.values() for fault in _message_faults(message)])


def _key(message: Message) -> tuple[object, object]:
    ids = message.id if isinstance(message.id, str) else tuple(message.id)
    return ids, message.context


def _message_faults(message: Message) -> Iterator[str]:
    sources = [message.id] if isinstance(message.id, str) else list(message.id)
    texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
    if message.fuzzy or not all(texts):
        yield f"untranslated: {sources[0]}"
    for source, text in zip(sources, texts, strict=True):
        if text and set(PLACEHOLDER.findall(source)) != set(PLACEHOLDER.findall(text)):
            yield f"other placeholders: {source}"


def bring_up_to_date() -> None:
    catalogue = written() if PO.exists() else Catalog(locale="en", charset="utf-8", fuzzy=False)
    catalogue.update(gathered(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    # no dates and addresses that change by themselves: the same sources give the same bytes
    catalogue.header_comment = "# English texts of Siegel; made by `python -m siegel.site.tests.catalogue`."
    catalogue.project, catalogue.version, catalogue.creation_date, catalogue.revision_date = "Siegel", "1", DAY, DAY
    catalogue.msgid_bugs_address = catalogue.last_translator = catalogue.language_team = "Siegel"
    with PO.open("wb") as file:
        write_po(file, catalogue, width=120, sort_output=True, omit_header=False, include_lineno=False)
    MO.write_bytes(compiled())


if __name__ == "__main__":
    bring_up_to_date()
    problems = faults()
    sys.stdout.write("".join(f"{problem}\n" for problem in problems))
    sys.exit(1 if problems else 0)
