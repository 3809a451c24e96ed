"""The vectors of shares.json, and what two of three mean."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siegel.seals.canonical import unb64
from siegel.seals.derive import Seed
from siegel.seals.errors import UnlockError
from siegel.seals.shares import Share, combine, shares_of, split

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "shares.json").read_text())
ROOT, RECOVERY = Seed(unb64(VECTORS["root"])), Seed(unb64(VECTORS["recovery"]))


def test_the_shares_are_made_from_secret_set_and_slope() -> None:
    secret = ROOT.reveal() + RECOVERY.reveal()
    made = shares_of(secret, unb64(VECTORS["set"]), unb64(VECTORS["slope"]))
    assert [share.encode() for share in made] == VECTORS["shares"]


@pytest.mark.parametrize("pair", list(itertools.permutations(range(3), 2)))
def test_any_two_give_the_sheet_back(pair: tuple[int, int]) -> None:
    one, two = (Share.parse(VECTORS["shares"][i]) for i in pair)
    assert combine(one, two) == (ROOT, RECOVERY)


def test_lines_and_small_letters_do_not_matter() -> None:
    one, two, _ = VECTORS["shares"]
    typed = "\n ".join(one[i : i + 5] for i in range(0, len(one), 5)).lower()
    assert combine(Share.parse(typed), Share.parse(two)) == (ROOT, RECOVERY)


@pytest.mark.parametrize("case", VECTORS["broken"], ids=[case["name"] for case in VECTORS["broken"]])
def test_wrong_and_mixed_shares_are_refused(case: dict[str, Any]) -> None:
    with pytest.raises(UnlockError, check=lambda error: error.code == case["code"]):
        combine(*(Share.parse(text) for text in case["shares"]))


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=64, max_size=64), st.binary(min_size=64, max_size=64))
def test_what_one_share_shows_fits_every_secret(secret: bytes, other: bytes) -> None:
    """For every other secret there is a slope that gives the same share: alone it tells nothing."""
    one = shares_of(secret, bytes(4), bytes(range(64)))[0]
    slope = bytes(a ^ b for a, b in zip(one.content, other, strict=True))
    assert shares_of(other, bytes(4), slope)[0].content == one.content


def test_two_splits_of_one_sheet_do_not_mix() -> None:
    one, two = split(ROOT, RECOVERY)[0], split(ROOT, RECOVERY)[1]
    with pytest.raises(UnlockError, check=lambda error: error.code == "share_mixed"):
        combine(one, two)
    assert "content" not in repr(one)
