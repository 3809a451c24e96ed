import gettext
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo

from siegel.site.tests import catalogue


def texts(messages: Catalog) -> list[tuple[list[str], list[str]]]:
    """Ids and texts, sorted; the two formats of a catalogue give tuples or lists for plurals."""
    return sorted((listed(message.id), listed(message.string)) for message in messages if message.id)


def listed(text: Any) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def test_every_german_text_has_an_english_one_and_none_is_stale() -> None:
    assert catalogue.faults() == []


def test_the_compiled_catalogue_is_the_written_one() -> None:
    with catalogue.MO.open("rb") as file:
        compiled = texts(read_mo(file))
    assert compiled == texts(catalogue.written())
    with catalogue.MO.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Tresore") == "Vaults"


def test_texts_from_templates_and_from_python_are_both_gathered() -> None:
    ids = {message.id for message in catalogue.gathered()}
    assert {"Noch keine Dateien", "Das hat nicht geklappt", ("%(n)s Byte", "%(n)s Bytes")} <= ids
