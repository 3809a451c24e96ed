"""Which 32 bytes are an Ed25519 public key that only its holder can sign for (RFC 8032, 5.1.3).

Libraries differ in what they take for a key. Under a point of small order one signature fits every text, so anybody
signs in its name, and strict verifiers refuse what others accept. Whoever certifies a key asks here first.
"""

_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P


def is_public_key(raw: bytes) -> bool:
    """Whether `raw` is the canonical encoding of a point of the curve -x² + y² = 1 + d·x²·y², not of small order.

    The order of a point divides 8 times a prime. The eight points whose order divides 8 are those with y = 0, y² = 1,
    or, as doubling them gives y = 0 (that is x² = -y²), with d·y⁴ + 2·y² = 1: y alone tells them.
    """
    if len(raw) != 32:
        return False
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    yy = y * y % _P
    is_small = y * (yy - 1) * (_D * yy * yy + 2 * yy - 1) % _P == 0
    return y < _P and not is_small and _is_square((yy - 1) * (_D * yy + 1) % _P)


def _is_square(value: int) -> bool:
    """Euler's criterion: so x² = (y² - 1) / (d·y² + 1) has a root; the divisor is never 0, as -1/d is no square."""
    return pow(value, (_P - 1) // 2, _P) in (0, 1)
