"""A file opens only as what its author sealed, and releases nothing that was not verified."""

import io
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siegel.lib.age import FileKey, X25519Identity, seal_header
from siegel.lib.merkle import root_from_leaves
from siegel.seals import files
from siegel.seals.canonical import b64
from siegel.seals.derive import EpochSeed, Seed, commitment
from siegel.seals.documents import Manifest
from siegel.seals.errors import IntegrityError, RefusedError
from siegel.seals.ids import new_id
from siegel.seals.rows import FileRow
from siegel.seals.tests.people import hash_of

MIB = 1 << 20
EPOCH = EpochSeed(bytes(32))
RECIPIENT = EPOCH.recipient()


@dataclass
class Version:
    """A sealed file and everything a reader gets."""

    payload: bytes
    manifest: Manifest
    row: FileRow
    header: bytes
    leaves: tuple[bytes, ...]
    sealed: files.SealedFile

    def open(self) -> bytes:
        sink = io.BytesIO()
        self.open_into(sink)
        return sink.getvalue()

    def open_into(self, sink: io.BytesIO) -> None:
        version = files.Version(self.manifest, self.row, self.header, self.leaves)
        files.open_version(io.BytesIO(self.payload), sink, version, EPOCH.identity())


def version_of(content: bytes) -> Version:
    sink = io.BytesIO()
    sealed = files.seal(io.BytesIO(content), sink)
    manifest = Manifest(
        author=hash_of("author"),
        checkpoint=None,
        commitment=sealed.commitment,
        copied_from=None,
        epoch=1,
        firm=new_id(),
        generation=1,
        node=new_id(),
        parent=new_id(),
        payload_hash=sealed.payload_hash,
        payload_size=sealed.payload_size,
        previous=None,
        row=hash_of("row"),
        vault=new_id(),
        version=1,
    )
    row = FileRow(sealed.content_hash, None, None, "a", sealed.size, "text/plain")
    header = files.header_for(sealed.file_key, RECIPIENT)
    return Version(sink.getvalue(), manifest, row, header, sealed.leaves, sealed)


def refused(version: Version, code: str) -> bytes:
    """The version is refused; what was released until then."""
    sink = io.BytesIO()
    with pytest.raises(IntegrityError) as error:
        version.open_into(sink)
    assert error.value.code == code
    return sink.getvalue()


BIG = version_of(bytes(range(256)) * 10_000)


@settings(max_examples=20)
@given(
    st.one_of(st.binary(max_size=300), st.sampled_from([65535, 65536, 65537, MIB - 32, MIB, 2 * MIB + 1]).map(bytes))
)
def test_any_content_opens_as_it_was(content: bytes) -> None:
    version = version_of(content)
    assert version.open() == content
    assert version.sealed.size == len(content)
    assert version.sealed.payload_size == len(version.payload)


def test_an_empty_file_has_a_payload_of_32_bytes_and_the_empty_trees_hash() -> None:
    version = version_of(b"")
    assert version.sealed.payload_size == 32
    assert version.sealed.content_hash == "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
    assert version.open() == b""


def test_header_and_payload_are_a_stock_age_file() -> None:
    from siegel.lib.age import open_file

    sink = io.BytesIO()
    open_file(io.BytesIO(BIG.header + BIG.payload), sink, [EPOCH.identity()])
    assert sink.getvalue() == BIG.open()


@pytest.mark.parametrize("place", [0, 15, 16, MIB - 1, MIB, 2 * MIB + 5, -1])
def test_an_altered_payload_releases_only_verified_segments(place: int) -> None:
    payload = bytearray(BIG.payload)
    payload[place] ^= 1
    released = refused(replace(BIG, payload=bytes(payload)), "payload_altered")
    assert BIG.open().startswith(released)
    assert len(released) <= (place % len(payload)) // MIB * MIB


@pytest.mark.parametrize("cut", [0, 5, MIB, 2 * MIB, -1])
def test_a_truncated_payload_releases_only_verified_segments(cut: int) -> None:
    released = refused(replace(BIG, payload=BIG.payload[:cut]), "payload_altered")
    assert BIG.open().startswith(released)
    assert len(released) <= (cut % len(BIG.payload)) // MIB * MIB


def test_a_payload_that_goes_on_is_refused() -> None:
    refused(replace(BIG, payload=BIG.payload + b"x"), "payload_altered")


def test_leaves_that_do_not_give_the_signed_hash_are_refused() -> None:
    swapped = (BIG.leaves[1], BIG.leaves[0], *BIG.leaves[2:])
    for leaves in (swapped, BIG.leaves[:-1], (*BIG.leaves, bytes(32)), ()):
        assert refused(replace(BIG, leaves=leaves), "payload_hash") == b""


def test_more_or_fewer_leaves_than_the_size_has_segments_are_refused() -> None:
    leaves = BIG.leaves[:2]
    manifest = replace(BIG.manifest, payload_hash=b64(root_from_leaves(leaves)))
    assert refused(replace(BIG, leaves=leaves, manifest=manifest), "payload_hash") == b""


def test_swapped_segments_are_refused() -> None:
    payload = BIG.payload[MIB : 2 * MIB] + BIG.payload[:MIB] + BIG.payload[2 * MIB :]
    assert refused(replace(BIG, payload=payload), "payload_altered") == b""


def test_another_file_key_than_the_committed_one_is_refused_before_anything_opens() -> None:
    header = files.header_for(FileKey.generate(), RECIPIENT)
    assert refused(replace(BIG, header=header), "commitment_mismatch") == b""


def test_a_payload_sealed_under_another_key_than_the_committed_one_is_refused() -> None:
    other = FileKey.generate()
    manifest = replace(BIG.manifest, commitment=commitment(other))
    header = files.header_for(other, RECIPIENT)
    assert refused(replace(BIG, manifest=manifest, header=header), "payload_altered") == b""


def test_a_header_for_somebody_else_is_refused() -> None:
    header = files.header_for(BIG.sealed.file_key, Seed.generate().public_keys().recipient or "")
    assert refused(replace(BIG, header=header), "header_foreign") == b""


def test_the_form_of_a_header_is_strict() -> None:
    recipient = EPOCH.identity().recipient()
    key = BIG.sealed.file_key
    classic = seal_header(key, [X25519Identity.generate().recipient()])
    for header in (
        b"",
        BIG.header[:-1],
        BIG.header + b"\n",
        seal_header(key, [recipient, recipient]),
        classic,
        bytes(2 * MIB),
    ):
        assert refused(replace(BIG, header=header), "header_invalid") == b""


def test_an_altered_header_is_refused() -> None:
    line_end = BIG.header.rindex(b"---")
    header = bytearray(BIG.header)
    header[line_end + 5] ^= 1
    with pytest.raises(IntegrityError):
        replace(BIG, header=bytes(header)).open()


@pytest.mark.parametrize("lie", [{"size": 1}, {"content_hash": "A" * 43}])
def test_an_author_who_describes_another_file_is_noticed(lie: dict[str, object]) -> None:
    refused(replace(BIG, row=replace(BIG.row, **lie)), "content_mismatch")  # type: ignore[arg-type]


def test_a_file_that_grows_beyond_the_limit_while_it_is_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_CONTENT_SIZE", 100)
    files.seal(io.BytesIO(bytes(100)), io.BytesIO())
    with pytest.raises(RefusedError) as error:
        files.seal(io.BytesIO(bytes(101)), io.BytesIO())
    assert error.value.code == "too_large"


def test_sealing_twice_gives_nothing_equal() -> None:
    one, two = version_of(b"same"), version_of(b"same")
    assert one.sealed.commitment != two.sealed.commitment
    assert one.payload != two.payload
    assert one.sealed.content_hash == two.sealed.content_hash
    assert "file_key" not in repr(one.sealed)
