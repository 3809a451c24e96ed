"""Rows open in their place only; names are what they look like."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siegel.seals import canonical
from siegel.seals.derive import EpochSeed
from siegel.seals.errors import IntegrityError, RefusedError
from siegel.seals.ids import new_id
from siegel.seals.rows import FileRow, FolderRow, Place, VaultRow, check_name, check_title, open_row, seal_row

SEED = EpochSeed(bytes(32))
PLACE = Place(new_id(), new_id(), new_id(), 1, 1)
FILE = FileRow("A" * 43, None, 1_700_000_000, "Bescheid 2025.pdf", 7, "application/pdf")


@pytest.mark.parametrize("row", [FILE, FolderRow(1, "Belege"), VaultRow("Müller", "10001", "Lohn / Gehalt")])
def test_a_row_opens_in_its_place(row: Any) -> None:
    assert open_row(SEED, PLACE, type(row), seal_row(SEED, PLACE, row)) == row


def test_two_sealings_of_a_row_differ() -> None:
    assert seal_row(SEED, PLACE, FILE) != seal_row(SEED, PLACE, FILE)


@pytest.mark.parametrize(
    "place",
    [
        replace(PLACE, firm=new_id()),
        replace(PLACE, vault=new_id()),
        replace(PLACE, node=new_id()),
        replace(PLACE, version=2),
        replace(PLACE, epoch=2),
        replace(PLACE, node=PLACE.vault, vault=PLACE.node),
    ],
)
def test_a_row_does_not_open_elsewhere(place: Place) -> None:
    refused(SEED, place, seal_row(SEED, PLACE, FILE))


def refused(seed: EpochSeed, place: Place, sealed: bytes, code: str = "row_invalid") -> None:
    with pytest.raises(IntegrityError) as error:
        open_row(seed, place, FileRow, sealed)
    assert error.value.code == code


def test_a_row_does_not_open_as_another_kind_or_under_another_epoch() -> None:
    refused(SEED, PLACE, seal_row(SEED, PLACE, FolderRow(1, "a")))
    refused(EpochSeed(b"\x01" * 32), PLACE, seal_row(SEED, PLACE, FILE))


@given(st.integers(0, 400), st.integers(1, 255))
def test_an_altered_row_does_not_open(place: int, flip: int) -> None:
    sealed = bytearray(seal_row(SEED, PLACE, FILE, nonce=bytes(12)))
    sealed[place % len(sealed)] ^= flip
    refused(SEED, PLACE, bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", bytes(12), bytes(20_000)])
def test_a_row_of_impossible_size_is_refused(sealed: bytes) -> None:
    refused(SEED, PLACE, sealed)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "name_empty"),
        (".", "name_empty"),
        ("..", "name_empty"),
        ("a/b", "name_character"),
        ("a\\b", "name_character"),
        ("a\x00", "name_character"),
        ("a\n", "name_character"),
        ("a\x7f", "name_character"),
        ("a\x85", "name_character"),
        ("a\u2028b", "name_character"),
        ("a\u2029b", "name_character"),
        ("fdp\u202egnp.exe", "name_character"),
        ("\u2066a\u2069", "name_character"),
        ("\u200fa", "name_character"),
        ("\u061ca", "name_character"),
        ("a\ud800", "name_character"),
        ("a\u0308", "name_not_nfc"),
        ("ä" * 128, "name_too_long"),
        ("a" * 256, "name_too_long"),
    ],
)
def test_a_name_that_deceives_is_neither_written_nor_read(name: str, code: str) -> None:
    with pytest.raises(IntegrityError) as error:
        check_name(name)
    assert error.value.code == code
    with pytest.raises((RefusedError, IntegrityError)):
        seal_row(SEED, PLACE, FolderRow(1, name))


def test_a_writer_is_told_which_rule_a_name_breaks() -> None:
    with pytest.raises(RefusedError) as error:
        seal_row(SEED, PLACE, replace(FILE, name="a/b"))
    assert error.value.code == "name_character"


def test_a_reader_refuses_a_name_another_writer_let_pass() -> None:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    text = canonical.encode({"created": 1, "name": "../../etc/passwd"})
    sealed = bytes(12) + AESGCM(SEED.row_key().reveal()).encrypt(bytes(12), text, PLACE.associated("folder"))
    with pytest.raises(IntegrityError) as error:
        open_row(SEED, PLACE, FolderRow, sealed)
    assert error.value.code == "name_character"


@pytest.mark.parametrize(
    "name", ["a", "...", ".bashrc", "ä" * 127, "a" * 255, "日本語.txt", "a b", "👨‍👩‍👧.png", "\xa0", "C:"]
)
def test_ordinary_names_are_allowed(name: str) -> None:
    assert check_name(name) == name


def test_a_title_may_contain_separators_and_nothing_else_a_name_may_not() -> None:
    assert check_title("Lohn/Gehalt 2026") == "Lohn/Gehalt 2026"
    for title in ("", "a\n", "\u202ea"):
        with pytest.raises(IntegrityError):
            check_title(title)


@pytest.mark.parametrize(
    "fields", [{"size": -1}, {"size": 2**31 - 2}, {"content_hash": "A"}, {"created": -1}, {"name": 1}]
)
def test_a_value_out_of_range_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(RefusedError):
        seal_row(SEED, PLACE, replace(FILE, **fields))  # type: ignore[arg-type]
