"""ASCII armor: the strict PEM encoding of an age file, for places that carry text only."""

import base64
import binascii
import io
from collections.abc import Iterator

from siegel.lib.age.errors import ArmorError
from siegel.lib.age.header import LineSource
from siegel.lib.age.payload import BlockSource, Sink, write_all

BEGIN = b"-----BEGIN AGE ENCRYPTED FILE-----"
END = b"-----END AGE ENCRYPTED FILE-----"
MAX_WHITESPACE = 1024
_COLUMNS = 64
_BYTES_PER_LINE = 48
_LINES_PER_BLOCK = 1024
_WHITESPACE = b" \t\r\n"


def looks_armored(first_line: bytes) -> bool:
    """Whether a file with this first line is meant as armor: white space, or any PEM-like mark after it."""
    text = first_line.lstrip(_WHITESPACE)
    return text.startswith(b"-----") or (not text and bool(first_line))


def dearmor(source: LineSource, *, first_line: bytes = b"") -> io.BufferedReader:
    """The binary age file inside the armor, decoded while it is read; reading raises ArmorError where it is not strict.

    White space before and after is allowed (1 KiB each), lines may end with CRLF, nothing else deviates. `first_line`
    is what the caller read already.
    """
    return io.BufferedReader(BlockSource(_decode(source, first_line)), _LINES_PER_BLOCK * _BYTES_PER_LINE)


class ArmorSink:
    """A Sink that writes what it is given as armor into another one; `close` ends the armor, not the other sink."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._rest = b""
        self._put(BEGIN + b"\n")

    def write(self, data: memoryview, /) -> int:
        pending = self._rest + data
        whole = len(pending) - len(pending) % _BYTES_PER_LINE
        self._rest = pending[whole:]
        self._put_lines(pending[:whole])
        return len(data)

    def close(self) -> None:
        self._put_lines(self._rest)
        self._put(END + b"\n")

    def _put_lines(self, data: bytes) -> None:
        text = base64.b64encode(data)
        self._put(b"".join(text[i : i + _COLUMNS] + b"\n" for i in range(0, len(text), _COLUMNS)))

    def _put(self, text: bytes) -> None:
        write_all(self._sink, memoryview(text))


def _decode(source: LineSource, first_line: bytes) -> Iterator[bytes]:
    _skip_to_begin(source, first_line)
    while True:
        lines: list[bytes] = []
        while len(lines) < _LINES_PER_BLOCK and len(line := _line(source)) == _COLUMNS:
            lines.append(line)
        if len(lines) == _LINES_PER_BLOCK:
            yield _decode_lines(lines)
            continue
        if line != END:
            # Only the last line of text may be shorter than 64 columns, and it may not be empty.
            lines.append(line)
            if not line or len(line) > _COLUMNS or _line(source) != END:
                raise ArmorError("a line of the armor has the wrong length, or the end line is missing")
        _require_end(source)
        yield _decode_lines(lines)
        return


def _skip_to_begin(source: LineSource, line: bytes) -> None:
    skipped = 0
    while not (line := line or source.readline(MAX_WHITESPACE)).strip(_WHITESPACE):
        skipped += len(line)
        if not line or skipped > MAX_WHITESPACE:
            raise ArmorError("no armor found")
        line = b""
    if line not in (BEGIN + b"\n", BEGIN + b"\r\n"):
        raise ArmorError("the armor does not begin with its begin line")


def _require_end(source: LineSource) -> None:
    rest = b""
    while line := source.readline(MAX_WHITESPACE + 1):
        rest += line
        if rest.strip(_WHITESPACE) or len(rest) > MAX_WHITESPACE:
            raise ArmorError("bytes after the end of the armor")


def _line(source: LineSource) -> bytes:
    """The next line without its LF or CRLF. The last line of a file needs none."""
    line = source.readline(_COLUMNS + 2)
    if not line:
        raise ArmorError("the armor has no end line")
    return line.removesuffix(b"\n").removesuffix(b"\r")


def _decode_lines(lines: list[bytes]) -> bytes:
    text = b"".join(lines)
    try:
        decoded = binascii.a2b_base64(text)
    except ValueError:
        raise ArmorError("invalid base64 in the armor") from None
    # The decoder is lenient towards foreign characters, padding and loose bits; encoding again shows them all.
    if base64.b64encode(decoded) != text:
        raise ArmorError("the base64 of the armor is not canonical")
    return decoded
