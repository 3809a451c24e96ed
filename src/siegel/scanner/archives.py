"""Archives and compressed files, read by libarchive.

Formats and filters are named one by one: libarchive's "all" includes some that run other programs or follow paths on
disk.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import Array, c_char, c_int, c_void_p, create_string_buffer
from stat import S_IFMT, S_IFREG

from libarchive import ffi  # type: ignore[import-untyped]
from libarchive.exception import ArchiveError  # type: ignore[import-untyped]

from .unreadable import EncryptedError, UnreadableError

_BLOCK_BYTES = 1 << 20
# A 7z of nothing. What is longer and shows no entry may show some to a program that repairs damaged headers.
_EMPTY_ARCHIVE_BYTES = 32
_ARCHIVES = ("tar", "7zip", "rar", "rar5", "cab", "lha", "cpio", "ar", "iso9660", "xar")
_FILTERS = ("gzip", "bzip2", "xz", "lzma", "lzip", "zstd", "lz4", "compress")

_is_encrypted = ffi.ffi("entry_is_encrypted", [c_void_p], c_int)
_has_encrypted = ffi.ffi("read_has_encrypted_entries", [c_void_p], c_int)

Blocks = Iterator[bytes | memoryview]
Members = Iterator[Blocks | UnreadableError]


def zip_by_directory(fd: int) -> Members:
    """The members that the central directory names."""
    return _members(fd, ("zip_seekable",), ())


def zip_by_local_headers(fd: int) -> Members:
    """The members met when reading from the start, as streaming programs do; also of a zip without its end."""
    return _members(fd, ("zip_streamable",), ())


def archive(fd: int) -> Members:
    return _members(fd, _ARCHIVES, (), may_be_empty=os.fstat(fd).st_size <= _EMPTY_ARCHIVE_BYTES)


def compressed(fd: int) -> Members:
    """A compressed archive's members, or the one file that was compressed.

    UnreadableError where libarchive knows no such compression, as with header bits that mean nothing: it would hand
    back the file as it is, and other programs may take it.
    """
    return _members(fd, ("tar", "cpio", "raw"), _FILTERS)


def _members(fd: int, formats: tuple[str, ...], filters: tuple[str, ...], *, may_be_empty: bool = True) -> Members:
    os.lseek(fd, 0, os.SEEK_SET)
    empty = True
    buffer = create_string_buffer(_BLOCK_BYTES)
    with _opened(fd, formats, filters) as reader, _entry() as entry:
        if filters and ffi.filter_count(reader) == 1:  # the file itself counts as one
            raise UnreadableError
        while _next_header(reader, entry):
            empty = False
            if S_IFMT(ffi.entry_filetype(entry)) not in (0, S_IFREG):
                continue
            if _is_encrypted(entry) > 0:
                yield EncryptedError()
            else:
                yield _blocks(reader, buffer)
    if empty and not may_be_empty:
        raise UnreadableError


@contextmanager
def _opened(fd: int, formats: tuple[str, ...], filters: tuple[str, ...]) -> Iterator[int]:
    reader = ffi.read_new()
    try:
        for name in formats:
            ffi.get_read_format_function(name)(reader)
        for name in filters:
            ffi.get_read_filter_function(name)(reader)
        try:
            ffi.read_open_fd(reader, fd, _BLOCK_BYTES)
        except ArchiveError as error:
            raise UnreadableError from error
        yield reader
    finally:
        ffi.read_free(reader)


@contextmanager
def _entry() -> Iterator[int]:
    entry = ffi.entry_new()
    try:
        yield entry
    finally:
        ffi.entry_free(entry)


def _next_header(reader: int, entry: int) -> bool:
    try:
        return bool(ffi.read_next_header2(reader, entry) != ffi.ARCHIVE_EOF)
    except ArchiveError as error:
        raise (EncryptedError if _has_encrypted(reader) > 0 else UnreadableError) from error


def _blocks(reader: int, buffer: Array[c_char]) -> Blocks:
    """Each block is valid until the next is asked for."""
    view = memoryview(buffer).cast("B")
    while True:
        try:
            count = ffi.read_data(reader, buffer, _BLOCK_BYTES)
        except ArchiveError as error:
            raise (EncryptedError if _has_encrypted(reader) > 0 else UnreadableError) from error
        if count == 0:
            return
        yield view[:count]
