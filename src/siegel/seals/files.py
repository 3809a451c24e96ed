"""Files: sealed once into one payload, opened only where every signed statement about them agrees.

Everything streams; memory stays within a few MiB whatever the file's size.
"""

import functools
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from siegel.lib.age import (
    AgeError,
    BlockSource,
    FileKey,
    Header,
    HybridIdentity,
    HybridRecipient,
    NoMatch,
    open_blocks,
    open_header,
    open_payload,
    seal_header,
    seal_payload,
)
from siegel.lib.age.hybrid import KIND as HYBRID
from siegel.lib.merkle import SegmentTree, leaf_hash, root_from_leaves
from siegel.seals.canonical import b64
from siegel.seals.derive import commitment
from siegel.seals.documents import MAX_CONTENT_SIZE, Manifest
from siegel.seals.errors import IntegrityError, RefusedError
from siegel.seals.rows import FileRow

SEGMENT_SIZE = 1 << 20


class Source(Protocol):
    """A binary file opened for reading; `read` may return less than asked, and nothing only at the end."""

    def read(self, size: int, /) -> bytes: ...


class Sink(Protocol):
    """A binary file opened for writing."""

    def write(self, content: bytes | memoryview, /) -> int | None: ...


@dataclass(frozen=True, slots=True)
class SealedFile:
    """What is known after sealing. Hashes and commitment are b64; `leaves` are those of the payload."""

    file_key: FileKey = field(repr=False)
    size: int
    content_hash: str
    payload_size: int
    payload_hash: str
    leaves: tuple[bytes, ...]
    commitment: str


class _Counted(io.RawIOBase):
    """Passes a stream on, hashing and counting it; one byte over `limit` ends it with RefusedError `too_large`."""

    def __init__(self, source: Source, limit: int) -> None:
        self._source = source
        self._limit = limit
        self.tree = SegmentTree(SEGMENT_SIZE)
        self.size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # every buffer we are given is one
        piece = self._source.read(len(buffer))
        self.size += len(piece)
        if self.size > self._limit:
            raise RefusedError("too_large", f"a file has at most {self._limit} bytes")
        self.tree.update(piece)
        buffer[: len(piece)] = piece
        return len(piece)


class _Hashed:
    """Passes what is written on to `sink`, hashing and counting it."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.tree = SegmentTree(SEGMENT_SIZE)
        self.size = 0

    def write(self, content: memoryview, /) -> int:
        written = self._sink.write(content)
        taken = len(content) if written is None else written
        self.tree.update(content[:taken])
        self.size += taken
        return taken


def seal(source: Source, sink: Sink) -> SealedFile:
    """Seals all of `source` under a new file key; `sink` receives the payload.

    RefusedError `too_large` beyond MAX_CONTENT_SIZE: better ask for the size before.
    """
    file_key = FileKey.generate()
    plain, payload = _Counted(source, MAX_CONTENT_SIZE), _Hashed(sink)
    seal_payload(file_key, plain, payload)
    return SealedFile(
        file_key=file_key,
        size=plain.size,
        content_hash=b64(plain.tree.root()),
        payload_size=payload.size,
        payload_hash=b64(payload.tree.root()),
        leaves=tuple(payload.tree.leaves()),
        commitment=commitment(file_key),
    )


def header_for(file_key: FileKey, recipient: str) -> bytes:
    """The age header that gives the file key to one recipient: the vault epoch's, or the scanner key's."""
    return seal_header(file_key, [_recipient(recipient)])


@functools.lru_cache(maxsize=16)
def _recipient(text: str) -> HybridRecipient:
    """Public keys are large; a thousand files go to the same two."""
    return HybridRecipient.parse(text)


def check_header(header: bytes) -> None:
    """IntegrityError `header_invalid` unless it is one complete age header with one hybrid stanza.

    All that a server can check.
    """
    try:
        kinds = [stanza.kind for stanza in Header.parse(header).stanzas]
    except AgeError as error:
        raise IntegrityError("header_invalid", f"no age header: {error}") from error
    if kinds != [HYBRID]:
        raise IntegrityError("header_invalid", "a header has one hybrid stanza")


def open_file_key(header: bytes, identity: HybridIdentity, expected_commitment: str) -> FileKey:
    """The file key in `header`, if it is the one that was committed to.

    A payload can be made that opens differently under two keys; the commitment allows only one of them.
    IntegrityError `header_invalid`, `header_foreign` (sealed for another key), `commitment_mismatch`.
    """
    check_header(header)
    try:
        file_key = open_header(header, [identity])
    except NoMatch as error:
        raise IntegrityError("header_foreign", "the header is sealed for another key") from error
    except AgeError as error:
        raise IntegrityError("header_invalid", f"the header does not open: {error}") from error
    if commitment(file_key) != expected_commitment:
        raise IntegrityError("commitment_mismatch", "the header holds another file key than the committed one")
    return file_key


def check_leaves(leaves: Sequence[bytes], payload_hash: str, payload_size: int) -> None:
    """IntegrityError `payload_hash` unless `leaves` are those of a payload of this size and hash."""
    if len(leaves) != -(-payload_size // SEGMENT_SIZE) or b64(root_from_leaves(leaves)) != payload_hash:
        raise IntegrityError("payload_hash", "the segments' hashes do not give the signed payload hash")


class VerifiedPayload(io.RawIOBase):
    """A payload as it arrives, handed on only segment by segment after its hash was compared.

    IntegrityError `payload_altered` where it differs, is cut short or goes on. `leaves` must have been checked.
    """

    def __init__(self, source: Source, leaves: Sequence[bytes], payload_size: int) -> None:
        self._source = source
        self._leaves = iter(leaves)
        self._left = payload_size
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # every buffer we are given is one
        if not self._rest:
            self._rest = memoryview(self._segment())
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def _segment(self) -> bytes:
        if not self._left:
            if self._source.read(1):
                raise IntegrityError("payload_altered", "the payload goes on after its signed size")
            return b""
        segment = b"".join(_pieces(self._source, min(SEGMENT_SIZE, self._left)))
        if leaf_hash(segment) != next(self._leaves):
            raise IntegrityError("payload_altered", "a segment of the payload was altered or cut short")
        self._left -= len(segment)
        return segment


def _pieces(source: Source, size: int) -> Iterator[bytes]:
    """Up to `size` bytes of `source`, in what pieces it gives them."""
    while size and (piece := source.read(size)):
        yield piece
        size -= len(piece)


def open_payload_to(
    source: Source, sink: Sink, file_key: FileKey, *, leaves: Sequence[bytes], payload_hash: str, payload_size: int
) -> tuple[int, str]:
    """Opens a payload into `sink` and returns (size, content hash) of the plaintext.

    Each segment is verified before a byte of it is released. IntegrityError: what `sink` holds is then not the file.
    """
    check_leaves(leaves, payload_hash, payload_size)
    plain = _Hashed(sink)
    try:
        open_payload(file_key, VerifiedPayload(source, leaves, payload_size), plain)
    except AgeError as error:
        raise IntegrityError("payload_altered", f"the payload does not open: {error}") from error
    return plain.size, b64(plain.tree.root())


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a file: what the chain signed of it, and what opens its payload."""

    manifest: Manifest
    row: FileRow
    header: bytes
    leaves: Sequence[bytes]

    def require_same(self, size: int, content_hash: str) -> None:
        """IntegrityError `content_mismatch` when the author described another file than he sealed."""
        if (size, content_hash) != (self.row.size, self.row.content_hash):
            raise IntegrityError("content_mismatch", "size or hash of the contents are not those its author signed")


def seal_anew(source: Source, sink: Sink, version: Version, identity: HybridIdentity) -> SealedFile:
    """Opens one version and seals it under a new file key as it comes; `sink` receives the payload.

    Errors as of `open_version`.
    """
    manifest = version.manifest
    file_key = open_file_key(version.header, identity, manifest.commitment)
    check_leaves(version.leaves, manifest.payload_hash, manifest.payload_size)
    payload = VerifiedPayload(source, version.leaves, manifest.payload_size)
    segments = iter(lambda: payload.read(SEGMENT_SIZE), b"")
    try:
        sealed = seal(BlockSource(open_blocks(file_key, segments)), sink)
    except AgeError as error:
        raise IntegrityError("payload_altered", f"the payload does not open: {error}") from error
    version.require_same(sealed.size, sealed.content_hash)
    return sealed


def open_version(source: Source, sink: Sink, version: Version, identity: HybridIdentity) -> None:
    """Opens one version of a file into `sink`, after header and commitment and against manifest and row.

    The manifest comes from the replayed chain, the row from it, the verdict was required before.
    IntegrityError as of `Version.require_same`; others as above.
    """
    manifest = version.manifest
    file_key = open_file_key(version.header, identity, manifest.commitment)
    opened = open_payload_to(
        source,
        sink,
        file_key,
        leaves=version.leaves,
        payload_hash=manifest.payload_hash,
        payload_size=manifest.payload_size,
    )
    version.require_same(*opened)
