import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from siegel.site import words

BERLIN = ZoneInfo("Europe/Berlin")
NB = "\N{NO-BREAK SPACE}"
# The browser writes the same: web/tests/format.test.ts.
CASES = json.loads((Path(__file__).parents[4] / "tests" / "vectors" / "words.json").read_text())


def in_language(language: str, template: str, **context: object) -> str:
    with translation.override(language):
        return Template("{% load siegel %}" + template).render(Context(context))


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("case", CASES["sizes"], ids=lambda case: case["de"])
def test_sizes_read_as_in_the_file_manager_of_the_office(case: dict[str, Any], language: str) -> None:
    with translation.override(language):
        assert words.size(case["bytes"]) == case[language]


@given(st.integers(min_value=1024, max_value=1023 * 1024**4))
def test_a_size_is_never_shown_as_1024_of_a_smaller_unit(size_bytes: int) -> None:
    with translation.override("en"):
        value = float(words.size(size_bytes).split(NB)[0].replace(",", ""))
    assert 1 <= value < 1024


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("case", CASES["times"], ids=lambda case: case["de"])
def test_times_are_near_or_far(case: dict[str, Any], language: str) -> None:
    moment, now = (datetime.fromtimestamp(case[name], BERLIN) for name in ("at", "now"))
    with translation.override(language):
        assert words.when(moment, now) == case[language]


def test_a_moment_is_shown_in_berlin_time_and_kept_for_machines() -> None:
    moment = datetime(2020, 7, 1, 22, 30, tzinfo=UTC)
    html = in_language("de", "{{ moment|when }}", moment=moment)
    assert html == f'<time datetime="2020-07-02T00:30:00+02:00">02.07.2020,{NB}00:30</time>'
    assert "02.07.2020, 00:30:00" in in_language("de", "{{ moment|exact }}", moment=moment)


def test_a_missing_moment_is_a_dash() -> None:
    assert in_language("de", "{{ moment|when }}", moment=None) == "–"


def test_numbers_are_grouped_in_the_readers_way() -> None:
    assert in_language("de", "{{ n|number }}", n=12345) == "12.345"
    assert in_language("en", "{{ n|number }}", n=12345) == "12,345"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Daniela Harms", "DH"), ("Dr. Maren Anna Tiedemann", "DT"), ("Ölker", "Ö"), ("", ""), ("3 Eichen GmbH", "EG")],
)
def test_initials_come_from_the_first_and_the_last_word(name: str, letters: str) -> None:
    assert words.initials(name) == letters


def test_the_greeting_follows_the_clock() -> None:
    with translation.override("de"):
        assert [words.greeting(h) for h in (0, 10, 11, 17, 18)] == [
            "Guten Morgen",
            "Guten Morgen",
            "Guten Tag",
            "Guten Tag",
            "Guten Abend",
        ]


def test_an_audit_kind_without_a_sentence_is_shown_by_its_name() -> None:
    assert words.audit_sentence("later.kind_of_entry").text == "later.kind_of_entry"


def test_of_what_an_entry_says_beside_people_are_told_counts_and_no_ids() -> None:
    facts = (("vault", "n6kaaDruHpEYseCL158uMg"), ("files", "3"), ("version", "2"))
    with translation.override("de"):
        assert words.told_facts(facts) == [("Dateien", "3"), ("Fassung", "2")]


def test_file_counts_have_right_plurals_in_both_languages() -> None:
    template = (
        "{% load i18n %}{% blocktranslate trimmed count n=n with shown=n|number %}"
        "{{ shown }} Datei{% plural %}{{ shown }} Dateien{% endblocktranslate %}"
    )
    assert [in_language("de", template, n=n) for n in (0, 1, 1312)] == ["0 Dateien", "1 Datei", "1.312 Dateien"]
    assert [in_language("en", template, n=n) for n in (0, 1, 1312)] == ["0 files", "1 file", "1,312 files"]


def test_a_week_is_counted_in_days_not_in_hours() -> None:
    late = datetime(2026, 11, 17, 0, 1, tzinfo=BERLIN)
    with translation.override("de"):
        assert words.when(late, late + timedelta(days=6, hours=23, minutes=58)).startswith("Di")
