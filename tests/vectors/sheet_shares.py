"""The vectors of shares.json: an emergency sheet in three shares, and shares that give none."""

import hashlib
from dataclasses import replace
from typing import Any

from siegel.seals.canonical import b64
from siegel.seals.shares import SECRET_SIZE, SET_SIZE, shares_of


def _bytes(name: str, size: int) -> bytes:
    return hashlib.shake_256(f"shares {name}".encode()).digest(size)


def share_vectors() -> dict[str, Any]:
    secret, slope, set_id = _bytes("secret", SECRET_SIZE), _bytes("slope", SECRET_SIZE), _bytes("set", SET_SIZE)
    one, two, three = shares_of(secret, set_id, slope)
    other = shares_of(secret, _bytes("another set", SET_SIZE), slope)[1]
    altered = replace(two, content=bytes([two.content[0] ^ 1]) + two.content[1:])
    text = one.encode()
    typed_wrong = text[:30] + ("Q" if text[30] != "Q" else "P") + text[31:]
    return {
        "root": b64(secret[:32]),
        "recovery": b64(secret[32:]),
        "set": b64(set_id),
        "slope": b64(slope),
        "shares": [share.encode() for share in (one, two, three)],
        "broken": [
            {"name": "a letter typed wrong", "shares": [typed_wrong, two.encode()], "code": "share_damaged"},
            {"name": "cut short", "shares": [text[:-1], two.encode()], "code": "share_damaged"},
            {"name": "a key of the sheet", "shares": ["AGE-SECRET-KEY-PQ-1", text], "code": "share_damaged"},
            {"name": "a fourth", "shares": [replace(one, number=4).encode(), text], "code": "share_damaged"},
            {"name": "of two sets", "shares": [text, other.encode()], "code": "share_mixed"},
            {"name": "twice the same", "shares": [text, text.lower()], "code": "share_same"},
            {"name": "altered", "shares": [text, altered.encode()], "code": "share_wrong"},
            {"name": "renumbered", "shares": [text, replace(two, number=3).encode()], "code": "share_wrong"},
        ],
    }
