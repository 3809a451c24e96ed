"""Canonical JSON and base64url: one text per value, everything else refused."""

import base64
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siegel.seals import canonical
from siegel.seals.errors import IntegrityError

texts = st.text(st.characters(exclude_categories=["Cs"])).map(lambda t: unicodedata.normalize("NFC", t))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.from_regex(r"[a-z0-9_]{1,8}", fullmatch=True), inner)
    ),
    max_leaves=20,
)


@given(values)
def test_what_is_written_reads_back_the_same(value: canonical.Json) -> None:
    assert canonical.parse(canonical.encode(value)) == value


@given(values)
def test_the_text_is_what_json_with_sorted_keys_writes(value: canonical.Json) -> None:
    expected = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert canonical.encode(value) == expected


def test_escapes_are_those_of_json_stringify() -> None:
    assert (
        canonical.encode('\b\t\n\f\r"\\/\x01\x1f\x7f\u2028ä')
        == b'"\\b\\t\\n\\f\\r\\"\\\\/\\u0001\\u001f\x7f\xe2\x80\xa8\xc3\xa4"'
    )


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a": 1}',
        b' {"a":1}',
        b'{"a":1}\n',
        b"1.0",
        b"1e2",
        b"-0",
        b"01",
        b"NaN",
        b"Infinity",
        b"9007199254740992",
        b"-9007199254740992",
        b'"\\u0041"',
        b'"\\u00E4"',
        b'"\\/"',
        b'"a\xcc\x88"',
        b'"\\ud800"',
        b'"\xed\xa0\x80"',
        b'"\xff"',
        b'"\x01"',
        b'{"A":1}',
        b'{"":1}',
        '{"ä":1}'.encode(),
        b"\xef\xbb\xbf1",
        "1".encode("utf-16"),
        b"[" * 17 + b"]" * 17,
        b"[" * 100_000,
        b"1" * 5000,
    ],
)
def test_any_other_text_is_refused(text: bytes) -> None:
    with pytest.raises(IntegrityError) as error:
        canonical.parse(text)
    assert error.value.code == "not_canonical"


@pytest.mark.parametrize("value", [1.5, b"bytes", {"a": {1, 2}}, {1: 2}, 2**53, "\ud800", "a\u0308", object()])
def test_values_without_a_canonical_text_are_refused(value: object) -> None:
    with pytest.raises(IntegrityError):
        canonical.encode(value)  # type: ignore[arg-type]


def test_sixteen_levels_are_allowed() -> None:
    text = b"[" * 15 + b"1" + b"]" * 15
    assert canonical.encode(canonical.parse(text)) == text


@given(st.binary())
def test_base64url_reads_back(data: bytes) -> None:
    assert canonical.unb64(canonical.b64(data)) == data
    assert canonical.b64(data) == base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize("text", ["A", "AB", "AA==", "A+", "AA/A", "AA A", "AA\n", "äA", "AAAAA"])
def test_other_base64_is_refused(text: str) -> None:
    with pytest.raises(IntegrityError) as error:
        canonical.unb64(text)
    assert error.value.code == "not_base64"


def test_a_wrong_number_of_bytes_is_refused() -> None:
    with pytest.raises(IntegrityError):
        canonical.unb64("AAAA", 4)
