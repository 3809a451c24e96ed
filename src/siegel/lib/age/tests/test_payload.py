"""The payload alone: streams, ranges, and a storage that answers as it likes."""

import io
import itertools
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siegel.lib import age
from siegel.lib.age.tests.samples import BLOCK, CHUNK, EDGE_SIZES, bounded, content, sealed_payload, sizes

KEY = age.FileKey.generate()
SEALED_CHUNK = CHUNK + 16
PLAIN = content(3 * CHUNK + 100)
PAYLOAD = sealed_payload(KEY, PLAIN)


def reader(payload: bytes, key: age.FileKey = KEY) -> age.PayloadReader:
    return age.PayloadReader(key, age.fetch_from(io.BytesIO(payload)), len(payload))


def pieces(whole: bytes, size: int) -> list[bytes]:
    return [whole[i : i + size] for i in range(0, len(whole), size)]


def without_chunk(number: int) -> bytes:
    start = 16 + number * SEALED_CHUNK
    return PAYLOAD[:start] + PAYLOAD[start + SEALED_CHUNK :]


def with_chunks_swapped() -> bytes:
    first, second = PAYLOAD[16 : 16 + SEALED_CHUNK], PAYLOAD[16 + SEALED_CHUNK : 16 + 2 * SEALED_CHUNK]
    return PAYLOAD[:16] + second + first + PAYLOAD[16 + 2 * SEALED_CHUNK :]


def test_a_stream_of_single_bytes_seals_and_opens() -> None:
    plain = PLAIN[: CHUNK + 3]
    sealed = b"".join(age.seal_blocks(KEY, pieces(plain, 1)))
    assert b"".join(age.open_blocks(KEY, pieces(sealed, 1))) == plain


@bounded
@given(sizes, st.integers(1, 2 * CHUNK))
def test_streams_in_blocks_of_any_size_open(size: int, block_size: int) -> None:
    if block_size < 500:
        block_size += 500  # single bytes have a test of their own
    plain = content(size)
    sealed = b"".join(age.seal_blocks(KEY, pieces(plain, block_size)))
    assert len(sealed) == age.sealed_size(size)
    assert b"".join(age.open_blocks(KEY, pieces(sealed, block_size))) == plain


def test_a_stream_gives_its_verified_blocks_before_the_error() -> None:
    payload = bytearray(sealed_payload(KEY, content(2 * BLOCK)))
    payload[16 + 10 * SEALED_CHUNK] ^= 1
    opened = age.open_blocks(KEY, pieces(bytes(payload), 50_000))
    given: list[bytes] = []
    with pytest.raises(age.PayloadError):
        given.extend(opened)
    assert b"".join(given) == content(2 * BLOCK)[: 10 * CHUNK]


def test_memory_does_not_grow_with_the_stream() -> None:
    tracemalloc.start()
    try:
        sealed = age.seal_blocks(KEY, itertools.repeat(bytes(CHUNK), 800))
        assert sum(map(len, age.open_blocks(KEY, sealed))) == 800 * CHUNK
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100 * CHUNK


def test_empty_blocks_in_a_stream_do_not_end_it() -> None:
    sealed = b"".join(age.seal_blocks(KEY, [b"", b"a", b"", b"b"]))
    assert b"".join(age.open_blocks(KEY, [b"", sealed, b""])) == b"ab"


@pytest.mark.parametrize(
    "payload",
    [without_chunk(0), without_chunk(1), without_chunk(3), with_chunks_swapped(), PAYLOAD + PAYLOAD[16:]],
    ids=["first dropped", "second dropped", "last dropped", "swapped", "repeated"],
)
def test_chunks_dropped_swapped_or_appended_are_noticed(payload: bytes) -> None:
    sink = io.BytesIO()
    with pytest.raises(age.PayloadError):
        age.open_payload(KEY, io.BytesIO(payload), sink)
    assert PLAIN.startswith(sink.getvalue())
    with pytest.raises(age.PayloadError):
        reader(payload).read(0, len(PLAIN))


def test_another_file_key_opens_nothing() -> None:
    sink = io.BytesIO()
    with pytest.raises(age.PayloadError):
        age.open_payload(age.FileKey.generate(), io.BytesIO(PAYLOAD), sink)
    assert sink.getvalue() == b""
    with pytest.raises(age.PayloadError):
        reader(PAYLOAD, age.FileKey.generate())


def test_two_payloads_of_one_content_share_no_chunk() -> None:
    other = sealed_payload(KEY, PLAIN)
    assert not set(pieces(PAYLOAD[16:], SEALED_CHUNK)) & set(pieces(other[16:], SEALED_CHUNK))


@bounded
@given(st.sampled_from(EDGE_SIZES), st.data())
def test_any_range_equals_the_slice(size: int, data: st.DataObject) -> None:
    plain = content(size)
    opened = reader(sealed_payload(KEY, plain))
    offset = data.draw(st.integers(0, size + 10), label="offset")
    length = data.draw(st.integers(0, size + 10), label="length")
    assert opened.size == size
    assert opened.read(offset, length) == plain[offset : offset + length]


def test_a_range_fetches_its_own_chunks_only() -> None:
    asked: list[tuple[int, int]] = []
    inner = age.fetch_from(io.BytesIO(b"header" + PAYLOAD), start=6)

    def fetch(offset: int, length: int) -> bytes:
        asked.append((offset, length))
        return inner(offset, length)

    opened = age.PayloadReader(KEY, fetch, len(PAYLOAD))
    asked.clear()
    assert opened.read(CHUNK + 1, CHUNK) == PLAIN[CHUNK + 1 : 2 * CHUNK + 1]
    assert asked == [(16 + SEALED_CHUNK, 2 * SEALED_CHUNK)]


@bounded
@given(st.integers(0, len(PAYLOAD) - 1))
def test_ranges_of_a_payload_cut_anywhere_are_refused_at_once(size: int) -> None:
    with pytest.raises(age.PayloadError):
        reader(PAYLOAD[:size])


def test_a_storage_that_claims_the_old_size_but_gives_less_is_noticed() -> None:
    cut = PAYLOAD[: 16 + SEALED_CHUNK + 5]
    with pytest.raises(age.PayloadError):
        age.PayloadReader(KEY, age.fetch_from(io.BytesIO(cut)), len(PAYLOAD))


@bounded
@given(st.integers(0, len(PAYLOAD) * 8 - 1))
def test_a_bit_flipped_anywhere_never_gives_wrong_bytes_in_a_range(bit: int) -> None:
    flipped = bytearray(PAYLOAD)
    flipped[bit // 8] ^= 1 << bit % 8
    damaged = max(0, bit // 8 - 16) // SEALED_CHUNK
    if bit // 8 < 16 or damaged == 3:
        with pytest.raises(age.PayloadError):
            reader(bytes(flipped))
        return
    opened = reader(bytes(flipped))
    for chunk in range(4):
        if chunk == damaged:
            with pytest.raises(age.PayloadError):
                opened.read(chunk * CHUNK, CHUNK)
        else:
            assert opened.read(chunk * CHUNK, CHUNK) == PLAIN[chunk * CHUNK : (chunk + 1) * CHUNK]


@pytest.mark.parametrize(("offset", "length"), [(-1, 1), (0, -1)])
def test_a_negative_range_is_refused(offset: int, length: int) -> None:
    with pytest.raises(ValueError, match="negative"):
        reader(PAYLOAD).read(offset, length)


@bounded
@given(st.integers(0, 1 << 40))
def test_sizes_convert_back(size: int) -> None:
    assert age.plaintext_size(age.sealed_size(size)) == size


def test_a_size_that_no_payload_has_is_refused() -> None:
    possible = {age.sealed_size(size) for size in range(CHUNK + 100)}
    for payload_size in [*range(200), *range(SEALED_CHUNK - 50, SEALED_CHUNK + 50)]:
        if payload_size in possible:
            assert age.sealed_size(age.plaintext_size(payload_size)) == payload_size
        else:
            with pytest.raises(age.PayloadError):
                age.plaintext_size(payload_size)
