"""Where unpacking ends: each limit has its reason, and what was found before it still counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from siegel.scanner.findings import CLEAN, Result, not_scannable
from siegel.scanner.limits import MIB, Limits

from . import samples
from .conftest import Judge
from .samples import EICAR

TIGHT = Limits(depth=3, members=10, total_bytes=8 * MIB, live_bytes=4 * MIB, ratio=50, ratio_from_bytes=MIB)
LARGE_MEMBERS = [samples.unique(MIB) for _ in range(9)]

OVER = {
    "limit_depth": samples.nested(4, b"core"),
    "limit_members": samples.zipped(*[samples.unique(10) for _ in range(11)]),
    "limit_size": samples.zipped(samples.unique(5 * MIB), method=0),
    "limit_ratio": samples.zipped(*LARGE_MEMBERS),
}


@pytest.mark.parametrize(("reason", "content"), OVER.items(), ids=OVER)
def test_content_over_a_limit_is_not_scannable_and_says_which(judge: Judge, reason: str, content: bytes) -> None:
    assert judge(content, TIGHT) == not_scannable(reason)
    assert judge(content) == CLEAN


def test_all_members_together_are_limited(judge: Judge) -> None:
    content = samples.zipped(*LARGE_MEMBERS, method=0)
    assert judge(content, TIGHT) == not_scannable("limit_size")


def test_members_open_at_one_time_are_limited_together(judge: Judge) -> None:
    inner = samples.zipped(samples.unique(3 * MIB), method=0)
    assert judge(samples.zipped(inner, method=0), TIGHT) == not_scannable("limit_size")


def test_a_large_mail_is_not_read_into_memory(judge: Judge) -> None:
    content = samples.mail(samples.unique(100_000))
    assert judge(content, replace(TIGHT, mail_bytes=50_000)) == not_scannable("limit_size")


def test_a_virus_before_the_limit_is_found(judge: Judge) -> None:
    content = samples.zipped(samples.zip64(EICAR), *LARGE_MEMBERS)
    assert judge(content, TIGHT).result is Result.INFECTED


def test_a_virus_one_level_below_the_depth_limit_is_found_and_deeper_is_not_called_clean(judge: Judge) -> None:
    deepest = replace(TIGHT, depth=2)
    assert judge(samples.nested(1, samples.zip64(EICAR)), deepest).result is Result.INFECTED
    assert judge(samples.nested(2, samples.zip64(EICAR)), deepest) == not_scannable("limit_depth")


def test_a_bomb_of_equal_members_costs_one_look(judge: Judge) -> None:
    bomb = samples.unique(MIB)
    for _ in range(4):
        bomb = samples.zipped(*[bomb] * 10)  # 10 GB if unpacked naively
    assert judge(bomb, replace(Limits(), seconds=20)) == CLEAN
