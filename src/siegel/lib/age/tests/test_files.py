"""Whole files: seal, open, and everything that can happen to the bytes in between."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siegel.lib import age
from siegel.lib.age.tests.samples import CHUNK, EDGE_SIZES, bounded, content, opened_file, sealed_file, sizes

IDENTITY = age.X25519Identity.generate()
PLAIN = content(2 * CHUNK + 5)
SEALED = sealed_file(PLAIN, IDENTITY.recipient())
SMALL = sealed_file(b"vertraulich", IDENTITY.recipient())
SMALL_ARMORED = sealed_file(b"vertraulich", IDENTITY.recipient(), armor=True)


def released_before_error(sealed: bytes) -> bytes:
    """What the sink received from a file that must not open."""
    sink = io.BytesIO()
    with pytest.raises(age.AgeError):
        age.open_file(io.BytesIO(sealed), sink, [IDENTITY])
    return sink.getvalue()


@bounded
@given(st.binary(max_size=500), st.booleans())
def test_any_bytes_come_back(hybrid: age.HybridIdentity, plain: bytes, armor: bool) -> None:
    assert opened_file(sealed_file(plain, hybrid.recipient(), armor=armor), hybrid) == plain


@pytest.mark.parametrize("armor", [False, True], ids=["binary", "armored"])
@pytest.mark.parametrize("size", EDGE_SIZES)
def test_sizes_around_chunks_and_blocks_come_back(size: int, armor: bool) -> None:
    assert opened_file(sealed_file(content(size), IDENTITY.recipient(), armor=armor), IDENTITY) == content(size)


def test_a_passphrase_opens_what_it_sealed() -> None:
    sealed = sealed_file(b"x", age.ScryptRecipient("Gänsefüßchen", work_factor=10))
    assert opened_file(sealed, age.ScryptIdentity("Gänsefüßchen")) == b"x"


def test_each_recipient_opens_the_file_and_nobody_else(hybrid: age.HybridIdentity) -> None:
    other, stranger = age.HybridIdentity.generate(), age.HybridIdentity.generate()
    sealed = sealed_file(b"x", hybrid.recipient(), other.recipient())
    assert opened_file(sealed, hybrid) == opened_file(sealed, stranger, other) == b"x"
    with pytest.raises(age.NoMatch):
        opened_file(sealed, stranger, IDENTITY)


@bounded
@given(st.integers(0, len(SEALED) * 8 - 1))
def test_a_bit_flipped_anywhere_is_an_error_and_releases_only_true_bytes(bit: int) -> None:
    flipped = bytearray(SEALED)
    flipped[bit // 8] ^= 1 << bit % 8
    released = released_before_error(bytes(flipped))
    assert PLAIN.startswith(released)
    assert len(released) in (0, CHUNK, 2 * CHUNK)


@pytest.mark.parametrize("sealed", [SMALL, SMALL_ARMORED], ids=["binary", "armored"])
def test_no_byte_of_a_small_file_can_be_altered(sealed: bytes) -> None:
    for at in range(len(sealed)):
        altered = bytearray(sealed)
        altered[at] ^= 1
        assert released_before_error(bytes(altered)) == b""


@bounded
@given(st.integers(0, len(SEALED) - 1))
def test_a_file_cut_anywhere_is_an_error_and_releases_only_whole_chunks(size: int) -> None:
    released = released_before_error(SEALED[:size])
    assert PLAIN.startswith(released)
    assert len(released) % CHUNK == 0


def test_no_prefix_of_a_small_file_opens() -> None:
    for size in range(len(SMALL)):
        assert released_before_error(SMALL[:size]) == b""


@bounded
@given(st.binary(min_size=1, max_size=100))
def test_bytes_after_the_end_are_an_error(extra: bytes) -> None:
    assert PLAIN.startswith(released_before_error(SEALED + extra))


@bounded
@given(st.binary(max_size=300))
def test_any_other_file_is_refused(foreign: bytes) -> None:
    assert released_before_error(foreign) == b""


def test_files_joined_together_are_refused() -> None:
    assert released_before_error(SMALL + SMALL) == b""


@bounded
@given(sizes)
def test_the_size_of_the_payload_is_known_beforehand(size: int) -> None:
    sealed = sealed_file(content(size), IDENTITY.recipient())
    header = age.Header.read(io.BytesIO(sealed))
    assert len(sealed) == len(header.raw) + age.sealed_size(size)


def test_nothing_is_written_when_the_recipients_are_refused() -> None:
    sink = io.BytesIO()
    with pytest.raises(age.RecipientError):
        age.seal_file(io.BytesIO(b"x"), sink, [])
    assert sink.getvalue() == b""


def test_a_header_can_be_looked_at_before_opening() -> None:
    sealed = sealed_file(b"x", age.ScryptRecipient("secret", work_factor=5), armor=True)
    header, payload = age.read_header(io.BytesIO(sealed))
    assert header.needs_passphrase
    sink = io.BytesIO()
    age.open_payload(age.open_header(header, [age.ScryptIdentity("secret")]), payload, sink)
    assert sink.getvalue() == b"x"


class ReluctantSink(io.RawIOBase):
    """An unbuffered sink that takes 1,000 bytes at a time, as a pipe may."""

    def __init__(self) -> None:
        self.received = bytearray()

    def write(self, data: memoryview, /) -> int:  # type: ignore[override]
        self.received += data[:1000]
        return min(len(data), 1000)


class ReluctantSource(io.RawIOBase):
    """An unbuffered source that gives 1,000 bytes at a time, as a socket may."""

    def __init__(self, content: bytes) -> None:
        self._source = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        return self._source.readinto(memoryview(buffer)[:1000])


@pytest.mark.parametrize("armor", [False, True], ids=["binary", "armored"])
def test_short_reads_and_writes_lose_nothing(armor: bool) -> None:
    sealed, opened = ReluctantSink(), ReluctantSink()
    age.seal_file(ReluctantSource(PLAIN), sealed, [IDENTITY.recipient()], armor=armor)
    age.open_file(ReluctantSource(bytes(sealed.received)), opened, [IDENTITY])
    assert opened.received == PLAIN


class FullDisk(io.RawIOBase):
    def write(self, data: memoryview, /) -> int:  # type: ignore[override]
        raise OSError(28, "No space left on device")


def test_a_full_disk_is_reported_as_such() -> None:
    with pytest.raises(OSError, match="No space left"):
        age.open_file(io.BytesIO(SEALED), FullDisk(), [IDENTITY])
