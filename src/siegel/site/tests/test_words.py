from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from siegel.site import words

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=BERLIN)  # a Monday
NB = "\N{NO-BREAK SPACE}"


def in_language(language: str, template: str, **context: object) -> str:
    with translation.override(language):
        return Template("{% load siegel %}" + template).render(Context(context))


@pytest.mark.parametrize(
    ("size_bytes", "german"),
    [
        (0, "0 Bytes"),
        (1, "1 Byte"),
        (1023, "1023 Bytes"),
        (1024, "1,0 KB"),
        (825_448, "806,1 KB"),
        (1_048_524, "1.023,9 KB"),
        (1_048_575, "1,0 MB"),
        (3_506_331_221, "3,3 GB"),
        (2 * 1024**3, "2,0 GB"),
        (5 * 1024**5, "5.120,0 TB"),
    ],
)
def test_sizes_read_as_in_the_file_manager_of_the_office(size_bytes: int, german: str) -> None:
    with translation.override("de"):
        assert words.size(size_bytes) == german.replace(" ", NB)


def test_an_english_size_has_a_decimal_point() -> None:
    with translation.override("en"):
        assert words.size(825_448) == f"806.1{NB}KB"


@given(st.integers(min_value=1024, max_value=1023 * 1024**4))
def test_a_size_is_never_shown_as_1024_of_a_smaller_unit(size_bytes: int) -> None:
    with translation.override("en"):
        value = float(words.size(size_bytes).split(NB)[0].replace(",", ""))
    assert 1 <= value < 1024


@pytest.mark.parametrize(
    ("moment", "german", "english"),
    [
        (datetime(2026, 11, 23, 8, 31, tzinfo=BERLIN), "heute, 08:31", "today, 08:31"),
        (datetime(2026, 11, 23, 0, 0, tzinfo=BERLIN), "heute, 00:00", "today, 00:00"),
        (datetime(2026, 11, 22, 21, 14, tzinfo=BERLIN), "So 21:14", "Sun 21:14"),
        (datetime(2026, 11, 17, 9, 5, tzinfo=BERLIN), "Di 09:05", "Tue 09:05"),
        (datetime(2026, 11, 16, 9, 5, tzinfo=BERLIN), "16.11.2026, 09:05", "16 Nov 2026, 09:05"),
        (datetime(2026, 11, 24, 9, 5, tzinfo=BERLIN), "24.11.2026, 09:05", "24 Nov 2026, 09:05"),
        (datetime(2026, 11, 2, 9, 15, tzinfo=BERLIN), "02.11.2026, 09:15", "2 Nov 2026, 09:15"),
    ],
)
def test_times_are_near_or_far(moment: datetime, german: str, english: str) -> None:
    for language, text in (("de", german), ("en", english)):
        with translation.override(language):
            assert words.when(moment, NOW).replace(NB, " ") == text


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
