"""What a scan found, and which of two findings counts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Result(IntEnum):
    """Ordered by what must win when parts of a file differ: something infected is infected, whatever else failed."""

    CLEAN = 0
    NOT_SCANNABLE = 1
    FAILED = 2
    INFECTED = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """`reason`: null when clean, the signature's name when infected, else a short code."""

    result: Result
    reason: str | None = None


CLEAN = Finding(Result.CLEAN)


def infected(signature: str) -> Finding:
    return Finding(Result.INFECTED, signature)


def not_scannable(reason: str) -> Finding:
    return Finding(Result.NOT_SCANNABLE, reason)


def failed(reason: str) -> Finding:
    return Finding(Result.FAILED, reason)


def worse(first: Finding, second: Finding) -> Finding:
    """The more severe of the two; the first when equal."""
    return second if second.result > first.result else first
