import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from siegel.lib.ed25519 import is_public_key

P = 2**255 - 19
NEUTRAL = bytes([1, *bytes(31)])


@settings(max_examples=50)
@given(st.binary(min_size=32, max_size=32))
def test_every_key_that_a_secret_gives_is_one(secret: bytes) -> None:
    assert is_public_key(Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw())


def test_about_half_of_all_numbers_are_no_point() -> None:
    found = [y for y in range(400) if is_public_key(y.to_bytes(32, "little"))]
    assert 150 < len(found) < 250


def test_a_number_beyond_the_prime_is_no_second_name_of_a_point() -> None:
    assert is_public_key((3).to_bytes(32, "little"))
    assert not is_public_key((P + 3).to_bytes(32, "little"))


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_has_32_bytes(size: int) -> None:
    assert not is_public_key(bytes([3] * size))


def test_the_neutral_point_is_refused_because_anybody_signs_in_its_name() -> None:
    """R = S·B with S = 0 is the neutral point, too: this verifies for every text."""
    Ed25519PublicKey.from_public_bytes(NEUTRAL).verify(NEUTRAL + bytes(32), b"any text at all")
    assert not is_public_key(NEUTRAL)
