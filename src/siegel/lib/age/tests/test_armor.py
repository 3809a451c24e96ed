"""Armor beyond the published vectors: what we write, and that reading is bounded."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siegel.lib import age
from siegel.lib.age.tests.samples import bounded, opened_file, sealed_file


def armored(content: bytes) -> bytes:
    sink = io.BytesIO()
    target = age.ArmorSink(sink)
    target.write(memoryview(content))
    target.close()
    return sink.getvalue()


@bounded
@given(st.binary(min_size=1, max_size=300), st.sampled_from([b"\n", b"\r\n"]))
def test_any_bytes_come_back_with_either_line_end(content: bytes, line_end: bytes) -> None:
    text = armored(content).replace(b"\n", line_end)
    assert age.dearmor(io.BytesIO(text)).read() == content


@pytest.mark.parametrize("size", [48 * 1024 - 1, 48 * 1024, 48 * 1024 + 1, 96 * 1024, 100_000])
def test_sizes_around_the_internal_block_come_back(size: int) -> None:
    assert age.dearmor(io.BytesIO(armored(bytes(size)))).read() == bytes(size)


@bounded
@given(st.lists(st.binary(max_size=100)))
def test_armor_does_not_depend_on_the_sizes_of_writes(parts: list[bytes]) -> None:
    sink = io.BytesIO()
    target = age.ArmorSink(sink)
    for part in parts:
        target.write(memoryview(part))
    target.close()
    assert sink.getvalue() == armored(b"".join(parts))


def test_armor_is_text_of_64_columns() -> None:
    lines = armored(bytes(100)).decode("ascii").split("\n")
    assert lines[0] == "-----BEGIN AGE ENCRYPTED FILE-----"
    assert [len(line) for line in lines[1:-2]] == [64, 64, 8]
    assert lines[-2:] == ["-----END AGE ENCRYPTED FILE-----", ""]


@pytest.mark.parametrize("side", ["before", "after"])
def test_white_space_around_armor_is_limited(classic: age.X25519Identity, side: str) -> None:
    sealed = sealed_file(b"x", classic.recipient(), armor=True)
    for size, allowed in ((1000, True), (3000, False)):
        space = b" \n" * (size // 2)
        padded = space + sealed if side == "before" else sealed + space
        if allowed:
            assert opened_file(padded, classic) == b"x"
        else:
            with pytest.raises(age.ArmorError):
                opened_file(padded, classic)


@pytest.mark.parametrize("label", [b"PRIVATE KEY", b"AGE ENCRYPTED FILES", b"age encrypted file"])
def test_armor_of_another_kind_is_refused(classic: age.X25519Identity, label: bytes) -> None:
    sealed = sealed_file(b"x", classic.recipient(), armor=True).replace(b"AGE ENCRYPTED FILE", label)
    with pytest.raises(age.ArmorError):
        opened_file(sealed, classic)


def test_a_line_without_end_is_refused_without_reading_it_all() -> None:
    source = io.BytesIO(b"-----BEGIN AGE ENCRYPTED FILE-----\n" + b"A" * (2 << 20))
    with pytest.raises(age.ArmorError):
        age.dearmor(source).read(1)
    assert source.tell() < 1000
