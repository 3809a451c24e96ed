"""Parts of a sealed payload without reading the rest, and the arithmetic of sizes."""

from collections.abc import Callable
from typing import BinaryIO

from siegel.lib.age.errors import NonceError, PayloadError
from siegel.lib.age.file_key import FileKey
from siegel.lib.age.payload import CHUNK_SIZE, NONCE_SIZE, SEALED_CHUNK_SIZE, TAG_SIZE, ChunkCipher

Fetch = Callable[[int, int], bytes]
"""`fetch(offset, length)`: that many bytes of the payload, counted from its nonce."""


def sealed_size(plaintext_size: int) -> int:
    """Bytes of the payload (nonce and chunks, without header) that seals `plaintext_size` bytes."""
    chunks = max(1, -(-plaintext_size // CHUNK_SIZE))
    return NONCE_SIZE + plaintext_size + chunks * TAG_SIZE


def plaintext_size(payload_size: int) -> int:
    """Bytes of plaintext in a payload of `payload_size` bytes; PayloadError when no payload has that size."""
    chunked = payload_size - NONCE_SIZE
    chunks = -(-chunked // SEALED_CHUNK_SIZE)
    size = chunked - chunks * TAG_SIZE
    if chunked < TAG_SIZE or sealed_size(size) != payload_size:
        raise PayloadError(f"no payload has {payload_size} bytes")
    return size


def fetch_from(file: BinaryIO, *, start: int = 0) -> Fetch:
    """Reads a payload that begins at byte `start` of a seekable file."""

    def fetch(offset: int, length: int) -> bytes:
        file.seek(start + offset)
        return file.read(length)

    return fetch


class PayloadReader:
    """Random access to the plaintext of a payload.

    `payload_size` comes from whoever stores the payload and proves nothing by itself, so the last chunk is fetched
    and verified first: afterwards `size` is certain, and no shorter or longer payload was put in place.
    """

    def __init__(self, file_key: FileKey, fetch: Fetch, payload_size: int) -> None:
        """Fetches nonce and last chunk; NonceError or PayloadError when they are not what the file key sealed."""
        self.size = plaintext_size(payload_size)
        self._payload_size = payload_size
        self._fetch = fetch
        self._last = max(0, self.size - 1) // CHUNK_SIZE
        nonce = fetch(0, NONCE_SIZE)
        if len(nonce) != NONCE_SIZE:
            raise NonceError("the file ends before the payload's nonce is complete")
        self._cipher = ChunkCipher(file_key, nonce)
        self._chunks(self._last, self._last)

    def read(self, offset: int, length: int) -> bytes:
        """The plaintext from `offset`, `length` bytes or what there is until its end; all of it verified.

        Fetches once, at most `length` bytes and two chunks more. PayloadError when a chunk does not verify.
        """
        if offset < 0 or length < 0:
            raise ValueError("offset and length are not negative")
        end = min(offset + length, self.size)
        if offset >= end:
            return b""
        first = offset // CHUNK_SIZE
        plain = self._chunks(first, (end - 1) // CHUNK_SIZE)
        return bytes(plain[offset - first * CHUNK_SIZE : end - first * CHUNK_SIZE])

    def _chunks(self, first: int, last: int) -> memoryview:
        """The plaintext of the chunks from `first` to `last`, both included."""
        begin = NONCE_SIZE + first * SEALED_CHUNK_SIZE
        end = min(NONCE_SIZE + (last + 1) * SEALED_CHUNK_SIZE, self._payload_size)
        sealed = memoryview(self._fetch(begin, end - begin))
        if len(sealed) != end - begin:
            raise PayloadError("the payload is shorter than its size says")
        count = last - first + 1
        plain = memoryview(bytearray(len(sealed) - count * TAG_SIZE))
        for i in range(count):
            part = sealed[i * SEALED_CHUNK_SIZE : (i + 1) * SEALED_CHUNK_SIZE]
            target = plain[i * CHUNK_SIZE : (i + 1) * CHUNK_SIZE]
            if not self._cipher.open(first + i, part, target, final=first + i == self._last):
                raise PayloadError(f"chunk {first + i} was altered, or belongs to another payload")
        return plain
