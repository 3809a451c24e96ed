"""Bech32 (BIP 173) without a length limit, as age uses it for recipients and identities."""

from siegel.lib.age.errors import KeyFormatError

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES = {char: value for value, char in enumerate(_ALPHABET)}
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_LENGTH = 6


def _feedback(top: int) -> int:
    value = 0
    for bit, generator in enumerate(_GENERATORS):
        if top >> bit & 1:
            value ^= generator
    return value


# One table look-up instead of five conditional xors per symbol: a hybrid recipient has 1,946 of them.
_FEEDBACK = tuple(_feedback(top) for top in range(32))


def _polymod(prefix: str, symbols: list[int]) -> int:
    checksum = 1
    for value in (*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix), *symbols):
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value ^ _FEEDBACK[checksum >> 25]
    return checksum


def _regroup(values: bytes | list[int], width_in: int, width_out: int) -> tuple[list[int], int, int]:
    """The same bits in groups of `width_out`, with the bits left over: (groups, left-over value, its width)."""
    groups: list[int] = []
    pending = bits = 0
    for value in values:
        pending = pending << width_in | value
        bits += width_in
        while bits >= width_out:
            bits -= width_out
            groups.append(pending >> bits)
            pending &= (1 << bits) - 1
    return groups, pending, bits


def encode(prefix: str, data: bytes) -> str:
    """Lower-case Bech32 text of `data` under the lower-case human-readable `prefix`."""
    symbols, rest, bits = _regroup(data, 8, 5)
    if bits:
        symbols.append(rest << 5 - bits)
    checksum = _polymod(prefix, [*symbols, *[0] * _CHECKSUM_LENGTH]) ^ 1
    symbols += [checksum >> 5 * (5 - i) & 31 for i in range(_CHECKSUM_LENGTH)]
    return prefix + "1" + "".join(_ALPHABET[s] for s in symbols)


def decode(text: str, prefix: str) -> bytes:
    """The bytes behind `text`; KeyFormatError unless it is valid Bech32 under exactly this lower-case `prefix`.

    The text may be all upper case or all lower case; which one an age key needs is for the caller to check.
    """
    if text not in (text.lower(), text.upper()):
        raise KeyFormatError("the key mixes upper and lower case")
    found_prefix, separator, body = text.lower().rpartition("1")
    if not separator or found_prefix != prefix or len(body) < _CHECKSUM_LENGTH:
        raise KeyFormatError(f"the key does not begin with {prefix}1")
    try:
        symbols = [_VALUES[char] for char in body]
    except KeyError:
        raise KeyFormatError("the key contains a character that Bech32 does not use") from None
    if _polymod(prefix, symbols) != 1:
        raise KeyFormatError("the key's check characters do not fit")
    groups, rest, bits = _regroup(symbols[:-_CHECKSUM_LENGTH], 5, 8)
    if bits >= 5 or rest:
        raise KeyFormatError("the key has stray bits at its end")
    return bytes(groups)
