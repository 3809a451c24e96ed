"""Canonical JSON, the only text we sign, and canonical base64url (docs/formats.md, section 1)."""

import base64
import binascii
import json
import re
import string
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NoReturn, TypeAlias

from siegel.seals.errors import IntegrityError

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"
JsonInput: TypeAlias = "bool | int | str | Sequence[JsonInput] | Mapping[str, JsonInput] | None"

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 16
_KEY = re.compile(r"[a-z0-9_]+", re.ASCII)
_ALPHABET = (string.ascii_letters + string.digits + "-_").encode()
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")


def encode(value: JsonInput) -> bytes:
    """The one text of `value`; IntegrityError `not_canonical` if it has none (floats, bad keys, not NFC)."""
    _check(value, MAX_DEPTH)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def parse(text: bytes) -> Json:
    """The value of canonical JSON; IntegrityError `not_canonical` for any other byte string.

    Writing the value again must give the same bytes: that alone refuses duplicate keys, spaces, other escapes and -0.
    """
    try:
        value: Json = json.loads(text.decode(), parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise IntegrityError("not_canonical", "not JSON of integers and text") from error
    if encode(value) != text:
        raise IntegrityError("not_canonical", "JSON, but not its canonical form")
    return value


def b64(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str, size: int | None = None) -> bytes:
    """The bytes of canonical base64url; IntegrityError `not_base64` otherwise, or if there are not `size` bytes."""
    raw = text.encode("ascii", "replace")
    if raw.translate(None, _ALPHABET):
        raise IntegrityError("not_base64", "foreign characters in base64url")
    try:
        data = binascii.a2b_base64(raw.translate(_TO_STANDARD) + b"=" * (-len(raw) % 4))
    except binascii.Error as error:
        raise IntegrityError("not_base64", "impossible length of base64url") from error
    # only the last group has bits that say nothing
    whole = len(data) // 3
    if b64(data[whole * 3 :]) != text[whole * 4 :]:
        raise IntegrityError("not_base64", "unused bits of base64url are not zero")
    if size is not None and len(data) != size:
        raise IntegrityError("not_base64", f"{len(data)} bytes instead of {size}")
    return data


def _refuse(_: str) -> NoReturn:
    raise ValueError("not an integer")


def _check(value: JsonInput, depth: int) -> None:
    if depth == 0:
        raise IntegrityError("not_canonical", f"nested deeper than {MAX_DEPTH}")
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise IntegrityError("not_canonical", "integer beyond 2^53 - 1")
    elif isinstance(value, Mapping):
        for key, member in value.items():
            if not isinstance(key, str) or not _KEY.fullmatch(key):
                raise IntegrityError("not_canonical", "key outside [a-z0-9_]+")
            _check(member, depth - 1)
    elif isinstance(value, list | tuple):
        for member in value:
            _check(member, depth - 1)
    else:
        raise IntegrityError("not_canonical", f"no JSON type: {type(value).__name__}")


def _check_text(text: str) -> None:
    if text.isascii():
        return
    if not unicodedata.is_normalized("NFC", text):
        raise IntegrityError("not_canonical", "text is not in NFC")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise IntegrityError("not_canonical", "lone surrogate")
