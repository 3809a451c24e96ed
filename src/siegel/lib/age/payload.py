"""The payload: a nonce of 16 bytes, then chunks of 64 KiB, each sealed with ChaCha20-Poly1305 (STREAM).

A chunk's nonce is its number and whether it is the last, so chunks can be neither swapped, dropped nor appended
without notice. Plaintext leaves this module only after its chunk verified.

Memory is bounded by two buffers of about half a MiB, whatever the file's size.
"""

import io
import os
from collections.abc import Iterable, Iterator
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from siegel.lib.age.errors import NonceError, PayloadError
from siegel.lib.age.file_key import FileKey

NONCE_SIZE = 16
TAG_SIZE = 16
CHUNK_SIZE = 64 * 1024
SEALED_CHUNK_SIZE = CHUNK_SIZE + TAG_SIZE
# Between two system calls. Half a MiB in and out stays in a core's second-level cache; twice that was measured to
# cost a sixth of the speed, and half of it gains nothing.
_CHUNKS_PER_BLOCK = 8


class Source(Protocol):
    """Where bytes come from: a file opened with "rb", io.BytesIO, `BlockSource`."""

    def readinto(self, buffer: memoryview, /) -> int | None: ...

    def readline(self, size: int, /) -> bytes: ...


class Sink(Protocol):
    """Where bytes go: a file opened with "wb", io.BytesIO. The view is valid during the call only."""

    def write(self, data: memoryview, /) -> int | None: ...


class BlockSource(io.RawIOBase):
    """A stream of byte blocks of any size (a download, a test) as a Source, without collecting it."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # narrower: bytes in, bytes out
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


class ChunkCipher:
    """The chunks of one payload, addressed by number."""

    def __init__(self, file_key: FileKey, nonce: bytes) -> None:
        self._aead = ChaCha20Poly1305(file_key.derive(b"payload", salt=nonce))

    def seal(self, number: int, plain: memoryview, sealed: memoryview, *, final: bool) -> None:
        self._aead.encrypt_into(_chunk_nonce(number, final=final), plain, None, sealed)

    def open(self, number: int, sealed: memoryview, plain: memoryview, *, final: bool) -> bool:
        """Whether chunk `number` is authentic; only then `plain` holds its bytes."""
        try:
            self._aead.decrypt_into(_chunk_nonce(number, final=final), sealed, None, plain)
        except InvalidTag:
            return False
        return True


def _chunk_nonce(number: int, *, final: bool) -> bytes:
    return (number << 8 | final).to_bytes(12, "big")


def seal_payload(file_key: FileKey, source: Source, sink: Sink) -> None:
    """Seals all of `source` into `sink` as nonce and chunks, under a file key used for nothing else."""
    for block in _sealed(file_key, source):
        write_all(sink, block)


def open_payload(file_key: FileKey, source: Source, sink: Sink) -> None:
    """Opens nonce and chunks from `source` into `sink`.

    PayloadError when anything is wrong; `sink` then holds the verified chunks before the damage, which the caller
    must not take for the whole.
    """
    for block in _opened(file_key, source):
        write_all(sink, block)


def seal_blocks(file_key: FileKey, blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The sealed payload of a stream, in pieces of about half a MiB."""
    return map(bytes, _sealed(file_key, BlockSource(blocks)))


def open_blocks(file_key: FileKey, blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The plaintext of a sealed payload that arrives as a stream, in pieces of up to half a MiB.

    Raises PayloadError after the last verified piece when anything is wrong: a consumer who acts on a piece before
    the iterator has ended knows only that this piece is authentic, not that it is everything.
    """
    return map(bytes, _opened(file_key, BlockSource(blocks)))


def write_all(sink: Sink, data: memoryview) -> None:
    """Writes every byte, also to an unbuffered sink that takes less than it is given."""
    while data:
        written = sink.write(data)
        if written is None or written == len(data):
            return
        data = data[written:]


def fill(source: Source, buffer: memoryview) -> int:
    """Reads until `buffer` is full or the source ends; the number of bytes read."""
    filled = 0
    while filled < len(buffer) and (count := source.readinto(buffer[filled:])):
        filled += count
    return filled


def _blocks(source: Source, chunk_size: int) -> Iterator[tuple[memoryview, bool]]:
    """The source in blocks of whole chunks, each with whether it is the last; the last may be shorter.

    The first block is one chunk: most files by number are wraps of 32 bytes, and to clear half a MiB for one takes
    longer than to seal it. One byte is read ahead, because the last chunk must be known as such when it is sealed. The
    view is overwritten by the next block.
    """
    size, ahead = chunk_size, 0
    view = memoryview(bytearray(size + 1))
    while (filled := ahead + fill(source, view[ahead:])) > size:
        yield view[:size], False
        first = view[size]
        if size == chunk_size:
            size *= _CHUNKS_PER_BLOCK
            view = memoryview(bytearray(size + 1))
        view[0], ahead = first, 1
    yield view[:filled], True


def _at_least(buffer: memoryview, size: int) -> memoryview:
    """The buffer, or a new one where it is too small."""
    return buffer if len(buffer) >= size else memoryview(bytearray(size))


def _sealed(file_key: FileKey, source: Source) -> Iterator[memoryview]:
    nonce = os.urandom(NONCE_SIZE)
    yield memoryview(nonce)
    cipher = ChunkCipher(file_key, nonce)
    sealed = memoryview(b"")
    number = 0
    for block, last in _blocks(source, CHUNK_SIZE):
        sealed = _at_least(sealed, len(block) + _CHUNKS_PER_BLOCK * TAG_SIZE)
        end = 0
        # max: an empty payload still has one chunk, an empty one.
        for start in range(0, max(1, len(block)), CHUNK_SIZE):
            plain = block[start : start + CHUNK_SIZE]
            begin, end = end, end + len(plain) + TAG_SIZE
            cipher.seal(number, plain, sealed[begin:end], final=last and start + CHUNK_SIZE >= len(block))
            number += 1
        yield sealed[:end]


def _opened(file_key: FileKey, source: Source) -> Iterator[memoryview]:
    nonce = bytearray(NONCE_SIZE)
    if fill(source, memoryview(nonce)) < NONCE_SIZE:
        raise NonceError("the file ends before the payload's nonce is complete")
    cipher = ChunkCipher(file_key, bytes(nonce))
    plain = memoryview(b"")
    number = 0
    for block, last in _blocks(source, SEALED_CHUNK_SIZE):
        plain = _at_least(plain, len(block))
        size, damage = _open_block(cipher, number, block, plain, last=last)
        if size:
            yield plain[:size]
        if damage:
            raise PayloadError(damage)
        number += len(block) // SEALED_CHUNK_SIZE


def _open_block(
    cipher: ChunkCipher, number: int, block: memoryview, plain: memoryview, *, last: bool
) -> tuple[int, str | None]:
    """Opens the chunks of `block` into `plain`: (bytes verified, what is wrong after them)."""
    size = 0
    if not block:
        return size, "the payload has no chunk"
    for start in range(0, len(block), SEALED_CHUNK_SIZE):
        sealed = block[start : start + SEALED_CHUNK_SIZE]
        final = last and start + SEALED_CHUNK_SIZE >= len(block)
        if len(sealed) < TAG_SIZE or (len(sealed) == TAG_SIZE and number + start > 0):
            return size, "the payload ends with a chunk that is too short"
        target = plain[size : size + len(sealed) - TAG_SIZE]
        index = number + start // SEALED_CHUNK_SIZE
        if cipher.open(index, sealed, target, final=final):
            size += len(target)
        elif len(sealed) == SEALED_CHUNK_SIZE and cipher.open(index, sealed, target, final=not final):
            # Authentic, but in the wrong place: released, because it is a true part, and then refused.
            return size + len(target), "the payload is truncated" if final else "bytes after the end of the payload"
        else:
            return size, f"chunk {index} was altered, or belongs to another payload"
    return size, None
