import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from siegel.lib.sshsig import SignatureError, armor, dearmor, sign, verify

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
BLOB = sign(KEY, "file", b"message")


@given(st.text(min_size=1, max_size=40), st.binary(max_size=200))
def test_what_was_signed_verifies(namespace: str, message: bytes) -> None:
    verify(dearmor(armor(sign(KEY, namespace, message))), namespace, message, PUBLIC)


@given(st.integers(0, len(BLOB) * 8 - 1))
def test_a_bit_flipped_anywhere_is_refused(bit: int) -> None:
    flipped = bytearray(BLOB)
    flipped[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SignatureError):
        verify(bytes(flipped), "file", b"message", PUBLIC)


@pytest.mark.parametrize("size", range(len(BLOB)))
def test_a_blob_cut_anywhere_is_refused(size: int) -> None:
    with pytest.raises(SignatureError):
        verify(BLOB[:size], "file", b"message", PUBLIC)


def test_a_trailing_byte_is_refused() -> None:
    with pytest.raises(SignatureError):
        verify(BLOB + b"\x00", "file", b"message", PUBLIC)


def test_a_signature_for_another_namespace_is_refused() -> None:
    with pytest.raises(SignatureError):
        verify(BLOB, "email", b"message", PUBLIC)


def test_a_signature_on_another_message_is_refused() -> None:
    with pytest.raises(SignatureError):
        verify(BLOB, "file", b"massage", PUBLIC)


def test_a_good_signature_of_a_foreign_key_is_refused() -> None:
    foreign = sign(Ed25519PrivateKey.generate(), "file", b"message")
    with pytest.raises(SignatureError):
        verify(foreign, "file", b"message", PUBLIC)


def test_a_public_key_that_is_no_point_is_refused() -> None:
    bad = (2).to_bytes(32, "little")
    blob = BLOB.replace(PUBLIC, bad)
    with pytest.raises(SignatureError):
        verify(blob, "file", b"message", bad)


def test_an_empty_namespace_is_refused() -> None:
    with pytest.raises(ValueError, match="namespace"):
        sign(KEY, "", b"message")


@pytest.mark.parametrize(
    "text",
    [
        "",
        armor(BLOB)[:-1],
        armor(BLOB) + "\n",
        " " + armor(BLOB),
        armor(BLOB).replace("\n", "\r\n"),
        armor(BLOB).replace("SSH SIGNATURE", "SSH SIGNATURES"),
        armor(BLOB).replace("U1NIU0lH", "U1NIU0lH\n"),
        armor(BLOB).replace("U1NIU0lH", "U1NIU0l*"),
    ],
)
def test_armor_that_deviates_is_refused(text: str) -> None:
    with pytest.raises(SignatureError):
        dearmor(text)
