"""The emergency sheet in three shares, of which any two give it back (Shamir 1979; docs/formats.md, section 7.1).

One share tells nothing: its 64 bytes are the secret plus a random multiple of its number, byte by byte in GF(2^8).
The arithmetic has no tables and no branches that depend on secrets.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Self

from siegel.lib.age import KeyFormatError, bech32
from siegel.seals.derive import KEY_SIZE, Seed, join
from siegel.seals.errors import UnlockError

PREFIX = "siegel-share-"
COUNT = 3
SET_SIZE, CHECK_SIZE, SECRET_SIZE = 4, 8, 2 * KEY_SIZE
SHARE_SIZE = SET_SIZE + CHECK_SIZE + 1 + SECRET_SIZE


@dataclass(frozen=True, slots=True)
class Share:
    """One of the three. `set_id` tells which were made together, `check` whether two gave the right secret."""

    set_id: bytes
    check: bytes
    number: int
    content: bytes = field(repr=False)

    def encode(self) -> str:
        """`SIEGEL-SHARE-1…`, with a checksum that finds whatever was typed wrong."""
        return bech32.encode(PREFIX, self.set_id + self.check + bytes([self.number]) + self.content).upper()

    @classmethod
    def parse(cls, text: str) -> Self:
        """White space and case do not matter; UnlockError `share_damaged`."""
        try:
            raw = bech32.decode("".join(text.split()).lower(), PREFIX)
        except KeyFormatError as error:
            raise UnlockError("share_damaged", "the share was typed wrong") from error
        if len(raw) != SHARE_SIZE or not 1 <= raw[SET_SIZE + CHECK_SIZE] <= COUNT:
            raise UnlockError("share_damaged", "not a share of an emergency sheet")
        at = SET_SIZE + CHECK_SIZE
        return cls(raw[:SET_SIZE], raw[SET_SIZE:at], raw[at], raw[at + 1 :])


def split(root: Seed, recovery: Seed) -> tuple[Share, ...]:
    """Three shares of the sheet's two seeds."""
    return shares_of(root.reveal() + recovery.reveal(), secrets.token_bytes(SET_SIZE), secrets.token_bytes(SECRET_SIZE))


def shares_of(secret: bytes, set_id: bytes, slope: bytes) -> tuple[Share, ...]:
    """The shares of `secret` with this random `slope`: the points 1, 2, 3 of a line through it."""
    contents = [bytes(s ^ _times(a, x) for s, a in zip(secret, slope, strict=True)) for x in range(1, COUNT + 1)]
    return tuple(Share(set_id, _check(secret), x, content) for x, content in enumerate(contents, 1))


def combine(one: Share, two: Share) -> tuple[Seed, Seed]:
    """Root and recovery; UnlockError `share_same`, `share_mixed` (of two sets), `share_wrong` (they give no sheet)."""
    if (one.set_id, one.check) != (two.set_id, two.check):
        raise UnlockError("share_mixed", "the shares were not made together")
    if one.number == two.number:
        raise UnlockError("share_same", "twice the same share")
    inverse = _inverse(one.number ^ two.number)
    left, right = _times(two.number, inverse), _times(one.number, inverse)
    pairs = zip(one.content, two.content, strict=True)
    secret = bytes(_times(a, left) ^ _times(b, right) for a, b in pairs)
    if not hmac.compare_digest(_check(secret), one.check):
        raise UnlockError("share_wrong", "the shares give no emergency sheet")
    return Seed(secret[:KEY_SIZE]), Seed(secret[KEY_SIZE:])


def _check(secret: bytes) -> bytes:
    """Of 512 random bits: it helps nobody to guess them."""
    joined = join("siegel-share@v1", secret[:KEY_SIZE], secret[KEY_SIZE:])
    return hashlib.sha256(joined).digest()[:CHECK_SIZE]


def _times(a: int, b: int) -> int:
    """The product in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1 (FIPS 197, 4.2)."""
    product = 0
    for bit in range(8):
        product ^= a & -(b >> bit & 1)
        a = (a << 1) ^ (0x11B & -(a >> 7))
    return product


def _inverse(a: int) -> int:
    """a^254, which is the inverse of whatever is not 0."""
    power = 1
    for _ in range(254):
        power = _times(power, a)
    return power
