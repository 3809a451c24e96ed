"""What kind of container a file is, by its content alone; names are never trusted (and not known here).

A file may be several at once (a PDF with a zip behind it), so every kind that fits is named. A *sure* kind has its
magic at the start: if it then cannot be read, the file is broken. A guess that cannot be read was just a wrong guess.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from enum import Enum

_HEAD_BYTES = 40 * 1024  # ISO 9660 has its magic at 32769
_TAIL_BYTES = 65_557  # a zip's end record with the longest comment

_ZIP_END = b"PK\x05\x06"
_ARCHIVES = (
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"MSCF\0\0\0\0",
    b"!<arch>\n",
    b"xar!",
)
_COMPRESSED = (
    b"\x1f\x8b\x08",
    b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd",
    b"\x04\x22\x4d\x18",
    b"LZIP\0",
    b"LZIP\1",
    b"]\0\0",
)
_OLD_CPIO = (b"\xc7\x71", b"\x71\xc7")
_LZW = b"\x1f\x9d"
_LZW_MOST_BITS, _LZW_CLEAR = 16, 256
_BZIP2 = re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)")
_LHA = re.compile(rb"..-l[hz][0-9ds]-", re.DOTALL)
_CPIO = re.compile(rb"07070[127][0-7A-Fa-f]{40}")
_PDF = re.compile(rb"(?:\xef\xbb\xbf)?\s*%PDF-")
_MAIL_FIELDS = rb"""(?:received|return-path|delivered-to|message-id|from|date)[ \t]*:
       | (?:mime-version|content-type|content-transfer-encoding)[ \t]*:"""
# `^` would be tried at every byte; a line's end is looked for at the speed of memory.
_MAIL_FIRST = re.compile(rb"(?:%s | From[ ])" % _MAIL_FIELDS, re.IGNORECASE | re.VERBOSE)
_MAIL_LINE = re.compile(rb"\n(?:%s)" % _MAIL_FIELDS, re.IGNORECASE | re.VERBOSE)
_ENCRYPTED = (
    b"age-encryption.org/",
    b"-----BEGIN AGE ENCRYPTED FILE-----",
    b"-----BEGIN PGP MESSAGE-----",
    b"Salted__",
)


class Kind(Enum):
    ZIP = "zip"
    ARCHIVE = "archive"
    COMPRESSED = "compressed"
    PDF = "pdf"
    MAIL = "mail"
    ENCRYPTED = "encrypted"


@dataclass(frozen=True, slots=True)
class Guess:
    kind: Kind
    sure: bool


def sniff(fd: int, size_bytes: int) -> list[Guess]:
    """The kinds that fit; empty for what only clamd looks at. Reads at most 110 KB; the descriptor's position stays."""
    head = os.pread(fd, _HEAD_BYTES, 0)
    tail = os.pread(fd, _TAIL_BYTES, max(0, size_bytes - _TAIL_BYTES))
    tests = (
        (Kind.ENCRYPTED, head.startswith(_ENCRYPTED), False),
        (Kind.ZIP, head.startswith(b"PK\x03\x04"), _ZIP_END in tail),
        (Kind.ARCHIVE, head.startswith(_ARCHIVES) or _is_tar(head), _may_be_archive(head)),
        (Kind.COMPRESSED, _is_compressed(head), head.startswith(_COMPRESSED)),
        (Kind.PDF, bool(_PDF.match(head)), b"%PDF-" in head[:1024]),
        (Kind.MAIL, False, bool(_MAIL_FIRST.match(head, 0, 4096) or _MAIL_LINE.search(head, 0, 4096))),
    )
    return [Guess(kind, sure) for kind, sure, maybe in tests if sure or maybe]


def _may_be_archive(head: bytes) -> bool:
    # Two bytes are no proof: the old binary cpio stays a guess.
    return head.startswith(_OLD_CPIO) or bool(_CPIO.match(head) or _LHA.match(head)) or head[32769:32774] == b"CD001"


def _is_compressed(head: bytes) -> bool:
    return head.startswith(_COMPRESSED[:-1]) or bool(_BZIP2.match(head)) or _is_lzw(head)


def _is_lzw(head: bytes) -> bool:
    """compress(1): its two bytes of magic, and first codes that any of its readers would take.

    Codes are of nine bits at first, the lowest bit first; each names a byte, or a string that came before. One that
    names a later string ends every reader, so what has one opens for nobody.
    """
    if not head.startswith(_LZW) or len(head) < 4 or head[2] & 0x1F > _LZW_MOST_BITS:
        return False
    is_block = bool(head[2] & 0x80)
    codes = int.from_bytes(head[3:12], "little")
    for number in range(min(8, (len(head) - 3) * 8 // 9)):
        code = codes >> 9 * number & 0x1FF
        if is_block and code == _LZW_CLEAR:
            return True
        if code > (0xFF if number == 0 else 0xFF + is_block + number):
            return False
    return True


def _is_tar(head: bytes) -> bool:
    """By the checksum in the first header, which every kind of tar has (POSIX.1-1988 ustar, v7)."""
    block = head[:512]
    if len(block) < 512 or not block[0]:
        return False
    try:
        stated = int(block[148:156].strip(b" \0") or b"x", 8)
    except ValueError:
        return False
    return stated == sum(block) - sum(block[148:156]) + 8 * 0x20
