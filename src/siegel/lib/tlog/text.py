"""The few text forms that all formats of a log share. Each value has exactly one text; ValueError for any other."""

import base64
import re

from siegel.lib.merkle import HASH_SIZE

MAX_NUMBER = 2**63 - 1
"""Of sizes, indexes and times: what fits into a signed 64-bit integer everywhere."""
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL = re.compile(r"[\x00-\x1f]")


def to_base64(content: bytes) -> str:
    """RFC 4648, section 4, padded."""
    return base64.b64encode(content).decode("ascii")


def from_base64(text: str) -> bytes:
    content = base64.b64decode(text, validate=True)
    if to_base64(content) != text:
        raise ValueError("not canonical base64")
    return content


def parse_hash(text: str) -> bytes:
    """The 32 bytes of a SHA-256 hash in base64."""
    content = from_base64(text)
    if len(content) != HASH_SIZE:
        raise ValueError(f"a hash has {HASH_SIZE} bytes")
    return content


def parse_number(text: str) -> int:
    """0 to MAX_NUMBER in ASCII decimals without leading zeroes."""
    if not _DECIMAL.fullmatch(text) or int(text) > MAX_NUMBER:
        raise ValueError("not a number in canonical decimals")
    return int(text)


def is_line(text: str) -> bool:
    """Whether the text can stand as a line of its own in a note: not empty, no control characters, all of it UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return bool(text) and not _CONTROL.search(text)
