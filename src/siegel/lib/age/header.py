"""The header: a version line, one stanza per recipient, and a MAC under the wrapped file key.

A header can be built and opened without its payload, and several headers may wrap the key of one payload.
"""

import hashlib
import hmac
import io
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from siegel.lib.age.errors import HeaderError, HmacError, NoMatch, PassphraseError, RecipientError
from siegel.lib.age.file_key import FileKey
from siegel.lib.age.keys import Identity, Recipient
from siegel.lib.age.scrypt import KIND as SCRYPT
from siegel.lib.age.scrypt import ScryptIdentity, ScryptRecipient
from siegel.lib.age.stanza import COLUMNS, Stanza, decode_base64, encode_base64, parse_argument_line

VERSION_LINE = b"age-encryption.org/v1\n"
# About forty hybrid recipients. Longer headers are refused unread, so that a hostile file cannot fill the memory.
MAX_HEADER_SIZE = 64 * 1024
_MAC_MARK = b"---"
_MAC_LINE_REST = 1 + 43 + 1  # space, base64 of the MAC, line feed


class LineSource(Protocol):
    """What a header is read from: any binary file of `io` that buffers."""

    def readline(self, size: int, /) -> bytes: ...


class Header(NamedTuple):
    """A header whose grammar was checked; nothing is authentic before `open_header` found the file key."""

    raw: bytes
    stanzas: tuple[Stanza, ...]
    mac: bytes

    @classmethod
    def parse(cls, raw: bytes) -> "Header":
        """The header that `raw` is, to the last byte; HeaderError otherwise."""
        parser = _Parser(io.BytesIO(raw))
        header = parser.header()
        if len(header.raw) != len(raw):
            raise HeaderError("bytes after the end of the header")
        return header

    @classmethod
    def read(cls, source: LineSource, *, first_line: bytes = b"") -> "Header":
        """The header at the front of `source`, which afterwards stands at the payload's nonce.

        Reads at most MAX_HEADER_SIZE bytes. `first_line` is what the caller read already.
        """
        return _Parser(source, first_line).header()

    @property
    def needs_passphrase(self) -> bool:
        """Whether only a ScryptIdentity can open it."""
        return self.stanzas[0].kind == SCRYPT


class _Parser:
    def __init__(self, source: LineSource, first_line: bytes = b"") -> None:
        self._source = source
        self._first_line = first_line
        self._lines: list[bytes] = []
        self._budget = MAX_HEADER_SIZE

    def header(self) -> Header:
        if self._line() != VERSION_LINE:
            raise HeaderError("not an age file of version 1")
        stanzas = []
        while not (line := self._line()).startswith(_MAC_MARK):
            stanzas.append(self._stanza(line))
        if not stanzas:
            raise HeaderError("a header without a stanza")
        if any(s.kind == SCRYPT for s in stanzas) and len(stanzas) > 1:
            raise HeaderError("a scrypt stanza is not alone in its header")
        return Header(b"".join(self._lines), tuple(stanzas), _parse_mac_line(line))

    def _stanza(self, line: bytes) -> Stanza:
        kind, *arguments = parse_argument_line(_ascii(line))
        body = ""
        while len(part := _ascii(self._line())) == COLUMNS:
            body += part
        if len(part) > COLUMNS:
            raise HeaderError("a stanza line has more than 64 columns")
        return Stanza(kind, tuple(arguments), decode_base64(body + part))

    def _line(self) -> bytes:
        """The next line with its line feed, within what is left of the size limit."""
        line, self._first_line = self._first_line or self._source.readline(self._budget), b""
        self._budget -= len(line)
        if not line.endswith(b"\n"):
            raise HeaderError("the header is too large" if self._budget <= 0 else "the header is incomplete")
        self._lines.append(line)
        return line


def _ascii(line: bytes) -> str:
    try:
        return line[:-1].decode("ascii")
    except UnicodeDecodeError:
        raise HeaderError("a header line is not ASCII") from None


def _parse_mac_line(line: bytes) -> bytes:
    if not line.startswith(_MAC_MARK + b" ") or len(line) != len(_MAC_MARK) + _MAC_LINE_REST:
        raise HeaderError("malformed MAC line")
    return decode_base64(_ascii(line)[len(_MAC_MARK) + 1 :])


def _mac(file_key: FileKey, marked: bytes) -> bytes:
    """HMAC over the header up to and including `---`."""
    return hmac.digest(file_key.derive(b"header"), marked, hashlib.sha256)


def seal_header(file_key: FileKey, recipients: Iterable[Recipient]) -> bytes:
    """A complete header wrapping `file_key` for `recipients`, from the version line to the MAC's line feed.

    All recipients are of one type: beside a classic one a hybrid recipient would protect nothing from a quantum
    computer. A passphrase stands alone. RecipientError otherwise.
    """
    listed = list(recipients)
    if len({type(r) for r in listed}) != 1:
        raise RecipientError("a header needs recipients, all of one type")
    if isinstance(listed[0], ScryptRecipient) and len(listed) > 1:
        raise RecipientError("a passphrase cannot be combined with a second one")
    marked = VERSION_LINE + b"".join(r.wrap(file_key).encode() for r in listed) + _MAC_MARK
    if len(marked) + _MAC_LINE_REST > MAX_HEADER_SIZE:
        raise RecipientError(f"too many recipients: the header passes {MAX_HEADER_SIZE} bytes")
    return marked + f" {encode_base64(_mac(file_key, marked))}\n".encode("ascii")


def open_header(header: bytes | Header, identities: Sequence[Identity]) -> FileKey:
    """The file key that `header` wraps for one of `identities`, with the header's MAC verified.

    HeaderError for a malformed header, NoMatch (PassphraseError) when no identity opens it, HmacError when one does
    but the header was altered.
    """
    parsed = header if isinstance(header, Header) else Header.parse(header)
    for identity in identities:
        if file_key := identity.unwrap(parsed.stanzas):
            if not hmac.compare_digest(_mac(file_key, parsed.raw[:-_MAC_LINE_REST]), parsed.mac):
                raise HmacError("the header was altered after it was sealed")
            return file_key
    if parsed.needs_passphrase and any(isinstance(i, ScryptIdentity) for i in identities):
        raise PassphraseError("the passphrase does not open the file")
    raise NoMatch("none of the identities opens the file")
